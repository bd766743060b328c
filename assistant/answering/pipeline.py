"""One question through the stages: its parts, what is found at once, the draft, its check.

Knows nothing of Chroma, and no shell.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from assistant.answering import over_time
from assistant.answering.assembly import combine, nearest
from assistant.answering.checking import checked
from assistant.answering.evidence import select
from assistant.answering.follow_up import standalone
from assistant.answering.generate import draft
from assistant.answering.looked import Looked
from assistant.answering.question_type import STORY_KINDS, as_read, kind_of
from assistant.answering.reading import Reader, read_hits
from assistant.answering.story import originals
from assistant.answering.sub_questions import sub_questions
from assistant.stopwatch import Stopwatch
from assistant.types import (
    CheckedAnswer,
    CheckedStatement,
    Draft,
    Found,
    Hit,
    Kind,
    Stage,
    Usage,
)

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

Search = Callable[[str, int], list[Hit]]
Step = Stage | Found | CheckedStatement | CheckedAnswer
T = TypeVar("T")
Steps = Generator[Step, None, T]

# Passages read for a question about one thing, and for one about a whole story.
NARROW, WIDE = 10, 20
WIDE_KINDS: frozenset[Kind] = frozenset({"list", "change", "latest", "overview"})
WIDE_TOKENS = 1.5
# From this score on what was found is shown while the model writes.
SHOWN = 0.3
NO_MODEL = Draft("", 0.0, "none")


@dataclass(frozen=True)
class Answering:
    """What does not change from question to question.

    search: question and how many -> the passages that fit best. reader: None where its weights
    cannot be used. tokens: about how much of the articles the model reads. least: the confidence
    below which it is silent.
    """

    search: Search
    llm: LLM | None
    reader: Reader | None
    tokens: int
    least: float
    watch: Stopwatch

    def steps(self, question: str, history: Sequence[tuple[str, str]] = ()) -> Iterator[Step]:
        """What is being done, what was found at once, each statement once it is checked, at last
        the whole answer.

        history: earlier (question, answer) pairs, oldest first. Whoever closes the generator stops
        the work before the next call of the model. Raises LLMUnreachable and LLMNonsense.
        """
        yield Stage("searching")
        alone, used = self._alone(question, history)
        results: list[CheckedAnswer] = []
        before: list[tuple[str, str]] = []
        # What was first and what is now are one question; so is a whole story.
        whole = kind_of(alone) in ("change", "overview")
        for part in [alone] if whole else sub_questions(alone):
            asked, spent = self._alone(part, before)
            before.append((asked, ""))
            used += spent
            results.append((yield from self._part(asked)))
            # The answer numbers its citations through: those of the parts before come first.
            yield from _new_statements(question, results)
        answer = combine(question, results)
        yield replace(answer, usage=answer.usage + used)

    def _alone(self, question: str, history: Sequence[tuple[str, str]]) -> tuple[str, Usage]:
        with self.watch.measure("answer"):
            return standalone(question, history, self.llm)

    def _part(self, question: str) -> Steps[CheckedAnswer]:
        with self.watch.measure("retrieve"):
            looked = self._look(question)
        if looked.found is not None and looked.found.score >= SHOWN:
            yield looked.found
        used = Usage()
        if self.llm is not None and looked.kind == "change":
            changed, used = yield from self._over_time(looked, self.llm)
            if changed is not None:
                return changed
        answer = yield from self._once(looked)
        return replace(answer, usage=answer.usage + used)

    def _over_time(self, looked: Looked, llm: LLM) -> Steps[tuple[CheckedAnswer | None, Usage]]:
        """What each article of the story says of it, or None where that is no change; and what it
        took."""
        with self.watch.measure("answer"):
            plain, used = over_time.plain_question(looked.question, llm)
        with self.watch.measure("retrieve"):
            found = {h.passage.id: h for h in (*looked.hits, *self.search(plain, WIDE))}
            states = over_time.by_article(originals(read_hits(plain, list(found.values()), None)))
        yield Stage("reading", nearest([read for read, _ in states]))
        results = []
        for read, evidence in states:
            with self.watch.measure("answer"):
                said = draft(plain, "fact", evidence.excerpts, llm)
            one = Looked(plain, "fact", (read.hit,), (read,), evidence)
            with self.watch.measure("check"):
                results.append(checked(one, said, self.reader, 0.0))
        used += sum((r.usage for r in results), Usage())
        whole = over_time.joined(looked.question, results, self.least)
        if whole is None:
            return None, used
        return replace(whole, found=looked.found, hits=looked.hits, usage=used), used

    def _once(self, looked: Looked) -> Steps[CheckedAnswer]:
        yield Stage("reading", nearest(looked.read))
        said = NO_MODEL
        if self.llm is not None and looked.kind != "overview" and looked.evidence.excerpts:
            with self.watch.measure("answer"):
                said = draft(looked.question, looked.kind, looked.evidence.excerpts, self.llm)
        yield Stage("checking")
        with self.watch.measure("check"):
            return checked(looked, said, self.reader, self.least)

    def _look(self, question: str) -> Looked:
        kind = kind_of(question)
        wide = kind in WIDE_KINDS
        hits = self.search(question, WIDE if wide else NARROW)
        read = read_hits(
            as_read(question, kind), hits, None if kind in STORY_KINDS else self.reader
        )
        evidence = select(question, kind, read, int(self.tokens * (WIDE_TOKENS if wide else 1)))
        return Looked(question, kind, tuple(hits), tuple(originals(read)), evidence)


def _new_statements(question: str, results: Sequence[CheckedAnswer]) -> Iterator[CheckedStatement]:
    """Those of the last result, with the numbers they have in the whole answer."""
    shown = len(combine(question, results[:-1]).statements) if len(results) > 1 else 0
    yield from combine(question, results).statements[shown:]
