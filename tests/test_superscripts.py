"""Superscripts: a power stays one, a note mark never becomes part of a number or a word."""

from __future__ import annotations

from pathlib import Path

import formats
import pytest

from assistant.reading import read
from assistant.reading.superscripts import in_line
from assistant.types import Article

pytest.importorskip("trafilatura")


@pytest.mark.parametrize(
    ("before", "mark", "after", "written"),
    [
        ("In 1987", "4", ", 31", ""),
        ("31", "12", " cows drowned", ""),
        ("nine million pounds", "1", " in", ""),
        ("31", "1, 2", " cows", ""),
        ("31", "2–4", " cows", ""),
        ("he said.”", "7", " Then", ""),
        ("dearer by 5%", "1", " in", ""),
        ("at 5 °C", "1", " in", ""),
        ("the mayor (Labour)", "2", " said", ""),
        ("(2019-2021)", "3", " the", ""),
        ("the people in", "2", " the", ""),
        ("worth £4m", "2", " last", ""),
        ("drowned", "†", ".", ""),
        ("drowned", "[12]", ".", ""),
        ("drowned", "[citation needed]", ".", ""),
        ("drowned", "(3)", ".", ""),
        ("cattle", "a", " drowned", ""),
        ("in 1987", "b", ", they", ""),
        ("31 ", "3", " cows", ""),
        ("they counted 10", "6", " cells", "^6"),
        ("2.5 × 10", "-6", " m", "^-6"),
        ("10", "−3", " m", "^-3"),
        ("3", "4", " = 81", "^4"),
        ("an area of 12 km", "2", ".", "²"),
        ("people per km", "2", ".", "²"),
        ("5,000 m", "3", " of water", "³"),
        ("fell at 9.8 m/s", "2", ".", "²"),
        ("watts per m", "-2", ".", "^-2"),
        ("E = mc", "2", ".", "²"),
        ("x", "2", " + y", "²"),
        ("(a + b)", "2", " =", "²"),
        ("Ca", "2+", " ions", "^2+"),
        ("on the 12", "th", " of June", "th"),
        ("le 1", "er", " juin", "er"),
        ("au XIX", "e", " siècle", "e"),
        ("M", "me", " Dupont", "me"),
        ("n", "o", " 5", "o"),
        ("a Tractor", "TM", " engine", "™"),
        ("um 8", "30", " Uhr", ":30"),
        ("ab 14", "00", ",", ":00"),
        ("4", "1", "/2 miles", " 1"),
        ("dated by ", "14", "C", "14"),
        ("", "1", "The figure is", "1 "),
    ],
)
def test_what_is_written_for_a_superscript(
    before: str, mark: str, after: str, written: str
) -> None:
    assert in_line(mark, before, after) == written


MARKED = (
    "In 1987{0}, 31{1} cows drowned in the flood, and nine million pounds{2} were lost, the "
    "farmers said. The lake covers 12 km<sup>2</sup> and holds 10<sup>6</sup> fish."
)
PLAIN = (
    "In 1987, 31 cows drowned in the flood, and nine million pounds were lost, the farmers said. "
    "The lake covers 12 km² and holds 10^6 fish."
)
MARKS = [
    "<sup>{n}</sup>",
    '<sup><a href="#n{n}">{n}</a></sup>',
    '<a href="#n{n}"><sup>{n}</sup></a>',
    '<sup class="reference" id="r{n}"><a href="#c{n}"><span>[</span>{n}<span>]</span></a></sup>',
    '<a epub:type="noteref" href="notes.xhtml#n{n}">{n}</a>',
    '<a class="footnote" href="#n{n}">{n}</a>',
    '<span style="font-size: 60%; vertical-align: super">{n}</span>',
    '<span class="sup">{n}</span>',
    "<SUP><em>{n}</em></SUP>",
    "<sup>*</sup>",
]


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("kind", ["article.html", "plain.html", "book.epub"])
def test_no_mark_of_a_note_gets_into_a_number(tmp_path: Path, mark: str, kind: str) -> None:
    """Either way of reading a page, and books: "153 boats" was told of fifteen, with a source."""
    text = MARKED.format(*(mark.replace("{n}", str(n)) for n in (2, 3, 41)))
    more = "<p>Nobody was hurt, said Ana Brook, who runs the roads of the council in town.</p>" * 3
    menu = "".join(f'<li><a href="/{n}">Section {n}</a></li>' for n in range(9))
    content: bytes = {
        "article.html": f"<html><body><nav><ul>{menu}</ul></nav><article><h1>Flood</h1>"
        f"<p>{text}</p>{more}</article></body></html>".encode(),
        "plain.html": f"<html><body><p>{text}</p>{more}</body></html>".encode(),
        "book.epub": formats.epub({"1.xhtml": f"<html><body><p>{text}</p>{more}</body></html>"}),
    }[kind]
    path = tmp_path / kind
    path.write_bytes(content)
    [article] = read(path, article_id=kind)
    assert isinstance(article, Article)
    assert PLAIN in article.text


def test_what_stands_in_a_mark_is_not_lost_where_it_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text("<p>The mill<sup>whose wheel had stood still for years</sup> is sold.</p>")
    [article] = read(path, article_id="a")
    assert isinstance(article, Article)
    assert article.text == "The mill whose wheel had stood still for years is sold."


def test_a_link_among_words_keeps_its_number(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text('<p>See note <a href="#n">3</a> and page <a href="#p">12</a> of it.</p>')
    [article] = read(path, article_id="a")
    assert isinstance(article, Article) and article.text == "See note 3 and page 12 of it."
