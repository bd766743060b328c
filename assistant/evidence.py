"""Hits -> the few sentences worth reading, labelled by us.

A small model reads a few lines better and three times faster than the passages they stand in.
Sentences of one passage stay together and in their order. Knows nothing of prompts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.expectation import Expected, closeness, expected, fits
from assistant.fusion import standardised, weighted_sum
from assistant.lexical import terms
from assistant.types import Evidence, EvidenceSentence, Hit, Span

# Chosen on the tune half of the sample questions and on 150 questions about four SQuAD articles,
# by the share of answers that are among the sentences (63 of 69, and 142 of 150).
PASSAGES_READ = 8
LATE_WEIGHT, CONTEXTUAL_WEIGHT, LEXICAL_WEIGHT, PASSAGE_WEIGHT = 0.4, 0.3, 0.15, 0.4
EXPECTED_WEIGHT = 1.5
# News says "it" and "the project": a sentence next to a good one is likelier to be the answer.
BEFORE_WEIGHT, AFTER_WEIGHT = 0.3, 0.2
# An interview prints its questions: the sentence after one says what the question asks, however
# short it is, the more so where it asks for the same kind of answer as the reader does.
REPLY_WEIGHT, SAME_KIND_WEIGHT = 1.0, 1.5
MOST_SENTENCES = 9
# What each further sentence of one article loses, so that several articles have their say.
SAME_ARTICLE = 0.3
# Agencies' stories are printed by several papers, shortened or with a line more; reading one of
# them is enough. Share of the terms: of two sentences, and of the shorter of two passages.
NEAR_COPY = 0.8
PRINTED_AGAIN = 0.6
FEW_TERMS = 8

# A string of more letters than this is not one word to a language model.
LONGEST_WORD = 20

_AFTER_QUESTION_MARK = " *_\"”’'"
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_TOKEN = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True)
class _Place:
    """A sentence of a hit."""

    hit: Hit
    number: int

    @property
    def span(self) -> Span:
        return self.hit.passage.sentences[self.number]

    @property
    def text(self) -> str:
        return self.hit.article.text[self.span.start : self.span.end]

    @property
    def asks(self) -> bool:
        return self.text.rstrip(_AFTER_QUESTION_MARK).endswith("?")


def select(question: str, hits: Sequence[Hit], tokens: int) -> Evidence:
    """The best sentences of the first hits that together have about `tokens` tokens.

    At least one where there is any, nine at most. Labels count from 1 in reading order: passages
    by rank, sentences as they stand.
    """
    read = originals(hits)[:PASSAGES_READ]
    pool = [_Place(h, n) for h in read for n in range(len(h.passage.sentences))]
    if not pool:
        return Evidence(question, ())
    scores = _scores(question, pool)
    chosen = _choose(pool, scores, tokens)
    chosen.sort(key=lambda i: (pool[i].hit.rank, pool[i].number))
    sentences = tuple(
        EvidenceSentence(
            label=label,
            article=pool[i].hit.article,
            passage_id=pool[i].hit.passage.id,
            span=pool[i].span,
            score=scores[i],
        )
        for label, i in enumerate(chosen, 1)
    )
    return Evidence(question, sentences, _signals(hits))


def _choose(pool: Sequence[_Place], scores: Sequence[float], tokens: int) -> list[int]:
    """Indexes of the sentences to read, the best first, each article's further ones held back."""
    chosen: list[int] = []
    taken: Counter[str] = Counter()
    left, spent = set(range(len(pool))), 0
    while left and len(chosen) < MOST_SENTENCES:
        best = max(
            left, key=lambda i: (scores[i] - SAME_ARTICLE * taken[pool[i].hit.article.id], -i)
        )
        left.discard(best)
        if any(near_copy(pool[best].text, pool[j].text) for j in chosen):
            continue
        # "Thirty-one." says nothing without the question that is printed before it.
        before = pool[best - 1] if best and pool[best].number else None
        needed = [best - 1, best] if before and before.asks and best - 1 in left else [best]
        cost = sum(estimated_tokens(pool[i].text) for i in needed)
        if chosen and (spent + cost > tokens or len(chosen) + len(needed) > MOST_SENTENCES):
            continue
        chosen += needed
        left -= set(needed)
        spent += cost
        taken[pool[best].hit.article.id] += 1
    return chosen


def originals(hits: Sequence[Hit]) -> list[Hit]:
    """The hits without those that print again what a better one of another article has."""
    kept: list[tuple[Hit, frozenset[str]]] = []
    for hit in hits:
        own = frozenset(terms(hit.text))
        if not any(h.article.id != hit.article.id and _again(own, t) for h, t in kept):
            kept.append((hit, own))
    return [hit for hit, _ in kept]


def _again(words: frozenset[str], others: frozenset[str]) -> bool:
    shorter = min(len(words), len(others))
    return shorter > FEW_TERMS and len(words & others) >= PRINTED_AGAIN * shorter


def merge(question: str, several: Sequence[Evidence]) -> Evidence:
    """The evidence for the parts of one question as one, each sentence once, labelled anew."""
    unique = {(s.article.id, s.span): s for e in several for s in e.sentences}
    sentences = tuple(replace(s, label=n) for n, s in enumerate(unique.values(), 1))
    signals = {k: min(e.signals.get(k, 0.0) for e in several) for e in several for k in e.signals}
    return Evidence(question, sentences, signals)


def _scores(question: str, pool: Sequence[_Place]) -> list[float]:
    """One score for each sentence: its own, its passage's, its kind, its neighbours'."""
    kind = expected(question)
    ranked = list({p.hit.rank: p.hit for p in pool}.values())
    by_passage = dict(
        zip([h.rank for h in ranked], standardised([h.score for h in ranked]), strict=True)
    )
    own = [p.hit.sentences[p.number] for p in pool]
    fused = weighted_sum(
        {
            "late": (LATE_WEIGHT, [s.late for s in own]),
            "contextual": (CONTEXTUAL_WEIGHT, [s.contextual for s in own]),
            "lexical": (LEXICAL_WEIGHT, [s.lexical for s in own]),
        }
    )
    alone = [
        float(f)
        + PASSAGE_WEIGHT * by_passage[p.hit.rank]
        + EXPECTED_WEIGHT * closeness(question, p.text)
        for f, p in zip(fused, pool, strict=True)
    ]
    at = {(p.hit.rank, p.number): (p, score) for p, score in zip(pool, alone, strict=True)}
    return [
        score
        + _from_neighbours(
            kind,
            p,
            at.get((p.hit.rank, p.number - 1)),
            at.get((p.hit.rank, p.number + 1)),
        )
        for p, score in zip(pool, alone, strict=True)
    ]


def _from_neighbours(
    kind: Expected,
    place: _Place,
    before: tuple[_Place, float] | None,
    after: tuple[_Place, float] | None,
) -> float:
    """What the sentences beside it add to a sentence's score; never less than nothing."""
    best = AFTER_WEIGHT * after[1] if after else 0.0
    reply = 0.0
    if before:
        asked = before[0].asks
        best = max(best, (REPLY_WEIGHT if asked else BEFORE_WEIGHT) * before[1])
        if asked and kind != "any" and expected(before[0].text) == kind:
            reply = SAME_KIND_WEIGHT * fits(kind, place.text)
    return max(best, 0.0) + reply


def near_copy(text: str, other: str) -> bool:
    """Whether two sentences are one that was printed twice: nearly all their words are the same."""
    words, others = set(terms(text)), set(terms(other))
    return len(words & others) >= NEAR_COPY * len(words | others) > 0


def estimated_tokens(text: str) -> int:
    """About how many tokens a language model makes of a line with `text`.

    A little more than one for a word; one for a few letters of a long string without spaces, for
    a Chinese character one.
    """
    pieces = _TOKEN.findall(_UNSPACED.sub(" ", text))
    long = sum(len(p) - LONGEST_WORD for p in pieces if len(p) > LONGEST_WORD)
    unspaced = len(_UNSPACED.findall(text))
    return int(1.15 * len(pieces) + long / 2 + unspaced) + 4


def _signals(hits: Sequence[Hit]) -> dict[str, float]:
    every = [s for h in hits for s in h.sentences]
    return {
        "late": max((s.late for s in every), default=0.0),
        "lexical": max((s.lexical for s in every), default=0.0),
    }
