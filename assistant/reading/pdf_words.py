"""The words of a PDF's page with their places, out of the letters that PDFium finds on it.

PDFium is Chrome's; it knows the encodings of fonts, ligatures and locks. What it cannot tell is
where one word ends, since a space need not be written: that is measured here.
"""

from __future__ import annotations

import ctypes
import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

# A gap between letters is a space from so many widths of the letter's height on, beyond the gap
# that the letters of that line have among themselves.
_SPACE = 0.16
_SAME_LINE = 0.12  # of the letters' height: what a baseline may differ by
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_LINE_END_HYPHENS = ("\x02", "\ufffe")  # as PDFium writes a hyphen at the end of a line
_MOST_LETTERS = 200_000  # of a page; a newspaper's has some 30,000
_NO_LETTERS = ("\ufffd", "\uffff")


@dataclass(slots=True)
class Word:
    """Letters without a space between them; x grows rightwards, y, the baseline's, downwards.

    spaced: whether a space stands before it in the file.
    """

    text: str
    left: float
    right: float
    y: float
    size: float
    bold: bool
    spaced: bool = False


@dataclass(slots=True)
class _Letter:
    text: str
    left: float
    right: float
    y: float
    size: float
    bold: bool


class TooMany(ValueError):
    """A page has more letters than any page that a person reads."""


def words_of_page(page: Any) -> list[list[Word]]:
    """The words of a pypdfium2 page in the order of the file, one list for each direction in which
    text is written on it, the most used one first: on a page turned on its side that one is
    upright for a reader. Raises TooMany."""
    by_angle: defaultdict[int, list[_Letter]] = defaultdict(list)
    for angle, letter in _letters(page):
        by_angle[angle].append(letter)
    groups = sorted(by_angle.values(), key=len, reverse=True)
    return [list(_words(letters)) for letters in groups]


def _letters(page: Any) -> Iterator[tuple[int, _Letter]]:
    import pypdfium2.raw as pdfium

    text_page = page.get_textpage()
    box, matrix = pdfium.FS_RECTF(), pdfium.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    drawn_by, angle, size, bold, cos, sin = 0, 0, 1.0, False, 1.0, 0.0
    number = pdfium.FPDFText_CountChars(text_page)
    if number > _MOST_LETTERS:
        raise TooMany(f"holds {number:,} characters")
    for index in range(number):
        if pdfium.FPDFText_IsGenerated(text_page, index) == 1:
            continue
        part = pdfium.FPDFText_GetTextObject(text_page, index)
        if part and ctypes.addressof(part.contents) != drawn_by:
            drawn_by = ctypes.addressof(part.contents)
            pdfium.FPDFText_GetMatrix(text_page, index, matrix)
            turned = math.atan2(matrix.b, matrix.a)
            angle = round(math.degrees(turned) / 5) * 5 % 360
            cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            size = pdfium.FPDFText_GetFontSize(text_page, index) * math.hypot(matrix.c, matrix.d)
            size = abs(size) or 1.0
            bold = _is_bold(text_page, index)
        text = _readable(pdfium.FPDFText_GetUnicode(text_page, index))
        pdfium.FPDFText_GetLooseCharBox(text_page, index, box)
        pdfium.FPDFText_GetCharOrigin(text_page, index, x, y)
        left = x.value * cos + y.value * sin
        down = x.value * sin - y.value * cos
        if angle % 90 == 0:
            ends = (box.left * cos + box.bottom * sin, box.right * cos + box.top * sin)
            width = max(ends) - min(ends)
        else:
            width = size / 2
        yield angle, _Letter(text, left, left + width, down, size, bold)


def _readable(code: int) -> str:
    text = chr(code) if code <= 0x10FFFF else ""
    if text in _LINE_END_HYPHENS:
        return "-"
    if text in _NO_LETTERS or code == 0:
        return ""
    return _LIGATURES.get(text, text)


def _is_bold(text_page: Any, index: int) -> bool:
    import pypdfium2.raw as pdfium

    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    pdfium.FPDFText_GetFontInfo(text_page, index, name, 128, flags)
    face = name.value.lower()
    return any(each in face for each in (b"bold", b"black", b"heavy", b"demi"))


def _words(letters: Iterable[_Letter]) -> Iterator[Word]:
    for run in _runs(letters):
        yield from _words_of_run(run)


def _runs(letters: Iterable[_Letter]) -> Iterator[list[_Letter]]:
    """Letters that follow each other on one line, in one height."""
    run: list[_Letter] = []
    for letter in letters:
        if run:
            last = run[-1]
            size = max(last.size, letter.size)
            follows = (
                abs(letter.y - last.y) <= _SAME_LINE * size
                and abs(letter.size - last.size) <= 0.1 * size
                and -0.6 * size <= letter.left - last.right
            )
            if not follows and not (_from_right(run, letter) and abs(letter.y - last.y) < size / 9):
                yield run
                run = []
        run.append(letter)
    if run:
        yield run


def _from_right(run: Sequence[_Letter], letter: _Letter) -> bool:
    """Whether letters of a script such as Arabic follow each other leftwards."""
    last = run[-1]
    return abs(letter.right - last.left) <= 0.6 * last.size and abs(letter.size - last.size) < 1


def _words_of_run(run: list[_Letter]) -> Iterator[Word]:
    spaced_out = _is_spaced_out(run)
    inked = [letter for letter in run if not letter.text.isspace()]
    gaps = [
        max(b.left - a.right, a.left - b.right)
        for a, b in pairwise(run)
        if a.text.strip() and b.text.strip()
    ]
    if spaced_out:
        gaps = [b.left - a.right for a, b in pairwise(inked)]
    usual = max(0.0, statistics.median(gaps)) if len(gaps) > 2 else 0.0
    word: list[_Letter] = []
    spaced = False  # whether a space stands before `word`
    for letter in inked if spaced_out else run:
        if letter.text.isspace():
            if word:
                yield _word(word, spaced)
            word, spaced = [], True
            continue
        if word:
            last = word[-1]
            gap = max(letter.left - last.right, last.left - letter.right)
            if gap > usual + _SPACE * letter.size:
                yield _word(word, spaced)
                word, spaced = [], True
        word.append(letter)
    if word:
        yield _word(word, spaced)


def _is_spaced_out(run: list[_Letter]) -> bool:
    """Whether nearly every letter has a space after it: H A R B O U R."""
    single = "".join(letter.text for letter in run).split()
    alone = sum(len(word) == 1 for word in single)
    return len(single) >= 4 and alone >= 0.8 * len(single)


def _word(letters: list[_Letter], spaced: bool) -> Word:
    first = letters[0]
    return Word(
        text="".join(letter.text for letter in letters),
        left=min(letter.left for letter in letters),
        right=max(letter.right for letter in letters),
        y=statistics.median(letter.y for letter in letters),
        size=first.size,
        bold=first.bold,
        spaced=spaced,
    )
