"""Reading: what a file holds becomes Articles, whatever state it is in, and nothing is lost."""

from __future__ import annotations

import json
import os
import unicodedata
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.errors import ReadingError
from assistant.reading import Options, article_id, find_sources, left_out, read
from assistant.reading.dates import file_name_date, find_dates, parse_date
from assistant.reading.language import guess_language
from assistant.reading.metadata import take_tags
from assistant.reading.names import attributed_outlet, byline
from assistant.reading.text import canonical, one_line
from assistant.types import Article, Failure

MAX_BYTES = 1_000_000

# A busy machine must not fail a test: nothing here is about time.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read_all(path: Path, max_bytes: int = MAX_BYTES) -> list[Article | Failure]:
    return list(read(path, article_id=path.name, options=Options(max_file_bytes=max_bytes)))


def article(tmp_path: Path, content: str, name: str = "story.txt") -> Article:
    """The one article of a file with that content."""
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    [only] = read_all(path)
    assert isinstance(only, Article)
    return only


FERRY = """Ferry to the islands gets a second boat UPDATED
The ferry company will run two boats to the islands from spring, its director Ana Brook said.
“One boat was never enough,” she told passengers, Harbourlight.Az reports via local media.
The new boat carries 240 people and makes the crossing in 35 minutes.

It was built in 1998 and served on a lake until 12 May 2019.
The timetable was presented today, March 9, and is valid until October 31.
By Tarik Osmond


"""


# --- plain text --------------------------------------------------------------------------------


def test_plain_text_with_hints_strewn_about_it(tmp_path: Path) -> None:
    ferry = article(tmp_path, FERRY)
    assert ferry.title == "Ferry to the islands gets a second boat"
    assert ferry.tags == ("UPDATED",)
    assert ferry.author == "Tarik Osmond"
    assert ferry.source == "Harbourlight.Az"
    assert ferry.language == "en"
    assert (ferry.published, ferry.partial_date) == (None, "--03-09")


def test_every_line_but_the_headline_stays_in_the_body(tmp_path: Path) -> None:
    """A citation can only point at what is there: nothing a reader saw may be lost."""
    body = article(tmp_path, FERRY).text
    assert body.split("\n") == canonical(FERRY).split("\n")[1:]


def test_headline_below_byline_and_dateline(tmp_path: Path) -> None:
    found = article(
        tmp_path,
        "Lake Valley Radio - web desk - Wed 12 June 2024, 9.05\nBy Mia Fenwick\n\n"
        "RAIN STOPS PLAY\n\nThe match was broken off after an hour.\n",
    )
    assert found.title == "RAIN STOPS PLAY"
    assert found.text.startswith("Lake Valley Radio - web desk")
    assert (found.author, found.source) == ("Mia Fenwick", "Lake Valley Radio")
    assert found.published == date(2024, 6, 12)


@pytest.mark.parametrize(
    "content",
    [
        "The council met on Monday. It decided nothing.\n\nMore on this later in the week.",
        "The council met on Monday and decided, after a debate of four hours, that\n"
        "the baths stay open. The vote was close.",
        "Only one line and no more text",
    ],
)
def test_without_a_headline_the_body_keeps_everything(tmp_path: Path, content: str) -> None:
    found = article(tmp_path, content)
    assert found.text == content
    assert found.title and len(found.title) <= 81


def test_title_from_a_long_first_sentence_is_cut_at_a_word(tmp_path: Path) -> None:
    found = article(tmp_path, "The committee " + "considered " * 20 + "it. And that was that.")
    assert found.title.endswith("considered…")
    assert len(found.title) <= 81


@pytest.mark.parametrize(
    ("headline", "title", "tags"),
    [
        ("Bridge closed UPDATED", "Bridge closed", ("UPDATED",)),
        ("BREAKING: Bridge closed", "Bridge closed", ("BREAKING",)),
        ("[VIDEO] Bridge closed (UPDATED)", "Bridge closed", ("VIDEO", "UPDATED")),
        ("Correction: eight, not nine", "Eight, not nine", ("CORRECTION",)),
        ("Bridge closed - EXCLUSIVE", "Bridge closed", ("EXCLUSIVE",)),
        ("UPDATE 2-Bridge closed", "Bridge closed", ("UPDATE",)),
        ("LIVE MUSIC RETURNS TO THE MILL", "LIVE MUSIC RETURNS TO THE MILL", ()),
        ("Updated plans for the mill", "Updated plans for the mill", ()),
        ("Bridge closed -UPDATED", "Bridge closed", ("UPDATED",)),
        ("UPDATED", "UPDATED", ()),
    ],
)
def test_tags_are_taken_off_headlines(headline: str, title: str, tags: tuple[str, ...]) -> None:
    assert take_tags(headline) == (title, tags)


# --- who wrote it, who published it --------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("By Maud Ellery and Jack Torrance-Reed", "Maud Ellery, Jack Torrance-Reed"),
        ("By Maud Ellery, Staff Writer", "Maud Ellery"),
        ("By MAUD ELLERY | 12 June 2024", "MAUD ELLERY"),
        ("Von Greta Oberlin", "Greta Oberlin"),
        ("By Northern Wire staff", "Northern Wire staff"),
        ("By Dirk van der Laan in Vienna", "Dirk van der Laan"),
        ("(By J. O'Neill)", "J. O'Neill"),
        ("By the river, people waited.", None),
        ("By Monday Evening", None),
        ("By Reuters", None),
        ("Byron Keats", None),
    ],
)
def test_bylines(line: str, author: str | None) -> None:
    assert byline(line) == author


@pytest.mark.parametrize(
    ("last_line", "author"),
    [
        ("Maud Ellery", "Maud Ellery"),
        ("(Northern Wire / Finn Abara)", "Finn Abara"),
        ("Finn Abara, Lake Valley Radio", "Finn Abara"),
        ("Ann Lee, Ray Poe", None),
        ("The next match is on Friday. (Finn Abara)", "Finn Abara"),
        ("Kelderby Town Hall", None),
        ("The town sticks to its own gauge.", None),
        ("He thanked his mother (and the bank)", None),
    ],
)
def test_signatures(tmp_path: Path, last_line: str, author: str | None) -> None:
    content = f"A headline here\n\nThe text says something.\n\nAnd more of it.\n\n{last_line}\n"
    assert article(tmp_path, content).author == author


@pytest.mark.parametrize(
    ("text", "outlet"),
    [
        ("The mill is sold, the Thornvale Courier has learned.", "Thornvale Courier"),
        ("“No,” she told the Courier. The Thornvale Courier asked twice.", "Courier"),
        ("“No,” she told the Kelderby Gazette on Monday.", "Kelderby Gazette"),
        ("He was “glad”, Caliber.Az reports via local media.", "Caliber.Az"),
        ("The talks went well, AZERTAC reports.", "AZERTAC"),
        ("Two people were hurt, police report.", None),
        ("The Finance Committee reports to the council.", None),
        ("He told Inspector Pryce everything.", None),
        ("The Post Office reports a loss.", None),
    ],
)
def test_outlets_named_in_the_text(text: str, outlet: str | None) -> None:
    """No false positives from ordinary verbs: a wrong source is worse than none."""
    assert attributed_outlet(text) == outlet


def test_agency_in_a_dateline(tmp_path: Path) -> None:
    found = article(tmp_path, "Wheat dearer\n\nVIENNA, June 12, 2024 (Reuters) - Wheat rose.\n")
    assert (found.source, found.published) == ("Reuters", date(2024, 6, 12))


def test_url_line(tmp_path: Path) -> None:
    found = article(tmp_path, "A headline\n\nSome text.\n\nSource: https://paper.example/a?b=1\n")
    assert (found.url, found.source) == ("https://paper.example/a?b=1", None)


# --- dates ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "12 June 2024",
        "June 12, 2024",
        "12.06.2024",
        "12. Juni 2024",
        "2024-06-12",
        "2024-06-12T08:30:00Z",
        "12 juin 2024",
        "12 de junio de 2024",
        "Wednesday, 12th June 2024",
        "12 ИЮНЯ 2024",
        "13/06/2024",
        *("2024年6月12日", "2024年06月12日 10:30", "２０２４年６月１２日", "令和6年6月12日"),
        *(
            "二〇二四年六月十二日",
            "民國113年6月12日",
            "2024년 6월 12일",
            "2024/06/12",
            "2024.06.12",
        ),
        *("12-06-2024", "12.06.24", "12. 6. 2024", "12-Jun-2024", "12-Jun-24", "12/Jun/2024"),
        *("20240612", "20240612T210000Z", "1718220600", "1718220600000", "1718220600.5"),
        *("12 czerwca 2024", "12. června 2024", "12 Ιουνίου 2024", "12 ΙΟΥΝΙΟΥ 2024"),
        *("12 يونيو 2024", "١٢ يونيو ٢٠٢٤", "12 حزيران 2024", "12 iunie 2024", "12. lipnja 2024."),
        *("12. kesäkuuta 2024", "2024. június 12.", "2024 m. birželio 12 d.", "12 ביוני 2024"),
        *("2024. gada 12. jūnijs", "2024ko ekainaren 12a", "12 de juny de 2024", "12 червня 2024"),
        *("ngày 12 tháng 6 năm 2024", "12 มิถุนายน 2567", "12 जून 2024", "১২ জুন ২০২৪"),
        *("Le 12 juin 2024 à 10h30", "Wed 12 Jun 2024 23:30:00 -0500", "Wed, 06/12/2024"),
    ],
)
def test_full_dates(written: str) -> None:
    assert parse_date(written) == date(2024, 6, 13 if written.startswith("13/") else 12)


@pytest.mark.parametrize(
    ("written", "number"),
    [("3 listopada 2024", 11), ("3. listopada 2024.", 10), ("3. listopadu 2024", 11)],
)
def test_a_month_that_is_another_one_in_the_next_country(written: str, number: int) -> None:
    """November in Polish is October in Croatian, where the day has a full stop."""
    assert parse_date(written) == date(2024, number, 3)


@pytest.mark.parametrize(
    "written",
    [
        *("31 February 2024", "2024-02-31", "05/06/2024", "May", "9 99", "2024", "June 2024"),
        *("n/a", "yesterday", "0000-00-00 00:00:00", "1970-01-01T00:00:00Z"),
        *("99999999999", "1718220"),
        *("20241345", "v3.12.20", "020 7946 2024", "3-11-20", "24.11.03 입력", "11-17 June 2024"),
    ],
)
def test_impossible_and_ambiguous_dates_are_passed_over(written: str) -> None:
    assert parse_date(written) is None


@unhurried
@given(st.text(alphabet="0123456789 .-/,junemayſıİKſ年ᛒ", max_size=40))
def test_finding_dates_never_fails(text: str) -> None:
    for found in find_dates(text):
        assert found.full is None or text[found.start : found.end]


@pytest.mark.parametrize(
    ("lines", "published", "partial"),
    [
        ("Published: 12 June 2024", date(2024, 6, 12), None),
        ("Updated 13 June 2024, 9.15 am\nPublished 12 June 2024", date(2024, 6, 12), None),
        ("Kelderby, 12 June", None, "--06-12"),
        ("It began today, November 17, in Baku.", None, "--11-17"),
        ("It began yesterday, November 16, in Baku.", None, "--11-17"),
        ("It began on Tuesday, 17 November, in Baku.", None, "--11-17"),
        ("The next one will be held on Tuesday, 17 November.", None, None),
        ("The mill has stood empty since 12 May 1998, he said.", None, None),
        ("A man drowned on 12 May 1998 – the first in the mill.", None, None),
        ("Data from 12 May 1998 show that it was worth more.", None, None),
        ("KELDERBY, 12 June 2024 (Northern Wire) – The mill was sold.", date(2024, 6, 12), None),
        ("Published 12 June 2024 | Updated 13 June 2024", date(2024, 6, 12), None),
        ("Posted by Maud Ellery on June 12, 2024 at 9:12 am", date(2024, 6, 12), None),
        ("12 June 2024, Kelderby Gazette, page 3", date(2024, 6, 12), None),
        ("Last updated: 12 June 2024", None, None),
        ("Closing date: 12 June 2024", None, None),
        ("When: Wednesday, 12 June 2024, 2 pm", None, None),
        ("Apply by Monday, 10 June 2024", None, None),
        ("Valid from 12 June 2024", None, None),
        ("Photo by Sam Lens, 12 June 2019", None, None),
        ("11-17 June 2024", None, None),
        ("05/06/2024", None, None),
    ],
)
def test_date_of_publication(
    tmp_path: Path, lines: str, published: date | None, partial: str | None
) -> None:
    """A historic date in the body must not become the day of publication."""
    content = f"The mill is sold\n\n{lines}\n\nThe buyer is not known. The price was not named.\n"
    found = article(tmp_path, content)
    assert (found.published, found.partial_date) == (published, partial)


def test_file_name_date_stands_in_and_completes_only_the_same_day(tmp_path: Path) -> None:
    content = "The fair is open\n\nIt began today, November 17, in Baku.\n\nMany came.\n"
    assert article(tmp_path, content, "2025-11-17-fair.txt").published == date(2025, 11, 17)
    assert article(tmp_path, content, "2025-11-18-fair.txt").published == date(2025, 11, 18)
    dated = "The fair is open\n\nPublished: 3 May 2023\n\nMany people came to it.\n"
    assert article(tmp_path, dated, "2025-11-18-fair.txt").published == date(2023, 5, 3)
    assert file_name_date("2025-02-31-fair.txt") is None


# --- language ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The river rose in the night and the people of the town had to leave.", "en"),
        ("Der Fluss stieg in der Nacht, und die Leute mussten die Stadt verlassen.", "de"),
        ("La rivière a monté dans la nuit et les gens ont dû quitter la ville.", "fr"),
        ("El río creció en la noche y los vecinos de la ciudad se fueron con sus hijos.", "es"),
        (
            "Il fiume è salito nella notte e la gente della città ha dovuto partire con i figli",
            "it",
        ),
        ("O rio subiu na noite e as pessoas não tiveram tempo para sair da cidade.", "pt"),
        ("De rivier steeg in de nacht en de mensen moesten uit het dorp worden gehaald.", "nl"),
        ("Ночью река поднялась, и люди не могли вернуться в город, как это было.", "ru"),
        ("Çay gecə qalxdı və insanlar şəhəri tərk etməli oldu, bu isə çox çətin idi.", "az"),
        ("Nehir gece yükseldi ve bu yüzden çok insan şehirden ayrıldı, dedi bir görevli.", "tr"),
        ("12.5 17 1998 %", None),
        ("Xylo brandu kestrim olvar pintel gosum", None),
    ],
)
def test_language(text: str, language: str | None) -> None:
    assert guess_language(text) == language


# --- Markdown ------------------------------------------------------------------------------------


def test_front_matter_with_keys_in_any_case(tmp_path: Path) -> None:
    found = article(
        tmp_path,
        "---\nTitle: 'UPDATED: The mill: sold'\nAuthors: [Maud Ellery, Finn Abara]\n"
        "Published_At: 2024-06-12T08:00:00Z\nOutlet: The Gazette\nLink: https://g.example/1\n"
        "Lang: en-GB\n---\n\nThe mill is *sold*.\n\n<!-- secret\nnote -->\n| a | b |\n|---|---|\n",
        "mill.md",
    )
    assert (found.title, found.tags) == ("The mill: sold", ("UPDATED",))
    assert (found.author, found.source) == ("Maud Ellery, Finn Abara", "The Gazette")
    assert (found.published, found.url) == (date(2024, 6, 12), "https://g.example/1")
    assert found.language == "en"
    assert found.text == "The mill is *sold*.\n\n| a | b |\n|---|---|"


def test_language_no_is_norwegian_not_false(tmp_path: Path) -> None:
    """YAML 1.1 reads a bare `no` as false."""
    assert article(tmp_path, "---\nlanguage: no\n---\nTekst.\n", "a.md").language == "no"


@pytest.mark.parametrize("head", ["# The *mill* is sold #\n", "The mill is sold\n=====\n"])
def test_leading_heading_is_the_title(tmp_path: Path, head: str) -> None:
    found = article(tmp_path, head + "\nThe buyer is not known.\n\n## Price\n\nNone.\n", "a.md")
    assert found.title == "The mill is sold"
    assert found.text == "The buyer is not known.\n\n## Price\n\nNone."


@pytest.mark.parametrize(
    "front_matter",
    [
        "title: [unclosed",
        "title: a: b: c",
        "a: &a [x, x]\nb: &b [*a, *a]\ntitle: *b",
        "title: " + "[" * 5000,
        'title: "\\UFFFFFFFF"',
        "title: " + "x" * 70_000,
    ],
)
def test_broken_front_matter_is_reported_and_the_text_still_read(
    tmp_path: Path, front_matter: str
) -> None:
    """Including a document that would grow to gigabytes (aliases) or end the process (nesting)."""
    path = tmp_path / "a.md"
    path.write_text(f"---\n{front_matter}\n---\nThe mill is sold. The buyer is not known.\n")
    found, failure = read_all(path)
    assert isinstance(found, Article) and isinstance(failure, Failure)
    assert found.text == "The mill is sold. The buyer is not known."
    assert found.title == "The mill is sold."
    assert failure.reason.startswith("front matter ignored: ")
    assert len(failure.reason) < 300 and "\n" not in failure.reason


def test_unclosed_front_matter_keeps_all_text(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("---\ntitle: The mill\n\nThe mill is sold.\n")
    found, failure = read_all(path)
    assert isinstance(found, Article) and isinstance(failure, Failure)
    assert "title: The mill" in found.text and "The mill is sold." in found.text
    assert failure.reason == "front matter ignored: no closing ---"


def test_text_between_two_rules_is_no_front_matter(tmp_path: Path) -> None:
    found = article(tmp_path, "---\nThe mill is sold.\n---\n\nThe price is not known.\n", "a.md")
    assert "The mill is sold." in found.text


def test_impossible_date_and_unsafe_url_in_front_matter_are_ignored(tmp_path: Path) -> None:
    found = article(
        tmp_path, "---\ntitle: A\ndate: 2024-02-31\nurl: 'javascript:x()'\n---\nText.\n", "a.md"
    )
    assert (found.published, found.url) == (None, None)


# --- JSON lines ----------------------------------------------------------------------------------


def test_jsonl_ids_and_bad_lines(tmp_path: Path) -> None:
    path = tmp_path / "wire.jsonl"
    lines = [
        '{"id": "n-1", "title": "One", "text": "First text.", "date": "2024-06-12"}',
        "{broken",
        "",
        '{"headline": "Two", "body": "Second text.", "url": "https://w.example/2"}',
        '{"id": "n-1", "title": "Again", "text": "Third text."}',
        '{"id": 7, "title": "No text", "text": "  "}',
        '["a list"]',
        '{"title": "Number", "text": 5}',
        '{"id": 8, "text": "The mill is sold. More follows."}',
        '{"text": "' + "x" * 500 + '"}',
        '{"id": "last", "title": "Last", "text": "No line end"}',
    ]
    path.write_bytes(b"\xef\xbb\xbf" + "\n".join(lines).encode())
    results = list(read(path, article_id="w/wire.jsonl", options=Options(max_file_bytes=400)))
    articles = [r for r in results if isinstance(r, Article)]
    failures = [r for r in results if isinstance(r, Failure)]
    assert [a.id for a in articles] == [f"w/wire.jsonl#{key}" for key in ("n-1", "4", "8", "last")]
    assert articles[0].published == date(2024, 6, 12)
    assert (articles[1].title, articles[1].url) == ("Two", "https://w.example/2")
    assert (articles[2].title, articles[2].text) == (
        "The mill is sold.",
        "The mill is sold. More follows.",
    )
    assert [f.where for f in failures] == [f"{path}:{n}" for n in (2, 5, 6, 7, 8, 10)]
    assert "max_file_bytes" in failures[-1].reason


_JSON_LINES = st.lists(
    st.one_of(
        st.binary(max_size=60).map(lambda b: b.replace(b"\n", b" ").replace(b"\0", b" ")),
        st.dictionaries(
            st.sampled_from(["id", "title", "text", "date", "author", "url", "language"]),
            st.one_of(
                st.text(max_size=20), st.integers(), st.none(), st.lists(st.text(max_size=5))
            ),
        ).map(lambda value: json.dumps(value).encode()),
    ),
    max_size=8,
)


@unhurried
@given(_JSON_LINES)
def test_each_jsonl_line_gives_exactly_one_article_or_failure(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]
) -> None:
    path = tmp_path_factory.getbasetemp() / "lines.jsonl"
    path.write_bytes(b'{"text": "first"}\n' + b"\n".join(lines))
    written = [line for line in lines if line.strip()]
    results = read_all(path)
    assert len(results) == 1 + len(written)
    ids = [result.id for result in results if isinstance(result, Article)]
    assert len(ids) == len(set(ids))


# --- decoding and canonical text -----------------------------------------------------------------

AWKWARD = st.text(
    alphabet=st.one_of(
        st.characters(),
        st.sampled_from(
            "\r\n\t \x00\x1b[]0m;\x07\x9b\x9d\x85\u00a0\u200b\u202e\ufeff\u0301\u0327ae\\"
            "\ufb03\ufb2c\ufdfa\ufe70\ufefb"
        ),
    )
)


@unhurried
@given(AWKWARD)
def test_canonical_is_idempotent_and_clean(text: str) -> None:
    """Spans are offsets into canonical text: a second pass must not move a character."""
    once = canonical(text)
    assert canonical(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" for c in once)
    assert "\n\n\n" not in once and once == once.strip("\n")
    once.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\r\nb\rc\x0bd\u2028e", "a\nb\nc\nd\ne"),
        ("one \t \n\n\n\n two\n\n", "one\n\n two"),
        ("10\u00a0000\u202f€", "10 000 €"),
        ("\x1b[31mred\x1b[0m \x1b]0;title\x07x\x1b]8;;http://e.example\x1b\\link", "red xlink"),
        ("pay\u202elaer\u2066 ze\u200bro\ufeff", "paylaer zero"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("cafe\u0301", "café"),
        ("hid\U000e0041\U000e0042den", "hidden"),
        ("lone \ud800", "lone \ufffd"),
        ("The o\ufb03ce of \ufb01sheries, a \ufb02ood", "The office of fisheries, a flood"),
        ("\ufee3\ufeae\ufea3\ufe92\ufe8e", "مرحبا"),
    ],
)
def test_canonical(text: str, expected: str) -> None:
    assert canonical(text) == expected


def test_endless_combining_marks_do_not_stop_the_reading() -> None:
    """Normalising them takes the square of their number: this test would run for many minutes."""
    text = "a" + "\u0301\u0327" * 500_000
    assert canonical(text) == text


@pytest.mark.parametrize("run", [" ", "\t", "\u00a0", "-", "A ", '"', "12 "])
@pytest.mark.parametrize("name", ["story.txt", "story.md"])
def test_a_line_of_nothing_much_does_not_stop_the_reading(
    tmp_path: Path, run: str, name: str
) -> None:
    """Looking for tags from each space took the square of their number: here, many minutes."""
    content = f"The mill{run * 300_000}is sold\n\nThe buyer is not known.\n"
    found = article(tmp_path, content, name)
    assert found.text.endswith("The buyer is not known.") and found.title.startswith("The")


def test_white_space_within_a_headline_is_one_space(tmp_path: Path) -> None:
    found = article(tmp_path, f"The mill{' ' * 20_000}is sold\n\nThe buyer is not known.\n")
    assert (found.title, found.text) == ("The mill is sold", "The buyer is not known.")


@unhurried
@given(st.binary(max_size=300), st.sampled_from([".txt", ".md", ".jsonl"]), st.booleans())
def test_reading_any_bytes_raises_nothing_but_reading_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str, with_front_matter: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(b"---\ntitle: " + data + b"\n---\n" + data if with_front_matter else data)
    try:
        results = read_all(path)
    except ReadingError as error:
        assert str(path) in error.message and error.hint
        return
    for result in results:
        if isinstance(result, Article):
            assert result.text.strip() and result.title
            assert canonical(result.text) == result.text
            assert one_line(result.title) == result.title


@unhurried
@given(AWKWARD, st.sampled_from([".txt", ".md"]))
def test_reading_any_text_gives_one_canonical_article(
    tmp_path_factory: pytest.TempPathFactory, text: str, suffix: str
) -> None:
    path = tmp_path_factory.getbasetemp() / f"text{suffix}"
    path.write_text("The mill " + text.replace("\0", ""), encoding="utf-8", errors="replace")
    [found] = read_all(path)
    assert isinstance(found, Article)
    assert canonical(found.text) == found.text and found.text.strip()


# --- files and folders ---------------------------------------------------------------------------


def test_find_sources_in_a_folder(tmp_path: Path) -> None:
    for name in (
        "b.md",
        "a/z.txt",
        "a/c.JSONL",
        "a/README.md",
        "readme.txt",
        "LICENSE-MIT.txt",
        "changelog.de.md",
        "license-plates-dearer.txt",
        "README about floods.txt",
        "LICENSE-plates-dearer.txt",
        "README.zh-CN.md",
        ".hidden.txt",
        ".git/x.txt",
        "photo.jpg",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    found = [source.article_id for source in find_sources(tmp_path)]
    assert found == [
        *("LICENSE-plates-dearer.txt", "README about floods.txt", "a/c.JSONL", "a/z.txt", "b.md"),
        "license-plates-dearer.txt",
    ]


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    """A link in a corpus that somebody sent must not take in the reader's own files."""
    outside, root = tmp_path / "outside", tmp_path / "root"
    outside.mkdir()
    root.mkdir()
    (outside / "private.txt").write_text("private")
    (root / "own.txt").write_text("own")
    (root / "link.txt").symlink_to(outside / "private.txt")
    (root / "folder").symlink_to(outside)
    (root / "loop").symlink_to(root)
    (root / "dangling.txt").symlink_to(root / "nothing.txt")
    (root / "inside.txt").symlink_to(root / "own.txt")
    assert [s.article_id for s in find_sources(root)] == ["inside.txt", "own.txt"]
    named = {Path(failure.where).name: failure.reason for failure in left_out(root)}
    assert named == {
        "link.txt": "a link that leads out of the folder, which is not followed",
        "folder": "a link to a folder, which is not followed",
        "dangling.txt": "a link that leads nowhere",
    }


def test_files_that_may_be_articles_but_cannot_be_read_are_counted(tmp_path: Path) -> None:
    for name in ("a.doc", "b/c.DOC", "b/d.rtf", "photo.jpg", "style.css", ".hidden.doc", "e.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    (tmp_path / "f.tar.gz").write_bytes(b"")
    [failure] = left_out(tmp_path)
    assert failure.where == str(tmp_path)
    assert failure.reason == "3 files of formats that are not read: 2 .doc, 1 .rtf"
    assert ".docx" in failure.hint
    assert left_out(tmp_path / "e.txt") == []


NAMELESS = ("story", "Interview of 12.06.2024", "Report No. 5", "Mr. Smith goes")


def test_files_whose_names_say_no_format_are_named(tmp_path: Path) -> None:
    """Such a file was left out without a word, as if it were a picture."""
    for name in (*NAMELESS, "a.org", "README", "draft.txt~", "photo.jpg", "e.txt"):
        (tmp_path / name).write_text("The story.")
    formats, names = left_out(tmp_path)
    assert formats.reason == "1 file of formats that are not read: 1 .org"
    assert names.reason.startswith("4 files not read, since the name does not end in a format: ")
    assert all(name in names.reason for name in NAMELESS) and ".txt" in names.hint
    for number in range(9):
        (tmp_path / f"more {number}").write_text("The story.")
    assert left_out(tmp_path)[1].reason.endswith(" and 8 more")


def test_an_archive_names_what_it_holds_and_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("a.txt", "b.doc", "story", "README", "photo.jpg", "__MACOSX/._story"):
            archive.writestr(name, "The story.")
    article, *failures = read(path, article_id="a.zip", options=Options())
    assert isinstance(article, Article) and article.id == "a.zip!/a.txt"
    assert [f.reason for f in failures if isinstance(f, Failure)] == [
        "1 file of formats that are not read: 1 .doc",
        "1 file not read, since the name does not end in a format: story",
    ]


def test_a_file_named_explicitly_is_read_under_its_name(tmp_path: Path) -> None:
    path = tmp_path / "README.md"
    path.write_text("text")
    [source] = find_sources(path)
    assert (source.path, source.article_id) == (path, "README.md")


def test_unknown_format_named_explicitly_lists_the_formats(tmp_path: Path) -> None:
    path = tmp_path / "scan.tiff"
    path.write_bytes(b"II*")
    with pytest.raises(ReadingError, match="unknown format") as caught:
        find_sources(path)
    assert ".jsonl" in caught.value.hint and ".txt" in caught.value.hint


@pytest.mark.parametrize("name", ["nothing", "nothing.txt", "nul\0.txt", "x" * 5000])
def test_missing_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReadingError):
        find_sources(tmp_path / name)


def test_ids_can_be_printed_and_stored() -> None:
    """An id with an escape character would reach the terminal; one with a stray byte, no store."""
    root = Path("corpus")
    assert article_id(root / "a" / "b c.txt", root) == "a/b c.txt"
    name = os.fsdecode(b"red\x1b[31m\xff.txt")
    assert article_id(root / name, root) == "red\\x1b[31m\\udcff.txt"


@pytest.mark.parametrize(
    ("content", "reason"), [(b"", "empty"), (b" \n\t\r\n", "empty"), (b"a\0b", "NUL")]
)
@pytest.mark.parametrize("suffix", [".txt", ".md", ".jsonl"])
def test_whole_file_problems(tmp_path: Path, content: bytes, reason: str, suffix: str) -> None:
    path = tmp_path / f"file{suffix}"
    path.write_bytes(content)
    with pytest.raises(ReadingError, match=reason) as caught:
        read_all(path)
    assert str(path) in caught.value.message and caught.value.hint


def test_front_matter_alone_is_no_article(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("---\ntitle: The mill\n---\n")
    with pytest.raises(ReadingError, match="no text"):
        read_all(path)


def test_vanished_folder_pipe_and_forbidden(tmp_path: Path) -> None:
    folder, pipe, secret = tmp_path / "d.txt", tmp_path / "p.txt", tmp_path / "s.txt"
    folder.mkdir()
    os.mkfifo(pipe)  # opening it would wait for a writer for ever
    secret.write_text("secret")
    secret.chmod(0)
    cases = {tmp_path / "gone.txt": "no such file", folder: "folder", pipe: "not an ordinary file"}
    if not os.access(secret, os.R_OK):  # root may read everything
        cases[secret] = "no permission"
    for path, reason in cases.items():
        with pytest.raises(ReadingError, match=reason):
            read_all(path)


@pytest.mark.parametrize("suffix", [".txt", ".md"])
def test_too_large_file_is_a_failure_that_names_the_setting(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"big{suffix}"
    path.write_text("a" * 101)
    [failure] = read_all(path, max_bytes=100)
    assert isinstance(failure, Failure) and "max_file_bytes" in failure.hint
    [found] = read_all(path, max_bytes=101)
    assert isinstance(found, Article)
