"""Systems that answer the sample questions as told to, for what needs many runs of one system."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from assistant.types import Article
from evals.items import Item, load
from evals.records import Cited, Place, Record, Said

QUESTIONS = Path(__file__).parent.parent / "evals" / "questions"


def sample_items() -> list[Item]:
    """The 150 questions with their thirty stories."""
    return load(sorted(QUESTIONS.glob("sample-*.jsonl")))


def articles_of(items: Sequence[Item]) -> dict[str, Article]:
    """Articles made of what the items quote, so that the corpus itself need not be read."""
    texts: dict[str, list[str]] = {}
    for item in items:
        for members in item.gold:
            for member in members:
                texts.setdefault(member, [])
        for quote in item.evidence:
            texts.setdefault(quote.article_id, []).append(quote.quote)
    return {id: Article(id, id, "\n".join([*quotes, "The end."])) for id, quotes in texts.items()}


def run(
    items: Sequence[Item],
    *,
    jitter: int = 0,
    passages: int = 10,
    checked: bool = True,
) -> list[Record]:
    """The replies of a fairly good system: right to four of five, silent to most of the rest.

    jitter: another number, another run of the same system: one item in thirty falls out another
        way, in either direction. passages: how many it reads. checked: without, it says something
        to every question, made up where it does not know.
    """
    articles = articles_of(items)
    return [_reply(item, articles, jitter, passages, checked) for item in items]


def _reply(
    item: Item, articles: dict[str, Article], jitter: int, passages: int, checked: bool
) -> Record:
    steady = random.Random(item.id)
    luck = steady.random()
    found = _ranking(item, articles, steady)[:passages]
    again = random.Random(f"{item.id} {jitter}")
    if jitter and again.random() < 1 / 30:
        luck = again.random()
    read = {place.article_id for place in found}
    able = item.answerable and all(read & set(members) for members in item.gold)
    known = replace(_silence(item), retrieved=found, read=found, confidence=luck / 2)
    if able and luck < 0.8:
        own = tuple(p for p in found if any(p.article_id in members for members in item.gold))
        return _answer(known, [part[0] for part in item.answers], own, 1 - luck / 2)
    if not item.answerable and luck < 0.85 and checked:
        return known
    if checked and luck < 0.95:
        return known
    return _answer(known, ["Nine hundred zebras"], found[-2:], 0.5)


def _silence(item: Item) -> Record:
    return Record("sample", "simulated", item.id, "", "abstained")


def _answer(record: Record, parts: list[str], cited: tuple[Place, ...], sure: float) -> Record:
    citations = tuple(Cited(*place, quote="") for place in cited)
    # The n-th part is in the n-th quote, as far as the questions go.
    statements = tuple(Said(p, (min(n, len(cited) - 1),)) for n, p in enumerate(parts))
    return replace(
        record,
        text=" and ".join(parts),
        status="answered",
        statements=statements,
        citations=citations,
        confidence=sure,
    )


def _ranking(item: Item, articles: dict[str, Article], steady: random.Random) -> tuple[Place, ...]:
    """The quotes of the item in some order, mostly first, among passages of other articles."""
    own = []
    for quote in item.evidence:
        start = articles[quote.article_id].text.index(quote.quote)
        own.append(Place(quote.article_id, start, start + len(quote.quote)))
    others = steady.sample(sorted(articles), 8)
    noise = [Place(id, len(articles[id].text) - 8, len(articles[id].text)) for id in others]
    places = own + noise
    if steady.random() < 0.2:
        steady.shuffle(places)
    return tuple(places)
