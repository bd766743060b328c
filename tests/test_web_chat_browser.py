"""The chat in a real browser, through the real server with its guards, as a person uses it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from browsing import Tab, axe_complaints
from hostile import HOSTILE
from scripted import ScriptedLLM
from served import application, running, write_corpus

from assistant.dialogue import Turn
from assistant.engine import Engine
from assistant.settings import load_settings
from assistant.turns import Turns
from assistant.types import CheckedAnswer, CheckedStatement, Citation, Found
from assistant.web.conversations import Conversations, user_folder
from evals.suites.feedback import read

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect

pytestmark = [pytest.mark.models, pytest.mark.slow]

COST = "The bridge will cost 24.9 million crowns."
# The model writes while this is set.
WRITES = threading.Event()
WRITES.set()
QUESTION = "What will the Old Mill Bridge cost?"
QUOTE = "The Old Mill Bridge will cost 24.9 million crowns, the works department said."


@pytest.fixture(scope="module")
def turns() -> Turns:
    return Turns()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("chat")


@pytest.fixture(scope="module")
def site(store: Path, turns: Turns) -> Iterator[str]:
    settings = load_settings(flags={"llm": "none", "store": store / "store"})

    def written(_: str) -> str:
        assert WRITES.wait(120)
        return COST

    engine = Engine(settings, llm=ScriptedLLM(reply=written, asked=[]))
    engine.ingest([write_corpus(store / "corpus")])
    with running(application(engine, turns, chat=True)) as address:
        yield address
    engine.close()


@pytest.fixture
def tab(browser: Any, site: str) -> Iterator[Tab]:
    """Whatever a test does, nothing may be asked elsewhere, and nothing may be blocked or fail."""
    with Tab(browser, site) as opened:
        opened.page.goto(site)
        opened.page.get_by_label("Your question").wait_for(timeout=60_000)
        yield opened
        assert not opened.asked_elsewhere
        assert not opened.complaints


def ask(page: Any, question: str = QUESTION) -> None:
    before = page.locator(".small-print").count()
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.locator(".small-print").nth(before).wait_for(timeout=60_000)


def show_conversations(page: Any) -> None:
    page.get_by_label("Toggle Sidebar").click()
    page.get_by_role("button", name="New conversation").wait_for()


def test_one_click_on_a_number_opens_the_article_at_the_exact_words(tab: Tab) -> None:
    page = tab.page
    ask(page)
    assert page.locator(".statement.supported").inner_text().startswith("24.9 million") or (
        "24.9 million crowns" in page.locator(".statement").inner_text()
    )
    page.get_by_role("link", name="[1]").click()
    marked = page.frame_locator("iframe[title^=Article]").locator("#cited")
    marked.wait_for(timeout=10_000)
    assert marked.inner_text() == QUOTE
    assert page.frame_locator("iframe[title^=Article]").get_by_text("Nobody was hurt").is_visible()


def test_who_waits_reads_what_was_found_until_the_answer_takes_its_place(tab: Tab) -> None:
    page = tab.page
    WRITES.clear()
    try:
        page.get_by_label("Your question").fill(QUESTION)
        page.get_by_role("button", name="Ask", exact=True).click()
        page.get_by_text("Writing the answer").wait_for(timeout=60_000)
        found = page.locator(".found")
        assert "Found so far" in found.inner_text() and "24.9 million" in found.inner_text()
        found.get_by_role("link", name="Bridge dearer again").click()
        marked = page.frame_locator("iframe[title^=Article]").locator("#cited")
        marked.wait_for(timeout=10_000)
        assert marked.inner_text() == QUOTE
    finally:
        WRITES.set()
    page.locator(".small-print").wait_for(timeout=60_000)
    assert page.locator(".found").count() == 0
    assert "24.9 million" in page.locator(".statement").inner_text()


def keep_answers_of_each_form(store: Path, name: str) -> None:
    """A conversation with an overview, a doubtful statement and a silence that quotes."""
    kept = Conversations(user_folder(store / "store", "local"))
    conversation = kept.new().id
    days = (date(2024, 3, 13), date(2025, 8, 14))
    cited = tuple(
        Citation(n, "bridge.md", "Bridge", "The Gazette", None, day, None, QUOTE, 0, len(QUOTE))
        for n, day in enumerate(days, 1)
    )
    said = tuple(CheckedStatement(c.quote, (c.number,), "quoted", "") for c in cited)
    told = CheckedAnswer(QUESTION, "answered", said, cited, 0.9, (), "none", kind="overview")
    doubtful = (CheckedStatement("It costs 24.9 million crowns.", (1,), "supported", "", False),)
    silent = replace(told, status="abstained", statements=(), citations=())
    for answer in (
        told,
        replace(told, kind="fact", statements=doubtful, citations=cited[:1]),
        replace(silent, found=Found("24.9 million crowns", cited[0], 0.3)),
    ):
        kept.append(conversation, Turn(QUESTION, answer, "2025-09-01T00:00:00+00:00"))
    kept.rename(conversation, name)


def test_an_overview_goes_by_day_on_a_phone_too(browser: Any, site: str, store: Path) -> None:
    """Each day has a line of its own, its quotes below; nothing is wider than the screen."""
    keep_answers_of_each_form(store, "The story so far")
    with Tab(browser, site, width=360) as opened:
        page = opened.page
        page.goto(site)
        page.get_by_label("Your question").wait_for(timeout=60_000)
        show_conversations(page)
        page.get_by_label("The story so far").click()
        times = page.locator(".days time")
        times.nth(1).wait_for(timeout=60_000)
        assert [times.nth(n).get_attribute("datetime") for n in (0, 1)] == [
            "2024-03-13",
            "2025-08-14",
        ]
        heading = page.locator(".days .day").first.bounding_box()
        quote = page.locator(".days .statement").first.bounding_box()
        assert quote["y"] >= heading["y"] + heading["height"]
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        assert not opened.complaints


def test_words_that_have_gone_from_the_article_are_said_to_be_gone(
    browser: Any, site: str, store: Path
) -> None:
    """An old conversation cites what an article said then. Other characters are never marked."""
    kept = Conversations(user_folder(store / "store", "local"))
    conversation = kept.new().id
    quote = "The Old Mill Bridge will cost 18.4 million crowns."
    cited = Citation(1, "bridge.md", "Bridge", None, None, None, None, quote, 0, len(quote))
    said = CheckedStatement("18.4 million crowns", (1,), "supported", "")
    answer = CheckedAnswer(QUESTION, "answered", (said,), (cited,), 0.9, (), "none")
    kept.append(conversation, Turn(QUESTION, answer, "2024-01-01T00:00:00+00:00"))
    kept.rename(conversation, "The old price")
    with Tab(browser, site) as opened:
        page = opened.page
        page.goto(site)
        page.get_by_label("Your question").wait_for(timeout=60_000)
        show_conversations(page)
        page.get_by_label("The old price").click()
        page.get_by_role("link", name="[1]").click()
        article = page.frame_locator("iframe[title^=Article]")
        article.get_by_text("words that were cited are no longer here").wait_for(timeout=10_000)
        assert article.locator("#cited").count() == 0


def test_an_empty_chat_offers_questions_and_one_click_asks_one(tab: Tab) -> None:
    page = tab.page
    offered = page.locator("button.example")
    offered.first.wait_for(timeout=60_000)
    asked = offered.first.inner_text()
    offered.first.click()
    page.locator(".small-print").wait_for(timeout=60_000)
    assert page.locator(".question").inner_text() == asked


def test_the_keyboard_alone_asks_opens_a_source_and_comes_back_to_the_number(tab: Tab) -> None:
    page = tab.page
    page.get_by_label("Your question").focus()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    number = page.get_by_role("link", name="[1]")
    number.wait_for(timeout=60_000)
    page.locator(".small-print").wait_for()
    number.focus()
    page.keyboard.press("Enter")
    page.frame_locator("iframe[title^=Article]").locator("#cited").wait_for(timeout=10_000)
    expect(page.locator("#reader-pane iframe")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("#reader-pane").wait_for(state="hidden")
    expect(number).to_be_focused()


def test_on_a_phone_the_article_is_a_drawer_and_nothing_is_wider_than_the_screen(
    browser: Any, site: str
) -> None:
    with Tab(browser, site, width=360) as opened:
        page = opened.page
        page.goto(site)
        page.get_by_label("Your question").wait_for(timeout=60_000)
        ask(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.get_by_role("link", name="[1]").click()
        pane = page.locator("#reader-pane")
        pane.wait_for()
        box = pane.bounding_box()
        assert box["width"] == 360 and box["y"] > 60, "the chat stays in sight above it"
        page.get_by_role("button", name="Close the article").click()
        pane.wait_for(state="hidden")


def test_who_waits_is_told_so_and_can_stop(tab: Tab, turns: Turns) -> None:
    page = tab.page
    width = page.locator("main").bounding_box()["width"]
    with turns.take("somebody else") as first:
        assert first.wait(60)
        page.get_by_label("Your question").fill(QUESTION)
        page.get_by_role("button", name="Ask", exact=True).click()
        page.get_by_text("1 question before yours").wait_for(timeout=60_000)
        page.get_by_role("button", name="Stop", exact=True).click()
        page.get_by_text("Stopped.").wait_for(timeout=60_000)
        assert page.locator("main").bounding_box()["width"] == width, "however little it holds"
    ask(page)
    assert page.locator(".statement").count() == 1


def test_an_answer_is_copied_as_words_and_read_aloud_as_words(tab: Tab) -> None:
    """Gradio would copy, and name to screen readers, the HTML that it was given."""
    page = tab.page
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=tab.site)
    ask(page)
    page.get_by_role("button", name="Copy message").last.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "[1]" in copied and QUOTE in copied and "<" not in copied
    named = page.locator("[aria-label]").evaluate_all("all => all.map(e => e.ariaLabel)")
    assert named and not any("<" in each for each in named)


def test_the_last_question_can_be_tried_again_and_edited(tab: Tab, store: Path) -> None:
    page = tab.page
    ask(page)
    page.get_by_role("button", name="Retry").click()
    expect(page.locator(".small-print")).to_have_count(0)
    page.locator(".small-print").wait_for(timeout=60_000)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Your question")).to_have_value(QUESTION)
    ask(page, "What does the Old Mill Bridge cost now?")
    latest = Conversations(user_folder(store / "store", "local")).list()[0]
    assert latest.turns == 1 and "cost" in latest.name


def test_a_thumb_with_a_note_reaches_the_file_of_the_evals(tab: Tab, store: Path) -> None:
    page = tab.page
    ask(page)
    page.get_by_role("button", name="dislike", exact=False).click()
    page.get_by_label("What was right or wrong?").fill("Out of date.")
    page.get_by_role("button", name="Send note").click()
    page.get_by_text("Thank you").wait_for()
    cases = read(store / "store" / "feedback.jsonl")
    assert (cases[-1].question, cases[-1].liked, cases[-1].note) == (
        QUESTION,
        False,
        "Out of date.",
    )


def test_a_conversation_is_there_again_renamed_removed_and_brought_back(tab: Tab) -> None:
    page = tab.page
    ask(page, "What will the Old Mill Bridge cost in the end?")
    page.reload()
    page.get_by_label("Your question").wait_for(timeout=60_000)
    tab.complaints.clear()  # of the page that was left, about what it had no time to finish
    show_conversations(page)
    page.get_by_label("in the end").first.click()
    page.locator(".statement").wait_for(timeout=60_000)
    name = page.get_by_label("Name of the open one")
    expect(name).to_have_value(re.compile("in the end"))
    name.fill("The bridge, again")
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("The bridge, again").wait_for(timeout=60_000)
    page.get_by_role("button", name="Remove the open one").click()
    page.get_by_label("The bridge, again").wait_for(state="detached", timeout=60_000)
    page.get_by_role("button", name="Undo remove").click()
    page.get_by_label("The bridge, again").wait_for(timeout=60_000)
    page.locator(".statement").wait_for(timeout=60_000)


def test_an_export_can_be_imported_again(tab: Tab, tmp_path: Path) -> None:
    page = tab.page
    ask(page)
    show_conversations(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="JSON").click()
    path = tmp_path / "export.json"
    waiting.value.save_as(path)
    assert QUOTE in json.dumps(json.loads(path.read_text()))
    page.get_by_role("button", name="New conversation").click()
    page.locator(".statement").wait_for(state="detached", timeout=60_000)
    page.locator("#conversations input[type=file]").set_input_files(path)
    page.locator(".statement").wait_for(timeout=60_000)


def test_what_goes_wrong_is_said_in_the_corner_and_the_conversation_stays_in_sight(
    tab: Tab, tmp_path: Path
) -> None:
    page = tab.page
    ask(page)
    show_conversations(page)
    broken = tmp_path / "broken.json"
    broken.write_text('{"format": "else"}')
    page.locator("#conversations input[type=file]").set_input_files(broken)
    page.get_by_text("Choose a file that was exported here").wait_for(timeout=60_000)
    page.get_by_label("Your question").fill("  ")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_text("Write a question first").wait_for(timeout=60_000)
    page.wait_for_timeout(500)
    assert page.get_by_text("Error", exact=True).filter(visible=True).count() == 0
    page.get_by_role("link", name="[1]").click()
    page.frame_locator("iframe[title^=Article]").locator("#cited").wait_for(timeout=10_000)


def test_days_and_outlets_limit_the_articles_and_a_wrong_day_is_explained(tab: Tab) -> None:
    page = tab.page
    page.get_by_role("button", name="Ask within").click()
    page.get_by_label("From day").fill("yesterday")
    page.get_by_label("Your question").fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.get_by_text("'yesterday' is not a day").wait_for(timeout=60_000)
    page.get_by_label("From day").fill("2025-08-30")
    page.get_by_label("Your question").fill("When is the fair?")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.locator(".small-print").wait_for(timeout=60_000)
    assert "24.9" not in page.locator(".answer").last.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_about(
    browser: Any, site: str, store: Path, scheme: str
) -> None:
    """Empty, while one waits, with answers of each form, with an article beside them, with the
    conversations and the filters."""
    keep_answers_of_each_form(store, f"All forms, {scheme}")
    with Tab(browser, site, color_scheme=scheme, bypass_csp=True) as opened:
        page = opened.page
        page.goto(site)
        page.get_by_label("Your question").wait_for(timeout=60_000)
        page.wait_for_timeout(1_000)
        assert axe_complaints(page) == []
        WRITES.clear()
        try:
            page.get_by_label("Your question").fill(QUESTION)
            page.get_by_role("button", name="Ask", exact=True).click()
            page.locator(".found").wait_for(timeout=60_000)
            assert axe_complaints(page) == []
        finally:
            WRITES.set()
        page.locator(".small-print").wait_for(timeout=60_000)
        page.get_by_role("link", name="[1]").click()
        page.frame_locator("iframe[title^=Article]").locator("#cited").wait_for(timeout=10_000)
        assert axe_complaints(page) == []
        page.get_by_role("button", name="Close the article").click()
        show_conversations(page)
        page.get_by_role("button", name="Ask within").click()
        page.get_by_label("From day").wait_for()
        page.wait_for_timeout(500)
        assert axe_complaints(page) == []
        page.get_by_label(f"All forms, {scheme}").click()
        page.locator(".closest").wait_for(timeout=60_000)
        assert axe_complaints(page) == []


def test_hostile_words_are_words(browser: Any, site: str, store: Path) -> None:
    """Whatever stands in an article, a title or an answer: nothing runs, nothing is fetched, and
    the text can be read."""
    kept = Conversations(user_folder(store / "store", "local"))
    conversation = kept.new().id
    for _, text in HOSTILE:
        text = text.encode("utf-8", "replace").decode()
        cited = Citation(1, text, text, text, text, None, "javascript:alert(1)", text, 0, 5)
        statement = CheckedStatement(text, (1,), "supported", text)
        answer = CheckedAnswer(text, "answered", (statement,), (cited,), 0.9, (), text)
        kept.append(conversation, Turn(text, answer, "2026-01-01T00:00:00+00:00"))
    kept.rename(conversation, "Hostile words")
    with Tab(browser, site) as opened:
        page = opened.page
        page.goto(site)
        page.get_by_label("Your question").wait_for(timeout=60_000)
        show_conversations(page)
        page.get_by_label("Hostile words").click()
        page.locator(".small-print").nth(len(HOSTILE) - 1).wait_for(timeout=60_000)
        page.wait_for_timeout(500)
        assert page.locator(".statement").count() == len(HOSTILE)
        for number in range(len(HOSTILE)):
            assert "PLAINWORD" in page.locator(".statement").nth(number).inner_text()
        assert page.evaluate("window.owned") is None
        assert not opened.asked_elsewhere
        assert not opened.complaints
