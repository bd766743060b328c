"""Fifty small newspaper pages with the truth about them: one to five columns, drawn in three ways.

    python tests/newspapers.py [--show NUMBER]

Prints the share of sentences that reading gives back whole, by number of columns and by the way
of drawing, and the seconds a page. `test_pdf_layout.py` holds the share.

The text is that of `corpus/`. What surrounds it (headlines over the columns, page heads and feet,
pictures with captions inside a column, drop caps, crossheads, hyphens at line ends, stories that go
on overleaf, two stories on a page) is drawn by the number of the page. Layouts with an odd number
were looked at while the reader was made, those with an even number were not.
"""

from __future__ import annotations

import argparse
import io
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import mixed_archive
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from assistant.passages import sentence_spans
from assistant.reading import read
from assistant.types import Article

NUMBERS = range(50)
DRAWINGS = ("line by line", "row by row", "word by word")
WIDTH, HEIGHT = A4
MARGIN = 40.0
_BREAK = re.compile(r"(?<=[aeiou])(?=[bcdfgklmnprstv])")


@dataclass(frozen=True)
class Layout:
    """How one page looks: all of it is drawn by its number."""

    number: int
    columns: int
    drawing: str
    font: str
    bold: str
    size: float
    gutter: float
    justified: bool
    indented: bool
    hyphens: bool
    stories: int
    pages: int
    head: bool
    picture: bool
    drop_cap: bool
    crosshead: bool


def layout(number: int) -> Layout:
    chance = random.Random(f"newspaper {number}")
    columns = 1 + number // 2 % 5
    family = chance.choice((("Times-Roman", "Times-Bold"), ("Helvetica", "Helvetica-Bold")))
    pages = chance.choice((1, 1, 2, 3))
    return Layout(
        number=number,
        columns=columns,
        drawing=DRAWINGS[number // 2 % 3],
        font=family[0],
        bold=family[1],
        size=chance.choice((8.0, 9.0, 10.0)) - (columns == 5),
        gutter=chance.choice((10.0, 14.0, 18.0)),
        justified=chance.random() < 0.5,
        indented=chance.random() < 0.5,
        hyphens=chance.random() < 0.75,
        stories=1 if pages > 1 else chance.choice((1, 2)),
        pages=pages,
        head=pages > 1 or chance.random() < 0.6,
        picture=chance.random() < 0.5,
        drop_cap=chance.random() < 0.4,
        crosshead=chance.random() < 0.4,
    )


@dataclass
class Piece:
    """A line as it is placed: its words with their left edges."""

    page: int
    y: float
    words: list[tuple[float, str]]
    font: str
    size: float
    spread: float = 0.0  # between words, beyond a space
    lower: int = 1  # rows that its baseline is below its own top; a drop cap hangs over two


@dataclass
class Sheet:
    """What is on the pages of one file, and the sentences that a person reads there."""

    layout: Layout
    pieces: list[Piece] = field(default_factory=list)
    pictures: list[tuple[int, float, float, float, float]] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)

    def line(self, page: int, x: float, y: float, text: str, font: str, size: float) -> None:
        words, at = [], x
        for word in text.split(" "):
            words.append((at, word))
            at += stringWidth(word + " ", font, size)
        self.pieces.append(Piece(page, y, words, font, size))


def compose(look: Layout) -> Sheet:
    """The page `look`, with text drawn by its number."""
    chance = random.Random(f"text {look.number}")
    stories = mixed_archive.invented(chance)
    sheet = Sheet(look)
    top = HEIGHT - 60
    if look.pages > 1:
        story = next(stories)
        paragraphs = [*story.paragraphs]
        while sum(map(len, paragraphs)) < _room(look) * (look.pages - 0.6):
            paragraphs += next(stories).paragraphs[:2]
        _story(sheet, story.title, paragraphs, top, 70)
    else:
        height = (top - 70) / look.stories
        for number in range(look.stories):
            story = next(stories)
            paragraphs = [*story.paragraphs]
            while sum(map(len, paragraphs)) < _room(look) * 0.45 / look.stories:
                paragraphs += next(stories).paragraphs[:2]
            _story(sheet, story.title, paragraphs, top - number * height, 70)
    pages = 1 + max(piece.page for piece in sheet.pieces)
    for page in range(pages):
        if look.head:
            name = "THE PELLMOUTH GAZETTE - Wednesday 12 June 2024"
            sheet.line(page, MARGIN, HEIGHT - 30, name, look.font, 8)
            foot = f"Page {page + 1} of {pages}" if look.number % 4 < 2 else f"{page + 1}"
            sheet.line(page, WIDTH / 2 - 20, 30, foot, look.font, 8)
    return sheet


def _room(look: Layout) -> float:
    """About how many characters one page holds."""
    return (WIDTH - 2 * MARGIN) * (HEIGHT - 200) / (look.size * look.size * 1.25 * 0.5)


def _story(sheet: Sheet, title: str, paragraphs: list[str], top: float, bottom: float) -> None:
    look = sheet.layout
    y = top
    for line in _wrapped(title, look.bold, 20, WIDTH - 2 * MARGIN, hyphens=False):
        y -= 24
        sheet.line(0, MARGIN, y, " ".join(line), look.bold, 20)
    sheet.titles.append(title)
    y -= 8
    width = (WIDTH - 2 * MARGIN - (look.columns - 1) * look.gutter) / look.columns
    lines = list(_lines(sheet, paragraphs, width))
    leading = look.size * 1.25
    start, page = 0, 0
    while start < len(lines):
        rows = int((y - bottom) / leading)
        rest = lines[start:]
        if len(rest) < rows * look.columns:
            rows = -(-len(rest) // look.columns)
        picture = look.picture and page == 0 and rows > 22
        hole = (look.columns // 2, rows // 3, 8) if picture else None
        start += _band(sheet, rest, page, y, rows, width, hole)
        page, y = page + 1, HEIGHT - 60


def _band(
    sheet: Sheet,
    lines: list[Piece],
    page: int,
    top: float,
    rows: int,
    width: float,
    hole: tuple[int, int, int] | None,
) -> int:
    """Place `lines` in columns of so many rows; how many there was room for."""
    look = sheet.layout
    leading = look.size * 1.25
    used = 0
    for column in range(look.columns):
        x = MARGIN + column * (width + look.gutter)
        row = 0
        while row < rows and used < len(lines):
            if hole and (column, row) == hole[:2]:
                under = top - (row + hole[2]) * leading
                sheet.pictures.append((page, x, under, width, (hole[2] - 1) * leading))
                sheet.line(page, x, under - 8, "The bridge at dusk", look.font, 7)
                row += hole[2] + 2
                continue
            line = lines[used]
            line.page, line.y = page, top - (row + line.lower) * leading
            line.words = [(x + at, word) for at, word in line.words]
            sheet.pieces.append(line)
            used, row = used + 1, row + (line.lower == 1)
    return used


def _lines(sheet: Sheet, paragraphs: list[str], width: float) -> Iterator[Piece]:
    look = sheet.layout
    for number, paragraph in enumerate(paragraphs):
        spans = sentence_spans(paragraph)
        sheet.sentences += [paragraph[s.start : s.end] for s in spans]
        if look.crosshead and number and number % 3 == 0:
            yield Piece(0, 0, [(0.0, "The"), (20.0, "vote")], look.bold, look.size)
        indents = [look.size * 1.2] if look.indented and number else []
        if look.drop_cap and number == 0 and paragraph[0].isupper() and paragraph[1].islower():
            yield Piece(0, 0, [(0.0, paragraph[0])], look.bold, look.size * 2.6, lower=2)
            indents = [stringWidth(paragraph[0], look.bold, look.size * 2.6) + 2] * 2
            paragraph = paragraph[1:]
        wrapped = list(_wrapped(paragraph, look.font, look.size, width, look.hyphens, indents))
        for at, words in enumerate(wrapped):
            offset = indents[at] if at < len(indents) else 0.0
            natural = stringWidth(" ".join(words), look.font, look.size)
            last = at == len(wrapped) - 1
            spare = width - offset - natural
            spread = spare / (len(words) - 1) if look.justified and not last and words[1:] else 0.0
            placed, x = [], offset
            for word in words:
                placed.append((x, word))
                x += stringWidth(word + " ", look.font, look.size) + spread
            yield Piece(0, 0, placed, look.font, look.size, spread)


def _wrapped(
    text: str, font: str, size: float, width: float, hyphens: bool, indents: Sequence[float] = ()
) -> list[list[str]]:
    """The words of `text`, line by line; the first lines are shorter by `indents`."""
    lines: list[list[str]] = [[]]
    for word in text.split():
        while True:
            at = len(lines) - 1
            room = width - (indents[at] if at < len(indents) else 0.0)
            options = [(word, ""), *(_breaks(word) if hyphens else ())]
            fitting = (
                (head, tail)
                for head, tail in options
                if stringWidth(" ".join([*lines[-1], head]), font, size) <= room
            )
            head, word = next(fitting, ("" if lines[-1] else word, word if lines[-1] else ""))
            if head:
                lines[-1].append(head)
            if not word:
                break
            lines.append([])
    return lines


def _breaks(word: str) -> list[tuple[str, str]]:
    """Where a typesetter would divide `word`, the longest beginning first."""
    if "-" in word.strip("-") and word.replace("-", "").isalpha():
        at = word.index("-") + 1
        return [(word[:at], word[at:])] if at < len(word) else []
    if not word.isalpha() or not word.islower():
        return []
    places = [m.start() for m in _BREAK.finditer(word) if 2 < m.start() < len(word) - 3]
    return [(word[:at] + "-", word[at:]) for at in reversed(places)]


def pdf(sheet: Sheet) -> bytes:
    """The file, drawn in the way of its layout."""
    look = sheet.layout
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4)
    pages = 1 + max(piece.page for piece in sheet.pieces)
    for page in range(pages):
        for number, x, y, width, height in sheet.pictures:
            if number == page:
                canvas.rect(x, y, width, height, fill=1)
        pieces = [piece for piece in sheet.pieces if piece.page == page]
        if look.drawing != "line by line":
            pieces.sort(key=lambda piece: (-piece.y, piece.words[0][0]))
        for piece in pieces:
            if look.drawing == "word by word":
                canvas.setFont(piece.font, piece.size)
                for x, word in piece.words:
                    canvas.drawString(x, piece.y, word)
            else:
                text = " ".join(word for _, word in piece.words)
                x = piece.words[0][0]
                line = canvas.beginText(x, piece.y)
                line.setFont(piece.font, piece.size)
                line.setWordSpace(piece.spread)
                line.textOut(text)
                canvas.drawText(line)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def lost(sheet: Sheet, article: Article) -> list[str]:
    """The sentences of the sheet that are not sentences of the article."""
    text = article.text
    found = Counter(
        " ".join(text[s.start : s.end].split()) for s in sentence_spans(text, article.language)
    )
    missing = []
    for sentence in sheet.sentences:
        if found[sentence]:
            found[sentence] -= 1
        else:
            missing.append(sentence)
    return missing


def read_back(sheet: Sheet, folder: Path) -> Article:
    path = folder / f"page-{sheet.layout.number}.pdf"
    path.write_bytes(pdf(sheet))
    (article,) = (a for a in read(path, article_id=path.name) if isinstance(a, Article))
    return article


def main(numbers: list[int], show: bool) -> None:
    told: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    pages, seconds = 0, 0.0
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            sheet = compose(layout(number))
            started = time.process_time()
            article = read_back(sheet, Path(folder))
            seconds += time.process_time() - started
            pages += 1 + max(piece.page for piece in sheet.pieces)
            missing = lost(sheet, article)
            groups = ("all", "even" if number % 2 == 0 else "odd", sheet.layout.drawing)
            for group in (*groups, f"{sheet.layout.columns} columns"):
                told[group] += len(sheet.sentences)
                missed[group] += len(missing)
            if show:
                print(sheet.layout)
                print(article.title, "|", article.published, "\n", article.text)
                print(*(f"LOST {sentence}" for sentence in missing), sep="\n")
    for group in sorted(told):
        kept = told[group] - missed[group]
        print(f"{group}: {kept} of {told[group]} sentences whole, {kept / told[group]:.1%}")
    print(f"{pages} pages, {seconds / pages:.3f} s a page")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--numbers", type=int, nargs="*", default=list(NUMBERS))
    parser.add_argument("--show", action="store_true", help="print what was read and what is lost")
    asked = parser.parse_args()
    main(asked.numbers, asked.show)
    sys.exit(0)
