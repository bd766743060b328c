"""Which articles have the words that somebody types, and where they have them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.lexical import STOP_WORDS
from assistant.passages import sentence_spans
from assistant.types import Article, Span
from assistant.web.pages.snapshot import Snapshot, joined_words

# A headline that has the word is worth so many sentences that have it.
_HEADLINE = 20
_MOST_OCCURRENCES = 10
# Looking for the sentence to show must not take longer than the search.
_CHARACTERS_LOOKED_AT = 20_000


@dataclass(frozen=True)
class Place:
    """A sentence to show of an article that was found."""

    span: Span
    text: str


def with_words(query: str, snapshot: Snapshot) -> dict[str, int]:
    """Id -> how well it fits, for the articles that have every word of `query`.

    The beginning of a word is enough, so that articles are found while it is being typed. Function
    words count only where there is nothing else.
    """
    wanted = _wanted(query)
    if not wanted:
        return {}
    found = {}
    for article_id, (head, body) in snapshot.searchable.items():
        scores = [_occurrences(word, head, body) for word in wanted]
        if all(scores):
            found[article_id] = sum(scores)
    return found


def place(query: str, article: Article) -> Place | None:
    """The first sentence of the text with the most words of `query`; None where none has any."""
    wanted = _wanted(query)
    text = article.text[:_CHARACTERS_LOOKED_AT]
    best, most = None, 0
    for span in sentence_spans(text, article.language):
        sentence = joined_words(text[span.start : span.end])
        have = sum(f" {word}" in sentence for word in wanted)
        if have > most:
            best, most = span, have
    return Place(best, one_paragraph(text[best.start : best.end])) if best else None


def asks(query: str) -> bool:
    """Whether `query` is a question rather than words to look for."""
    return bool(re.search(r"[?？؟]\s*$", query))


def one_paragraph(text: str) -> str:
    return " ".join(text.split())


def _wanted(query: str) -> list[str]:
    said = list(dict.fromkeys(joined_words(query).split()))
    # The last word may be the beginning of another: "the" of "theatre".
    telling = [w for n, w in enumerate(said) if w not in STOP_WORDS or n == len(said) - 1]
    return telling or said


def _occurrences(word: str, head: str, body: str) -> int:
    start = f" {word}"
    return (_HEADLINE if start in head else 0) + min(body.count(start), _MOST_OCCURRENCES)
