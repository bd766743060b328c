"""Questions to begin with, for whoever sees an empty chat."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.engine import Engine
from assistant.safety import one_line

HOW_MANY = 3
# Of the sample corpus, with the article that answers. Each was asked of the default model, and its
# answer is right: questions about changing or disputed figures make a poor first impression.
SAMPLE = (
    ("Who found the stolen Sarn Heron?", "courier/2025-06-28-heron-found.txt"),
    (
        "How many hours a week is the Northgate library open?",
        "gazette/2025-09-24-library-saved.md",
    ),
    ("Who was elected mayor of Kelderby in 2024?", "radio/2024-10-20-runoff.txt"),
)
_NEWEST = 60
_MARK = re.compile(r"^(?:[A-Z]{4,}(?: [A-Z]{4,})*|live|video|watch)\s*[:|–—-]\s*")


def three_questions(engine: Engine) -> list[str]:
    """Three questions that the articles at hand answer: of the sample corpus known ones, else made
    of the newest headlines. Fewer where there are few articles, none where there is none."""
    found = [question for question, article in SAMPLE if engine.article(article)]
    if len(found) < HOW_MANY:
        found += from_headlines([title for _, title in engine.store.titles(_NEWEST)])
    return found[:HOW_MANY]


def from_headlines(titles: list[str]) -> list[str]:
    """A question for each headline that lends itself to one, no two about the same words."""
    asked: list[str] = []
    seen: set[str] = set()
    for title in titles:
        headline = _MARK.sub("", one_line(title)).rstrip(" .:;,…")
        words = set(_long_words(headline))
        # The newest articles are often near-copies of each other, or one story.
        if not 15 <= len(headline) <= 90 or len(headline.split()) < 3 or words & seen:
            continue
        seen |= words
        asked.append(_question(headline))
    return asked


def _question(headline: str) -> str:
    if headline.endswith("?"):
        return headline
    inner = headline.translate(str.maketrans('“”„«»"', "''''''"))
    return f"What do the articles say about “{inner}”?"


def _long_words(headline: str) -> Iterator[str]:
    for word in re.findall(r"\w+", headline.casefold()):
        if len(word) > 4:
            yield word
