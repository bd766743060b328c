"""Which of the passages found belong to the story that a question is about. Pure.

An article that mentions a bridge in passing is not about the bridge. What an article is about
stands in its headline and its first sentences, so those count beside how well a passage fits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from assistant.answering.question_type import subject
from assistant.answering.reading import ReadHit
from assistant.answering.standing_alone import NAME, WHOLE, stands_alone
from assistant.lexical import terms
from assistant.passages import sentence_spans
from assistant.quantities import quantities
from assistant.types import Article, Span

# How well the best passage fits, as a share of the best one's fit, plus what the subject in the
# headline or the first sentences is worth, must come to this.
ABOUT = 0.9
# And of the subject's terms it must have nearly as many as the article that has most.
NAMED = 0.6
LEAD_WEIGHT = 0.4
# Agencies' stories are printed by several papers; reading one of them is enough.
PRINTED_AGAIN = 0.6
FEW_TERMS = 8
# Where a lead is looked for, and how short a sentence is no more than a by-line.
LEAD_CHARACTERS, LEAD_SENTENCES = 1_500, 3
LEAST_LEAD_WORDS = 5
_BYLINE = re.compile(r"\W*(?:by|von|par)\s+[^\W\d_a-z]", re.IGNORECASE)


def story(question: str, read: Sequence[ReadHit]) -> list[ReadHit]:
    """The best passage of each article that is about what the question is about, best first."""
    asked = set(subject(question))
    first: dict[str, ReadHit] = {}
    for each in read:
        first.setdefault(each.hit.article.id, each)
    candidates = list(first.values())
    named = [len(asked & set(terms(_all(each.hit.article)))) for each in candidates]
    most_named = max(named, default=0)
    candidates = [
        each for each, count in zip(candidates, named, strict=True) if count >= NAMED * most_named
    ]
    fits = [each.fit for each in candidates]
    led = [len(asked & set(terms(opening(each.hit.article)))) for each in candidates]
    most_fit, most_led = max(fits, default=0.0), max(led, default=0)
    return [
        each
        for each, fit, matches in zip(candidates, fits, led, strict=True)
        if fit / (most_fit or 1.0) + LEAD_WEIGHT * matches / (most_led or 1) >= ABOUT
    ]


def about_share(question: str, read: ReadHit) -> float:
    """The share, 0 to 1, of the question's subject that the article has."""
    asked = set(subject(question))
    return len(asked & set(terms(_all(read.hit.article)))) / len(asked) if asked else 0.0


def opening(article: Article) -> str:
    """What an article is about: its headline and its first sentence."""
    first = next(iter(_first_sentences(article)), None)
    return f"{article.title}. {article.text[first.start : first.end] if first else ''}"


def _all(article: Article) -> str:
    return f"{article.title} {article.text}"


def lead(article: Article, question: str) -> Span | None:
    """The sentence among the first three that says most: names, numbers, the question's subject.

    None where none of them can be understood alone.
    """
    asked = set(subject(question))

    def says(span: Span) -> float:
        text = article.text[span.start : span.end]
        about = len(asked & set(terms(text)))
        return len(quantities(text)) + 0.5 * len(NAME.findall(text)) + 2 * about

    first = _first_sentences(article)
    alone = (span for span in first if stands_alone(article.text[span.start : span.end]))
    return max(alone, key=says, default=None)


def _first_sentences(article: Article) -> list[Span]:
    spans = sentence_spans(article.text[:LEAD_CHARACTERS], article.language)
    whole = []
    for span in spans:
        text = article.text[span.start : span.end]
        long = len(text.split()) >= LEAST_LEAD_WORDS
        if long and WHOLE.match(text) and not _BYLINE.match(text):
            whole.append(span)
    return whole[:LEAD_SENTENCES]


def by_day(read: Sequence[ReadHit]) -> list[ReadHit]:
    """Oldest first; those without a day come first, in their order."""
    return sorted(read, key=lambda r: r.hit.article.published or date.min)


def newest(read: Sequence[ReadHit]) -> ReadHit:
    """The best of the newest day; the best of all where no day is known. read: best first, one at
    least."""
    dated = [r for r in read if r.hit.article.published]
    return max(dated or read, key=lambda r: r.hit.article.published or date.min)


def originals(read: Sequence[ReadHit]) -> list[ReadHit]:
    """Without those that print again what a better one of another article has."""
    kept: list[tuple[ReadHit, frozenset[str]]] = []
    for each in read:
        own = frozenset(terms(each.hit.text))
        if not any(
            k.hit.article.id != each.hit.article.id and _again(own, others) for k, others in kept
        ):
            kept.append((each, own))
    return [each for each, _ in kept]


def _again(words: frozenset[str], others: frozenset[str]) -> bool:
    shorter = min(len(words), len(others))
    return shorter > FEW_TERMS and len(words & others) >= PRINTED_AGAIN * shorter
