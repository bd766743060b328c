"""The report and the review page: whole, harmless, offline, and right in a real browser."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from eval_runs import BRIDGE, HOSTILE, hostile_article, items, make
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.types import Article, Span
from evals import judge, pages, report, review
from evals.items import parse
from evals.judging import Judged
from evals.report.charts import Point, Series, histogram, lines
from evals.report.highlight import excerpts
from evals.report.published import published


class Page(HTMLParser):
    """What a browser would see: elements with their attributes, and the text outside scripts."""

    VOID = frozenset("meta link input br hr img rect line circle polyline".split())

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.marked: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "mark":
            self.marked.append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("script", "style"):
            return
        self.text += data
        if "mark" in self.open:
            self.marked[-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs and their pages, written once: scoring draws thousands of samples."""
    place = tmp_path_factory.mktemp("runs")
    before, after = make(place / "before", better=True), make(place / "after", better=False)
    report.write(after, None, place / "one.html")
    report.write(after, before, place / "two.html")
    articles = {a.id: a for a in (BRIDGE, hostile_article())}
    review.write(items(), articles, place / "review.html")
    return place


PAGES = ("one.html", "two.html", "review.html")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_carries_no_element_attribute_or_address_that_came_from_data(
    folder: Path, name: str
) -> None:
    html = (folder / name).read_text(encoding="utf-8")
    page = Page(html)
    assert not page.open, "an element was not closed"
    scripts = [s for s in page.all("script") if s.get("type") != "application/json"]
    assert len(scripts) == 1 and not scripts[0], "one script, and it is inline"
    for tag, attributes in page.elements:
        assert tag not in ("img", "iframe", "object", "embed", "link", "base")
        for key, value in attributes.items():
            assert not key.startswith("on"), (tag, key)
            assert key not in ("src", "srcset", "style", "action"), (tag, key)
            if key == "href":
                assert (value or "").startswith("#"), value


@pytest.mark.parametrize("name", PAGES)
def test_hostile_text_is_shown_as_text_and_cannot_turn_the_reading_direction(
    folder: Path, name: str
) -> None:
    html = (folder / name).read_text(encoding="utf-8")
    text = Page(html).text
    assert HOSTILE[0] in text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\ufeff]", html)
    if name != "review.html":  # it shows no answers
        assert "{{ 7 * 7 }}" in text and "onerror=" in text


@pytest.mark.parametrize("name", PAGES)
def test_the_policy_allows_the_pages_own_script_and_style_and_nothing_else(
    folder: Path, name: str
) -> None:
    page = Page((folder / name).read_text(encoding="utf-8"))
    policy = next(
        m["content"] or ""
        for m in page.all("meta")
        if m.get("http-equiv") == "Content-Security-Policy"
    )
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert re.search(r"script-src 'sha256-[^']+';", policy)
    assert re.search(r"style-src 'sha256-[^']+';", policy)


def test_both_themes_are_there_for_the_system_and_for_the_reader(folder: Path) -> None:
    html = (folder / "one.html").read_text(encoding="utf-8")
    assert "prefers-color-scheme: dark" in html
    assert ':root[data-theme="dark"]' in html and ':not([data-theme="light"])' in html
    assert "@media print" in html


def test_every_table_has_a_caption_and_heads_and_every_chart_a_title_and_its_numbers(
    folder: Path,
) -> None:
    html = (folder / "two.html").read_text(encoding="utf-8")
    page = Page(html)
    tables = len(page.all("table"))
    assert tables > 8 and len(page.all("caption")) == tables == len(page.all("thead"))
    charts = [s for s in page.all("svg") if s.get("role") == "img"]
    assert len(charts) == len(page.all("desc")) == len(page.all("figure")) >= 4
    figures = re.findall(r"<figure>.*?</figure>", html, re.DOTALL)
    assert all("<table>" in f and "<title>" in f for f in figures)


def test_the_report_has_figures_funnel_noise_curve_and_marks_the_cited_characters(
    folder: Path,
) -> None:
    page = Page((folder / "one.html").read_text(encoding="utf-8"))
    for words in (
        "answered right", "Where questions are lost", "in evidence", "Noise among the passages",
        "Risk and coverage", "Reliability of the confidence", "Seconds to the whole answer",
        "By kind of question", "Not comparable:", "code.commit",
    ):  # fmt: skip
        assert words in page.text, words
    assert "The bridge will cost 18.4 million crowns." in page.marked
    assert "The mill has 240 looms." in page.marked


def test_the_half_for_reporting_is_hidden_until_somebody_asks_for_it(folder: Path) -> None:
    page = Page((folder / "one.html").read_text(encoding="utf-8"))
    cards = [d for d in page.all("details") if d.get("class") == "item"]
    sample = [c for c in cards if c["data-suite"] == "sample"]
    assert {c["data-split"] for c in sample} == {"tune", "report"}
    for card in cards:
        hidden = card["data-suite"] == "sample" and card["data-split"] == "report"
        assert ("hidden" in card) == hidden, card


def test_two_runs_show_what_became_worse_first(folder: Path) -> None:
    text = Page((folder / "two.html").read_text(encoding="utf-8")).text
    assert "What changed since before" in text
    assert "1 became worse, 0 better" in text
    assert "worse: right and cited right, then wrong" in text
    assert text.index("sample, ours") < text.index("sample, plain")


def test_figures_of_an_untrusted_judge_are_under_an_alarm(tmp_path: Path) -> None:
    run = make(tmp_path / "run", better=True)
    verdicts = {"sample": {"ours": {"q-bridge": "correct", "q-kept": "wrong"}}}
    Judged("a judge", judge.prompt_hash(), ("it also gave the answers",), verdicts).write(
        run.folder
    )
    html = report.html(run, None)
    assert 'class="alarm">Not to be trusted: it also gave the answers' in html
    assert "judged correct" in html


def test_a_citation_outside_its_article_is_said_to_be_missing() -> None:
    found = excerpts(BRIDGE, BRIDGE.id, [Span(0, 5), Span(5000, 5005)])
    assert [e.missing for e in found] == [False, True]
    assert excerpts(None, "gone.md", [Span(0, 5)])[0].missing


@settings(deadline=None)
@given(
    st.text(alphabet="ab.\n ", min_size=1, max_size=60),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), min_size=1, max_size=4),
)
def test_what_is_marked_is_exactly_what_is_cited(text: str, places: list[tuple[int, int]]) -> None:
    """Every cited character is marked once, no other is, and nothing is shown twice."""
    spans = [Span(start, start + length) for start, length in places]
    inside = [s for s in spans if s.end <= len(text)]
    shown = [e for e in excerpts(Article("x", "t", text), "x", spans) if not e.missing]
    marked = "".join(p.text for e in shown for p in e.pieces if p.marked)
    wanted = sorted({n for s in inside for n in range(s.start, s.end)})
    assert marked == "".join(text[n] for n in wanted)
    assert sum(len(p.text) for e in shown for p in e.pieces) <= len(text)


@settings(deadline=None)
@given(
    st.recursive(st.text() | st.integers(), lambda v: st.lists(v) | st.dictionaries(st.text(), v))
)
def test_json_in_a_page_comes_back_whole_and_cannot_end_its_element(value: Any) -> None:
    shown = pages.json_script(value)
    assert not set("<>&\u2028\u2029") & set(shown)
    assert json.loads(shown) == value


@settings(deadline=None)
@example([5e-324])
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_a_histogram_counts_every_value_and_stays_in_its_frame(values: list[float]) -> None:
    chart = histogram("t", "d", values, x="seconds")
    assert sum(int(row[1]) for row in chart.rows) == len(values)
    for x, y, width, height in re.findall(
        r'<rect[^>]* x="([\d.-]+)" y="([\d.-]+)" width="([\d.-]+)" height="([\d.-]+)"', chart.svg
    ):
        assert float(x) >= 0 and float(x) + float(width) <= 420
        assert float(y) >= 0 and float(y) + float(height) <= 260


def test_a_chart_escapes_the_names_of_systems_and_keeps_bounds_apart() -> None:
    points = (Point(0, 0), Point(0.5, 0.2), Point(1, 0.6, faint=True))
    chart = lines(HOSTILE[0], HOSTILE[2], [Series("s", points)], x="<x>", y="y")
    assert "<script" not in chart.svg and "<x>" not in chart.svg
    assert chart.svg.count("<polyline") == 2 and "faint" in chart.svg
    assert chart.rows[-1][-1] == "at worst"


def test_every_published_figure_has_a_source_and_a_date() -> None:
    found = [p for suite in ("squad", "beir-scifact", "") for p in published(suite)]
    assert found
    for each in found:
        assert each.value and len(each.source) > 15 and re.search(r"20\d\d", each.date), each
        # What belongs to no suite cannot have been asked the same questions.
        assert each.suite or each.differs, each


# -- in a browser -------------------------------------------------------------------------------


class Watched:
    """A tab with what it complained about and what it asked the network for."""

    def __init__(self, browser: Any, path: Path, width: int, scheme: str = "light") -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, accept_downloads=True
        )
        self.tab = self.context.new_page()
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.tab.on("console", lambda message: self.complaints.append(message.text))
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.tab.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.tab.on("request", lambda request: self.asked.append(request.url))
        self.tab.goto(path.as_uri())

    def quiet(self, path: Path) -> None:
        assert self.complaints == []
        assert [u for u in self.asked if not u.startswith("blob:")] == [path.as_uri()]
        assert "owned" not in self.tab.title()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light"), (2560, "light")])
def test_a_page_opens_from_disk_without_a_request_and_fits(
    browser: Any, folder: Path, name: str, width: int, scheme: str
) -> None:
    watched = Watched(browser, folder / name, width, scheme)
    tab = watched.tab
    tab.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    paper = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    dark = sum(map(int, re.findall(r"\d+", paper)[:3])) < 200
    assert dark == (scheme == "dark"), paper
    tab.click("#theme")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") != paper
    watched.quiet(folder / name)
    watched.context.close()


def test_the_filters_of_the_report_work(browser: Any, folder: Path) -> None:
    watched = Watched(browser, folder / "one.html", 1280)
    tab = watched.tab
    shown = "#items .item:not([hidden])"
    assert all(
        s == "tune" for s in tab.eval_on_selector_all(shown, "x => x.map(e => e.dataset.split)")
    )
    tab.select_option("[name=outcome]", "wrong")
    outcomes = tab.eval_on_selector_all(shown, "x => x.map(e => e.dataset.outcome)")
    assert outcomes and set(outcomes) == {"wrong"}
    tab.fill("[name=text]", "what will the BRIDGE cost")
    assert tab.locator(shown).count() == 2  # of both systems
    assert tab.inner_text("#count").startswith("2 of ")
    tab.fill("[name=text]", "no such words anywhere")
    assert tab.locator(shown).count() == 0
    tab.click("button[type=reset]")
    tab.select_option("[name=split]", "report")
    assert tab.locator(f"{shown}[data-suite=sample]").count() == 2
    watched.quiet(folder / "one.html")
    watched.context.close()


def test_reviewing_by_keyboard_downloads_what_was_accepted(browser: Any, folder: Path) -> None:
    """And the decisions are still there when the page is opened again."""
    watched = Watched(browser, folder / "review.html", 1280)
    tab = watched.tab
    for key in ("a", "r", "a", "u"):  # accept, reject, accept, and the fourth has nothing yet
        tab.keyboard.press(key)
    assert tab.inner_text("#count") == "2 accepted, 1 rejected, 1 open"
    with tab.expect_download() as started:
        tab.click("#download")
    text = Path(started.value.path()).read_text(encoding="utf-8")
    accepted = [parse(line, "download") for line in text.splitlines()]
    wanted = items()
    assert accepted == [wanted[0], wanted[2]]
    tab.reload()
    assert tab.inner_text("#count") == "2 accepted, 1 rejected, 1 open"
    assert watched.complaints == []
    watched.context.close()
