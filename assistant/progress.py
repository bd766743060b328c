"""How stages report progress without knowing who is looking.

A stage calls `Progress` with what it does, how far it is and how far it will go; the terminal
draws a bar, the web another, tests collect a list. Nothing here prints.
"""

from __future__ import annotations

from typing import Literal, Protocol

Unit = Literal["bytes", "files", "articles", "passages", "questions", "steps"]


class Progress(Protocol):
    def __call__(self, what: str, done: int, total: int | None, unit: Unit) -> None:
        """`what` is a short phrase such as "Reading"; `total` is None where it is not known."""


def silent(what: str, done: int, total: int | None, unit: Unit) -> None:
    """The `Progress` of a caller who does not want to see any."""
