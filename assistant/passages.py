"""`Article` -> sentences and `Passage`s, each with its exact characters.

Sentences come from sentencex; the spans are computed here, because no splitter's own offsets can
be trusted on repeated text. Knows nothing of retrieval.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

import sentencex

from assistant.types import Article, Passage, Span

# What the embedding model reads is 256 word pieces, two of which are its own marks. Passages
# stay well below: the shorter ones embed more precisely, and reranking reads them again.
EMBEDDING_WINDOW = 254
TARGET_TOKENS = 160
# A longer headline would leave the passage no room. A word piece has at least one code point of
# the decomposed text, so this is also the most word pieces it can have.
HEADLINE_CODE_POINTS = 150
# Whatever has so many characters and yet fits is no sentence: the embedding model reads a "word"
# of more than a hundred characters as one unknown piece, a language model as hundreds.
SENTENCE_CHARACTERS = 2_000

TokenCounter = Callable[[Sequence[str]], list[int]]

_PARAGRAPH_MARK = re.compile(r"\s*(?:#{1,6}\s|[-*+•]\s|\d+[.)]\s|>|\||```)")
_SENTENCE_END = re.compile(r"[.!?…:;]['\"”’»)\]]*$")
_SPACE_OR_PUNCTUATION = re.compile(r"[\s,;:–—]")
_HAS_WORD = re.compile(r"\w")


def context_line(article: Article) -> str:
    """What the embedding reads before a passage: headline and date. Not part of any span."""
    title = article.title
    while len(unicodedata.normalize("NFD", title)) > HEADLINE_CODE_POINTS:
        title = title[: min(len(title) - 1, HEADLINE_CODE_POINTS)]
    return f"{title} ({article.published})" if article.published else title


def sentence_spans(text: str, language: str | None = None) -> list[Span]:
    """The sentences of `text` in order, without the white space around them.

    They never overlap, and every character outside them is white space or stands in a piece
    without any letter or digit (a rule of dashes, say).
    """
    spans = []
    for start, end in _paragraphs(text):
        block = text[start:end]
        at = start
        for piece in sentencex.segment(language or "en", block):
            at = text.index(piece, at, end) if piece else at
            span = _trim(text, Span(at, at + len(piece)))
            if _HAS_WORD.search(text, span.start, span.end):
                spans.append(span)
            at += len(piece)
    return spans


def split(article: Article, count_tokens: TokenCounter) -> list[Passage]:
    """The passages of an article: whole sentences, none longer than the embedding model reads.

    A sentence that would not fit even alone (a table without full stops, say) is the one thing
    that is cut, at the last space or comma that fits.
    """
    budget = EMBEDDING_WINDOW - count_tokens([context_line(article) + ". "])[0]
    spans = sentence_spans(article.text, article.language)
    counts = count_tokens([article.text[s.start : s.end] for s in spans])
    pieces = list(_fitting(article.text, spans, counts, budget, count_tokens))
    target = min(TARGET_TOKENS, budget)

    groups: list[list[Span]] = []
    size = 0
    for span, count in pieces:
        grown = size + count
        if groups:
            # What stands between sentences, a rule of dashes say, is read with them.
            between = article.text[groups[-1][-1].end : span.start].strip()
            grown += count_tokens([between])[0] if between else 0
        if groups and grown <= target and not _starts_section(article.text, span):
            groups[-1].append(span)
            size = grown
        else:
            groups.append([span])
            size = count
    return [_passage(article, ordinal, group) for ordinal, group in enumerate(groups)]


def _passage(article: Article, ordinal: int, sentences: list[Span]) -> Passage:
    start, end = sentences[0].start, sentences[-1].end
    key = f"{article.id}\x1f{article.sha256}\x1f{start}\x1f{end}"
    return Passage(
        id=hashlib.sha256(key.encode()).hexdigest()[:32],
        article_id=article.id,
        ordinal=ordinal,
        start=start,
        end=end,
        sentences=tuple(sentences),
    )


def _paragraphs(text: str) -> Iterator[Span]:
    """Blocks that no sentence crosses.

    A line break ends a block, except inside text that was wrapped by hand: there a long line
    stops in mid-sentence and the next goes on.
    """
    start = None
    for line in re.finditer(r"[^\n]*\n?", text):
        content = line.group().strip()
        if not content:
            if start is not None:
                yield Span(start, line.start())
            start = None
            continue
        if start is None:
            start = line.start()
        following = text[line.end() : line.end() + 400].split("\n", 1)[0]
        wrapped = (
            len(content) >= 50
            and not _SENTENCE_END.search(content)
            and not _PARAGRAPH_MARK.match(content)
            and following.strip()
            and not _PARAGRAPH_MARK.match(following)
        )
        wrapped_after_end = len(content) >= 50 and following.lstrip()[:1].islower()
        if not (wrapped or wrapped_after_end):
            yield Span(start, line.end())
            start = None
    if start is not None:
        yield Span(start, len(text))


def _starts_section(text: str, span: Span) -> bool:
    return text.startswith("#", span.start)


def _trim(text: str, span: Span) -> Span:
    start, end = span
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def _fitting(
    text: str, spans: list[Span], counts: list[int], budget: int, count_tokens: TokenCounter
) -> Iterator[tuple[Span, int]]:
    """The sentences with their token counts, those above `budget` cut into pieces that fit."""
    for span, count in zip(spans, counts, strict=True):
        while count > budget or span.end - span.start > SENTENCE_CHARACTERS:
            cut = _largest_fit(text, span, budget, count_tokens)
            head = _trim(text, Span(span.start, cut))
            yield head, count_tokens([text[head.start : head.end]])[0]
            span = _trim(text, Span(cut, span.end))
            count = count_tokens([text[span.start : span.end]])[0] if span.start < span.end else 0
        if span.start < span.end:
            yield span, count


def _largest_fit(text: str, span: Span, budget: int, count_tokens: TokenCounter) -> int:
    """The last place to cut `span` such that what is before it has at most `budget` tokens."""
    low, high = span.start + 1, min(span.end, span.start + SENTENCE_CHARACTERS)
    while low < high:
        middle = (low + high + 1) // 2
        if count_tokens([text[span.start : middle]])[0] <= budget:
            low = middle
        else:
            high = middle - 1
    for place in range(low, span.start + (low - span.start) // 2, -1):
        if _SPACE_OR_PUNCTUATION.match(text, place - 1):
            return place
    while low > span.start + 1 and unicodedata.combining(text[low : low + 1] or " "):
        low -= 1  # an accent stays with its letter
    return low
