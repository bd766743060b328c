"""Rendering: what people and scripts see, and that words of articles stay words."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import replace
from datetime import date
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from assistant import render
from assistant.corrections import Corrections
from assistant.safety import json_text, plain
from assistant.types import (
    Article,
    CheckedAnswer,
    CheckedStatement,
    Citation,
    Failure,
    Found,
    Hit,
    IngestReport,
    Kind,
    Nearest,
    Passage,
    Span,
    Timings,
    Usage,
)

BRIDGE = Citation(
    number=1,
    article_id="gazette/bridge.md",
    title="Bridge costs rise",
    source="The Gazette",
    author="Ada Moss",
    published=date(2025, 8, 12),
    url="https://gazette.example/bridge",
    quote="The bridge will cost 24.9 million crowns.",
    start=10,
    end=51,
)
COURIER = replace(
    BRIDGE, number=2, article_id="courier/bridge.txt", title="Bridge nears 27 million",
    source="Courier", published=date(2025, 8, 14), url=None, quote="nearly 27 million",
)  # fmt: skip
ANSWER = CheckedAnswer(
    question="What does the bridge cost?",
    status="answered",
    statements=(CheckedStatement("It costs 24.9 million crowns.", (1,), "supported", "found"),),
    citations=(BRIDGE,),
    confidence=0.9,
    nearest=(),
    model="qwen2.5-coder-1.5b",
    usage=Usage(240, 12),
    timings=Timings(load=1.04, retrieve=20.06, answer=3000, check=5, total=3026.1),
)
CONFLICT = replace(
    ANSWER,
    status="conflict",
    statements=(
        CheckedStatement("24.9 million crowns", (1,), "supported", ""),
        CheckedStatement("nearly 27 million crowns", (2,), "supported", ""),
    ),
    citations=(BRIDGE, COURIER),
)
ABSTAINED = replace(
    ANSWER,
    status="abstained",
    statements=(),
    citations=(),
    nearest=(Nearest("gazette/bridge.md", "Bridge costs rise", "The Gazette", date(2025, 8, 12)),),
)
OLDER = replace(
    BRIDGE, number=2, article_id="gazette/older.md", title="A bridge for the Sarn",
    published=date(2024, 3, 13), quote="The council voted for a new bridge.",
)  # fmt: skip
UNDATED = replace(OLDER, number=3, article_id="wire/1.txt", source=None, published=None)
OVERVIEW = replace(
    ANSWER,
    kind="overview",
    statements=(
        CheckedStatement(BRIDGE.quote, (1,), "quoted", ""),
        CheckedStatement(OLDER.quote, (2,), "quoted", ""),
    ),
    citations=(BRIDGE, OLDER),
)
FOUND = Found("24.9 million crowns", BRIDGE, 0.8)
TURNING = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
OURS = re.compile("\x1b\\[[0-9]+m|\x1b\\]8;;[!-~]*\x1b\\\\")
# Anything at all, with escape sequences and bracketed numbers far more often than by chance.
HOSTILE = [
    *("\x1b", "\x1b[2J", "\x1b]8;;http://evil.example\x1b\\", "\x1b]0;x\x07", "\x9b31m", "\x90"),
    *("\x07", "\r", "\u202e", "\u2066", "\u200b", "\ud800", "\u2028", "[bold]", "[7]", "word "),
]
ANY_TEXT = st.text(max_size=30) | st.lists(st.sampled_from(HOSTILE), max_size=8).map("".join)


def show(
    answer: CheckedAnswer, *, width: int = 80, color: bool = False, links: bool = False
) -> str:
    return render.answer_text(answer, width=width, color=color, links=links)


def unsafe(text: str) -> set[str]:
    """Characters that a terminal would obey, or that turn the direction of the text."""
    return {
        c for c in text
        if (unicodedata.category(c) in ("Cc", "Cs") and c != "\n")
        or unicodedata.bidirectional(c) in TURNING
    }  # fmt: skip


@st.composite
def answers(draw: st.DrawFn) -> CheckedAnswer:
    """Answers of every status whose texts are arbitrary and whose citations are consistent."""
    optional = st.none() | ANY_TEXT
    days = st.none() | st.dates()
    citations = tuple(
        Citation(
            number, draw(ANY_TEXT), draw(ANY_TEXT), draw(optional), draw(optional), draw(days),
            draw(optional), draw(ANY_TEXT), 0, 1,
        )
        for number in range(1, draw(st.integers(1, 4)))
    )  # fmt: skip
    numbers = [c.number for c in citations]
    cited = st.lists(st.sampled_from(numbers), unique=True) if numbers else st.just([])
    verdicts = st.sampled_from(["supported", "quoted", "unsupported", "contradicted"])
    statements = draw(
        st.lists(
            st.builds(
                CheckedStatement, ANY_TEXT, cited.map(tuple), verdicts, ANY_TEXT,
                st.sampled_from([None, True, False]),
            ),
            max_size=3,
        )
    )  # fmt: skip
    found = None
    if draw(st.booleans()):
        cited_there = draw(st.sampled_from(citations)) if citations else BRIDGE
        found = Found(draw(ANY_TEXT), cited_there, draw(st.floats(0, 1)))
    nearest = draw(st.lists(st.builds(Nearest, ANY_TEXT, ANY_TEXT, optional, days), max_size=3))
    return CheckedAnswer(
        question=draw(ANY_TEXT),
        status=draw(st.sampled_from(["answered", "abstained", "conflict"])),
        statements=tuple(statements),
        citations=citations,
        confidence=draw(st.floats(0, 1)),
        nearest=tuple(nearest),
        model=draw(ANY_TEXT),
        kind=draw(st.sampled_from(get_args(Kind))),
        found=found,
    )


class TestSafety:
    @given(answers(), st.integers(1, 120))
    @settings(max_examples=60, deadline=None)
    def test_without_color_no_control_character_gets_through(self, answer, width):
        text = show(answer, width=width)
        assert not unsafe(text)
        if answer.found:
            assert not unsafe(render.found_text(answer.found, width=width))
        text.encode()

    @given(answers())
    @settings(max_examples=60, deadline=None)
    def test_with_color_only_our_own_codes_get_through(self, answer):
        text = show(answer, color=True, links=True)
        assert not unsafe(OURS.sub("", text))
        assert "evil.example" not in text

    @given(ANY_TEXT)
    def test_plain_is_idempotent_and_encodable(self, text):
        once = plain(text)
        assert plain(once) == once
        assert not unsafe(once)
        once.encode()

    @given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=200))
    def test_plain_leaves_ordinary_text_alone(self, text):
        assert plain(text) == text

    def test_whole_escape_sequences_go_and_the_words_beside_them_stay(self):
        text = "a\x1b[31mb\x1b]8;;http://evil.example\x07c\x1b]8;;\x07d\u202ee\x1b[bold]"
        assert plain(text) == "abcdeold]"  # ESC [ b is itself a sequence
        assert plain("price [bold]5[/bold]\tcrowns\r\nnext") == "price [bold]5[/bold] crowns\nnext"

    def test_joiners_that_scripts_need_stay(self):
        assert plain("می\u200cخواهم") == "می\u200cخواهم"

    @given(answers())
    @settings(max_examples=60, deadline=None)
    def test_json_is_safe_to_print_and_loses_nothing(self, answer):
        value = render.answer_json(answer)
        text = json_text(value)
        assert json.loads(text) == value == json.loads(json.dumps(value))
        assert not unsafe(text)

    @pytest.mark.parametrize(
        "url",
        ["javascript:alert(1)", "file:///etc/passwd", "https://x.example/\x1b\\", "http://a b"],
    )
    def test_only_clean_web_addresses_become_links(self, url):
        answer = replace(ANSWER, citations=(replace(BRIDGE, url=url),))
        assert "\x1b]8" not in show(answer, links=True)
        assert "\x1b]8;;https://gazette.example/bridge\x1b\\" in show(ANSWER, links=True)
        assert "\x1b" not in show(ANSWER)

    @given(answers())
    @settings(max_examples=60, deadline=None)
    def test_every_marker_in_the_answer_is_a_citation_we_made(self, answer):
        """A model that writes [7] must not make a citation of it."""
        known = {c.number for c in answer.citations}
        text = render.answer_json(answer)["answer"]
        assert {int(n) for n in re.findall(r"\[(\d+)\]", text)} <= known
        statement = CheckedStatement("It cost 3 million [7].", (1,), "supported", "")
        assert "It cost 3 million (7). [1]" in show(replace(ANSWER, statements=(statement,)))


class TestAnswerText:
    def test_answer_then_citation_with_words_then_model_and_seconds(self):
        assert show(ANSWER).split("\n") == [
            "It costs 24.9 million crowns. [1]",
            "",
            "[1] Bridge costs rise · The Gazette, 12 August 2025",
            "    “The bridge will cost 24.9 million crowns.”",
            "",
            "qwen2.5-coder-1.5b · 3.0 s",
        ]

    def test_abstaining_says_so_and_names_the_nearest_articles(self):
        text = show(ABSTAINED)
        assert text.startswith("The articles do not say.\n\nClosest articles:\n")
        assert "Bridge costs rise · The Gazette, 12 August 2025" in text

    def test_statements_of_an_abstention_are_not_shown_as_an_answer(self):
        answer = replace(ABSTAINED, statements=ANSWER.statements)
        assert "24.9" not in show(answer)
        assert render.answer_json(answer)["answer"] == render.ARTICLES_SILENT

    def test_silence_quotes_the_closest_words_with_their_source(self):
        """Who gets no answer shall see what comes nearest, and never take it for the answer."""
        answer = replace(ABSTAINED, found=FOUND)
        assert show(answer).split("\n")[:7] == [
            "The articles do not say.",
            "",
            "The closest they come:",
            "  “The bridge will cost 24.9 million crowns.”",
            "  Bridge costs rise · The Gazette, 12 August 2025",
            "",
            "Closest articles:",
        ]
        assert render.answer_json(answer)["answer"] == render.ARTICLES_SILENT

    def test_an_answer_does_not_repeat_what_was_found_on_the_way(self):
        assert show(replace(ANSWER, found=FOUND)) == show(ANSWER)

    def test_a_verdict_of_yes_or_no_is_ours_and_stands_before_the_quote(self):
        """An article must not seem to have said "Yes."."""
        said = CheckedStatement(f"Yes. {BRIDGE.quote}", (1,), "quoted", "")
        text = show(replace(ANSWER, statements=(said,), kind="yes_no"))
        assert text.startswith("  Yes. “The bridge will cost 24.9 million crowns.” [1]\n")
        plain_one = replace(said, text="No. It costs more.", verdict="supported")
        assert show(replace(ANSWER, statements=(plain_one,))).startswith("No. It costs more. [1]\n")
        spoken = replace(BRIDGE, quote="No. We will not sell it, he said.")
        own = CheckedStatement(spoken.quote, (1,), "quoted", "")
        text = show(replace(ANSWER, statements=(own,), citations=(spoken,)))
        assert text.startswith("  “No. We will not sell it, he said.” [1]\n")

    def test_what_may_not_answer_the_question_is_marked(self):
        """Said there and answering the question are two things."""
        doubtful = replace(ANSWER.statements[0], answers=False)
        text = show(replace(ANSWER, statements=(doubtful,)))
        assert text.startswith("It costs 24.9 million crowns. [1]\n  may not answer the question\n")
        sure = replace(doubtful, answers=True)
        assert show(replace(ANSWER, statements=(sure,))) == show(ANSWER)

    def test_conflict_gives_each_value_its_outlet_and_date(self):
        lines = show(CONFLICT).split("\n")
        assert lines[:5] == [
            "The articles disagree:",
            "  - 24.9 million crowns [1]",
            "    The Gazette, 12 August 2025",
            "  - nearly 27 million crowns [2]",
            "    Courier, 14 August 2025",
        ]

    def test_quoted_statement_is_visibly_a_quote_and_not_repeated_below(self):
        quoted = CheckedStatement(BRIDGE.quote, (1,), "quoted", "")
        text = show(replace(ANSWER, statements=(quoted,)))
        assert text.startswith("  “The bridge will cost 24.9 million crowns.” [1]\n")
        assert text.count(BRIDGE.quote) == 1

    @pytest.mark.parametrize("verdict", ["unsupported", "contradicted"])
    def test_failed_statement_is_never_shown_as_fact(self, verdict):
        failed = CheckedStatement("It is free.", (1,), verdict, "no article says so")
        answer = replace(ANSWER, statements=(failed,))
        assert f"It is free. ({verdict}) [1]\n  not confirmed: no article says so" in show(answer)
        assert render.answer_json(answer)["answer"] == f"It is free. ({verdict}) [1]"

    def test_long_quote_is_shortened_in_the_middle_on_screen_only(self):
        quote = "It began " + "and went on " * 60 + "until it ended."
        answer = replace(ANSWER, citations=(replace(BRIDGE, quote=quote),))
        text = show(answer)
        assert "“It began" in text and " … " in text and "until it ended.”" in text
        assert render.answer_json(answer)["citations"][0]["quote"] == quote

    def test_ordinary_answer_fits_one_screen(self):
        """Five citations with long titles and quotes, on a terminal of 80 by 24."""
        long = replace(BRIDGE, title="A headline of some length " * 3, quote="many words " * 60)
        answer = replace(ANSWER, citations=tuple(replace(long, number=n) for n in range(1, 6)))
        assert len(show(answer).split("\n")) <= render.SCREEN_LINES

    @given(answers(), st.integers(render.NARROWEST, 100))
    @settings(max_examples=60, deadline=None)
    def test_no_line_is_wider_than_the_terminal(self, answer, width):
        answer = replace(answer, model="m")
        assert max(cell_len(line) for line in show(answer, width=width).split("\n")) <= width

    def test_citations_of_one_article_whose_words_stand_above_share_a_line(self):
        second = replace(BRIDGE, number=2, quote="It opens in June.")
        said = (*OVERVIEW.statements[:1], CheckedStatement(second.quote, (2,), "quoted", ""))
        text = show(replace(ANSWER, statements=said, citations=(BRIDGE, second)))
        assert "\n[1] [2] Bridge costs rise · The Gazette, 12 August 2025\n" in text

    def test_unknown_outlet_and_date_fall_back_to_the_id(self):
        answer = replace(ANSWER, citations=(replace(BRIDGE, source=None, published=None),))
        assert "[1] Bridge costs rise · gazette/bridge.md\n" in show(answer)


class TestTimeline:
    def test_an_overview_goes_by_day_oldest_first(self):
        assert show(OVERVIEW).split("\n")[:4] == [
            "13 March 2024 · The Gazette",
            "  “The council voted for a new bridge.” [2]",
            "12 August 2025 · The Gazette",
            "  “The bridge will cost 24.9 million crowns.” [1]",
        ]

    def test_each_day_is_a_heading_once_with_all_who_wrote_on_it(self):
        same_day = replace(COURIER, number=3, published=BRIDGE.published, quote="It opens in June.")
        said = (*OVERVIEW.statements, CheckedStatement(same_day.quote, (3,), "quoted", ""))
        text = show(replace(OVERVIEW, statements=said, citations=(BRIDGE, OLDER, same_day)))
        assert text.count("12 August 2025 · The Gazette, Courier\n") == 1

    def test_what_has_no_day_comes_last(self):
        said = (*OVERVIEW.statements, CheckedStatement(UNDATED.quote, (3,), "quoted", ""))
        lines = show(replace(OVERVIEW, statements=said, citations=(BRIDGE, OLDER, UNDATED)))
        days = [line for line in lines.split("\n")[:6] if not line.startswith(" ")]
        assert days[-1] == "No date · wire/1.txt"

    def test_a_first_line_stays_first(self):
        first = CheckedStatement("The bridge became dearer.", (1,), "supported", "")
        text = show(replace(OVERVIEW, statements=(first, *OVERVIEW.statements)))
        assert text.startswith("The bridge became dearer. [1]\n13 March 2024")

    @pytest.mark.parametrize("kind", get_args(Kind))
    def test_quotes_of_several_days_are_one_too_but_not_the_answer_to_a_single_question(self, kind):
        """There the first quote is the answer, whatever day it is of."""
        by_day = show(replace(OVERVIEW, kind=kind)).startswith("13 March 2024")
        assert by_day == (kind not in ("fact", "yes_no"))

    def test_sentences_of_a_model_are_none(self):
        said = tuple(replace(s, verdict="supported") for s in OVERVIEW.statements)
        text = show(replace(OVERVIEW, kind="change", statements=said))
        assert text.startswith("The bridge will cost")


class TestFound:
    def test_the_line_for_someone_who_waits_has_quote_and_source(self):
        assert render.found_text(FOUND, width=80) == (
            "Found: “The bridge will cost 24.9 million crowns.” — Bridge costs rise, The Gazette, "
            "12 August 2025"
        )

    @pytest.mark.parametrize("place", [0, 1, 2])
    def test_a_long_quote_keeps_the_answer(self, place):
        """Cut in the middle it could lose just that."""
        around = ["and so they went on and on " * 12] * 2
        quote = "".join([*around[:place], "for 3 million crowns ", *around[place:]])
        found = Found("3 million crowns", replace(BRIDGE, quote=quote), 0.5)
        text = render.found_text(found, width=80)
        assert "for 3 million crowns" in text and "…" in text
        assert 150 < cell_len(text) <= 240

    @given(ANY_TEXT, ANY_TEXT, st.integers(1, 120))
    def test_it_is_one_line_that_wraps_to_a_few(self, quote, title, width):
        """A quote of a page must not push the question off the screen."""
        long = replace(BRIDGE, quote=quote * 40, title=title * 40)
        text = render.found_text(Found("x", long, 0.5), width=width)
        assert "\n" not in text and cell_len(text) <= 3 * max(width, render.NARROWEST)


def test_answer_json_has_exactly_the_promised_keys_in_order():
    value = render.answer_json(CONFLICT)
    assert list(value) == [
        "question", "answer", "status", "statements", "kind", "found", "citations", "confidence",
        "nearest", "model", "usage", "timings_ms",
    ]  # fmt: skip
    assert value["answer"] == "24.9 million crowns [1] nearly 27 million crowns [2]"
    assert value["statements"][0] == {
        "text": "24.9 million crowns", "citations": [1], "verdict": "supported", "answers": None,
        "reason": "",
    }  # fmt: skip
    assert value["citations"][0] == {
        "number": 1, "article_id": "gazette/bridge.md", "title": "Bridge costs rise",
        "source": "The Gazette", "author": "Ada Moss", "published": "2025-08-12",
        "url": "https://gazette.example/bridge", "quote": BRIDGE.quote, "start": 10, "end": 51,
    }  # fmt: skip
    assert (value["kind"], value["found"]) == ("fact", None)
    found = render.answer_json(replace(CONFLICT, found=FOUND))["found"]
    assert found == {
        "text": "24.9 million crowns", "citation": value["citations"][0], "score": 0.8,
    }  # fmt: skip
    assert list(value["citations"][0])[:3] == ["number", "article_id", "title"]
    assert value["usage"] == {"prompt_tokens": 240, "completion_tokens": 12}
    assert list(value["timings_ms"].items()) == [
        ("load", 1.0), ("retrieve", 20.1), ("answer", 3000), ("check", 5), ("total", 3026.1),
    ]  # fmt: skip


ARTICLE = Article("a/b.md", "Otters win", "The Otters won. They sang.", partial_date="--11-17")
PASSAGE = Passage("p1", "a/b.md", 0, 0, 15, (Span(0, 15),))


def test_hits_show_rank_title_and_words_and_their_json_is_as_promised():
    hit = Hit(1, 0.5, PASSAGE, ARTICLE)
    text = render.hits_text([hit], width=80, color=False, links=False)
    assert text == "1. Otters win\n   a/b.md · 0.500 · a/b.md\n   The Otters won."
    assert render.hits_json("who?", [hit]) == {
        "question": "who?",
        "hits": [
            {
                "rank": 1, "score": 0.5, "article_id": "a/b.md", "title": "Otters win",
                "published": None, "text": "The Otters won.", "start": 0, "end": 15,
                "also_in": [], "answer": None,
            }
        ],
    }  # fmt: skip


def test_a_hit_is_shown_from_where_it_answers_with_the_answer_in_bold():
    text = "It rained all day in Kelderby. " * 3 + "The Otters won by four goals to two."
    start = text.index("four")
    sentences = (Span(0, 30), Span(31, 61), Span(62, 92), Span(93, len(text)))
    passage = Passage("p1", "a/b.md", 0, 0, len(text), sentences)
    article = replace(ARTICLE, text=text)
    hit = Hit(1, 0.5, passage, article, answer=Span(start, start + 17), answers=0.9)
    shown = render.hits_text([hit], width=34, color=True, links=False)
    assert "… The Otters won by \x1b[1mfour goals" in shown.replace("\n   ", " ")
    assert "rained" not in shown
    assert render.hits_json("who?", [hit])["hits"][0]["answer"] == {
        "text": "four goals to two", "start": start, "end": start + 17, "score": 0.9,
    }  # fmt: skip
    unsure = render.hits_text([replace(hit, answers=0.2)], width=80, color=True, links=False)
    assert "It rained" in unsure and "\x1b[1mfour" not in unsure


def test_article_keeps_its_lines_and_shows_a_date_without_year():
    article = replace(ARTICLE, text="One.\n\nTwo \x1b[2Jthree.")
    text = render.article_text(article)
    assert text.endswith("\n\nOne.\n\nTwo three.")
    assert "published: 11-17 (month-day, year not known)" in text
    assert render.article_json(article, Corrections())["text"] == article.text
    assert list(render.article_json(article, Corrections())) == [
        "id", "title", "author", "published", "source", "url", "language", "text", "sha256",
        "corrects", "corrected_by",
    ]  # fmt: skip


def test_table_is_tab_separated_for_programs_and_cut_for_people():
    articles = [ARTICLE, replace(ARTICLE, id="long/id.md", title="Tab\tand\nline " * 20)]
    lines = render.articles_table(articles, width=None).split("\n")
    assert [line.count("\t") for line in lines] == [2, 2]
    narrow = render.articles_table(articles, width=40).split("\n")
    assert len(narrow) == 2 and max(map(len, narrow)) <= 40
    assert render.articles_table([], width=80) == ""


def test_report_counts_and_names_every_failure_with_what_to_do():
    report = IngestReport(3, 1, 0, 5, 20, (Failure("a.txt", "binary", "Convert it."),))
    assert render.report_text(report) == (
        "3 added, 1 changed, 0 removed, 5 unchanged (20 new passages); 1 problem:\n"
        "  a.txt: binary\n    Convert it."
    )
    assert render.report_text(IngestReport(unchanged=2)).endswith("2 unchanged")


def test_notes_stand_apart_from_problems():
    note = Failure("b.txt", "read as windows-1251, a guess", note=True)
    report = IngestReport(2, notes=(note,))
    assert render.report_text(report) == (
        "2 added, 0 changed, 0 removed, 0 unchanged\n"
        "Please note:\n  b.txt: read as windows-1251, a guess"
    )
    told = render.report_json(report)
    assert told["failures"] == [] and told["notes"][0]["where"] == "b.txt"
