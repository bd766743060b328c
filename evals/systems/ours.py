"""This program as it ships, and with the right articles in front of it."""

from __future__ import annotations

import time

from assistant.engine import Engine
from assistant.types import CheckedAnswer, Filters, Stage
from evals.items import Item
from evals.records import Cited, Place, Record, Said, Seconds
from evals.systems.system import System, Workplace, places

FINDING_DEPTH = 100


def ours(work: Workplace) -> System:
    """`Engine.ask`, as the command line and every other shell use it."""

    def ask(item: Item) -> Record:
        if work.finding_only:
            return _find(work, item)
        return _ask(work, work.engine, "ours", item, work.filters(item))

    return ask


def oracle(work: Workplace) -> System:
    """The same with the needed articles as the only context, as if finding were perfect.

    An item that needs none, since nothing answers it, is asked as ours is.
    """
    work.second_engine.load()

    def ask(item: Item) -> Record:
        gold = frozenset(article for members in item.gold for article in members)
        filters = Filters(articles=gold) if gold else work.filters(item)
        return _ask(work, work.second_engine, "oracle", item, filters)

    return ask


def _find(work: Workplace, item: Item) -> Record:
    begin = time.perf_counter()
    hits = work.engine.search(item.question, FINDING_DEPTH, work.filters(item))
    spent = time.perf_counter() - begin
    return Record(
        suite=work.suite,
        system="ours",
        item=item.id,
        text="",
        status="abstained",
        retrieved=places(hits),
        seconds=Seconds(retrieve=spent, total=spent),
    )


def _ask(
    work: Workplace, engine: Engine, system: str, item: Item, filters: Filters | None
) -> Record:
    begin = time.perf_counter()
    first: float | None = None
    answer: CheckedAnswer | None = None
    for part in engine.ask_stream(item.question, filters=filters):
        if not isinstance(part, Stage):
            first = first or time.perf_counter() - begin
        if isinstance(part, CheckedAnswer):
            answer = part
    total = time.perf_counter() - begin
    assert answer is not None  # the stream ends with it
    seconds = Seconds(answer.timings.retrieve / 1000, first or total, total)
    return record_of(work.suite, system, item, answer, seconds)


def record_of(
    suite: str, system: str, item: Item, answer: CheckedAnswer, seconds: Seconds
) -> Record:
    """What an answer of this program is in the records of a run."""
    position = {citation.number: n for n, citation in enumerate(answer.citations)}
    silent = answer.status == "abstained"
    return Record(
        suite=suite,
        system=system,
        item=item.id,
        text="" if silent else " ".join(s.text for s in answer.statements),
        status=answer.status,
        statements=tuple(
            Said(s.text, tuple(position[n] for n in s.citations), s.verdict)
            for s in answer.statements
        ),
        citations=tuple(Cited(c.article_id, c.start, c.end, c.quote) for c in answer.citations),
        retrieved=places(answer.hits),
        read=tuple(
            dict.fromkeys(Place(s.article.id, s.span.start, s.span.end) for s in answer.read)
        ),
        confidence=answer.confidence,
        signals={name: float(value) for name, value in answer.signals.items()},
        seconds=seconds,
        prompt_tokens=answer.usage.prompt_tokens,
        completion_tokens=answer.usage.completion_tokens,
        kind=getattr(answer, "kind", ""),
    )
