"""Characters of an article in the paragraph around them, in pieces that are marked or not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from assistant.types import Article, Span

# A paragraph longer than this is cut to so many characters on either side of what is marked.
AROUND = 500


class Piece(NamedTuple):
    text: str
    marked: bool


@dataclass(frozen=True)
class Excerpt:
    """A paragraph, or what of it is worth showing. missing: what was to be marked is not there."""

    title: str
    article_id: str
    about: str
    pieces: tuple[Piece, ...]
    missing: bool = False


def excerpts(article: Article | None, article_id: str, spans: Iterable[Span]) -> list[Excerpt]:
    """One excerpt for each paragraph that has something to mark, in the order of the text.

    Spans may overlap; those outside the text, or of an article that is not known, are said to be
    missing.
    """
    spans = sorted(set(spans))
    if article is None:
        return [Excerpt(article_id, article_id, "", (), missing=True)]
    inside = [s for s in spans if 0 <= s.start < s.end <= len(article.text)]
    about = " · ".join(str(v) for v in (article.source, article.published) if v)
    found = [
        Excerpt(article.title, article.id, about, _pieces(article.text, paragraph, own))
        for paragraph, own in _by_paragraph(article.text, inside)
    ]
    if len(inside) < len(spans):
        found.append(Excerpt(article.title, article.id, about, (), missing=True))
    return found


def _by_paragraph(text: str, spans: list[Span]) -> list[tuple[Span, list[Span]]]:
    grouped: list[tuple[Span, list[Span]]] = []
    for span in spans:
        around = _paragraph(text, span)
        if grouped and around.start < grouped[-1][0].end:
            before, own = grouped.pop()
            around = Span(min(before.start, around.start), max(before.end, around.end))
            grouped.append((around, [*own, span]))
        else:
            grouped.append((around, [span]))
    return grouped


def _paragraph(text: str, span: Span) -> Span:
    """From the blank line before the span to the one after it, but not more than `AROUND`."""
    start = text.rfind("\n\n", 0, span.start)
    start = 0 if start < 0 else start + 2
    end = text.find("\n\n", span.end)
    end = len(text) if end < 0 else end
    return Span(max(start, span.start - AROUND), min(end, span.end + AROUND))


def _pieces(text: str, around: Span, spans: list[Span]) -> tuple[Piece, ...]:
    pieces = []
    at = around.start
    for start, end in spans:
        start = max(start, at)
        if start > at:
            pieces.append(Piece(text[at:start], False))
        if end > start:
            pieces.append(Piece(text[start:end], True))
        at = max(at, end)
    if at < around.end:
        pieces.append(Piece(text[at : around.end], False))
    return tuple(pieces)
