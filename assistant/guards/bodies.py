"""Refusals, and the bound on what a request may send."""

from __future__ import annotations

import json

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.guards.headers import Protecting


class Refused(Exception):
    """The request goes no further."""

    def __init__(self, status: int, message: str, hint: str = "", **headers: str) -> None:
        self.status = status
        self.error = {"message": message, "hint": hint}
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


async def refuse(send: Protecting, refused: Refused) -> None:
    if send.started:
        return
    body = json.dumps({"error": refused.error}, ensure_ascii=False).encode("utf-8", "replace")
    headers = {"content-type": "application/json", "content-length": str(len(body))}
    headers |= refused.headers
    # What may still be coming in is not read.
    if refused.status == 413:
        headers["connection"] = "close"
    raw = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in headers.items()]
    await send({"type": "http.response.start", "status": refused.status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


class Bounded:
    """A request's body, cut off beyond `limit` bytes; the application then sees a client that has
    gone, and the client a 413."""

    def __init__(self, receive: Receive, send: Send, limit: int) -> None:
        self._receive = receive
        self._send = send
        self._limit = limit
        self._length = 0

    def check_announced(self, headers: Headers) -> None:
        announced = headers.get("content-length", "0")
        self._length = int(announced) if announced.isdecimal() else 0
        self.check()
        self._length = 0

    def check(self) -> None:
        if self._length > self._limit:
            raise Refused(
                413,
                f"the request is too large; {self._limit:,} bytes is the most",
                "Send less at once.",
            )

    async def read_by(self, app: ASGIApp, scope: Scope) -> None:
        """Runs the application. Raises Refused where the body turned out too large."""
        try:
            await app(scope, self.receive, self.send)
        finally:
            self.check()

    async def receive(self) -> Message:
        message = await self._receive()
        self._length += len(message.get("body", b""))
        return message if self._length <= self._limit else {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if self._length <= self._limit:
            await self._send(message)
