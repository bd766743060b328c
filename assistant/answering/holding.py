"""The draft -> the sentences of it that hold, each with exact sources; quotes where none does.

Each sentence is attributed to exact characters and verified against them, and the trained reader
has a veto: what it is sure the cited text denies is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answering import quoting
from assistant.answering.assembly import Assembly
from assistant.answering.attribute import Source, attribute
from assistant.answering.generate import refuses
from assistant.answering.looked import Looked
from assistant.answering.reading import Borne, Reader
from assistant.answering.verify import adds_nothing, unsaid
from assistant.answering.yes_no import opening, without_opening
from assistant.passages import sentence_spans
from assistant.types import Draft

# So sure must the reader be that the cited text denies a sentence for it to be dropped.
DENIES = 0.8


@dataclass(frozen=True)
class _Unknown:
    """What is known of a sentence without a reader: as likely said there as not."""

    entails: float = 0.5
    contradicts: float = 0.0


UNKNOWN = _Unknown()


@dataclass(frozen=True)
class Held:
    """Shares of the draft's sentences, 0 to 1. grounded: that hold. entailed: the same, each
    counted as surely as the reader finds that its sources bear it out. unsaid: of the words of the
    sentences that hold, those that the cited articles have nowhere.
    """

    grounded: float
    entailed: float
    unsaid: float


def write(looked: Looked, said: Draft, reader: Reader | None, assembly: Assembly) -> Held:
    """Put what holds of the draft into `assembly`, or else quotes."""
    text = without_opening(said.text) if looked.kind == "yes_no" else said.text
    sentences = [text[s.start : s.end] for s in sentence_spans(text)]
    held, entailed, lost = 0, 0.0, 0.0
    for sentence in sentences:
        if refuses(sentence):  # "No. The articles do not say that he has."
            continue
        found = attribute(sentence, looked.evidence.excerpts, looked.question)
        borne = _borne(found.sources, sentence, reader)
        if adds_nothing(sentence, looked.question):
            # "Roke was not ahead": who asked wants to read what the article says instead.
            assembly.quote(quoting.fitting(looked.read), "in the article's own words")
            if found.lacks is None:
                held += 1
                entailed += borne.entails
        elif found.lacks is None and borne.contradicts < DENIES:
            held += 1
            entailed += borne.entails
            lost += unsaid(sentence, [s.article for s in found.sources])
            assembly.add(sentence, found.sources, "supported", "the cited text says it")
    if not assembly.statements:
        for source in quoting.quotes(looked.question, looked.evidence, looked.read):
            assembly.quote(source, "in the article's own words")
    if looked.kind == "yes_no" and assembly.statements and (word := opening(said.text)):
        first = assembly.statements[0]
        assembly.statements[0] = replace(first, text=f"{word}. {first.text}")
    count = len(sentences) or 1
    return Held(held / count, entailed / count, lost / (held or 1))


def _borne(sources: Sequence[Source], sentence: str, reader: Reader | None) -> Borne:
    """How the cited text bears on the sentence; without a reader nothing is known."""
    if reader is None or not sources:
        return UNKNOWN
    (borne,) = reader.bear([(" ".join(s.text for s in sources), sentence)])
    return borne
