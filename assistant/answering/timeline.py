"""An overview without a language model: dated sentences of the articles of a story, each a quote.

Of each article its first sentence and the one that fits the question best, oldest article first.
On real news such overviews had the facts for 6 of 8 questions where a model of 1.5 billion
parameters that read three passages had 0 of 4. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answering.attribute import Source
from assistant.answering.evidence import by_day
from assistant.answering.reading import ReadHit
from assistant.lexical import terms
from assistant.passages import sentence_spans
from assistant.types import Article, Span

MOST_ARTICLES = 7
MOST_WORDS = 230
# A by-line, a headline repeated, "By Jack Torrance-Reed": no sentence to begin an article with.
LEAST_LEAD_WORDS = 6
_BYLINE = re.compile(r"\W*(?:by|von|par)\s+[^\W\d_a-z]|.{0,60}\(Reuters\)\s*-?\s*\Z", re.IGNORECASE)
_SENTENCE = re.compile(r".*[.!?…][\"'”’)\]]*\Z", re.DOTALL)


def timeline(story: Sequence[ReadHit]) -> list[Source]:
    """The sentences to quote, in order. story: the best passage of each article, best first."""
    told: list[Source] = []
    spent = 0
    for read in by_day(story[:MOST_ARTICLES]):
        article = read.hit.article
        first = lead(article)
        for span in dict.fromkeys([first, read.sentence] if first else [read.sentence]):
            source = Source(article, span)
            cost = len(source.text.split())
            if spent + cost <= MOST_WORDS and not any(_again(source, t) for t in told):
                told.append(source)
                spent += cost
    return told


def lead(article: Article) -> Span | None:
    """The first sentence of an article that is one; None where there is none near its start."""
    for span in sentence_spans(article.text[:1500], article.language)[:5]:
        text = article.text[span.start : span.end]
        if (
            len(text.split()) >= LEAST_LEAD_WORDS
            and not _BYLINE.match(text)
            and _SENTENCE.match(text)
        ):
            return span
    return None


def _again(source: Source, told: Source) -> bool:
    """Whether nearly all of its words were told already."""
    own, others = set(terms(source.text)), set(terms(told.text))
    return len(own & others) >= 0.8 * len(own)
