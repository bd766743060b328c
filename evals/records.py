"""What a system said to an item, as it is kept in the file of a run: one JSON object a line.

A line is appended and flushed when its reply is there, so a kill loses at most the item in hand.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

Status = Literal["answered", "abstained", "conflict", "failed"]


class Place(NamedTuple):
    """Characters of one article, half open."""

    article_id: str
    start: int
    end: int


@dataclass(frozen=True)
class Cited:
    """Characters of an article that a reply points at, and what it says stands there."""

    article_id: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True)
class Said:
    """One statement of a reply. citations: indexes into `Record.citations`, from 0."""

    text: str
    citations: tuple[int, ...] = ()
    verdict: str = ""


@dataclass(frozen=True)
class Seconds:
    """Wall clock from the question: until passages were found, anything was seen, the whole."""

    retrieve: float = 0.0
    first: float = 0.0
    total: float = 0.0


@dataclass(frozen=True)
class Record:
    """One reply.

    text: the whole answer as a person would read it, without markers; empty when it abstains.
    invalid_labels: how many sources it named that it had not been given.
    retrieved: the passages found, best first. read: what the language model was shown.
    confidence: 0 to 1, that the corpus answers; None from a system that does not say.
    signals: what else was measured on the way, by name.
    kind: the kind of question that the system took it for; empty from one that does not say.
    error: why there is no reply, when `status` is "failed".
    """

    suite: str
    system: str
    item: str
    text: str
    status: Status
    statements: tuple[Said, ...] = ()
    citations: tuple[Cited, ...] = ()
    invalid_labels: int = 0
    retrieved: tuple[Place, ...] = ()
    read: tuple[Place, ...] = ()
    confidence: float | None = None
    signals: dict[str, float] = field(default_factory=dict)
    seconds: Seconds = Seconds()
    prompt_tokens: int = 0
    completion_tokens: int = 0
    kind: str = ""
    error: str = ""

    @property
    def declined(self) -> bool:
        return self.status in ("abstained", "failed")

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.suite, self.system, self.item)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> Record:
        """The record that `as_json` made this from. Raises TypeError for anything else."""
        return cls(
            **{
                **raw,
                "statements": tuple(
                    Said(**{**s, "citations": tuple(s["citations"])}) for s in raw["statements"]
                ),
                "citations": tuple(Cited(**c) for c in raw["citations"]),
                "retrieved": tuple(Place(*p) for p in raw["retrieved"]),
                "read": tuple(Place(*p) for p in raw["read"]),
                "seconds": Seconds(**raw["seconds"]),
            }
        )


class RecordFile:
    """The records of one run. Appending is the only way to change it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __iter__(self) -> Iterator[Record]:
        """The records in the order in which they came; a last line cut off by a kill is skipped."""
        if not self.path.exists():
            return
        lines = self.path.read_bytes().split(b"\n")
        whole = lines[:-1]  # what follows the last line end was not finished
        for line in whole:
            if line.strip():
                yield Record.from_json(json.loads(line))

    def append(self, record: Record) -> None:
        """Write one record so that it is there after a kill or a power cut."""
        with self.path.open("ab") as file:
            if file.tell() and not self._ends_whole():
                self._drop_cut_line()
            file.seek(0, os.SEEK_END)
            file.write(json.dumps(record.as_json(), ensure_ascii=False).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _ends_whole(self) -> bool:
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"

    def _drop_cut_line(self) -> None:
        data = self.path.read_bytes()
        with self.path.open("r+b") as file:
            file.truncate(data.rfind(b"\n") + 1)
