"""What stands above and below the text of every page: heads, feet and page numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from assistant.reading.pdf_words import Word

_ROWS = 4  # lines that a head or a foot may have
_EDGE = 0.13  # of the page's height, at the top and at the bottom
_PAGE_WORD = r"(?:page|pages|pag|pagina|página|pàgina|seite|s|p|pp|side|sida|strona|стр|страница)"
PAGE_NUMBER = re.compile(
    rf"\W*(?:{_PAGE_WORD}\W{{0,2}}\s*)?(?:\d{{1,4}}|[ivxl]{{1,7}})"
    r"(?:\s*(?:of|/|von|de|di|sur|av|из|\|)\s*\d{1,4})?\W*",
    re.IGNORECASE,
)
_INSIDE = re.compile(
    rf"[\s|·•,–-]*\b{_PAGE_WORD}\.?\s*\d{{1,4}}(?:\s*(?:of|/|von|de|di|sur)\s*\d{{1,4}})?[\s|·•,–-]*",
    re.IGNORECASE,
)


@dataclass
class Margins:
    """pages: the words of each page without its head and foot. head, foot: as they first stand."""

    pages: list[list[Word]]
    head: list[str]
    foot: list[str]


def without_margins(pages: Sequence[tuple[list[Word], float, float]]) -> Margins:
    """pages: the words of each, and the y of its upper and lower edge."""
    edges = [_at_the_edges(*page) for page in pages]
    texts: defaultdict[tuple[object, ...], dict[int, str]] = defaultdict(dict)
    for number, rows in enumerate(edges):
        for row in rows:
            for piece in row.pieces:
                texts[_key(row, piece)].setdefault(number, _text(piece))
    # The heads of left and of right pages stand in the same place.
    places = {key[:3] for key, found in texts.items() if len(found) > 1}
    margins = Margins([], [], [])
    told: set[str] = set()
    for (words, _, _), rows in zip(pages, edges, strict=True):
        dropped: set[int] = set()
        inside = {True: False, False: False}  # at the top, at the bottom: past the last of them
        for row in rows:
            for piece in row.pieces:
                key, text = _key(row, piece), _text(piece)
                is_number = PAGE_NUMBER.fullmatch(text) is not None
                if inside[row.at_top] or not (is_number or key[:3] in places):
                    continue
                dropped.update(map(id, piece))
                found = [*texts[key].values()]
                bare = "" if is_number else _without_numbers(found[0], found[-1])
                if bare and bare not in told:
                    told.add(bare)
                    (margins.head if row.at_top else margins.foot).append(bare)
            inside[row.at_top] = not any(id(word) in dropped for word in row.words)
        margins.pages.append([word for word in words if id(word) not in dropped])
    return margins


@dataclass
class _Row:
    """A line near an edge of a page; its pieces stand wide apart, as left, middle and right."""

    at_top: bool
    place: int
    words: list[Word]
    pieces: list[list[Word]]


def _at_the_edges(words: list[Word], top: float, bottom: float) -> list[_Row]:
    """The lines near the upper and the lower edge, from the outermost inwards."""
    height = bottom - top
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.y):
        if top + _EDGE * height < word.y < bottom - _EDGE * height:
            continue
        if lines and word.y - lines[-1][-1].y <= 0.4 * word.size:
            lines[-1].append(word)
        else:
            lines.append([word])
    rows = []
    for line in lines:
        at_top = line[0].y < (top + bottom) / 2
        line.sort(key=lambda w: w.left)
        place = round((line[0].y - (top if at_top else bottom)) / 6)
        rows.append(_Row(at_top, place, line, _pieces(line)))
    upper, lower = [r for r in rows if r.at_top], [r for r in rows if not r.at_top]
    return upper[:_ROWS] + lower[: -_ROWS - 1 : -1]


def _pieces(line: list[Word]) -> list[list[Word]]:
    pieces = [[line[0]]]
    for last, word in pairwise(line):
        if word.left - last.right > 2.5 * word.size:
            pieces.append([word])
        else:
            pieces[-1].append(word)
    return pieces


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _key(row: _Row, piece: Sequence[Word]) -> tuple[object, ...]:
    return row.at_top, row.place, round(piece[0].size), re.sub(r"\d+", "#", _text(piece)).casefold()


def _without_numbers(first: str, second: str) -> str:
    """The text of a head without the numbers that are others on another page."""
    bare = _INSIDE.sub(" ", first).split()
    other = _INSIDE.sub(" ", second).split()
    kept = (a for a, b in zip(bare, other, strict=False) if a == b or not re.search(r"\d", a))
    return " ".join(kept).strip(" |·•,–-")
