"""The answer in the articles' own words: which sentences to quote for each kind of question. Pure.

It is the answer where there is no language model, and what stands in for a draft that fails.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answering.attribute import Source
from assistant.answering.evidence import Evidence
from assistant.answering.reading import ReadHit, whole
from assistant.answering.story import by_day, lead, newest
from assistant.answering.timeline import by_fit, timeline
from assistant.types import Span

# How well a further passage must fit, as a share of the best one's fit, to be quoted beside it.
BESIDE = 0.9
MOST_QUOTES = 3
MOST_STATES = 5


def best(read: Sequence[ReadHit]) -> ReadHit | None:
    """The passage that retrieval puts first."""
    return read[0] if read else None


def sentence(read: ReadHit) -> Source:
    """The sentence that answers, with the one before it where it cannot be understood alone."""
    article = read.hit.article
    return Source(article, whole(article.text, read.hit.passage.sentences, read.sentence))


def fitting(read: Sequence[ReadHit]) -> Source:
    """The sentence that fits the question best, word piece by word piece, of all that were read."""
    _, each, span = max(
        (
            (score.late, each, span)
            for each in read
            for span, score in zip(each.hit.passage.sentences, each.hit.sentences, strict=False)
        ),
        key=lambda found: found[0],
        default=(0.0, read[0], read[0].sentence),
    )
    article = each.hit.article
    return Source(article, whole(article.text, each.hit.passage.sentences, span))


def quotes(question: str, evidence: Evidence, read: Sequence[ReadHit]) -> list[Source]:
    """The sentences to quote, in the order in which to show them. read: best first."""
    found = best(read)
    if found is None:
        return []
    match evidence.kind:
        case "overview":
            return timeline(question, evidence.story, read)
        case "change":
            return _each_once(by_day(evidence.story[:MOST_STATES]))
        case "latest":
            return _newest(question, evidence, read)
        case "why" | "said" | "list":
            beside = [r for r in read if r.fit >= BESIDE * found.fit]
            return _each_once(beside[:MOST_QUOTES])
        case "yes_no":
            return [fitting(read)]
    return [sentence(found)]


def _newest(question: str, evidence: Evidence, read: Sequence[ReadHit]) -> list[Source]:
    """What the newest article of the story says first, and what of it fits the question best."""
    last = newest(evidence.story)
    article = last.hit.article
    first = lead(article, question)
    told = [Source(article, first)] if first else []
    alone = by_fit([r for r in read if r.hit.article.id == article.id]) or [sentence(last)]
    more = [s for s in alone if not told or not _overlap(told[0].span, s.span)]
    return [*told, *more[:1]]


def _each_once(read: Sequence[ReadHit]) -> list[Source]:
    kept: list[Source] = []
    for source in map(sentence, read):
        again = any(
            k.article.id == source.article.id and _overlap(k.span, source.span) for k in kept
        )
        if not again:
            kept.append(source)
    return kept


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
