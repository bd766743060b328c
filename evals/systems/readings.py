"""The answering parts one after the other, to see by comparison what each of them adds.

    assistant eval run squad --data DIR --n 90 --careful 0 --system read-passages \\
        --system read-sentences --system read-twice --system ours

Whole passages read once; the sentences chosen from them read once; those with a second opinion;
and what ours has besides: questions in parts, and other articles that may say otherwise. None of
them declines, so run ours with `--careful 0` beside them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answer import answer
from assistant.asking import signals_of
from assistant.check import check
from assistant.confidence import confidence
from assistant.evidence import estimated_tokens, select
from assistant.judge import approval
from assistant.types import Answer, Evidence, EvidenceSentence, Hit, Span
from evals.items import Item
from evals.records import Record, Seconds
from evals.systems.ours import record_of
from evals.systems.system import System, Workplace

if TYPE_CHECKING:
    from assistant.llm import EmbeddedLLM

Choose = Callable[[Workplace, str, list[Hit]], Evidence]


def read_passages(work: Workplace) -> System:
    """The best passages, as many tokens as ours reads; confidence is P(found) of the reading."""
    return _system(work, "read-passages", _whole)


def read_sentences(work: Workplace) -> System:
    """The sentences ours chooses; confidence is P(found) of the reading."""
    return _system(work, "read-sentences", _chosen)


def read_twice(work: Workplace) -> System:
    """The same, with the second opinion and what else the confidence of ours is made of."""
    return _system(work, "read-twice", _chosen, twice=True)


def _chosen(work: Workplace, question: str, hits: list[Hit]) -> Evidence:
    return select(question, hits, work.engine.settings.evidence)


def _whole(work: Workplace, question: str, hits: list[Hit]) -> Evidence:
    """Each passage as if it were one sentence; at least the first."""
    sentences: list[EvidenceSentence] = []
    left = work.engine.settings.evidence
    for hit in hits:
        left -= estimated_tokens(hit.text)
        if left < 0 and sentences:
            break
        span = Span(hit.passage.start, hit.passage.end)
        label = len(sentences) + 1
        sentences.append(EvidenceSentence(label, hit.article, hit.passage.id, span, hit.score))
    return Evidence(question, tuple(sentences))


def _system(work: Workplace, name: str, choose: Choose, *, twice: bool = False) -> System:
    from assistant.llm import EmbeddedLLM

    llm = work.llm
    work.engine.embedder.load()

    def ask(item: Item) -> Record:
        begin = time.perf_counter()
        hits = work.engine.search(item.question, None, work.filters(item))
        found = time.perf_counter() - begin
        evidence = choose(work, item.question, hits)
        said = answer(evidence, llm)
        sure = said.found
        if twice and said.statements and isinstance(llm, EmbeddedLLM):
            said, evidence, sure = _second_opinion(said, evidence, llm)
        checked = replace(check(said, evidence, confidence=sure), hits=tuple(hits))
        spent = time.perf_counter() - begin
        return record_of(work.suite, name, item, checked, Seconds(found, spent, spent))

    return ask


def _second_opinion(
    said: Answer, evidence: Evidence, llm: EmbeddedLLM
) -> tuple[Answer, Evidence, float]:
    approved, used = approval(evidence, said.statements[0], llm)
    signals = {**signals_of(evidence, said), "approved": approved}
    said = replace(said, approved=approved, usage=said.usage + used)
    return said, replace(evidence, signals=signals), confidence(signals)
