"""Takes pictures of the main screens, in light and dark, on a desktop and on a phone.

    python tests/screenshots.py FOLDER [--llm none]

It takes in the sample corpus, starts the server and asks the default language model four
questions, unless --llm says otherwise. The pictures are made to be looked at; nothing is checked.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from playwright.sync_api import Page, sync_playwright
from served import application, running

from assistant.engine import Engine
from assistant.settings import load_settings

SIZES = {"desktop": (1280, 850), "phone": (360, 740)}
ANSWERED = "How many people use SIMA?"
CONFLICT = "How high did the Sarn rise in the flood of June 2024?"
SILENT = "What did the mayor of Lisbon say about the flood?"
OVERVIEW = "Summarise what happened at Halden"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--llm", help="as for `assistant ask`")
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as store:
        engine = Engine(load_settings(flags={"store": Path(store), "llm": wanted.llm}))
        engine.ensure_ready()
        with running(application(engine, chat=True)) as site:
            take_all(site, wanted.folder)
        engine.close()


def take_all(site: str, folder: Path) -> None:
    """The questions are asked once; every other look opens the conversation again."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = chat(browser, site, "light", "desktop")
        for question in (ANSWERED, CONFLICT, SILENT, OVERVIEW):
            found = folder / "found-light-desktop.png" if question == ANSWERED else None
            ask(page, question, found)
        for scheme in ("light", "dark"):
            for device in SIZES:
                page = chat(browser, site, scheme, device)
                for name, picture in screens(page, site):
                    picture.screenshot(path=folder / f"{name}-{scheme}-{device}.png")
                page.context.close()


def screens(page: Page, site: str) -> Iterator[tuple[str, Page]]:
    """The main screens by name, one after the other on the same page."""
    yield "empty", page
    page.get_by_label("Toggle Sidebar").click()
    page.get_by_role("button", name="New conversation").wait_for()
    page.wait_for_timeout(600)
    yield "conversations", page
    page.get_by_label(ANSWERED).first.click()
    page.locator(".small-print").nth(3).wait_for(timeout=60_000)
    page.get_by_label("Toggle Sidebar").click()
    page.wait_for_timeout(600)
    page.locator(".answer").first.scroll_into_view_if_needed()
    page.locator(".user-row").first.evaluate("element => element.scrollIntoView()")
    yield "answer", page
    number = page.locator("a.cite").first
    if number.count():
        number.click()
        page.frame_locator("iframe[title^=Article]").locator("#cited").wait_for(timeout=10_000)
        page.wait_for_timeout(400)
        yield "source", page
        page.get_by_role("button", name="Close the article").click()
    page.locator(".user-row").nth(1).evaluate("element => element.scrollIntoView()")
    yield "conflict", page
    page.locator(".user-row").nth(2).evaluate("element => element.scrollIntoView()")
    yield "silence", page
    page.locator(".user-row").nth(3).evaluate("element => element.scrollIntoView()")
    yield "timeline", page
    page.goto(f"{site}/articles")
    yield "articles", page
    page.goto(f"{site}/articles/add")
    yield "add", page


def chat(browser: Any, site: str, scheme: str, device: str) -> Page:
    width, height = SIZES[device]
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page: Page = context.new_page()
    page.goto(site)
    page.get_by_label("Your question").wait_for(timeout=60_000)
    page.wait_for_timeout(1_000)
    return page


def ask(page: Page, question: str, found: Path | None = None) -> None:
    """found: where a picture goes of what is shown while the language model writes."""
    before = page.locator(".small-print, .error").count()
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    if found:
        page.locator(".found, .small-print").first.wait_for(timeout=300_000)
        page.screenshot(path=found)
    page.locator(".small-print, .error").nth(before).wait_for(timeout=300_000)
    page.wait_for_timeout(500)


if __name__ == "__main__":
    main()
