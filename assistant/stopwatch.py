"""Milliseconds by stage. Pure but for the clock."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from assistant.types import Timings

Stage = Literal["load", "retrieve", "answer", "check"]


class Stopwatch:
    """Started when made; a stage that is measured several times adds up."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._spent: dict[str, float] = defaultdict(float)

    @contextmanager
    def measure(self, stage: Stage) -> Iterator[None]:
        begin = time.perf_counter()
        try:
            yield
        finally:
            self._spent[stage] += (time.perf_counter() - begin) * 1000

    def timings(self) -> Timings:
        total = (time.perf_counter() - self._start) * 1000
        return Timings(**self._spent, total=total)
