"""What was found for one question before anything is written; the later stages share it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from assistant.answering import quoting
from assistant.answering.assembly import citation
from assistant.answering.evidence import Evidence
from assistant.answering.reading import ReadHit
from assistant.types import Found, Hit, Kind


@dataclass(frozen=True)
class Looked:
    """What was found for one question before anything was written. read: without near copies."""

    question: str
    kind: Kind
    hits: tuple[Hit, ...]
    read: tuple[ReadHit, ...]
    evidence: Evidence

    @cached_property
    def found(self) -> Found | None:
        """The sentence that answers best; None where there is no passage."""
        best = quoting.best(self.read)
        if best is None:
            return None
        return Found(best.span_text, citation(quoting.sentence(best)), best.score)
