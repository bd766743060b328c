"""A stop is heard at once, whatever is at work; what is at work ends at its next step."""

from __future__ import annotations

import threading
from collections.abc import Generator

import pytest

from assistant.web.stopping import Stop, until


class Work:
    """Two items, with as much time between them as the test wants."""

    def __init__(self) -> None:
        self.go_on, self.closed = threading.Event(), threading.Event()

    def items(self) -> Generator[int]:
        try:
            yield 1
            self.go_on.wait(60)
            yield 2
        finally:
            self.closed.set()


def test_all_items_come_and_then_it_ends() -> None:
    work = Work()
    work.go_on.set()
    assert list(until(Stop(), work.items())) == [1, 2]
    assert work.closed.wait(10)


def test_a_stop_ends_it_though_the_next_item_is_still_being_made() -> None:
    work, stop = Work(), Stop()
    items = until(stop, work.items())
    assert next(items) == 1
    stop.wanted = True
    assert list(items) == []
    assert not work.closed.is_set()
    work.go_on.set()
    assert work.closed.wait(10), "it is closed at its next item"


def test_closing_it_is_a_stop() -> None:
    work, stop = Work(), Stop()
    items = until(stop, work.items())
    next(items)
    items.close()
    work.go_on.set()
    assert work.closed.wait(10)
    assert stop.wanted


def test_what_goes_wrong_is_raised_where_the_items_are_taken() -> None:
    def items() -> Generator[int]:
        yield 1
        raise ZeroDivisionError("here")

    taken = until(Stop(), items())
    assert next(taken) == 1
    with pytest.raises(ZeroDivisionError, match="here"):
        next(taken)
