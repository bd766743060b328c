"""Each passage found, read with the question in mind: in which sentence does it answer.

The trained reader says where; without it the word pieces' late interaction does, which is right
less often (of 81 tune questions the best passage's sentence was right for .44, without it for .31).
Which passage answers is left to retrieval: the reader's own judgement of that is no better than a
guess so far (area under ROC .63 to .69), so it is measured and not used.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.answering.standing_alone import POINTS_BACK
from assistant.types import Hit, Span

# Late interaction of a middling fit, and how steeply the score rises there.
LATE_MIDDLE, LATE_SLOPE = 0.55, 12.0


class Judged(Protocol):
    """What a reader says of one text; see `assistant.models.reader.Reading`."""

    @property
    def answers(self) -> float: ...
    @property
    def span(self) -> Span | None: ...


class Borne(Protocol):
    """How a text bears on a statement; see `assistant.models.reader.Bearing`."""

    @property
    def entails(self) -> float: ...
    @property
    def contradicts(self) -> float: ...


class Reader(Protocol):
    """What the answering needs of `assistant.models.reader.Reader`."""

    def read(
        self, question: str, texts: Sequence[str], headlines: Sequence[str] | None = None
    ) -> Sequence[Judged]: ...
    def bear(self, pairs: Sequence[tuple[str, str]]) -> Sequence[Borne]: ...


@dataclass(frozen=True)
class ReadHit:
    """A hit and what was read in it, in characters of the article.

    sentence: where it answers. span: the answer itself, within it. judged: what the reader thinks
    of it, 0 to 1; None without one.
    """

    hit: Hit
    sentence: Span
    span: Span
    judged: float | None = None

    @property
    def fit(self) -> float:
        """How well its best sentence fits the question: late interaction, 0 to 1."""
        return max((s.late for s in self.hit.sentences), default=LATE_MIDDLE)

    @property
    def score(self) -> float:
        """The same as a share of one that spreads: .5 where a fit is middling."""
        return 1 / (1 + math.exp(-LATE_SLOPE * (self.fit - LATE_MIDDLE)))

    @property
    def span_text(self) -> str:
        return self.hit.article.text[self.span.start : self.span.end]


def read_hits(question: str, hits: Sequence[Hit], reader: Reader | None) -> list[ReadHit]:
    """The hits in their order, each read; those without a sentence are left out."""
    hits = [h for h in hits if h.passage.sentences]
    if reader is None or not hits:
        return [_by_late_interaction(hit) for hit in hits]
    judged = reader.read(question, [h.text for h in hits], [h.article.title for h in hits])
    return [_as_read(hit, each) for hit, each in zip(hits, judged, strict=True)]


def _by_late_interaction(hit: Hit) -> ReadHit:
    number = max(range(len(hit.sentences)), key=lambda n: hit.sentences[n].late, default=0)
    sentence = hit.passage.sentences[number]
    return ReadHit(hit, sentence, sentence)


def _as_read(hit: Hit, judged: Judged) -> ReadHit:
    if judged.span is None:
        return _by_late_interaction(hit)
    start, end = (hit.passage.start + at for at in judged.span)
    sentence = sentence_at(hit.passage.sentences, start)
    return ReadHit(hit, sentence, Span(start, min(end, sentence.end)), judged.answers)


def sentence_at(sentences: Sequence[Span], place: int) -> Span:
    """The last of `sentences` that begins at or before `place`; the first where none does."""
    return next((s for s in reversed(sentences) if s.start <= place), sentences[0])


def whole(article_text: str, sentences: Sequence[Span], sentence: Span) -> Span:
    """`sentence`, with the one before it where it begins with a word that points back."""
    number = sentences.index(sentence)
    if number and POINTS_BACK.match(article_text[sentence.start : sentence.end]):
        return Span(sentences[number - 1].start, sentence.end)
    return sentence
