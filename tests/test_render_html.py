"""HTML for the chat, made of text that nobody checked: only our tags and links are in it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.render.addresses import article_address
from assistant.render.html import error_html, question_html, stage_html
from assistant.render.html_answer import (
    Around,
    answer_html,
    found_html,
    statements_html,
    surroundings,
)
from assistant.types import (
    Article,
    CheckedAnswer,
    CheckedStatement,
    Citation,
    Found,
    Kind,
    Nearest,
    Stage,
    Status,
    Verdict,
)

OURS = set("div p q a small ol ul li blockquote mark table thead tbody tr th td strong".split())
OURS |= {"h2", "time"}
ATTRIBUTES = {"datetime", "class", "dir", "href", "title", "value", "aria-label"}
HOSTILE = st.sampled_from(
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "' onclick='alert(1)",
        "![x](https://evil.example/x.png)",
        "[click](javascript:alert(1))",
        "\n\n<iframe src=//evil.example>\n\n",
        "\x1b]0;title\x07\x1b[31mred",
        "\u202egnp.exe\u2066",
        "&lt;b&gt; &#60;script&#62;",
        "{{ 7 * 7 }} {0} %s",
        "</p></div><style>*{display:none}</style>",
        "<!-- -->",
        "[1] [23]",
    ]
)
text = st.one_of(
    HOSTILE, st.text(max_size=40), st.tuples(HOSTILE, st.text(max_size=9)).map("".join)
)


class Tags(HTMLParser):
    """Every tag and attribute, and the text as a browser would show it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_data(self, data: str) -> None:
        self.text += data


def checked(html: str) -> Tags:
    assert "\n" not in html and "\x1b" not in html and "\u202e" not in html
    seen = Tags()
    seen.feed(str(html))  # Markup would escape what is added to it
    seen.close()
    assert not seen.open and seen.tags <= OURS
    assert {name for name, _ in seen.attributes} <= ATTRIBUTES
    for name, value in seen.attributes:
        if name == "href":
            assert value.startswith("articles/view?id="), value
        if name == "class":
            assert re.fullmatch("[a-z -]*", value), "no class comes from outside"
    return seen


def answer(
    words: str,
    title: str,
    status: Status = "answered",
    verdict: Verdict = "supported",
    kind: Kind = "fact",
    answers: bool | None = None,
) -> CheckedAnswer:
    day = date(2025, 8, 14)
    cited = Citation(1, title or "x", title, title, None, day, "javascript:alert(1)", words, 0, 1)
    said = CheckedStatement(words, (1,), verdict, words, answers)
    near = (Nearest(title or "x", title, title, None),)
    silent = status == "abstained"
    return CheckedAnswer(
        question=words,
        status=status,
        statements=() if silent else (said,),
        citations=() if silent else (cited,),
        confidence=0.5,
        nearest=near,
        model=title or "none",
        kind=kind,
        found=Found(words, cited, 0.5),
    )


@given(
    text,
    text,
    st.sampled_from(["answered", "abstained", "conflict"]),
    st.sampled_from(["supported", "quoted", "unsupported", "contradicted"]),
    st.sampled_from(["fact", "yes_no", "overview"]),
)
def test_only_our_own_tags_attributes_and_links_are_in_an_answer(
    words: str, title: str, status: Status, verdict: Verdict, kind: Kind
) -> None:
    shown = answer(words, title, status, verdict, kind)
    checked(answer_html(shown, {1: Around(words, title)}))
    assert shown.found
    checked(found_html(shown.found))


@given(text, text)
def test_so_it_is_with_questions_errors_and_what_is_being_read(one: str, other: str) -> None:
    checked(question_html(one))
    checked(error_html(one, other))
    checked(stage_html(Stage("reading", (Nearest(one, other, None, None),))))


def test_the_text_stays_readable() -> None:
    shown = checked(answer_html(answer("<b>7 & 8</b> in “Kelderby”", "Title"), {}))
    assert "<b>7 & 8</b> in “Kelderby”" in shown.text


def test_only_we_make_citations() -> None:
    """A [7] that the model wrote is no marker."""
    said = answer("It cost 3 million [7].", "Title")
    shown = checked(statements_html(said.statements, said.citations))
    assert "(7)" in shown.text and "[7]" not in shown.text and "[1]" in shown.text


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("abstained", "Not in the articles"),
        ("conflict", "Conflict"),
        ("answered", "said there"),
    ],
)
def test_every_outcome_is_named_in_words_not_only_by_colour(status: Status, words: str) -> None:
    assert words in checked(answer_html(answer("It cost 3 million.", "Title", status), {})).text


@pytest.mark.parametrize(
    ("verdict", "answers", "words"),
    [
        ("supported", True, "said there, and answers the question"),
        ("supported", False, "said there, but may not answer the question"),
        ("quoted", False, "quoted, but may not answer the question"),
        ("quoted", None, "quoted word for word"),
        ("contradicted", True, "contradicted by its source"),
    ],
)
def test_two_things_are_told_apart_in_words(
    verdict: Verdict, answers: bool | None, words: str
) -> None:
    """The source says it, and that answers the question: each may hold without the other."""
    said = answer("It cost 3 million.", "Title", verdict=verdict, answers=answers)
    html = answer_html(said, {})
    assert f"<small>{words}</small>" in html
    assert ("doubtful" in html) == (answers is False)


def test_what_was_found_marks_the_answer_in_its_sentence_and_names_the_source() -> None:
    quote = "The bridge will cost 24.9 million crowns."
    cited = Citation(1, "b.md", "Bridge", "Gazette", None, date(2025, 8, 14), None, quote, 3, 44)
    html = found_html(Found("24.9 million crowns", cited, 0.9))
    assert "The bridge will cost <mark>24.9 million crowns</mark>." in html
    assert "start=3&amp;end=44" in html and "Gazette, 14 August 2025" in html
    assert "<mark>" not in found_html(Found(quote, cited, 0.9)), "all of it is no part of it"


def test_silence_shows_the_closest_words_and_articles() -> None:
    silent = answer("It cost 3 million.", "Title", "abstained")
    assert silent.found
    html = answer_html(replace(silent, found=replace(silent.found, text="3 million")), {})
    assert "<mark>" not in html, "it is no answer"
    shown = checked(html)
    assert "The articles do not say.The closest they come:It cost 3 million.Title" in shown.text
    assert "The closest articles:Title" in shown.text


def test_an_overview_is_a_list_of_days_with_their_quotes() -> None:
    said = answer("It cost 3 million.", "Title", verdict="quoted", kind="overview")
    html = answer_html(said, {})
    assert (
        '<ol class="days" aria-label="By day"><li><p class="day"><time datetime="2025-08-14">'
        in html
    )
    assert "<q>It cost 3 million.</q>" in html and "word for word" not in html


def test_yes_and_no_are_ours_and_stand_before_the_quote() -> None:
    said = CheckedStatement("No. It failed.", (1,), "quoted", "")
    assert "No. <q>It failed.</q>" in statements_html((said,))


@given(st.text(), st.integers(0), st.integers(0))
def test_an_address_leads_back_to_the_same_article_and_characters(
    id: str, start: int, end: int
) -> None:
    from urllib.parse import parse_qs, urlsplit

    url = urlsplit(article_address(id, start, end))
    asked = parse_qs(url.query, keep_blank_values=True)
    assert asked["id"] == [id.encode("utf-8", "replace").decode()]
    assert (asked["start"], asked["end"]) == ([str(start)], [str(end)])
    assert (url.netloc, url.path, url.fragment) == ("", "articles/view", "cited")


@given(st.text(alphabet=st.sampled_from("ab. \n"), min_size=1, max_size=900), st.data())
def test_what_stands_around_a_quote_is_its_own_paragraph(body: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(body) - 1))
    end = data.draw(st.integers(start + 1, len(body)))
    before, after = surroundings(Article("a", "A", body), start, end)
    assert "\n" not in before and "\n" not in after
    if not before.startswith("…"):
        assert body[:start].endswith(before)
    if not after.endswith("…"):
        assert body[end:].startswith(after)
    assert len(before) <= 230 and len(after) <= 230
