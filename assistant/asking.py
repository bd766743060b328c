"""One question through the stages: parts, evidence, answer, second opinion, other articles, check.

How much is done depends on who answers. A strong model behind an endpoint sees the evidence for all
parts at once and says itself when articles disagree. The small embedded one is asked about one
thing at a time, is asked again whether its answer is right, and where another article may say
otherwise it reads that one alone. Knows nothing of Chroma, and no shell.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from assistant.answer import answer
from assistant.check import Entails, abstain, check, combine, deny, judge, nearest
from assistant.confidence import WEIGHTS_WITHOUT_MODEL, confidence
from assistant.coverage import covered, missing_names
from assistant.decomposition import Part, parts
from assistant.evidence import merge, select
from assistant.expectation import answers_in_kind, expected
from assistant.judge import approval
from assistant.premise import denied
from assistant.rivals import other_articles
from assistant.stopwatch import Stopwatch
from assistant.types import Answer, CheckedAnswer, CheckedStatement, Evidence, Hit, Stage, Usage
from assistant.weighing import SURER, Reading, answers_otherwise, weigh

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

Search = Callable[[str], list[Hit]]
Step = Stage | CheckedStatement | CheckedAnswer
T = TypeVar("T")
Steps = Generator[Step, None, T]

MOST_MISSING = 3


@dataclass(frozen=True)
class Asking:
    """What does not change from question to question.

    tokens: about how much evidence is read. careful: confidence below which it is silent.
    entails: see `assistant.check`.
    """

    search: Search
    llm: LLM | None
    tokens: int
    careful: float
    watch: Stopwatch
    entails: Entails | None = None

    def steps(self, question: str) -> Iterator[Step]:
        """What is being done, each statement once it is checked, at last the whole answer.

        No statement is shown before it is known whether another article says otherwise. Whoever
        closes the generator stops the work before the next call of the model.
        Raises LLMUnreachable and LLMNonsense.
        """
        yield Stage("searching")
        asked = parts(question)
        with self.watch.measure("retrieve"):
            hits = [self.search(part.searched) for part in asked]
            evidence = [
                replace(select(p.searched, h, self.tokens), question=p.asked)
                for p, h in zip(asked, hits, strict=True)
            ]
        results = []
        if self._one_at_a_time:
            for part, found, each in zip(asked, hits, evidence, strict=True):
                results.append((yield from self._part(part, found, each)))
                # The answer numbers its citations through: those of the parts before come first.
                yield from _new_statements(question, results)
        else:
            results.append((yield from self._whole(merge(question, evidence))))
            yield from results[-1].statements
        found_first = dict.fromkeys(h for each in hits for h in each)
        yield replace(combine(question, results), hits=tuple(found_first))

    @property
    def _one_at_a_time(self) -> bool:
        from assistant.llm import EmbeddedLLM

        return self.llm is None or isinstance(self.llm, EmbeddedLLM)

    def _whole(self, evidence: Evidence) -> Steps[CheckedAnswer]:
        yield Stage("reading", nearest(evidence))
        reading = self._read(evidence)
        yield Stage("checking")
        return self._checked(reading)

    def _part(self, part: Part, hits: Sequence[Hit], evidence: Evidence) -> Steps[CheckedAnswer]:
        yield Stage("reading", nearest(evidence))
        first = self._read(evidence)
        yield Stage("checking")
        if self.llm is None or first.confidence < self.careful - SURER:
            return self._checked(first)
        best, rivals = first, list[Reading]()
        others, used = yield from self._others(part, hits, first)
        for other in others:
            match weigh(part.asked, best, other):
                case "better":
                    best, rivals = other, []
                case "conflict":
                    rivals.append(other)
        versions = [self._checked(r) for r in (best, *rivals)]
        result = combine(part.asked, versions, conflict=True) if rivals else versions[0]
        # What was read counts, also where it changed nothing.
        return replace(result, usage=first.answer.usage + used)

    def _read(self, evidence: Evidence) -> Reading:
        """What the model answers, and how far to trust it."""
        with self.watch.measure("answer"):
            said = answer(evidence, self.llm)
        if self.llm is None:
            weights = WEIGHTS_WITHOUT_MODEL
            evidence = replace(evidence, signals=signals_of(evidence, said))
            return Reading(evidence, said, confidence(evidence.signals, weights))
        if not self._one_at_a_time or not said.statements:
            return Reading(evidence, said, said.found if said.statements else 0.0)
        return self._weighed(evidence, said)

    def _weighed(self, evidence: Evidence, said: Answer) -> Reading:
        """The answer with its confidence. The second opinion is asked for only where it can make
        a difference."""
        with self.watch.measure("check"):
            signals = signals_of(evidence, said)
            if confidence({**signals, "approved": 1.0}) < self.careful:
                evidence = replace(evidence, signals=signals)
                return Reading(evidence, said, confidence({**signals, "approved": 0.5}))
            said = self._judged(evidence, said)
            signals["approved"] = said.approved or 0.0
        return Reading(replace(evidence, signals=signals), said, confidence(signals))

    def _judged(self, evidence: Evidence, said: Answer) -> Answer:
        from assistant.llm import EmbeddedLLM

        assert isinstance(self.llm, EmbeddedLLM)
        approved, used = approval(evidence, said.statements[0], self.llm)
        return replace(said, approved=approved, usage=said.usage + used)

    def _others(
        self, part: Part, hits: Sequence[Hit], first: Reading
    ) -> Steps[tuple[list[Reading], Usage]]:
        """What other articles answer otherwise, each read alone; and what all that took.

        The second opinion is asked for only where the other answer could be shown.
        """
        readings, used = [], Usage()
        for evidence in other_articles(part, hits, first):
            yield Stage("reading", nearest(evidence))
            with self.watch.measure("answer"):
                said = answer(evidence, self.llm)
            if said.statements and answers_otherwise(part.asked, first, said, evidence):
                readings.append(self._weighed(evidence, said))
                said = readings[-1].answer
            used += said.usage
        return readings, used

    def _checked(self, reading: Reading) -> CheckedAnswer:
        with self.watch.measure("check"):
            said, evidence, sure = reading.answer, reading.evidence, reading.confidence
            if sure >= self.careful and said.statements:
                return check(said, evidence, confidence=sure, entails=self.entails)
            denial = denied(evidence)
            return deny(said, evidence, denial, sure) if denial else abstain(said, evidence, sure)


def _new_statements(question: str, results: Sequence[CheckedAnswer]) -> Iterator[CheckedStatement]:
    """Those of the last result, with the numbers they have in the whole answer."""
    shown = len(combine(question, results[:-1]).statements) if len(results) > 1 else 0
    yield from combine(question, results).statements[shown:]


def signals_of(evidence: Evidence, said: Answer) -> dict[str, float]:
    """What was measured of one answer; see `assistant.confidence.SIGNALS`."""
    signals = {**evidence.signals, "found": said.found}
    if not said.statements:
        return signals
    statement = said.statements[0]
    cited = next((s for n in statement.labels if (s := evidence.by_label(n))), None)
    whole = [cited.article.title, cited.article.text] if cited else []
    day = cited.article.published if cited else None
    about = [*whole, cited.article.source or "", f"{day:%d %B %Y}" if day else ""] if cited else []
    return {
        **signals,
        "in_kind": float(answers_in_kind(expected(evidence.question), statement.text)),
        "grounded": float(judge(statement, evidence).verdict == "supported"),
        "covered": covered(evidence.question, whole),
        "names_missing": float(min(len(missing_names(evidence.question, about)), MOST_MISSING)),
    }
