"""Two readings of one question: which of them holds, or whether both are to be shown. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from assistant.disagreement import (
    Version,
    can_be_contradicted,
    comparable,
    leaves_room,
    order,
    relation,
    same_answer,
)
from assistant.expectation import answers_in_kind, expected
from assistant.grounding import locate
from assistant.quantities import quantities, values
from assistant.timing import too_late, wants_last_state
from assistant.types import Answer, Article, Evidence, EvidenceSentence

# An article read alone is believed against the joint reading where it is surer by this much, and a
# newer one where it is hardly less sure.
SURER, HARDLY_LESS_SURE = 0.2, 0.1
# What is shown as a conflict must be sure on both sides: each would be an answer by itself.
CONFLICT_CONFIDENCE = 0.4


@dataclass(frozen=True)
class Reading:
    """One reading of one set of evidence. confidence: 0 to 1, that it answers the question."""

    evidence: Evidence
    answer: Answer
    confidence: float

    @property
    def text(self) -> str:
        return self.answer.statements[0].text if self.answer.statements else ""


def _version(reading: Reading) -> Version:
    cited = reading.evidence.by_label(reading.answer.statements[0].labels[0])
    if cited is None:
        return Version(reading.text, None)
    return Version(reading.text, cited.article.published, cited.article.source)


def may_matter(question: str, first: Reading, article: Article) -> bool:
    """Whether anything that `article` may answer could change the first answer.

    `weigh` says no to what came too late or describes an older state, whatever it is; and where
    nothing can contradict the first answer, only one that is much surer stands against it.
    """
    other = Version("", article.published, article.source)
    if too_late(question, article.published):
        return False
    if order(_version(first), other, at_once=wants_last_state(question)) == "older":
        return False
    return can_be_contradicted(first.text) or first.confidence + SURER < 1


def answers_otherwise(question: str, first: Reading, said: Answer, evidence: Evidence) -> bool:
    """Whether what was said of `evidence` is another answer to the question, by its form."""
    text = said.statements[0].text
    return (
        answers_in_kind(expected(question), text)
        and not same_answer(first.text, text)
        and not locate(text, _text_read(first))
        and not _leaves_room(first.text, text, evidence.by_label(said.statements[0].labels[0]))
    )


def weigh(question: str, best: Reading, other: Reading) -> Literal["better", "conflict", "no"]:
    """What another answer means for the best one so far."""
    version = _version(other)
    if too_late(question, version.published):
        return "no"
    said = relation(_version(best), version, at_once=wants_last_state(question))
    contrary = comparable(best.text, other.text)
    if contrary and said == "newer" and other.confidence >= best.confidence - HARDLY_LESS_SURE:
        return "better"
    both_sure = min(best.confidence, other.confidence) >= CONFLICT_CONFIDENCE
    if contrary and said == "conflict" and both_sure:
        return "conflict"
    return "better" if said != "older" and other.confidence > best.confidence + SURER else "no"


def _leaves_room(first: str, text: str, sentence: EvidenceSentence | None) -> bool:
    """Whether the other answer is only a bound that the first one keeps to."""
    if sentence is None:
        return False
    bounds = [q for q in quantities(sentence.text) if q.value in values(text)]
    return any(leaves_room(b, sentence.text, v) for b in bounds for v in quantities(first))


def _text_read(reading: Reading) -> str:
    """The sentences around the one an answer rests on: they may well name both."""
    cited = reading.evidence.by_label(reading.answer.statements[0].labels[0])
    beside = [s.text for s in reading.evidence.sentences if cited and s.article == cited.article]
    return " ".join(beside)
