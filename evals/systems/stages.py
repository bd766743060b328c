"""The stages of finding one by one, to see by comparison what each of them adds.

    assistant eval run squad --data DIR --llm none --system lexical --system dense \\
        --system first-stage --system whole-passages --system ours

They find and say nothing, so only the figures of retrieval mean something.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from assistant.answering.evidence import estimated_tokens
from assistant.lexical import terms
from assistant.retrieval import first_stage
from assistant.types import Article, Filters, Passage
from evals.items import Item
from evals.records import Place, Record, Seconds
from evals.systems.system import System, Workplace

DEPTH = 100


Found = tuple[Passage, Article]
Find = Callable[[str, Filters | None], Sequence[Found]]


def lexical(work: Workplace) -> System:
    """BM25 alone."""

    def find(question: str, filters: Filters | None) -> Sequence[Found]:
        found = work.engine.index.lexical(terms(question), DEPTH, filters)
        return _stored(work, [i for i, _ in found])

    return _system(work, "lexical", find)


def dense(work: Workplace) -> System:
    """The nearest vectors alone."""

    def find(question: str, filters: Filters | None) -> Sequence[Found]:
        vector = work.engine.embedder.encode([question])[0]
        return _stored(work, [i for i, _ in work.engine.index.dense(vector, DEPTH, filters)])

    return _system(work, "dense", find)


def fused(work: Workplace) -> System:
    """Both, fused, with what dates say: what the second stage gets."""

    def find(question: str, filters: Filters | None) -> Sequence[Found]:
        engine = work.engine
        vector = engine.embedder.encode([question])[0]
        found = first_stage(
            question, vector, store=engine.store, index=engine.index, filters=filters
        )
        return [(candidate.passage, candidate.article) for candidate in found]

    return _system(work, "first-stage", find)


def whole_passages(work: Workplace) -> System:
    """Both stages, and as evidence whole passages, as many tokens of them as ours reads."""

    def find(question: str, filters: Filters | None) -> Sequence[Found]:
        return [(h.passage, h.article) for h in work.engine.search(question, None, filters)]

    return _system(work, "whole-passages", find, evidence=work.engine.settings.evidence)


def _stored(work: Workplace, ids: list[str]) -> Sequence[Found]:
    return list(work.engine.store.passages(ids).values())


def _system(work: Workplace, name: str, find: Find, evidence: int = 0) -> System:
    """evidence: about how many tokens of what was found are read, best first; 0 for none."""

    def ask(item: Item) -> Record:
        begin = time.perf_counter()
        found = find(item.question, work.filters(item))
        spent = time.perf_counter() - begin
        ranked = [Place(article.id, passage.start, passage.end) for passage, article in found]
        return Record(
            work.suite,
            name,
            item.id,
            text="",
            status="abstained",
            retrieved=tuple(dict.fromkeys(ranked)),
            read=tuple(_read(found, evidence)),
            seconds=Seconds(spent, spent, spent),
        )

    return ask


def _read(found: Sequence[Found], tokens: int) -> list[Place]:
    places: list[Place] = []
    for passage, article in found:
        tokens -= estimated_tokens(article.text[passage.start : passage.end])
        if tokens < 0:
            break
        places.append(Place(article.id, passage.start, passage.end))
    return places
