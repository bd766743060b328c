"""What one person asked, what they got to see, and what they thought of it. Frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from assistant.types import CheckedAnswer, Filters

Thumb = Literal["up", "down"]


@dataclass(frozen=True)
class Turn:
    """A question and its answer.

    question: as it was typed; `answer.question` is what was asked, once a follow-up stood alone.
    asked_at: in UTC, as ISO 8601.
    filters: which articles were allowed to answer.
    thumb, note: what the person thought of the answer, None and "" where they did not say.
    """

    question: str
    answer: CheckedAnswer
    asked_at: str
    filters: Filters = field(default_factory=Filters)
    thumb: Thumb | None = None
    note: str = ""


@dataclass(frozen=True)
class Conversation:
    """Turns in order, oldest first.

    id: ours; "" where it has no place on disk yet. name: what it is listed under.
    started: in UTC, as ISO 8601.
    skipped: how many lines of its file could not be read, and are missing here.
    """

    id: str
    name: str
    started: str
    turns: tuple[Turn, ...] = ()
    skipped: int = 0
