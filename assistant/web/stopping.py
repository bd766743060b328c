"""Stopping an answer that is being made. Threads only, nothing of Gradio or of the engine.

Gradio can cancel what runs, but a screen that was on its way then arrives after "Stopped." and
takes its place. Here the one who draws the screen is told, and draws the last one itself.
"""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TypeVar

T = TypeVar("T")

LISTEN_SECONDS = 0.1  # how long a stop may go unheard


@dataclass
class Stop:
    """Whether an answer is wanted no longer: said in one thread, heard in another."""

    wanted: bool = False


def until(stop: Stop, items: Generator[T]) -> Generator[T]:
    """The items as they come, made in a thread of their own, until a stop is wanted.

    It ends at once then; `items`, which may be at work for long, is closed at its next item. The
    same where this generator is closed. Raises what `items` raises.
    """
    made: SimpleQueue[tuple[T] | Exception | None] = SimpleQueue()

    def make() -> None:
        try:
            with closing(items):
                for item in items:
                    if stop.wanted:
                        break
                    made.put((item,))
        except Exception as error:  # raised again where the items are taken
            made.put(error)
        finally:
            made.put(None)

    threading.Thread(target=make, daemon=True).start()
    try:
        while not stop.wanted:
            try:
                found = made.get(timeout=LISTEN_SECONDS)
            except Empty:
                continue
            if found is None:
                return
            if isinstance(found, Exception):
                raise found
            yield found[0]
    except GeneratorExit:
        stop.wanted = True
        raise
