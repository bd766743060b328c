"""The pages about articles in a real browser: by mouse, by keyboard, without JavaScript, and with
texts that were written to do harm."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from browsing import Tab, axe_complaints
from hostile import HOSTILE
from web_articles import add_hostile, build, opened, served

from assistant.embedding import Embedder
from assistant.engine import Engine
from assistant.web.pages import article_address

pytestmark = [pytest.mark.models, pytest.mark.slow]

SIZES = [(360, "dark"), (360, "light"), (1280, "dark"), (1280, "light"), (2560, "light")]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Engine]:
    place = tmp_path_factory.mktemp("pages")
    build(place / "store", place / "corpus", embedder)
    opened_here = opened(place / "store", embedder)
    yield opened_here
    opened_here.close()


@pytest.fixture(scope="module")
def site(engine: Engine) -> Iterator[str]:
    with served(engine) as address:
        yield address


def goto(tab: Tab, path: str) -> None:
    tab.page.goto(f"{tab.site}/{path.removeprefix('/')}")


def assert_quiet(tab: Tab) -> None:
    """Nothing ran that is not ours, nothing was refused, nothing was asked for outside."""
    assert tab.complaints == [] and tab.asked_elsewhere == []
    assert tab.page.evaluate("window.owned") is None


# -- hostile texts -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hostile_site(
    tmp_path_factory: pytest.TempPathFactory, embedder: Embedder
) -> Iterator[tuple[str, list[str]]]:
    hostile_engine = opened(tmp_path_factory.mktemp("hostile") / "store", embedder)
    ids = add_hostile(hostile_engine)
    with served(hostile_engine) as address:
        yield address, ids
    hostile_engine.close()


@pytest.mark.parametrize("number", range(len(HOSTILE)), ids=[name for name, _ in HOSTILE])
def test_no_hostile_article_runs_fetches_or_hides_anything(
    browser: Any, hostile_site: tuple[str, list[str]], number: int
) -> None:
    site, ids = hostile_site
    with Tab(browser, site, width=360) as watched:
        goto(watched, article_address(ids[number], 0, 9))
        tab = watched.page
        assert tab.inner_text("mark") == "PLAINWORD"[: len(tab.inner_text("mark"))] or number
        assert "PLAINWORD" in tab.inner_text(".text")
        assert "READABLE" in tab.inner_text(".text"), "the rest of the page is there"
        assert tab.locator("main").is_visible() and tab.locator("footer.after a").count()
        assert tab.locator(".text :not(p, h2, mark, span)").count() == 0
        assert tab.evaluate("document.documentElement.scrollWidth") <= 360
        for link in tab.locator("a[href]").all():
            leads = str(link.evaluate("a => a.href"))
            assert leads.startswith(f"{site}/"), "no original is linked"
        tab.mouse.move(150, 400)
        tab.keyboard.press("Tab")
        assert_quiet(watched)


@pytest.mark.parametrize("path", ["/articles", "/articles?number=2", "/articles?q=plainword"])
def test_no_hostile_headline_harms_the_list(
    browser: Any, hostile_site: tuple[str, list[str]], path: str
) -> None:
    site, _ = hostile_site
    with Tab(browser, site, width=360) as watched:
        goto(watched, path)
        assert watched.page.locator(".rows > li h2 a[href*=hostile-]").count()
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= 360
        assert watched.page.locator("#results img, #results script, #results svg").count() == 0
        assert_quiet(watched)


def test_no_hostile_question_name_or_address_harms_a_page(
    browser: Any, hostile_site: tuple[str, list[str]]
) -> None:
    """What somebody is made to type or to open, by a link in a mail, is data too."""
    site, ids = hostile_site
    with Tab(browser, site) as watched:
        goto(watched, "/articles")
        for _, text in HOSTILE[:12]:
            with watched.page.expect_response(re.compile("fragment=1")):
                watched.page.fill("#q", text.encode("utf-8", "replace").decode()[:400])
        for path in ("remove", "versions", "story"):
            goto(watched, article_address(ids[0]).replace("view", path))
        assert_quiet(watched)
        goto(watched, article_address('"><script>window.owned=1</script>'))
        assert watched.page.evaluate("window.owned") is None
        assert "<script>window.owned=1</script>" in watched.page.inner_text("main")


# -- as a person does it -----------------------------------------------------------------------


def test_a_citation_is_on_the_screen_and_has_the_keyboard(
    browser: Any, engine: Engine, site: str
) -> None:
    article = engine.article("bridge.md")
    assert article is not None
    start = article.text.index("Correction")
    for fragment in ("#cited", ""):
        with Tab(browser, site, width=360) as watched:
            address = article_address("bridge.md", start, start + 30).removesuffix("#cited")
            goto(watched, address + fragment)
            mark = watched.page.locator("#cited")
            assert mark.inner_text() == article.text[start : start + 30]
            box = mark.bounding_box()
            assert box and 0 <= box["y"] < 800
            assert watched.page.evaluate("document.activeElement.id") == "cited"
            assert_quiet(watched)


def test_articles_are_found_while_typing_and_the_address_can_be_passed_on(
    browser: Any, site: str
) -> None:
    with Tab(browser, site) as watched:
        tab = watched.page
        goto(watched, "/articles")
        with tab.expect_response(re.compile("fragment=1")):
            tab.locator("#q").press_sequentially("heron", delay=20)
        tab.locator(".rows > li").nth(1).wait_for()
        tab.locator("#results:not([aria-busy])").wait_for()
        assert tab.inner_text(".count") == "2 of 9 articles"
        assert tab.evaluate("document.activeElement.id") == "q", "typing goes on"
        assert tab.url.endswith("/articles?q=heron")
        tab.reload()
        assert tab.locator(".rows > li").count() == 2
        tab.click("summary")
        with tab.expect_response(re.compile("fragment=1")):
            tab.fill("#since", "2025-06-01")
        tab.locator("#results:not([aria-busy])").wait_for()
        assert tab.locator(".rows > li").count() == 1
        with tab.expect_response(re.compile("fragment=1")):
            tab.fill("#q", "unicorn")
        tab.get_by_text("No article has all these words within these filters").wait_for()
        assert_quiet(watched)


def test_everything_works_without_javascript(browser: Any, engine: Engine, site: str) -> None:
    """Searching, adding a file, waiting for it, removing it and bringing it back."""
    with Tab(browser, site, java_script_enabled=False) as watched:
        tab = watched.page
        goto(watched, "/articles")
        tab.fill("#q", "heron")
        tab.click("button[type=submit]")
        assert tab.locator(".rows > li").count() == 2
        tab.click("text=Add articles")
        content = b"# Owls\n\nOwls were heard in the church tower.\n"
        file = {"name": "owls.md", "mimeType": "text/markdown", "buffer": content}
        tab.set_input_files("#files", file)
        tab.click("text=Add the files")
        tab.get_by_text("1 added").wait_for(timeout=60_000)  # the page comes again by itself
        tab.goto(f"{site}/{article_address('owls.md')}")
        tab.click("text=Remove this article")
        tab.click("button:text('Remove it')")
        assert engine.article("owls.md") is None
        tab.click("text=Undo")
        assert tab.inner_text("h1") == "Owls"
        assert watched.asked_elsewhere == []
        engine.remove("owls.md")
        (engine.store.folder / "added" / "owls.md").unlink()


def test_a_pasted_article_is_added_with_progress_removed_and_brought_back_by_keyboard(
    browser: Any, engine: Engine, site: str
) -> None:
    with Tab(browser, site) as watched:
        tab = watched.page
        goto(watched, "/articles/add")
        tab.focus("#title")
        tab.keyboard.type("Church clock runs again")
        tab.focus("#text")
        tab.keyboard.type("The clock of the church runs again after nine years.")
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.innerText") == "Add the text"
        tab.keyboard.press("Enter")
        tab.get_by_text("1 added").wait_for(timeout=60_000)
        assert tab.get_by_role("status").count() == 1
        tab.goto(f"{site}/articles?q=church+clock")
        tab.focus(".rows a")
        tab.keyboard.press("Enter")
        tab.wait_for_url(re.compile("view"))
        assert "runs again" in tab.inner_text("#cited")
        tab.focus("text=Remove this article")
        tab.keyboard.press("Enter")
        tab.focus("button:text('Remove it')")
        tab.keyboard.press("Enter")
        tab.get_by_text("Undo").focus()
        assert engine.article("church-clock-runs-again.md") is None
        tab.keyboard.press("Enter")
        tab.wait_for_url(re.compile("view"))
        assert engine.article("church-clock-runs-again.md") is not None
        assert_quiet(watched)
        engine.remove("church-clock-runs-again.md")
        (engine.store.folder / "added" / "church-clock-runs-again.md").unlink()


def test_the_skip_link_is_the_first_thing_the_keyboard_reaches(browser: Any, site: str) -> None:
    with Tab(browser, site) as watched:
        goto(watched, "/articles")
        watched.page.keyboard.press("Tab")
        assert watched.page.evaluate("document.activeElement.className") == "skip"
        watched.page.keyboard.press("Enter")
        assert watched.page.evaluate("document.activeElement.id") == "main"


def test_text_from_right_to_left_is_set_so_and_its_language_is_said(
    browser: Any, site: str
) -> None:
    with Tab(browser, site) as watched:
        goto(watched, article_address("arabic.md", 0, 10))
        style = "getComputedStyle(document.querySelector('.text p')).direction"
        assert watched.page.evaluate(style) == "rtl"
        assert watched.page.get_attribute("article", "lang") == "ar"
        assert watched.page.evaluate("getComputedStyle(document.body).direction") == "ltr"


SCREENS = [
    "/articles", "/articles?q=flood", "/articles?q=unicorn", "/articles?since=2025-01-01",
    article_address("bridge.md", 0, 60), article_address("bridge.md", 0, 60, frame=True),
    article_address("bridge.md", 0, 9_999), article_address("arabic.md", 5, 20),
    article_address("chinese.md"), "/articles/versions?id=bridge.md", "/articles/story?id=flood.md",
    "/articles/add", "/articles/remove?id=bridge.md", "/articles/removed",
]  # fmt: skip


@pytest.mark.parametrize("path", SCREENS)
def test_a_screen_fits_every_width_and_is_dark_where_that_is_wished(
    browser: Any, site: str, path: str
) -> None:
    for width, scheme in SIZES:
        with Tab(browser, site, width=width, color_scheme=scheme) as watched:
            goto(watched, path)
            assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
            paper = watched.page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (sum(map(int, re.findall(r"\d+", paper)[:3])) < 200) == (scheme == "dark")
            assert_quiet(watched)


@pytest.mark.parametrize("path", SCREENS)
def test_axe_finds_nothing_to_complain_about(browser: Any, site: str, path: str) -> None:
    for width, scheme in ((360, "dark"), (1280, "light")):
        with Tab(browser, site, width=width, color_scheme=scheme) as watched:
            goto(watched, path)
            assert axe_complaints(watched.page) == []
