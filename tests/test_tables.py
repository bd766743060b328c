"""Tables as people write them by hand and programs export them: no field is lost in silence."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from assistant.errors import ReadingError
from assistant.reading import Options, read
from assistant.types import Failure


def rows(folder: Path, content: str, name: str = "a.csv") -> tuple[dict[str, tuple[str, str]], str]:
    """Each article by the number of its row, as title and text, and what the report says."""
    path = folder / name
    path.write_bytes(content.encode())
    articles: dict[str, tuple[str, str]] = {}
    failures = []
    for item in read(path, article_id=name, options=Options()):
        if isinstance(item, Failure):
            assert item.where.startswith(f"{path}: row ") and item.hint
            failures.append(f"{item.where.removeprefix(f'{path}: ')}: {item.reason}")
        else:
            articles[item.id.removeprefix(f"{name}#")] = item.title, item.text
    return articles, "\n".join(failures)


GOOD = {"2": ("The wall", "It costs four."), "3": ("The ferry", "It has a boat.")}


@pytest.mark.parametrize(
    "content",
    [
        "title,text\nThe wall,It costs four.\nThe ferry,It has a boat.\n",
        "sep=;\ntitle;text\nThe wall;It costs four.\nThe ferry;It has a boat.\n",
        "sep=;\r\n\r\ntitle;text\r\nThe wall;It costs four.\r\nThe ferry;It has a boat.",
        '"SEP=\t"\ntitle\ttext\nThe wall\tIt costs four.\nThe ferry\tIt has a boat.\n',
        "sep=^\ntitle^text\nThe wall^It costs four.\nThe ferry^It has a boat.\n",
        "\ufefftitle,text\nThe wall,It costs four.\nThe ferry,It has a boat.\n",
        'title, text\n"The wall", "It costs four."\n"The ferry", "It has a boat."\n',
        "title,text,,\nThe wall,It costs four.,,\nThe ferry,It has a boat.,,\n",
        "title,text\nThe wall,It costs four.,,\nThe ferry,It has a boat.\n",
        # The semicolon is what makes a column one of text.
        "title;day, month, year;text\nThe wall;1;It costs four.\nThe ferry;2;It has a boat.\n",
        "text|title\nIt costs four.|The wall\nIt has a boat.|The ferry\n",
    ],
)
def test_whatever_stands_between_the_fields(tmp_path: Path, content: str) -> None:
    assert rows(tmp_path, content) == (GOOD, "")


@pytest.mark.parametrize(
    "row",
    [
        "The wall,It costs four, the council said.",
        '"The wall",It costs four, the council said.',
        "The wall,It costs 4,200 pounds.",
        'The wall,"It costs four.",and more',
    ],
)
def test_a_row_with_more_fields_than_columns_is_named_and_not_cut(tmp_path: Path, row: str) -> None:
    """Its end was dropped in silence: "It costs four" was then quoted as what the paper said."""
    articles, report = rows(tmp_path, f"title,text\n{row}\nThe ferry,It has a boat.\n")
    assert articles == {"3": GOOD["3"]}
    assert report.startswith("row 2: ") and "but only 2 columns: a comma" in report


@pytest.mark.parametrize(
    ("row", "title", "text"),
    [
        (r'The wall,"She said \"four, it costs four\" and left."', "The wall", None),
        ('The wall,"She said "four" and left."', "The wall", 'She said "four" and left.'),
        ('"The "old" wall",It costs four.', 'The "old" wall', "It costs four."),
        ('The wall,"It costs.\nShe said "four" now.\nEnd, then."', "The wall", None),
        ('The wall,"It costs ""four""."', "The wall", 'It costs "four".'),
        ('The wall,It is 4" wide.', "The wall", 'It is 4" wide.'),
        (r'The wall,"It lies in C:\wall\"', "The wall", "It lies in C:\\wall\\"),
    ],
)
def test_quotes_within_quotes(tmp_path: Path, row: str, title: str, text: str | None) -> None:
    """As databases escape them, and as people leave them, where that is beyond doubt."""
    articles, report = rows(tmp_path, f"title,text\n{row}\nThe ferry,It has a boat.\n")
    assert report == ""
    assert articles.pop("3") == GOOD["3"]
    meant = row.split(",", 1)[1].strip('"').replace('\\"', '"') if text is None else text
    assert articles == {"2": (title, meant)}


@pytest.mark.parametrize(
    ("broken", "lines"),
    [
        ('"The mill,It is old.', "line 3"),
        ('The mill,"It is old.', "line 3"),
        ('"The mill","It is old.', "line 3"),
        ('The mill,"She said, "four", and left."', "line 3"),
        (
            'The mill,"It is old.\nOn Friday,\nin all 4,200 people came, "many", she said."',
            "lines 3 to 5",
        ),
    ],
)
def test_a_quote_that_is_not_closed_costs_its_own_row_only(
    tmp_path: Path, broken: str, lines: str
) -> None:
    """It took in all the rows after it, while the report said that these had been read."""
    before = "title,text\nThe wall,It costs four.\n"
    after = 'The ferry,It has a boat.\n"The bank","It opens, she said."\nThe pier,"It\nrots."\n'
    articles, report = rows(tmp_path, f"{before}{broken}\n{after}")
    assert list(articles.values()) == [
        *GOOD.values(),
        ("The bank", "It opens, she said."),
        ("The pier", "It\nrots."),
    ]
    assert report.count("\n") == 0 and "row 3: a quote that is not closed" in report
    assert f": {lines} cannot be read" in report


def test_where_no_row_can_be_told_any_more_the_report_says_that_all_is_lost(tmp_path: Path) -> None:
    """A file that was cut off: no article is made up of what may be the lines of a text."""
    content = 'title,text\nThe wall,It costs four.\nMill,"It is old.\nThird, it leaks.\n4,200 came.'
    articles, report = rows(tmp_path, content)
    assert articles == {"2": GOOD["2"]}
    assert "lines 3 to 5, all that follow, cannot be read" in report


def test_a_quote_that_some_later_one_closes_makes_no_article_of_many(tmp_path: Path) -> None:
    content = 'text,title\n"It is old.,Mill\nIt leaks.,Pier"\nIt costs four.,The wall\n'
    articles, report = rows(tmp_path, content)
    assert articles == {"3": GOOD["2"]} and "lines 2 to 3" in report


def test_a_table_with_tabs_may_know_no_quotes(tmp_path: Path) -> None:
    content = 'title\ttext\n"Yes," she said\tIt costs "four" now.\nThe ferry\tIt has a boat.\n'
    assert rows(tmp_path, content, "a.tsv") == (
        {"2": ('"Yes," she said', 'It costs "four" now.'), "3": GOOD["3"]},
        "",
    )


def test_two_columns_of_text_are_a_question_and_not_a_choice(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="two columns are called text"):
        rows(tmp_path, "title,text,text\nThe wall,It costs four.,It has a boat.\n")


@pytest.mark.parametrize(
    "line", ['"a,b', 'a,"b', '"a,' + "x" * 50, "1," + "000," * 30 + '"', 'a"b,"c']
)
def test_a_table_of_quotes_is_read_in_time(tmp_path: Path, line: str) -> None:
    """Where reading starts anew after each error, it must not read all the rest each time."""
    path = tmp_path / "a.csv"
    path.write_text("title,text\n" + f"{line}\n" * 40_000)
    started = time.process_time()
    assert list(read(path, article_id="a.csv", options=Options()))
    assert time.process_time() - started < 20
