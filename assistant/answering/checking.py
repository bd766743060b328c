"""What holds of the draft -> the answer that may be shown, or silence.

Where outlets disagree each is quoted, and a figure that was replaced gives way to the newest; the
confidence decides between the answer and silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from assistant.answering import quoting
from assistant.answering.assembly import Assembly, nearest
from assistant.answering.confidence import (
    WEIGHTS,
    WEIGHTS_OF_STORY,
    WEIGHTS_WITHOUT_MODEL,
    confidence,
)
from assistant.answering.conflicts import Value, conflicting, superseding
from assistant.answering.holding import write
from assistant.answering.looked import Looked
from assistant.answering.question_type import STORY_KINDS
from assistant.answering.reading import Reader
from assistant.answering.signals import signals_of
from assistant.timing import period
from assistant.types import CheckedAnswer, CheckedStatement, Draft, Kind

# From this confidence on what is said is taken to answer the question.
ANSWERS = 0.5


def checked(looked: Looked, said: Draft, reader: Reader | None, least: float) -> CheckedAnswer:
    """The answer, or silence where the confidence is below `least`."""
    assembly = Assembly()
    held = write(looked, said, reader, assembly)
    differing, newer = _compared(looked, reader, assembly)
    if differing or newer:
        assembly = Assembly()
        for value in differing or newer:
            reason = "outlets disagree" if differing else "the newest article that says"
            assembly.quote(quoting.sentence(value.read), reason)
    signals = signals_of(looked, assembly)
    if said.model != "none":
        signals |= {"refused": said.refused, **vars(held)}
    sure = confidence(signals, _weights(looked.kind, said))
    silent = sure < least or not assembly.statements
    return CheckedAnswer(
        question=looked.question,
        status="abstained" if silent else "conflict" if differing else "answered",
        statements=() if silent else tuple(_judged(assembly, sure)),
        citations=() if silent else tuple(assembly.citations),
        confidence=sure,
        nearest=nearest(looked.read) if silent else (),
        model=said.model,
        usage=said.usage,
        kind=looked.kind,
        found=looked.found,
        hits=looked.hits,
        read=looked.evidence.excerpts,
        signals=signals,
    )


def _weights(kind: Kind, said: Draft) -> Mapping[str, float]:
    if kind in STORY_KINDS:
        return WEIGHTS_OF_STORY
    return WEIGHTS_WITHOUT_MODEL if said.model == "none" else WEIGHTS


def _judged(assembly: Assembly, sure: float) -> list[CheckedStatement]:
    """The statements with whether they answer the question, which is as sure as the answer is."""
    return [replace(s, answers=sure >= ANSWERS) for s in assembly.statements]


def _compared(
    looked: Looked, reader: Reader | None, assembly: Assembly
) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """The values on which outlets disagree, and the one that replaces an earlier one that was
    given; none where the question names its own time."""
    if looked.kind != "fact" or reader is None or period(looked.question):
        return (), ()
    newer = [superseding(s.text, looked.read) for s in assembly.statements]
    return conflicting(looked.read), tuple(dict.fromkeys(v for v in newer if v))
