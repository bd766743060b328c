"""One question through the stages: parts, evidence, answer, second opinion, other articles, check.

How much is done depends on who answers. A strong model behind an endpoint sees the evidence for all
parts at once and says itself when articles disagree. The small embedded one is asked about one
thing at a time, is asked again whether its answer is right, and where another article may say
otherwise it reads that one alone. Knows nothing of Chroma, and no shell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from assistant.answer import answer
from assistant.check import abstain, check, combine, judge
from assistant.confidence import confidence, confidence_without_model
from assistant.decomposition import Part, parts
from assistant.disagreement import Version, comparable, relation
from assistant.evidence import merge, select
from assistant.expectation import answers_in_kind, expected
from assistant.grounding import locate
from assistant.judge import approval
from assistant.lexical import terms, words
from assistant.stopwatch import Stopwatch
from assistant.timing import period
from assistant.types import Answer, CheckedAnswer, Evidence, Hit

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

Search = Callable[[str], list[Hit]]

# Another article is read only where its best sentence fits nearly as well as the one cited.
NEARLY_AS_GOOD = 0.85
ALTERNATIVES = 2
ALTERNATIVE_TOKENS = 120
ALTERNATIVE_CONFIDENCE = 0.6
# Answers of more words than this are explanations, which two papers put differently anyway.
COMPARED_WORDS = 6
NEAR_COPY = 0.7


@dataclass(frozen=True)
class Reading:
    """One reading of one set of evidence. confidence: 0 to 1, that it answers the question."""

    evidence: Evidence
    answer: Answer
    confidence: float

    @property
    def text(self) -> str:
        return self.answer.statements[0].text if self.answer.statements else ""


@dataclass(frozen=True)
class Asking:
    """What does not change from question to question.

    tokens: about how much evidence is read. careful: confidence below which it is silent.
    """

    search: Search
    llm: LLM | None
    tokens: int
    careful: float
    watch: Stopwatch

    def ask(self, question: str) -> CheckedAnswer:
        """The checked answer. Raises LLMUnreachable and LLMNonsense."""
        asked = parts(question)
        with self.watch.measure("retrieve"):
            hits = [self.search(part.searched) for part in asked]
            evidence = [
                replace(select(p.searched, h, self.tokens), question=p.asked)
                for p, h in zip(asked, hits, strict=True)
            ]
        if self._one_at_a_time:
            results = [
                self._part(part, found, each)
                for part, found, each in zip(asked, hits, evidence, strict=True)
            ]
        else:
            results = [self._checked(self._read(merge(question, evidence)))]
        found_first = dict.fromkeys(h for each in hits for h in each)
        return replace(combine(question, results), hits=tuple(found_first))

    @property
    def _one_at_a_time(self) -> bool:
        from assistant.llm import EmbeddedLLM

        return self.llm is None or isinstance(self.llm, EmbeddedLLM)

    def _part(self, part: Part, hits: Sequence[Hit], evidence: Evidence) -> CheckedAnswer:
        first = self._read(evidence)
        if self.llm is None or first.confidence < self.careful:
            return self._checked(first)
        best, rivals = first, list[Reading]()
        for other in self._others(part, hits, first):
            said = relation(_version(best), _version(other))
            if said == "newer" and not period(part.asked):
                best, rivals = other, []
            elif said == "conflict" and comparable(best.text, other.text):
                rivals.append(other)
        if not rivals:
            return self._checked(best)
        versions = [self._checked(r) for r in (best, *rivals)]
        return combine(part.asked, versions, conflict=True)

    def _read(self, evidence: Evidence) -> Reading:
        """What the model answers, and how far to trust it. The second opinion is asked for only
        where it can make a difference."""
        with self.watch.measure("answer"):
            said = answer(evidence, self.llm)
        if self.llm is None:
            return Reading(evidence, said, confidence_without_model(evidence.signals))
        if not self._one_at_a_time or not said.statements:
            return Reading(evidence, said, said.found if said.statements else 0.0)
        with self.watch.measure("check"):
            text = said.statements[0].text
            sure = partial(
                confidence,
                found=said.found,
                in_kind=answers_in_kind(expected(evidence.question), text),
                grounded=judge(said.statements[0], evidence).verdict == "supported",
            )
            if sure(approved=1.0) < self.careful:
                return Reading(evidence, said, sure(approved=0.5))
            said = self._judged(evidence, said)
        return Reading(evidence, said, sure(approved=said.approved or 0.0))

    def _judged(self, evidence: Evidence, said: Answer) -> Answer:
        from assistant.llm import EmbeddedLLM

        assert isinstance(self.llm, EmbeddedLLM)
        approved, used = approval(evidence, said.statements[0], self.llm)
        return replace(said, approved=approved, usage=said.usage + used)

    def _others(self, part: Part, hits: Sequence[Hit], first: Reading) -> list[Reading]:
        """What other articles that fit nearly as well answer, each read alone."""
        if not first.text or len(words(first.text)) > COMPARED_WORDS:
            return []
        cited = first.evidence.by_label(first.answer.statements[0].labels[0])
        if cited is None:
            return []
        needed = NEARLY_AS_GOOD * max((s.late for h in hits for s in h.sentences), default=0.0)
        readings: list[Reading] = []
        seen = {cited.article.id}
        for hit in hits:
            good = max((s.late for s in hit.sentences), default=0.0) >= needed
            if hit.article.id in seen or not good or len(readings) == ALTERNATIVES:
                continue
            seen.add(hit.article.id)
            if _printed_again(hit.text, first.evidence) or locate(first.text, hit.text):
                continue
            own = [h for h in hits if h.article.id == hit.article.id]
            evidence = select(part.searched, own, ALTERNATIVE_TOKENS)
            reading = self._read(replace(evidence, question=part.asked))
            if reading.confidence >= max(self.careful, ALTERNATIVE_CONFIDENCE):
                readings.append(reading)
        return readings

    def _checked(self, reading: Reading) -> CheckedAnswer:
        with self.watch.measure("check"):
            if reading.confidence < self.careful or not reading.answer.statements:
                return abstain(reading.answer, reading.evidence, reading.confidence)
            return check(reading.answer, reading.evidence, confidence=reading.confidence)


def _version(reading: Reading) -> Version:
    cited = reading.evidence.by_label(reading.answer.statements[0].labels[0])
    return Version(reading.text, cited.article.published if cited else None)


def _printed_again(text: str, evidence: Evidence) -> bool:
    """Whether `text` has nearly all the words of a sentence that was read already."""
    have = set(terms(text))
    return any(
        len(have & set(own)) >= NEAR_COPY * len(set(own)) > 3
        for own in (terms(s.text) for s in evidence.sentences[:2])
    )
