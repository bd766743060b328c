"""Whose turn it is: many ask, few are answered at once. Threads only, no server.

Askers take turns (round-robin): whoever has just been served goes behind the others, so one who
asks ten things at once does not keep the rest waiting for all ten.
"""

from __future__ import annotations

import threading
from collections import deque
from types import TracebackType

from assistant.errors import Busy


class Ticket:
    """A place in the queue, made by `Turns.take`. Use it as a context manager: the place is given
    up at the end, whether its turn had come or not."""

    def __init__(self, turns: Turns, who: str) -> None:
        self.who = who
        self._turns = turns
        self._called = threading.Event()

    @property
    def ahead(self) -> int:
        """How many are answered before it, those at work now included; 0 once it is its turn.

        Exact with one at work at a time, as long as nobody comes or leaves.
        """
        return self._turns._ahead(self)

    def wait(self, seconds: float) -> bool:
        """Waits at most so long; True once it is its turn."""
        return self._called.wait(seconds)

    def __enter__(self) -> Ticket:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._turns._leave(self)


class Turns:
    """Who is answered next.

    at_once: how many may be at work at the same time.
    most_waiting: how many may wait beside them.
    """

    def __init__(self, at_once: int = 1, most_waiting: int = 20) -> None:
        self.at_once = at_once
        self.most_waiting = most_waiting
        self._lock = threading.Lock()
        # Insertion order is the order of turns. Whoever is at work stays in it, at the end.
        self._queues: dict[str, deque[Ticket]] = {}
        self._working: list[Ticket] = []

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        with self._lock:
            return self._waiting()

    def take(self, who: str) -> Ticket:
        """A place in the queue for `who`, a user or a browser session.

        Raises Busy where `most_waiting` wait already.
        """
        ticket = Ticket(self, who)
        with self._lock:
            self._call_next()
            waiting = self._waiting()
            if waiting >= self.most_waiting and len(self._working) >= self.at_once:
                raise Busy(
                    f"{waiting} {'question waits' if waiting == 1 else 'questions wait'} already",
                    "Try again in a minute.",
                )
            self._queues.setdefault(who, deque()).append(ticket)
            self._call_next()
        return ticket

    def _waiting(self) -> int:
        return sum(map(len, self._queues.values()))

    def _call_next(self) -> None:
        while len(self._working) < self.at_once:
            who = next((who for who, queue in self._queues.items() if queue), None)
            if who is None:
                return
            ticket = self._queues[who].popleft()
            self._working.append(ticket)
            self._to_the_end(who)
            ticket._called.set()

    def _to_the_end(self, who: str) -> None:
        if who in self._queues:
            self._queues[who] = self._queues.pop(who)

    def _leave(self, ticket: Ticket) -> None:
        with self._lock:
            if ticket in self._working:
                self._working.remove(ticket)
                self._to_the_end(ticket.who)  # behind those who came while it was at work
            elif ticket in self._queues.get(ticket.who, ()):
                self._queues[ticket.who].remove(ticket)
            self._call_next()
            at_work = {each.who for each in self._working}
            for who in [w for w, queue in self._queues.items() if not queue and w not in at_work]:
                del self._queues[who]

    def _ahead(self, ticket: Ticket) -> int:
        with self._lock:
            queue = self._queues.get(ticket.who, deque())
            if ticket not in queue:
                return 0
            own = queue.index(ticket)
            at_work = {each.who for each in self._working}
            # They go to the end when they are done, before anybody else is called.
            order = sorted(self._queues, key=lambda who: who in at_work)
            place = order.index(ticket.who)
            others = (
                min(len(self._queues[who]), own + (position < place))
                for position, who in enumerate(order)
                if who != ticket.who
            )
            return len(self._working) + own + sum(others)
