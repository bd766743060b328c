"""What stands above and below the text of every page: heads, feet and page numbers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.reading.pdf_words import Word

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
    edges = [_edge_rows(*page) for page in pages]
    seen: defaultdict[tuple[bool, str], list[int]] = defaultdict(list)
    for number, rows in enumerate(edges):
        for at_top, row in rows:
            seen[at_top, _shape(row)].append(number)
    margins = Margins([], [], [])
    told: set[tuple[bool, str]] = set()
    for (words, _, _), rows in zip(pages, edges, strict=True):
        dropped: set[int] = set()
        outermost = {rows[0][0]: 0} if rows else {}
        del outermost
        for at_top, row in rows:
            key = (at_top, _shape(row))
            text = " ".join(w.text for w in row)
            is_number = PAGE_NUMBER.fullmatch(text) is not None
            if not is_number and len(set(seen[key])) < 2:
                continue
            dropped.update(map(id, row))
            bare = _INSIDE.sub(" ", text).strip()
            if not is_number and key not in told and bare:
                told.add(key)
                (margins.head if at_top else margins.foot).append(bare)
        margins.pages.append([word for word in words if id(word) not in dropped])
    return margins


def _edge_rows(words: list[Word], top: float, bottom: float) -> list[tuple[bool, list[Word]]]:
    """The lines near the upper and the lower edge, each with whether it is near the upper."""
    height = bottom - top
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.y):
        if top + _EDGE * height < word.y < bottom - _EDGE * height:
            continue
        if rows and word.y - rows[-1][-1].y <= 0.4 * word.size:
            rows[-1].append(word)
        else:
            rows.append([word])
    middle = (top + bottom) / 2
    return [(row[0].y < middle, sorted(row, key=lambda w: w.left)) for row in rows]


def _shape(row: Sequence[Word]) -> str:
    return re.sub(r"\d+", "#", " ".join(word.text for word in row)).casefold()
