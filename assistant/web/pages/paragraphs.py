"""The text of an article -> paragraphs, with the cited characters apart. Pure.

Nothing is interpreted but paragraphs and headings: what an article says is shown as it says it, so
that a reader sees the exact characters that are cited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.types import Span

Kind = Literal["running", "lines", "heading", "note"]

# A line so long is a paragraph by itself, whether or not an empty line follows.
_LONG_LINE = 120
# Text that was broken into lines for a terminal: all lines but the last are about this long.
_WRAPPED = range(50, _LONG_LINE + 1)
_HEADING = re.compile(r"#{1,6}[ \t]+(?=\S)")


@dataclass(frozen=True)
class Piece:
    """Consecutive characters. first: the first that are cited."""

    text: str
    marked: bool = False
    first: bool = False


@dataclass(frozen=True)
class Block:
    """A paragraph. kind: "lines" keeps its line ends (a list, a table of results, a poem), "note"
    is by the editors about the article, "heading" has lost the signs before it."""

    kind: Kind
    pieces: tuple[Piece, ...]


def blocks(text: str, cited: Span | None = None, notes: Sequence[Span] = ()) -> list[Block]:
    """The paragraphs of `text`, the characters of `cited` marked.

    notes: the paragraphs by the editors, as `assistant.history.editors_notes` finds them.
    """
    found: list[Block] = []
    marked_before = False
    for span in _paragraphs(text):
        kind = _kind(text[span.start : span.end])
        start = span.start
        if kind == "heading" and (sign := _HEADING.match(text, span.start, span.end)):
            start = sign.end()
        if any(note.start < span.end and span.start < note.end for note in notes):
            kind = "note"
        pieces = tuple(_pieces(text, Span(start, span.end), cited, first=not marked_before))
        marked_before |= any(piece.marked for piece in pieces)
        found.append(Block(kind, pieces))
    return found


def _paragraphs(text: str) -> Iterator[Span]:
    start = end = -1
    at = 0
    for line in text.split("\n"):
        alone = len(line) > _LONG_LINE or _HEADING.match(line) is not None
        if start >= 0 and (alone or not line.strip()):
            yield Span(start, end)
            start = -1
        if alone:
            yield Span(at, at + len(line))
        elif line.strip():
            start, end = (at if start < 0 else start), at + len(line)
        at += len(line) + 1
    if start >= 0:
        yield Span(start, end)


def _kind(paragraph: str) -> Kind:
    if _HEADING.match(paragraph):
        return "heading"
    lines = paragraph.split("\n")
    return "running" if all(len(line) in _WRAPPED for line in lines[:-1]) else "lines"


def _pieces(text: str, span: Span, cited: Span | None, *, first: bool) -> Iterator[Piece]:
    start, end = cited or (span.end, span.end)
    start = min(max(start, span.start), span.end)
    end = max(min(end, span.end), start)
    if span.start < start:
        yield Piece(text[span.start : start])
    if start < end:
        yield Piece(text[start:end], marked=True, first=first)
    if end < span.end:
        yield Piece(text[end : span.end])
