"""A PDF gives back the sentences that a person reads in it, however its words were put there."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pypdfium2")
pytest.importorskip("reportlab")
import newspapers
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from assistant.errors import ReadingError
from assistant.passages import sentence_spans
from assistant.reading import read
from assistant.types import Article, Failure

WALL = (
    "The sea wall at Orrin Bay is to be rebuilt for 3.7 million crowns, the harbour board decided "
    "on Monday. Work starts in April and will take sixteen months, said Dora Finch, who is in "
    "charge of it. The old wall gave way in three places in the storm of last November, when the "
    "water stood in the fish hall for two days."
)
BAKERY = (
    "After eighty years the bakery on Chandler Street is closing at the end of May, because the "
    "lease has become too dear, its owner Silas Penn wrote to his customers. Twelve people work "
    "there. A chain of coffee shops is said to want the rooms, which are protected as a monument."
)
Draw = Callable[[Canvas], object]


def pdf(*pages: Draw, **info: Any) -> bytes:
    """Each page drawn by a function. info: what Canvas takes, and title and author."""
    target = io.BytesIO()
    named = {key: info.pop(key, None) for key in ("title", "author")}
    canvas = Canvas(target, **info)
    for name, value in named.items():
        if value is not None:
            getattr(canvas, f"set{name.title()}")(value)
    for draw in pages:
        canvas.setFont("Times-Roman", 10)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def results(folder: Path, content: bytes) -> list[Article | Failure]:
    path = folder / "a.pdf"
    path.write_bytes(content)
    return list(read(path, article_id="a.pdf"))


def article(folder: Path, *pages: Draw, **info: Any) -> Article:
    (found,) = results(folder, pdf(*pages, **info))
    assert isinstance(found, Article)
    return found


def sentences(text: str) -> list[str]:
    return [" ".join(text[s.start : s.end].split()) for s in sentence_spans(text)]


def lines(text: str, width: float, size: float = 10, font: str = "Times-Roman") -> list[str]:
    return simpleSplit(text, font, size, width)


def column(
    canvas: Canvas,
    told: Sequence[str],
    x: float,
    y: float,
    *,
    size: float = 10,
    font: str = "Times-Roman",
) -> float:
    """Draw lines one below the other; the y of the next."""
    canvas.setFont(font, size)
    for line in told:
        canvas.drawString(x, y, line)
        y -= 1.2 * size
    return y


@pytest.mark.parametrize("drawing", newspapers.DRAWINGS)
def test_sentences_of_newspaper_pages_are_whole(tmp_path: Path, drawing: str) -> None:
    """One page for each number of columns; `python tests/newspapers.py` has the fifty."""
    told = lost = 0
    columns: set[int] = set()
    for number in newspapers.NUMBERS:
        look = newspapers.layout(number)
        if look.drawing == drawing and look.columns not in columns:
            columns.add(look.columns)
            sheet = newspapers.compose(look)
            told += len(sheet.sentences)
            lost += len(newspapers.lost(sheet, newspapers.read_back(sheet, tmp_path)))
    assert columns == {1, 2, 3, 4, 5}
    assert lost <= 0.05 * told


@pytest.mark.slow
def test_sentences_of_all_fifty_pages_are_whole(tmp_path: Path) -> None:
    told = lost = 0
    for number in newspapers.NUMBERS:
        sheet = newspapers.compose(newspapers.layout(number))
        told += len(sheet.sentences)
        lost += len(newspapers.lost(sheet, newspapers.read_back(sheet, tmp_path)))
    assert lost <= 0.05 * told


# -- lines and hyphens --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        ("The board will recon-", "struct the sea wall.", "reconstruct the sea wall"),
        ("It is the plan of a re-", "elected mayor and of her friends.", "re-elected mayor"),
        ("She asked for a long-", "term loan for the harbour.", "a long-term loan"),
        ("A plan of Jean-", "Luc Morel was turned down.", "Jean-Luc Morel"),
        ("They look back on 2019-", "24 with some pride here.", "2019-24 with"),
        ("The board spoke of two-", "and three-year terms of office.", "two- and three-year"),
        ("A thief who is 41-year-", "old was caught on the quay.", "41-year-old was"),
        ("There was talk of a snow-", "plough. The snow-plough came.", "a snow-plough. The"),
        ("The storm – it came at", "night – took three boats.", "came at night – took"),
    ],
)
def test_words_are_put_together_over_the_end_of_a_line(
    tmp_path: Path, first: str, second: str, whole: str
) -> None:
    told = ["Notes from Orrin Bay", "", first, second]
    found = article(tmp_path, lambda c: column(c, told, 60, 700))
    assert whole in found.text


def test_words_drawn_one_by_one_in_any_order_make_sentences(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        words = []
        for x, text in ((60, WALL), (300, BAKERY)):
            for number, line in enumerate(lines(text, 200)):
                at = float(x)
                for word in line.split():
                    words.append((word, at, 700 - 12 * number))
                    at += stringWidth(word + " ", "Times-Roman", 10)
        for word, x, y in sorted(words):
            canvas.drawString(x, y, word)

    assert sentences(article(tmp_path, draw).text) == sentences(WALL) + sentences(BAKERY)


def test_letters_drawn_one_by_one_and_wide_apart_are_words(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for y, spread in ((700, 0.0), (680, 3.0)):
            x = 60.0
            for letter in "The bakery is closing at the end of May.":
                if letter != " ":
                    canvas.drawString(x, y, letter)
                x += stringWidth(letter, "Times-Roman", 10) + spread
        canvas.drawString(60, 660, "O R R I N   B A Y   T O D A Y")
        spaced = canvas.beginText(60, 640)
        spaced.setCharSpace(3)
        spaced.textOut("The fish hall stays open.")
        canvas.drawText(spaced)

    told = article(tmp_path, draw).text
    assert told.count("The bakery is closing at the end of May.") == 2
    assert "ORRIN BAY TODAY" in told
    assert "The fish hall stays open." in told


# -- columns ------------------------------------------------------------------------------------


def two_stories(canvas: Canvas) -> None:
    column(canvas, lines(WALL, 150), 60, 700)
    column(canvas, lines(BAKERY, 150, 9), 230, 695, size=9)


def turned(canvas: Canvas) -> None:
    canvas.setPageRotation(90)
    canvas.translate(A4[0], 0)
    canvas.rotate(90)
    canvas.translate(0, -200)
    two_stories(canvas)


def upside_down(canvas: Canvas) -> None:
    canvas.setPageRotation(180)
    two_stories(canvas)


@pytest.mark.parametrize("draw", [two_stories, turned, upside_down])
def test_columns_that_share_no_lines_are_read_one_after_the_other(
    tmp_path: Path, draw: Draw
) -> None:
    assert sentences(article(tmp_path, draw).text) == sentences(WALL) + sentences(BAKERY)


def in_columns(canvas: Canvas, text: str, x: float, y: float, columns: int, width: float) -> float:
    told = lines(text, width, 9)
    rows = -(-len(told) // columns)
    for number in range(columns):
        part = told[number * rows : (number + 1) * rows]
        column(canvas, part, x + number * (width + 14), y, size=9)
    return y - rows * 10.8


def stacked(canvas: Canvas) -> None:
    y = 780.0
    for headline, text in (("Sea wall to be rebuilt", WALL), ("Bakery closes", BAKERY)):
        column(canvas, [headline], 40, y, size=18, font="Helvetica-Bold")
        y = in_columns(canvas, " ".join([text] * 2), 40, y - 20, 4, 120) - 24


def side_by_side(canvas: Canvas) -> None:
    for x, headline, text in ((40, "Sea wall to be rebuilt", WALL), (310, "Bakery closes", BAKERY)):
        column(canvas, [headline], x, 780, size=18, font="Helvetica-Bold")
        in_columns(canvas, " ".join([text] * 2), x, 760, 2, 120)


@pytest.mark.parametrize("draw", [stacked, side_by_side])
def test_two_stories_on_a_page_are_not_mixed(tmp_path: Path, draw: Draw) -> None:
    found = article(tmp_path, draw)
    assert found.title == "Sea wall to be rebuilt"
    assert sentences(found.text) == sentences(WALL) * 2 + ["Bakery closes"] + sentences(BAKERY) * 2


def test_a_caption_under_a_picture_stands_in_no_sentence(tmp_path: Path) -> None:
    """The picture is as wide as two of four columns, which go on under it."""

    def draw(canvas: Canvas) -> None:
        column(canvas, ["Sea wall to be rebuilt"], 40, 780, size=22, font="Times-Bold")
        canvas.rect(170, 560, 250, 120, fill=1)
        caption = ["The sea wall after the storm of last November. Photo: Ada Quill"]
        column(canvas, caption, 170, 550, size=8, font="Times-Italic")
        told = lines(" ".join([WALL, BAKERY] * 3), 115, 9)
        frames = [(40, 750, 480), (170, 750, 690), (170, 535, 480)]
        frames += [(300, 750, 690), (300, 535, 480), (430, 750, 300)]
        for x, top, bottom in frames:
            number = int((top - bottom) / 10.8)
            column(canvas, told[:number], x, top, size=9)
            told = told[number:]
        assert not told

    found = article(tmp_path, draw).text
    for sentence in sentences(WALL) + sentences(BAKERY):
        assert sentences(found).count(sentence) == 3
    assert "of last November. Photo" in found


def test_the_two_pages_of_a_spread_follow_each_other(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        column(canvas, lines(WALL, 330), 40, 500)
        column(canvas, lines(BAKERY, 330), 450, 500)
        canvas.drawString(200, 20, "4")
        canvas.drawString(610, 20, "5")

    found = article(tmp_path, draw, pagesize=landscape(A4))
    assert sentences(found.text) == sentences(WALL) + sentences(BAKERY)


def test_the_cells_of_a_table_stay_in_their_rows(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        y = column(canvas, lines(WALL, 300), 60, 750) - 10
        rows = (("Boats", "2023", "2024"), ("Trawlers", "12", "15"), ("Yachts", "204", "198"))
        for row in rows:
            for x, cell in zip((60, 160, 220), row, strict=True):
                canvas.drawString(x, y, cell)
            y -= 14
        column(canvas, lines(BAKERY, 300), 60, y - 10)

    told = article(tmp_path, draw).text
    assert "Boats | 2023 | 2024\nTrawlers | 12 | 15\nYachts | 204 | 198\n" in told
    assert sentences(WALL)[-1] in sentences(told) and sentences(BAKERY)[0] in sentences(told)


def test_a_drop_cap_begins_its_word_and_a_list_keeps_its_items(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        column(canvas, ["T"], 60, 688, size=30, font="Times-Bold")
        told = lines(WALL[1:], 180)
        column(canvas, told[:2], 82, 703)
        y = column(canvas, lines(" ".join(told[2:]), 202), 60, 679)
        for item in ("the wall comes first and is paid for by the county", "the fish hall follows"):
            canvas.drawString(60, y, "•")
            y = column(canvas, lines(item, 170), 75, y)

    told = article(tmp_path, draw).text
    assert all(sentence in sentences(told) for sentence in sentences(WALL))
    assert "• the wall comes first and is paid for by the county\n" in told


def test_hebrew_is_read_from_right_to_left(tmp_path: Path) -> None:
    """Drawn as programs draw it, letter by letter from the left; the columns begin at the right."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    try:
        pdfmetrics.registerFont(TTFont("DejaVuSans", "DejaVuSans.ttf"))
    except TTFError:
        pytest.skip("no font with Hebrew letters")
    right = ["המועצה החליטה כי הקיר", "ייבנה מחדש בשנת 2027", "במחיר של מיליון כתרים."]
    left = ["המאפייה ברחוב הראשי", "תיסגר בסוף החודש", "אמר בעליה אתמול."]

    def draw(canvas: Canvas) -> None:
        canvas.setFont("DejaVuSans", 10)
        for x, told in ((500, right), (300, left)):
            for number, line in enumerate(told):
                shown = "".join(reversed(line)).replace("7202", "2027")
                canvas.drawRightString(x, 700 - 14 * number, shown)

    found = article(tmp_path, draw).text
    assert " ".join(right) in found and " ".join(left) in found
    assert found.index(right[0]) < found.index(left[0])


# -- pages --------------------------------------------------------------------------------------


def paged(text: str, head: Callable[[Canvas, int], object], rows: int = 4) -> list[Draw]:
    told = lines(text, 450)

    def page(number: int) -> Draw:
        def draw(canvas: Canvas) -> None:
            head(canvas, number)
            column(canvas, told[number * rows : (number + 1) * rows], 60, 720)

        return draw

    return [page(number) for number in range(-(-len(told) // rows))]


@pytest.mark.parametrize("alternate", [False, True])
def test_heads_and_feet_of_pages_stand_in_no_sentence(tmp_path: Path, alternate: bool) -> None:
    """They are kept once, since they may tell the day and the paper; a page's number is not."""

    def head(canvas: Canvas, number: int) -> None:
        canvas.setFont("Helvetica", 8)
        if alternate and number % 2:
            canvas.drawString(60, 810, f"{number + 1}   Harbour and town")
        else:
            canvas.drawString(60, 810, "THE ORRINFORD COURIER - Monday 3 March 2025")
            canvas.drawRightString(530, 810, str(number + 1))
        canvas.drawCentredString(300, 30, f"Page {number + 1} of 4")

    text = " ".join(f"Point {n} of the list. {WALL} {BAKERY}" for n in (1, 2))
    found = article(tmp_path, *paged(text, head, 3))
    told = sentences(found.text)
    assert [each for each in told if each in sentences(text)] == sentences(text)
    assert found.text.count("ORRINFORD COURIER") == 1
    assert "Page" not in found.text and found.text.count("Harbour and town") == alternate
    assert (str(found.published), found.source) == ("2025-03-03", "Orrinford Courier")


def test_a_note_at_the_foot_of_a_page_stands_in_no_sentence(tmp_path: Path) -> None:
    def head(canvas: Canvas, number: int) -> None:
        if number == 0:
            note = ["1 The board keeps a list of the boats that were lost."]
            column(canvas, note, 60, 120, size=7)

    found = article(tmp_path, *paged(WALL + " " + BAKERY, head, 4))
    assert [each for each in sentences(found.text) if "keeps a list" not in each] == sentences(
        WALL + " " + BAKERY
    )


def test_what_is_stamped_across_a_page_or_on_its_side_tells_nothing_of_it(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        column(canvas, lines(WALL, 220), 60, 700)
        for x, y, angle, size, text in (
            (500, 400, 90, 6, "Photo: Ada Quill / Northern Wire"),
            (100, 300, 45, 60, "DRAFT COPY"),
        ):
            canvas.saveState()
            canvas.translate(x, y)
            canvas.rotate(angle)
            canvas.setFont("Helvetica", size)
            canvas.drawString(0, 0, text)
            canvas.restoreState()

    found = article(tmp_path, draw)
    assert (found.author, found.source) == (None, None)
    assert found.title.startswith("The sea wall at Orrin Bay")
    assert sentences(found.text)[:3] == sentences(WALL)
    assert "Northern Wire" in found.text


def test_pages_on_which_nothing_can_be_read_are_named(tmp_path: Path) -> None:
    """A page that is blank is nobody's loss; one with a picture on it may be a scan."""
    told = results(
        tmp_path,
        pdf(
            lambda c: column(c, lines(WALL, 300), 60, 700),
            lambda c: None,
            lambda c: c.rect(100, 100, 300, 300, fill=1),
            lambda c: column(c, lines(BAKERY, 300), 60, 700),
        ),
    )
    found, failure = told
    assert isinstance(found, Article) and isinstance(failure, Failure)
    assert sentences(found.text) == sentences(WALL) + sentences(BAKERY)
    assert "no text on 1 of 4 pages (3)" in failure.reason and "OCR" in failure.hint


def test_a_file_whose_end_is_missing_is_read_as_far_as_it_goes_and_named(tmp_path: Path) -> None:
    """Programs that write the table of pages first leave something to read."""
    text = b"BT /F1 10 Tf 60 700 Td (The bakery is closing at the end of May.) Tj ET"
    whole = (
        b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font"
        b"<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
        b"4 0 obj<</Length %d>>stream\n%s\nendstream endobj\n"
        b"trailer<</Root 1 0 R>>\n" % (len(text), text)
    )
    found, failure = results(tmp_path, whole)
    assert isinstance(found, Article) and found.text == "The bakery is closing at the end of May."
    assert isinstance(failure, Failure) and "its end is missing" in failure.reason
    assert len(results(tmp_path, whole + b"startxref\n0\n%%EOF\n")) == 1


# -- what is known of the article ---------------------------------------------------------------


def front(canvas: Canvas) -> None:
    column(canvas, ["THE ORRINFORD COURIER"], 60, 780, size=36, font="Times-Bold")
    column(canvas, ["Monday 3 March 2025"], 60, 760)
    canvas.drawRightString(530, 760, "No. 411")
    column(canvas, ["Sea wall to be rebuilt"], 60, 720, size=22, font="Times-Bold")
    column(canvas, ["By Maud Ellery"], 60, 700)
    column(canvas, lines(WALL, 400), 60, 680)


@pytest.mark.parametrize(
    "title",
    ["untitled", "(anonymous)", "Page 1 of 3", "Microsoft Word - wall.doc", "wall.indd", ""],
)
def test_what_programs_write_as_a_title_or_writer_is_none(tmp_path: Path, title: str) -> None:
    found = article(tmp_path, front, title=title, author="(anonymous)")
    assert (found.title, found.author) == ("Sea wall to be rebuilt", "Maud Ellery")
    assert (str(found.published), found.source) == ("2025-03-03", "Orrinford Courier")


def test_the_day_on_which_the_file_was_made_is_no_day_of_publication(tmp_path: Path) -> None:
    found = article(tmp_path, lambda c: column(c, lines(WALL, 300), 60, 700), title="Sea wall")
    assert b"/CreationDate" in (tmp_path / "a.pdf").read_bytes()
    assert (found.title, found.published, found.partial_date) == ("Sea wall", None, None)


def test_what_is_set_raised_is_a_mark_or_a_power(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        def line(y: float, *parts: str) -> None:
            text = canvas.beginText(60, y)
            for part in parts:
                rise = {"^": 4.0, "_": -2.0}.get(part[0], 0.0)
                text.setFont("Times-Roman", 6 if rise else 10)
                text.setRise(rise)
                text.textOut(part.lstrip("^_"))
            canvas.drawText(text)

        line(
            700, "In 2024", "^2", " the storm took 17", "^3", " boats,", "^4", " 10", "^6", " fish."
        )
        line(680, "The hall has 250 m", "^2", " of floor, and CO", "_2", " since the 5", "^th", ".")

    told = article(tmp_path, draw).text
    assert "In 2024 the storm took 17 boats, 10^6 fish." in told
    assert "250 m² of floor, and CO2 since the 5th." in told


def test_ligatures_are_letters(tmp_path: Path) -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    try:
        pdfmetrics.registerFont(TTFont("DejaVuSans", "DejaVuSans.ttf"))
    except TTFError:
        pytest.skip("no font with ligatures")
    told = ["The oﬃce of the ﬂeet conﬁrmed the eﬀect."]
    found = article(tmp_path, lambda c: column(c, told, 60, 700, font="DejaVuSans"))
    assert found.text == "The office of the fleet confirmed the effect."


def test_a_locked_file_is_read_where_no_password_is_needed(tmp_path: Path) -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption

    def locked(password: str) -> bytes:
        lock = StandardEncryption(password, ownerPassword="owner", canCopy=0, strength=128)
        return pdf(lambda c: column(c, lines(WALL, 300), 60, 700), encrypt=lock)

    (found,) = results(tmp_path, locked(""))
    assert isinstance(found, Article) and sentences(found.text) == sentences(WALL)
    with pytest.raises(ReadingError, match="locked by a password"):
        results(tmp_path, locked("secret"))
