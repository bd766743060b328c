"""What holds of the draft -> the answer that may be shown, or silence.

Where articles differ, the newest counts, or all are shown; the confidence decides between the
answer and silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from assistant.answering import quoting
from assistant.answering.assembly import Assembly, nearest
from assistant.answering.changes import Told, values_by_day
from assistant.answering.confidence import (
    WEIGHTS,
    WEIGHTS_OF_STORY,
    WEIGHTS_WITHOUT_MODEL,
    confidence,
)
from assistant.answering.holding import write
from assistant.answering.looked import Looked
from assistant.answering.question_type import STORY_KINDS
from assistant.answering.reading import Reader
from assistant.answering.signals import signals_of
from assistant.quantities import values
from assistant.timing import period
from assistant.types import CheckedAnswer, CheckedStatement, Draft, Kind

# From this confidence on what is said is taken to answer the question.
ANSWERS = 0.5


def checked(looked: Looked, said: Draft, reader: Reader | None, least: float) -> CheckedAnswer:
    """The answer, or silence where the confidence is below `least`."""
    assembly = Assembly()
    held = write(looked, said, reader, assembly)
    told = _told(looked, reader)
    if told.conflict or _is_outdated(assembly, told):
        assembly = Assembly()
        for value in told.newest:
            reason = "outlets disagree" if told.conflict else "the newest article that says"
            assembly.quote(quoting.sentence(value.read), reason)
    signals = signals_of(looked, reader, assembly)
    if said.model != "none":
        signals |= {"refused": said.refused, **vars(held)}
    sure = confidence(signals, _weights(looked.kind, said))
    silent = sure < least or not assembly.statements
    return CheckedAnswer(
        question=looked.question,
        status="abstained" if silent else "conflict" if told.conflict else "answered",
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


def _told(looked: Looked, reader: Reader | None) -> Told:
    """What the articles say in numbers, by day; nothing where the question names its own time."""
    if looked.kind != "fact" or reader is None or period(looked.question):
        return Told((), ())
    return values_by_day(looked.read)


def _is_outdated(assembly: Assembly, told: Told) -> bool:
    """Whether the answer gives an earlier figure and not the one that holds."""
    if not told.newest or not told.earlier:
        return False
    said = {v for s in assembly.statements for v in values(s.text)}
    now = {value.quantity.value.normalize() for value in told.newest}
    before = {value.quantity.value.normalize() for value in told.earlier}
    return bool(said & before) and not said & now
