"""What every request passes first (ASGI middleware): is it for us, from our own pages and small
enough, and who asks.

- Host: a page elsewhere that makes its name lead to this machine (DNS rebinding) is refused.
- Origin: a page elsewhere cannot make a browser change anything here (CSRF). A request with a valid
  bearer key is no browser's doing and excepted.
- Size: more than `MAX_BODY` to the API, or `max_upload` elsewhere, is refused while it comes in.
- Who: ``request.state.user`` is `LOCAL` where no key is needed, else the name behind the bearer key
  or the session cookie; without one, pages lead to /login and everything else is refused.
- Headers on every response keep scripts, images and frames of others out (Content-Security-Policy).
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import math
import re
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.access import LOCAL, Access
from assistant.errors import AssistantError

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
SESSION_COOKIE = "assistant_session"
MAX_BODY = 1_000_000
# The one page that Gradio makes. Its scripts stand in the page, so they are named by their hashes.
GRADIO_PAGE = "/"

_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^\s@/:\[\]]+))(?::\d+)?")
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_API = ("/v1/", "/healthz", "/openapi.json", "/login", "/logout")
_OPEN_TO_ALL = ("/login", "/web/", "/healthz", "/favicon.ico")
_POLICY = (
    "default-src 'self'; script-src 'self'{scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'self'; "
    "frame-src 'self'; object-src 'none'"
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_INLINE_SCRIPT = re.compile(
    rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE
)


class Refused(Exception):
    """The request goes no further."""

    def __init__(self, status: int, message: str, hint: str = "", **headers: str) -> None:
        self.status = status
        self.error = {"message": message, "hint": hint}
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Guards:
    """The middleware around `app`.

    hosts: the names by which browsers reach this server, in lower case, without ports. Where they
        are names of loopback only, and no access key exists, whoever asks is `LOCAL`.
    max_upload: bytes that a file sent to a page may have.
    """

    def __init__(
        self, app: ASGIApp, *, access: Access, hosts: frozenset[str], max_upload: int
    ) -> None:
        self._app = app
        self._access = access
        self._hosts = hosts
        self._reached_by_others = not all(map(is_loopback, hosts))
        self._max_upload = max_upload

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # nothing here uses them
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send = _Protecting(send, scope["path"])
        headers = Headers(scope=scope)
        try:
            self._check_host(headers)
            user, by_key = self._user(scope, headers)
            if scope["method"] not in _SAFE_METHODS and not by_key:
                _check_origin(headers)
            if user is None and not scope["path"].startswith(_OPEN_TO_ALL):
                raise _who_are_you(scope, headers)
            body = _Bounded(receive, send, self._limit(scope["path"]))
            body.check_announced(headers)
            scope.setdefault("state", {})["user"] = user
            await body.read_by(self._app, scope)
        except Refused as refused:
            await _refuse(send, refused)
        except AssistantError as error:
            await _refuse(send, Refused(500, error.message, error.hint))

    def _limit(self, path: str) -> int:
        return MAX_BODY if path.startswith(_API) else self._max_upload

    def _check_host(self, headers: Headers) -> None:
        given = headers.get("host", "")
        name = _host_name(given)
        if name in self._hosts or (self._reached_by_others and _is_address(name)):
            return  # an address is not a name that somebody could make lead here
        raise Refused(
            421,
            f"this server is not called '{name}'",
            f"If it should be: assistant serve --name {name}" if name else "",
        )

    def _user(self, scope: Scope, headers: Headers) -> tuple[str | None, bool]:
        """Who asks, or None, and whether a bearer key says so."""
        needs_key = self._reached_by_others or bool(self._access.names())
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and key:
            user = self._by_key(scope, key, needs_key)
            if user is not None:
                return user, True
        token = _cookie(headers.get("cookie", ""))
        user = self._access.session_user(token) if token else None
        if user is None and not needs_key:
            user = LOCAL
        return user, False

    def _by_key(self, scope: Scope, key: str, needs_key: bool) -> str | None:
        """Whose key it is. Where none is needed a wrong one is no matter: many clients cannot be
        told to send none."""
        if not needs_key:
            return self._access.user_of(key)
        address = (scope.get("client") or ("",))[0]
        wait = self._access.attempts.wait(address)
        if wait:
            seconds = math.ceil(wait)
            raise Refused(
                429,
                "too many attempts with a wrong access key",
                f"Try again in {seconds} seconds.",
                retry_after=str(seconds),
            )
        user = self._access.user_of(key)
        if user is None:
            self._access.attempts.failed(address)
            raise Refused(
                401,
                "the access key is not known",
                "`assistant access list` shows who has one.",
                www_authenticate="Bearer",
            )
        return user


def is_loopback(host: str) -> bool:
    """Whether only this machine is reached under that name or address."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _host_name(given: str) -> str:
    """The name in a Host header, without port and brackets; empty where it is malformed."""
    found = _HOST.fullmatch(given.lower())
    return (found[1] or found[2]) if found else ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _check_origin(headers: Headers) -> None:
    """Raises Refused where a page that is not ours makes a browser send this. What is no browser
    sends neither header."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if (site is None or site in ("same-origin", "none")) and (
        origin is None or urlsplit(origin).netloc == headers.get("host")
    ):
        return
    raise Refused(
        403,
        "the request comes from a page of another server",
        "Behind a proxy: let it pass on the Host header that the browser sent.",
    )


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(SESSION_COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _who_are_you(scope: Scope, headers: Headers) -> Refused:
    path = scope["path"]
    if scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
        query = scope["query_string"].decode("latin-1")
        wanted = quote(f"{path}?{query}" if query else path, safe="/")
        return Refused(303, "log in first", location=f"/login?next={wanted}")
    return Refused(
        401,
        "an access key is needed here",
        "Send it as `Authorization: Bearer KEY`, or open /login in a browser.",
        www_authenticate="Bearer",
    )


async def _refuse(send: _Protecting, refused: Refused) -> None:
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


class _Bounded:
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


class _Protecting:
    """Sends a response with our headers. Gradio's page is held back until all of it is there, so
    that the policy can name its scripts."""

    def __init__(self, send: Send, path: str) -> None:
        self._send = send
        self._path = path
        self._held: Message | None = None
        self._body = b""
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(raw=list(message.get("headers", ())))
            message = {**message, "headers": headers.raw}
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers["content-security-policy"] = _POLICY.format(scripts="")
            is_page = headers.get("content-type", "").startswith("text/html")
            if self._path == GRADIO_PAGE and is_page and "content-encoding" not in headers:
                self._held = message
                return
        elif self._held is not None:
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            MutableHeaders(raw=self._held["headers"])["content-security-policy"] = _POLICY.format(
                scripts=_hashes(self._body)
            )
            start, self._held = self._held, None
            await self._send(start)
            message = {"type": "http.response.body", "body": self._body}
        await self._send(message)


def _hashes(page: bytes) -> str:
    """The inline scripts of a page, as the policy names them."""
    scripts = _INLINE_SCRIPT.findall(page)
    digests = (base64.b64encode(hashlib.sha256(s).digest()).decode() for s in scripts)
    return "".join(f" 'sha256-{digest}'" for digest in dict.fromkeys(digests))
