"""A sentence of an answer -> the exact sentences of the articles that bear it out.

The model names no sources. The sentence of an excerpt that says most of it comes first; where that
lacks a number, a name or a word, the sentences that have them join it, of the same article before
others. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering.verify import Beside, missing
from assistant.lexical import terms
from assistant.quantities import values
from assistant.types import Article, Excerpt, Span

MOST_SENTENCES = 3
# What a number of the statement is worth beside a word of it.
NUMBER_WEIGHT = 2.0


@dataclass(frozen=True)
class Source:
    """One sentence of an article."""

    article: Article
    span: Span

    @property
    def text(self) -> str:
        return self.article.text[self.span.start : self.span.end]


@dataclass(frozen=True)
class Attribution:
    """The sentences for one statement, in reading order, and what they lack of it, in words."""

    sources: tuple[Source, ...]
    lacks: str | None


def attribute(statement: str, excerpts: Sequence[Excerpt], question: str = "") -> Attribution:
    """The fewest sentences, three at most, that have everything the statement says.

    Where nothing has, those that come closest, and what they lack. question: see `verify.Beside`.
    """
    pool = [Source(e.article, s) for e in excerpts for s in e.sentences]
    if not pool:
        return Attribution((), "there is nothing to rest it on")
    best: Attribution | None = None
    for first in sorted(pool, key=lambda s: -_shared(statement, s.text))[:3]:
        found = _grown(statement, first, pool, question)
        if found.lacks is None:
            return found
        best = best or found
    assert best is not None
    return best


def _grown(
    statement: str,
    first: Source,
    pool: Sequence[Source],
    question: str,
) -> Attribution:
    """`first` with the sentences that add most to it."""
    chosen = [first]

    def lacking() -> str | None:
        articles = list({s.article.id: s.article for s in chosen}.values())
        around = " ".join(a.text for a in articles)
        return missing(statement, [s.text for s in chosen], Beside(articles, around, question))

    lacks = lacking()
    while lacks and len(chosen) < MOST_SENTENCES:
        gain, further = max(
            ((_gain(statement, chosen, s, first), s) for s in pool if s not in chosen),
            key=lambda pair: pair[0],
            default=(0.0, first),
        )
        if gain <= 0:
            break
        chosen.append(further)
        lacks = lacking()
    return Attribution(tuple(sorted(chosen, key=pool.index)), lacks)


def _gain(statement: str, chosen: Sequence[Source], further: Source, first: Source) -> float:
    """How much more of the statement is said with `further`.

    Of another article only numbers count: any article has some of the words.
    """
    have = " ".join(s.text for s in chosen)
    both = f"{have} {further.text}"
    if further.article.id == first.article.id:
        return _shared(statement, both) - _shared(statement, have)
    numbers = values(statement)
    return float(len(numbers & values(both)) - len(numbers & values(have)))


def _shared(statement: str, text: str) -> float:
    """How much of the statement the text has: its words, and its numbers more."""
    said = set(terms(statement))
    numbers = values(statement)
    return len(said & set(terms(text))) + NUMBER_WEIGHT * len(numbers & values(text))
