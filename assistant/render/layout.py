"""Lines for a terminal: wrapped, cut, coloured. Widths are in terminal cells, not characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from rich.cells import cell_len, chop_cells

from assistant.safety import one_line
from assistant.types import Citation, Nearest

MARKER = re.compile(r"\[(\d+)\]")
NARROWEST = 24


class Paint:
    """Our own colours and links, or nothing at all."""

    def __init__(self, color: bool, links: bool) -> None:
        self._color = color
        self._links = links

    def style(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._color and text else text

    def bold(self, text: str) -> str:
        return self.style(text, "1")

    def dim(self, text: str) -> str:
        return self.style(text, "2")

    def warning(self, text: str) -> str:
        return self.style(text, "33")

    def marked(self, lines: list[str], words: str) -> list[str]:
        """`lines` with the first place of `words` in bold, also where it runs over line ends."""
        found = re.search(r"\s+".join(map(re.escape, words.split())), "\n".join(lines))
        if not words or found is None:
            return lines
        text = "\n".join(lines)
        bold = "\n".join(self.bold(part) for part in found.group().split("\n"))
        return (text[: found.start()] + bold + text[found.end() :]).split("\n")

    def markers(self, text: str) -> str:
        return MARKER.sub(lambda match: self.style(match.group(), "36"), text)

    def link(self, text: str, url: str | None) -> str:
        """`text` as an OSC 8 hyperlink, where `url` is one that a browser may open."""
        if not (self._links and text and url and re.fullmatch(r"(?i)https?://[!-~]+", url)):
            return text
        return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\"


def wrap(text: str, width: int) -> list[str]:
    """One line of text as lines of at most `width` terminal cells, broken at spaces."""
    lines: list[str] = []
    for word in text.split():
        if lines and cell_len(lines[-1]) + 1 + cell_len(word) <= width:
            lines[-1] += " " + word
        else:
            lines.extend(chop_cells(word, width) if cell_len(word) > width else [word])
    return lines


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells, the end replaced by an ellipsis."""
    if cell_len(text) <= width:
        return text
    return chop_cells(text, max(width - 2, 1))[0].rstrip() + " …"


def shorten_middle(text: str, width: int) -> str:
    """`text` in at most `width` cells: its beginning and its end, an ellipsis between them."""
    if cell_len(text) <= width:
        return text
    room = max(width - 3, 4)
    head = chop_cells(text, room * 2 // 3)[0].rpartition(" ")
    tail = chop_cells(text[::-1], room // 3)[0][::-1].partition(" ")
    return f"{head[0] or head[2]} … {tail[2] or tail[0]}"


def shorten_around(text: str, inside: str, width: int) -> str:
    """`text` in at most `width` cells with `inside`, a part of it, whole and in its midst; as
    `shorten_middle` where there is no room for that."""
    before, found, after = text.partition(inside) if inside else ("", "", text)
    room = width - cell_len(found) - 4
    if cell_len(text) <= width or not found or room < 2:
        return shorten_middle(text, width)
    first = max(room // 2, room - cell_len(after))
    if cell_len(before) > first:
        before = "… " + chop_cells(before[::-1], first)[0][::-1].partition(" ")[2]
        room += 2
    room -= cell_len(before)
    if cell_len(after) > room:
        after = chop_cells(after, room)[0].rpartition(" ")[0] + " …"
    return before + found + after


def indented(lines: Iterable[str], indent: int) -> list[str]:
    return [" " * indent + line for line in lines]


def long_date(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def outlet_and_date(source: str | None, published: date | None, article_id: str) -> str:
    """Where and when an article appeared; its id where the outlet is unknown."""
    parts = [one_line(source or article_id)]
    if published:
        parts.append(long_date(published))
    return ", ".join(parts)


def article_heading(lead: str, item: Citation | Nearest, width: int, paint: Paint) -> list[str]:
    """Title, outlet and date of an article after `lead`, on one line where it fits, else on two."""
    indent = " " * len(lead)
    origin = cut(outlet_and_date(item.source, item.published, item.article_id), width - len(lead))
    title = cut(one_line(item.title) or one_line(item.article_id), width - len(lead))
    shown = paint.link(paint.bold(title), item.url if isinstance(item, Citation) else None)
    if len(lead) + cell_len(title) + 3 + cell_len(origin) <= width:
        return [f"{lead}{shown} {paint.dim('· ' + origin)}"]
    return [lead + shown, indent + paint.dim(origin)]


def table(rows: Sequence[Sequence[str]], *, width: int | None) -> str:
    """Rows of cells as lines. For people, aligned and cut to `width` cells; for programs (`width`
    None), separated by one tab and whole."""
    cells = [[one_line(cell) for cell in row] for row in rows]
    if width is None:
        return "\n".join("\t".join(row) for row in cells)
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        cut(
            "  ".join(
                cell + " " * (column - cell_len(cell))
                for cell, column in zip(row, widths, strict=True)
            ).rstrip(),
            width,
        )
        for row in cells
    )
