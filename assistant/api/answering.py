"""One question in a thread of its own, seen from the event loop: its place in the queue, then what
the engine yields. Whoever stops listening stops the work at its next step and frees the place."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import aclosing, closing, suppress
from dataclasses import dataclass
from typing import cast

from starlette.requests import Request

from assistant.errors import told
from assistant.turns import Ticket, Turns
from assistant.types import CheckedAnswer, CheckedStatement, Found, Stage

Step = Stage | Found | CheckedStatement | CheckedAnswer

# How often a waiting thread looks whether its client has left, and an answer's request likewise.
LOOK_SECONDS = 0.25


@dataclass(frozen=True)
class Queued:
    """How many are answered before it. Said at the start, unless it is 0, and when it changes."""

    ahead: int


class ClientLeft(Exception):
    """Nobody waits for the answer any more."""


class Answering:
    """A question that has a place in the queue. `events` must be listened to, once.

    who: whose turn it is. steps: as `Engine.ask_stream`, called when the turn has come.
    Raises Busy.
    """

    def __init__(self, turns: Turns, who: str, steps: Callable[[], Iterator[Step]]) -> None:
        self._ticket = turns.take(who)
        self._steps = steps
        self._left = threading.Event()
        self._queue: asyncio.Queue[Queued | Step | Exception | None] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._work, name="answering", daemon=True).start()

    async def events(self) -> AsyncGenerator[Queued | Step, None]:
        """Places in the queue, then the steps. Raises what the engine raises, as `told`."""
        try:
            while (event := await self._queue.get()) is not None:
                if isinstance(event, Exception):
                    raise event
                yield event
        finally:
            self._left.set()

    async def answer(self, request: Request) -> CheckedAnswer:
        """The answer alone. Raises ClientLeft where `request` has been given up meanwhile."""
        last = asyncio.ensure_future(self._last())
        try:
            while not last.done():
                await asyncio.wait({last}, timeout=LOOK_SECONDS)
                if not last.done() and await request.is_disconnected():
                    raise ClientLeft
            return last.result()
        finally:
            last.cancel()

    async def _last(self) -> CheckedAnswer:
        async with aclosing(self.events()) as events:
            return cast(CheckedAnswer, [event async for event in events][-1])

    def _tell(self, event: Queued | Step | Exception | None) -> None:
        with suppress(RuntimeError):  # the loop is closed: the server has ended
            self._loop.call_soon_threadsafe(self._queue.put_nowait, event)

    def _work(self) -> None:
        try:
            with self._ticket as ticket:
                if self._turn_came(ticket):
                    steps = cast(Generator[Step, None, None], self._steps())
                    with closing(steps):
                        self._pass_on(steps)
        except Exception as error:  # the request raises it; this thread has nobody to tell
            self._tell(told(error))
        finally:
            self._tell(None)

    def _turn_came(self, ticket: Ticket) -> bool:
        """Waits for it; False where the client left first."""
        said = 0
        while not ticket.wait(0 if not said else LOOK_SECONDS):
            if self._left.is_set():
                return False
            ahead = ticket.ahead
            if ahead and ahead != said:
                self._tell(Queued(ahead))
                said = ahead
        return not self._left.is_set()

    def _pass_on(self, steps: Iterator[Step]) -> None:
        for step in steps:
            if self._left.is_set():
                return
            self._tell(step)
