"""The lines of a column, and the paragraphs that they make."""

from __future__ import annotations

import re
import statistics
import unicodedata
from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from assistant.reading import metadata
from assistant.reading.pdf_columns import Region
from assistant.reading.pdf_words import Word
from assistant.reading.superscripts import in_line

_DROP_CAP = 1.7  # times the height of the text
_MOST_CAPS = 20  # in a column
_NEW_STYLE = 1.12
_BULLET = re.compile(r"[•●▪■◦‣➢✓]\s*\S")
_SENTENCE_END = re.compile(r"[.!?…:。！？؟۔][\"'”’»“)\]]*\s*$")
_HOLE = 3  # lines: a wider gap is a picture's, not one between paragraphs


@dataclass
class Line:
    text: str
    words: list[Word]
    left: float
    right: float
    y: float
    size: float
    bold: bool


@dataclass
class Block:
    """A paragraph, a headline, a caption or a table.

    room: what is left of its last line, as far as the column's other lines show.
    first: the width of its first word.
    cut: whether the column ends with it, or a picture follows, so that it may go on elsewhere.
    aside: whether it is written in another direction than the text, as a watermark is.
    """

    lines: list[str]
    size: float
    bold: bool
    room: float = 0.0
    first: float = 0.0
    cut: bool = False
    is_table: bool = False
    aside: bool = False

    @property
    def ends(self) -> bool:
        """Whether a sentence ends with it."""
        return _SENTENCE_END.search(self.lines[-1]) is not None

    @property
    def starts_small(self) -> bool:
        return self.lines[0][:1].islower()


def blocks_of(region: Region, size: float) -> list[Block]:
    """The paragraphs of a region in order. size: of the text, see `body_size`."""
    if region.cells is not None:
        return [_table(region.cells)]
    lines = _lines(region.words)
    if not lines:
        return []
    edge = max(line.right for line in lines)
    steps = [b.y - a.y for a, b in pairwise(lines) if 0 < b.y - a.y < 2.5 * b.size]
    step = statistics.median(steps) if steps else 1.3 * size
    groups: list[list[Line]] = [[lines[0]]]
    for last, line in pairwise(lines):
        if _starts_paragraph(groups[-1], last, line, edge, step):
            groups.append([line])
        else:
            groups[-1].append(line)
    blocks = []
    for group, following in zip_longest(groups, groups[1:]):
        cut = following is None or following[0].y - group[-1].y > _HOLE * step
        blocks.append(_block(group, edge if len(lines) > 1 else None, cut))
    return blocks


def _block(lines: list[Line], edge: float | None, cut: bool) -> Block:
    first = lines[0].words[0]
    return Block(
        lines=[line.text for line in lines],
        size=max(line.size for line in lines),
        bold=all(line.bold for line in lines),
        room=float("inf") if edge is None else edge - lines[-1].right,
        first=first.right - first.left,
        cut=cut,
    )


def _starts_paragraph(group: list[Line], last: Line, line: Line, edge: float, step: float) -> bool:
    bigger, smaller = max(last.size, line.size), min(last.size, line.size)
    if bigger > _NEW_STYLE * smaller or last.bold != line.bold:
        return True
    if _BULLET.match(line.text):
        return True
    unfinished = not _SENTENCE_END.search(last.text)
    if line.y - last.y > 1.35 * max(step, line.size) and line.size < 1.25 * step:
        return True
    if line.text[:1].islower():
        return False
    # Where the next word had found room on the line, someone ended it there.
    first = line.words[0]
    slack = edge - last.right - 0.25 * line.size - (first.right - first.left)
    if slack > 0.3 * line.size and (metadata.is_about(last.text) or metadata.is_about(line.text)):
        return True
    if slack > 0.3 * line.size and (not unfinished or slack > 0.12 * (edge - last.left)):
        return True
    indent = line.left - last.left
    return 0.6 * line.size < indent < 6 * line.size and not unfinished


def _table(columns: list[list[Word]]) -> Block:
    heights = sorted(word.y for column in columns for word in column)
    size = statistics.median(word.size for column in columns for word in column)
    rows = [heights[0]]
    for y in heights:
        if y - rows[-1] > size / 2:
            rows.append(y)
    told: list[list[list[Word]]] = [[[] for _ in columns] for _ in rows]
    for number, column in enumerate(columns):
        for word in sorted(column, key=_left):
            told[bisect_right(rows, word.y + size / 100) - 1][number].append(word)
    texts = ([" ".join(word.text for word in cell) for cell in row] for row in told)
    return Block([" | ".join(filter(None, row)) for row in texts], size, bold=False, is_table=True)


# -- lines --------------------------------------------------------------------------------------


def _left(word: Word) -> float:
    return word.left


def _lines(words: Sequence[Word]) -> list[Line]:
    usual = _usual(words)
    tall = [word for word in words if _is_tall_letter(word, usual)]
    caps = [w for w in tall if _hangs(w, words, usual)] if len(tall) <= _MOST_CAPS else []
    capital = set(map(id, caps))
    small: list[Word] = []
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.y):
        if id(word) in capital:
            continue
        if word.size < 0.8 * usual:
            small.append(word)
        elif rows and word.y - rows[-1][0].y <= 0.3 * max(word.size, rows[-1][0].size):
            rows[-1].append(word)
        else:
            rows.append([word])
    rows = sorted(rows + _settled(small, rows), key=lambda row: row[0].y)
    lines = [_line(piece) for row in rows for piece in _pieces(row)]
    for cap in caps:
        _hang(cap, lines)
    return lines


def _settled(small: Sequence[Word], rows: list[list[Word]]) -> list[list[Word]]:
    """Put each small word, such as the mark of a note, into the row that it belongs to; the rows
    of those that belong to none."""
    heights = [row[0].y for row in rows]
    edges = [sorted(edge for w in row for edge in (w.left, w.right)) for row in rows]
    own: list[list[Word]] = []
    for word in small:
        first = bisect_left(heights, word.y - word.size)
        end = bisect_right(heights, word.y + 2 * word.size)
        home = next((n for n in range(first, end) if _sits_on(word, rows[n][0], edges[n])), None)
        if home is not None:
            rows[home].append(word)
            insort(edges[home], word.right)
        elif own and abs(word.y - own[-1][0].y) <= 0.3 * word.size:
            own[-1].append(word)
        else:
            own.append([word])
    return own


def _sits_on(word: Word, base: Word, edges: list[float]) -> bool:
    """edges: where the words of the line begin and end, in order."""
    if not -0.75 * base.size <= word.y - base.y <= 0.35 * base.size:
        return False
    near = 0.5 * base.size
    return any(
        bisect_left(edges, x + near) > bisect_right(edges, x - near)
        for x in (word.left, word.right)
    )


def _usual(words: Sequence[Word]) -> float:
    sizes = sorted(word.size for word in words for _ in word.text)
    return sizes[len(sizes) // 2] if sizes else 10.0


def _is_tall_letter(word: Word, usual: float) -> bool:
    return word.size >= _DROP_CAP * usual and len(word.text.strip("“\"'„«‘")) <= 1


def _hangs(cap: Word, words: Sequence[Word], usual: float) -> bool:
    """Whether a tall letter has lines of the text at its right."""
    top, bottom = cap.y - 0.75 * cap.size, cap.y + 0.3 * usual
    return any(
        w.left >= cap.right - 0.2 * usual and top <= w.y <= bottom and w.size < cap.size / 1.5
        for w in words
    )


def _pieces(row: list[Word]) -> list[list[Word]]:
    """A row as it is, or in its parts where one of them, wide apart, is a date or a byline."""
    ordered = sorted(row, key=_left)
    pieces = [[ordered[0]]]
    for last, word in pairwise(ordered):
        if word.left - last.right > 2.5 * word.size:
            pieces.append([word])
        else:
            pieces[-1].append(word)
    about = (metadata.is_about(" ".join(w.text for w in piece)) for piece in pieces)
    return pieces if len(pieces) > 1 and any(about) else [ordered]


def _line(words: list[Word]) -> Line:
    size = max(word.size for word in words)
    full = [word for word in words if word.size > 0.8 * size]
    ordered = sorted(words, key=_left)
    y = statistics.median(w.y for w in full)
    return Line(
        text=_text(ordered, y, size),
        words=ordered,
        left=ordered[0].left,
        right=max(w.right for w in ordered),
        y=y,
        size=size,
        bold=sum(len(w.text) for w in full if w.bold) * 2 > sum(len(w.text) for w in full),
    )


def _text(words: list[Word], y: float, size: float) -> str:
    if is_leftwards(words):
        return _from_right(words)
    text = ""
    for number, word in enumerate(words):
        before = words[number - 1] if number else None
        gap = word.left - before.right if before else 0.0
        space = " " if before and (word.spaced or gap > 0.1 * size) else ""
        if word.size < 0.8 * size and y - word.y > 0.15 * size:
            following = words[number + 1] if number + 1 < len(words) else None
            touches = (
                following is not None
                and not following.spaced
                and following.left - word.right < 0.1 * size
            )
            after = (following.text if touches else f" {following.text}") if following else ""
            told = in_line(word.text, text + space, after)
            text += space + told if told else ""
        else:
            text += space + word.text
    return text


def is_leftwards(words: Sequence[Word]) -> bool:
    """Whether most letters are of a script that is written from right to left."""
    kinds = [unicodedata.bidirectional(c) for word in words for c in word.text]
    right = sum(kind in ("R", "AL") for kind in kinds)
    return right > sum(kind == "L" for kind in kinds)


def _from_right(words: list[Word]) -> str:
    """Words from right to left; runs of numbers and Latin words stay as they are."""
    told: list[str] = []
    run: list[str] = []
    for word in reversed(words):
        if any(unicodedata.bidirectional(c) in ("R", "AL") for c in word.text):
            told += reversed(run)
            run = []
            told.append(word.text)
        else:
            run.append(word.text)
    return " ".join([*told, *reversed(run)])


def _hang(cap: Word, lines: list[Line]) -> None:
    """Put a drop cap before the line that it begins."""
    top = cap.y - 0.8 * cap.size
    for line in lines:
        if top <= line.y <= cap.y + 0.3 * line.size and line.left >= cap.right - 0.3 * line.size:
            line.text = cap.text + line.text
            line.left = cap.left
            return
    lines.append(_line([cap]))
    lines.sort(key=lambda line: line.y)
