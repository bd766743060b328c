"""One question through the stages: its parts, what is found at once, the draft, its check.

Knows nothing of Chroma, and no shell.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from assistant.answering import quoting
from assistant.answering.assembly import Assembly, citation, combine, nearest
from assistant.answering.attribute import Source, attribute
from assistant.answering.changes import Told, values_by_day
from assistant.answering.confidence import WEIGHTS, WEIGHTS_WITHOUT_MODEL, confidence
from assistant.answering.evidence import Evidence, select
from assistant.answering.follow_up import standalone
from assistant.answering.generate import draft
from assistant.answering.prompts import day
from assistant.answering.question_type import kind_of
from assistant.answering.reading import Reader, ReadHit, read_hits
from assistant.answering.story import originals
from assistant.answering.sub_questions import sub_questions
from assistant.answering.verify import missing_names
from assistant.answering.yes_no import decide, without_yes_or_no
from assistant.passages import sentence_spans
from assistant.stopwatch import Stopwatch
from assistant.types import (
    CheckedAnswer,
    CheckedStatement,
    Draft,
    Found,
    Hit,
    Kind,
    Stage,
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
WIDE_TOKENS = 1.6
# From this judgement on a passage counts as one that answers.
ANSWERS = 0.5
MOST_EARLIER = 2
MOST_MISSING = 3
# An entailment this sure that the cited text denies a statement outweighs that its words are there.
DENIES = 0.8
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
        with self.watch.measure("answer"):
            alone, used = standalone(question, history, self.llm)
        results: list[CheckedAnswer] = []
        asked: list[tuple[str, str]] = []
        for part in sub_questions(alone):
            with self.watch.measure("answer"):
                whole, spent = standalone(part, asked, self.llm)
            asked.append((whole, ""))
            used += spent
            results.append((yield from self._part(whole)))
            # The answer numbers its citations through: those of the parts before come first.
            yield from _new_statements(question, results)
        answer = combine(question, results)
        yield replace(answer, usage=answer.usage + used)

    def _part(self, question: str) -> Steps[CheckedAnswer]:
        kind = kind_of(question)
        with self.watch.measure("retrieve"):
            hits = self.search(question, WIDE if kind in WIDE_KINDS else NARROW)
            # What is new, or what happened, is no question that a passage answers.
            reader = None if kind in ("latest", "overview") else self.reader
            read = read_hits(question, hits, reader)
            tokens = int(self.tokens * (WIDE_TOKENS if kind in WIDE_KINDS else 1))
            evidence = select(question, kind, read, tokens)
        looked = Looked(question, kind, tuple(hits), tuple(originals(read)), evidence)
        found = looked.found
        if found is not None and found.score >= ANSWERS:
            yield found
        yield Stage("reading", nearest(looked.read))
        said = NO_MODEL
        if self.llm is not None and kind != "overview" and evidence.excerpts:
            with self.watch.measure("answer"):
                said = draft(question, kind, evidence.excerpts, self.llm)
        yield Stage("checking")
        with self.watch.measure("check"):
            return self._checked(looked, said)

    def _checked(self, looked: Looked, said: Draft) -> CheckedAnswer:
        assembly = Assembly()
        grounded = self._write(looked, said, assembly)
        told = self._told(looked)
        if told.conflict:
            assembly = Assembly()
            for value in told.newest:
                assembly.quote(quoting.sentence(value.read), "outlets disagree", True)
        signals = self._signals(looked, said, assembly, grounded)
        weights = WEIGHTS if said.model != "none" else WEIGHTS_WITHOUT_MODEL
        sure = confidence(signals, weights)
        silent = sure < self.least or not assembly.statements
        return CheckedAnswer(
            question=looked.question,
            status="abstained" if silent else "conflict" if told.conflict else "answered",
            statements=() if silent else tuple(assembly.statements),
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

    def _write(self, looked: Looked, said: Draft, assembly: Assembly) -> float:
        """Put the draft's sentences into `assembly`, each checked; what fails is replaced by a
        quote, once. The share, 0 to 1, of the sentences that were borne out."""
        excerpts = looked.evidence.excerpts
        text = without_yes_or_no(said.text) if looked.kind == "yes_no" else said.text
        sentences = [text[s.start : s.end] for s in sentence_spans(text)]
        borne_out = 0
        for sentence in sentences:
            found = attribute(sentence, excerpts)
            lacks = found.lacks or self._denied(found.sources, sentence)
            if lacks is None:
                borne_out += 1
                answers = self._answers(looked.question, found.sources)
                assembly.add(
                    sentence, found.sources, "supported", "the cited text says it", answers
                )
        if not assembly.statements:
            for source in quoting.quotes(looked.question, looked.evidence, looked.read):
                assembly.quote(source, "in the article's own words")
        if looked.kind == "yes_no":
            self._open_with_yes_or_no(looked, assembly)
        return borne_out / len(sentences) if sentences else 0.0

    def _denied(self, sources: Sequence[Source], sentence: str) -> str | None:
        """What the reader has against it, where it is sure that the sources deny it."""
        if self.reader is None or not sources:
            return None
        text = " ".join(s.text for s in sources)
        (borne,) = self.reader.bear([(text, sentence)])
        return "the cited text denies it" if borne.contradicts >= DENIES else None

    def _answers(self, question: str, sources: Sequence[Source]) -> bool | None:
        likely = self._cited_answers(question, sources)
        return None if likely is None else likely >= ANSWERS

    def _cited_answers(self, question: str, sources: Sequence[Source]) -> float | None:
        """The reader's judgement, 0 to 1, of the cited text alone."""
        if self.reader is None or not sources:
            return None
        text = " ".join(s.text for s in sources)
        (judged,) = self.reader.read(question, [text], [sources[0].article.title])
        return judged.answers

    def _open_with_yes_or_no(self, looked: Looked, assembly: Assembly) -> None:
        if not assembly.statements:
            return
        numbers = assembly.statements[0].citations
        texts = [assembly.citations[n - 1].quote for n in numbers]
        verdict = decide(looked.question, [" ".join(texts)], self.reader)
        if verdict is not None:
            first = assembly.statements[0]
            opening = "Yes." if verdict else "No."
            assembly.statements[0] = replace(first, text=f"{opening} {first.text}")

    def _told(self, looked: Looked) -> Told:
        if looked.kind not in ("fact", "change") or self.reader is None:
            return Told((), ())
        return values_by_day(looked.read, ANSWERS)

    def _signals(
        self, looked: Looked, said: Draft, assembly: Assembly, grounded: float
    ) -> dict[str, float]:
        every = [s for h in looked.hits for s in h.sentences]
        sources = [(c.article_id, c.quote) for c in assembly.citations]
        cited = [r.hit.article for r in looked.read if r.hit.article.id in {i for i, _ in sources}]
        about = [
            f"{a.title} {a.text} {a.source or ''} {day(a.published) if a.published else ''}"
            for a in cited
        ]
        signals = {
            "answers": max((r.answers for r in looked.read), default=0.0),
            "late": max((s.late for s in every), default=0.0),
            "lexical": max((s.lexical for s in every), default=0.0),
            "names_missing": float(min(len(missing_names(looked.question, about)), MOST_MISSING)),
        }
        if said.model != "none":
            signals |= {"refused": said.refused, "grounded": grounded}
        if self.reader is not None and sources:
            text = " ".join(quote for _, quote in sources[:MOST_MISSING])
            (judged,) = self.reader.read(looked.question, [text], [assembly.citations[0].title])
            signals["cited_answers"] = judged.answers
        return signals


@dataclass(frozen=True)
class Looked:
    """What was found for one question before anything was written. read: without near copies."""

    question: str
    kind: Kind
    hits: tuple[Hit, ...]
    read: tuple[ReadHit, ...]
    evidence: Evidence

    @property
    def found(self) -> Found | None:
        best = quoting.best(self.read)
        if best is None:
            return None
        return Found(best.span_text, citation(quoting.sentence(best)), best.answers)


def _new_statements(question: str, results: Sequence[CheckedAnswer]) -> Iterator[CheckedStatement]:
    """Those of the last result, with the numbers they have in the whole answer."""
    shown = len(combine(question, results[:-1]).statements) if len(results) > 1 else 0
    yield from combine(question, results).statements[shown:]
