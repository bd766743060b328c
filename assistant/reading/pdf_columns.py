"""The order in which a person reads the words of a page: columns one after the other.

The page is cut where white runs through it: downwards between columns, as far as it is white on
every line, and across above a headline, which ends the columns over it.
"""

from __future__ import annotations

import re
import statistics
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from assistant.reading.pdf_words import Word

_HEADLINE = 1.25  # times the height of the text
_STEPS = 2  # of the masks below, to a point
# White of so many heights of a letter is a gutter where it runs through so many lines. Between a
# few lines as much comes about by chance.
_GUTTERS = ((8, 0.6), (5, 0.8), (3, 1.0), (2, 3.5))
_IN_BAND = 3  # lines: fewer in the middle of a text have wide spaces by chance
_SHORT_CELL = 14  # characters
_DEEPEST = 40
_MOST_ROWS = 1_000  # a page with more is looked through for no tables and the like


@dataclass
class Region:
    """Words that stand in one column, or that are the cells of a table."""

    words: list[Word]
    cells: list[list[Word]] | None = None  # column by column


@dataclass
class _Row:
    """Words beside each other, with white above and below. mask: a bit for each step with ink."""

    words: list[Word]
    bottom: float
    mask: int = 0


def body_size(words: Sequence[Word]) -> float:
    """The height of letters in which most of the text is set."""
    sizes = sorted((word.size, len(word.text)) for word in words)
    half = sum(count for _, count in sizes) / 2
    for size, count in sizes:
        half -= count
        if half <= 0:
            return size
    return 10.0


def in_reading_order(words: Sequence[Word], size: float, *, leftwards: bool) -> list[Region]:
    """size: of the text, see `body_size`. leftwards: the columns are read from right to left."""
    return list(_ordered(list(words), size, leftwards, 0))


def _ordered(words: list[Word], size: float, leftwards: bool, depth: int) -> Iterator[Region]:
    rows = _rows(words)
    parts = _sections(rows, size) if depth < _DEEPEST else [words]
    if len(parts) == 1 and depth < _DEEPEST:
        small: list[Word] = []
        columns = _columns(words, size)
        if len(columns) == 1:
            # A caption under a picture as wide as two columns stops neither of them.
            small = [w for row in rows if _is_small(row, size) for w in row.words]
            rest = [w for row in rows if not _is_small(row, size) for w in row.words]
            columns = _columns(rest, size) if small and rest else columns
        if len(columns) > 1:
            if _is_table(columns):
                yield Region([w for column in columns for w in column], columns)
            else:
                for column in reversed(columns) if leftwards else columns:
                    yield from _ordered(column, size, leftwards, depth + 1)
            if small:
                yield from _ordered(small, size, leftwards, depth + 1)
            return
        parts = _bands(rows, size)
    if len(parts) == 1:
        yield Region(words)
        return
    for part in parts:
        if part:
            yield from _ordered(part, size, leftwards, depth + 1)


def _rows(words: Sequence[Word]) -> list[_Row]:
    rows: list[_Row] = []
    origin = min((word.left for word in words), default=0.0)
    for word in sorted(words, key=_top):
        if not rows or _top(word) > rows[-1].bottom:
            rows.append(_Row([], word.y))
        row = rows[-1]
        row.words.append(word)
        row.bottom = max(row.bottom, word.y)
        first, end = int((word.left - origin) * _STEPS), int((word.right - origin) * _STEPS) + 1
        row.mask |= (1 << max(end, first + 1)) - (1 << first)
    return rows


def _top(word: Word) -> float:
    return word.y - 0.6 * word.size


def _sections(rows: list[_Row], size: float) -> list[list[Word]]:
    """The words cut above and below each headline that has its rows for itself."""
    large = [all(word.size >= _HEADLINE * size for word in row.words) for row in rows]
    parts: list[list[Word]] = [[]]
    for is_large, group in groupby(zip(large, rows, strict=True), key=lambda pair: pair[0]):
        words = [word for _, row in group for word in row.words]
        if parts[-1] and (is_large or not _side_by_side(parts[-1], words, size)):
            parts.append([])
        parts[-1] += words
    return parts


def _side_by_side(headlines: list[Word], text: list[Word], size: float) -> bool:
    """Whether each headline has a story of its own under it: the page is cut between them first."""
    return (
        len(_columns(headlines, size, fewest=1)) > 1 and len(_columns(headlines + text, size)) > 1
    )


def _is_small(row: _Row, size: float) -> bool:
    return all(word.size <= 0.92 * size for word in row.words)


def _columns(words: list[Word], size: float, fewest: int = 2) -> list[list[Word]]:
    """`words` cut at the gutters that run through all their height; one list where there is none.

    fewest: lines that must stand beside each other on both sides of a gutter; 1 for headlines.
    """
    if len(words) < 2:
        return [words]
    origin = min(word.left for word in words)
    mask = 0
    for row in _rows(words):
        mask |= row.mask
    edges: list[float] = []
    for start, end in _whites(mask, size):
        edge = origin + (start + end) / 2 / _STEPS
        left = [word for word in words if word.right <= edge]
        right = [word for word in words if word.right > edge]
        if edges:
            left = [word for word in left if word.left > edges[-1]]
        if _is_gutter(left, right, (end - start) / _STEPS, size, fewest):
            edges.append(edge)
    if not edges:
        return [words]
    bounds = [float("-inf"), *edges, float("inf")]
    return [[w for w in words if a < w.right <= b] for a, b in pairwise(bounds)]


def _whites(mask: int, size: float) -> list[tuple[int, int]]:
    least = int(_GUTTERS[0][1] * size * _STEPS)
    found = (m.span() for m in re.finditer("0" * least + "+", f"{mask:b}"[::-1]))
    return [(start, end) for start, end in found if start > 0]


def _is_gutter(left: list[Word], right: list[Word], width: float, size: float, fewest: int) -> bool:
    if not left or not right:
        return False
    top, bottom = (
        max(min(w.y for w in left), min(w.y for w in right)) - size / 2,
        min(max(w.y for w in left), max(w.y for w in right)) + size / 2,
    )
    lines = min(_lines(left, top, bottom, size), _lines(right, top, bottom, size))
    if fewest == 1:
        return lines > 0 and width >= 1.4 * size
    if max(len(w.text) for w in left) <= 3:
        return False  # the marks of a list
    return lines >= fewest and any(
        lines >= number and width >= heights * size for number, heights in _GUTTERS
    )


def _lines(words: list[Word], top: float, bottom: float, size: float) -> int:
    heights = sorted(word.y for word in words if top <= word.y <= bottom)
    return 0 if not heights else 1 + sum(b - a > size / 2 for a, b in pairwise(heights))


def _bands(rows: list[_Row], size: float) -> list[list[Word]]:
    """The rows cut above and below each run of them that has a gutter of its own."""
    parts: list[list[Word]] = [[]]
    start = 0 if len(rows) <= _MOST_ROWS else len(rows)
    while start < len(rows):
        end, mask = start, 0
        while end < len(rows):
            grown = mask | rows[end].mask
            if not _whites(grown, size):
                break
            mask = grown
            end += 1
        run = [word for row in rows[start:end] for word in row.words]
        if len(_columns(run, size, _IN_BAND)) > 1 and end - start < len(rows):
            parts += [run, []]
            start = end
        else:
            parts[-1] += rows[start].words
            start += 1
    return [part for part in parts if part] or [[word for row in rows for word in row.words]]


def _is_table(columns: list[list[Word]]) -> bool:
    """Whether short cells stand in the same lines, rather than text that fills its columns."""
    lines = [_cells(column) for column in columns]
    first = sorted(lines[0])
    if len(first) < 2:
        return False
    short = [statistics.median(map(len, cells.values())) <= _SHORT_CELL for cells in lines[1:]]
    beside = [sum(_has_near(first, y) for y in cells) / len(cells) for cells in lines[1:]]
    lefts = [min(w.left for w in column) for column in columns]
    filled = [
        statistics.median(width for width in _widths(column)) / (following - left)
        for column, (left, following) in zip(columns, pairwise(lefts), strict=False)
    ]
    loose = not filled or statistics.median(filled) < 0.8
    return loose and sum(short) * 2 > len(short) and statistics.median(beside) > 0.6


def _has_near(heights: list[float], y: float) -> bool:
    return bisect_left(heights, y - 3) < bisect_left(heights, y + 3)


def _cells(column: list[Word]) -> dict[float, str]:
    cells: dict[float, str] = {}
    for word in sorted(column, key=lambda w: w.y):
        last = next(reversed(cells), None)
        key = last if last is not None and word.y - last < word.size / 2 else word.y
        cells[key] = f"{cells.get(key, '')} {word.text}".strip()
    return cells


def _widths(column: list[Word]) -> list[float]:
    by_line: dict[float, tuple[float, float]] = {}
    for word in column:
        key = round(word.y)
        left, right = by_line.get(key, (word.left, word.right))
        by_line[key] = (min(left, word.left), max(right, word.right))
    return [right - left for left, right in by_line.values()]
