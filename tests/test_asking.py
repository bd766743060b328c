"""One question through the stages: what the embedded model read is all accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import Field

from assistant.asking import Asking
from assistant.llm import EmbeddedLLM
from assistant.llm.embedded import Completion
from assistant.passages import sentence_spans
from assistant.stopwatch import Stopwatch
from assistant.types import Article, CheckedAnswer, Hit, Passage, SentenceScore, Usage

QUESTION = "How many people died in the flood?"


class Counting(EmbeddedLLM):
    """Is sure of nine and not of anything else; keeps count of what it was asked."""

    asked: list[Usage] = Field(default_factory=list)

    def template(self, messages: Sequence[Any]) -> str:
        return str(messages[-1].content)

    def prime(self, prefix: str, *, slot: int = 0) -> None:
        pass

    def choose(
        self, prompt: str, choices: Sequence[str], *, slot: int = 0
    ) -> tuple[dict[str, float], Usage]:
        self.asked.append(Usage(len(prompt), 1))
        first = 0.9 if "Nine" in prompt else 0.2
        return {c: first if n == 0 else 1 - first for n, c in enumerate(choices)}, self.asked[-1]

    def write(
        self, prompt: str, *, max_tokens: int, stop: Sequence[str], slot: int = 0
    ) -> Completion:
        self.asked.append(Usage(len(prompt), 2))
        return Completion("Nine" if "Nine" in prompt else "eight", self.asked[-1])


def hit(rank: int, text: str) -> Hit:
    spans = tuple(sentence_spans(text))
    article = Article(f"{rank}.txt", f"Title {rank}", text, published=date(2024, 6, 12))
    passage = Passage(f"p{rank}", article.id, 0, spans[0].start, spans[-1].end, spans)
    score = 0.6 - rank / 100
    return Hit(rank, -float(rank), passage, article, (SentenceScore(score, score, score),))


def ask(hits: list[Hit], tokens: int) -> tuple[CheckedAnswer, list[Usage]]:
    llm = Counting(path=Path("scripted"), name="scripted")
    asking = Asking(lambda _: hits, llm, tokens=tokens, careful=0.0, watch=Stopwatch())
    *_, last = asking.steps(QUESTION)
    assert isinstance(last, CheckedAnswer)
    return last, llm.asked


def test_usage_counts_every_reading_also_of_articles_that_change_nothing() -> None:
    """What an answer costs is told to the user, and is what the benchmarks compare."""
    alone, asked_alone = ask([hit(1, "Nine people died in the flood.")], 20)
    both, asked_both = ask(
        [hit(1, "Nine people died in the flood."), hit(2, "In the flood eight people died.")], 20
    )
    assert len(asked_both) > len(asked_alone) > 0, "the other article is read alone"
    assert [s.text for s in both.statements] == ["Nine"], "and changes nothing"
    assert alone.usage == sum(asked_alone, Usage())
    assert both.usage == sum(asked_both, Usage())
