"""The best three sentences, quoted: what an answer is worth that nobody has written."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import NamedTuple

from assistant.types import Hit
from evals.items import Item
from evals.records import Cited, Record, Said, Seconds
from evals.systems.system import System, Workplace, places

QUOTED = 3


class Sentence(NamedTuple):
    """A sentence of a hit. late: its late-interaction score, by which the best are taken."""

    late: float
    quote: Cited


def quotes(work: Workplace) -> System:
    """Quotes the three sentences that fit best, and cites each; needs no language model.

    It is silent only where nothing is found. Whatever answers must do better than this.
    """

    def ask(item: Item) -> Record:
        begin = time.perf_counter()
        hits = work.engine.search(item.question, None, work.filters(item))
        cited = tuple(sentence.quote for sentence in best(hits))
        spent = time.perf_counter() - begin
        return Record(
            work.suite,
            "quotes",
            item.id,
            text=" ".join(c.quote for c in cited),
            status="answered" if cited else "abstained",
            statements=tuple(Said(c.quote, (n,)) for n, c in enumerate(cited)),
            citations=cited,
            retrieved=places(hits),
            seconds=Seconds(spent, spent, spent),
        )

    return ask


def best(hits: Iterable[Hit]) -> list[Sentence]:
    """The best sentences of the hits by late interaction, best first, each once.

    A near-copy of a story is printed word for word elsewhere: the same words are quoted once.
    """
    ranked = sorted(_sentences(hits), key=lambda sentence: -sentence.late)
    once: dict[str, Sentence] = {}
    for sentence in ranked:
        once.setdefault(sentence.quote.quote, sentence)
    return list(once.values())[:QUOTED]


def _sentences(hits: Iterable[Hit]) -> Iterable[Sentence]:
    for hit in hits:
        for span, score in zip(hit.passage.sentences, hit.sentences, strict=True):
            text = hit.article.text[span.start : span.end]
            yield Sentence(score.late, Cited(hit.article.id, span.start, span.end, text))
