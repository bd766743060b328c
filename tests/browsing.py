"""A tab of a real browser, with all it complained about and all it asked for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

# `npm install --no-save axe-core` in the checkout, or the path of its axe.min.js in AXE_CORE.
AXE = Path(os.environ.get("AXE_CORE", "node_modules/axe-core/axe.min.js"))


def axe_complaints(page: Any) -> list[tuple[str, str]]:
    """What axe-core finds on the page as it is: the rule, and the first element. Skips the test
    where axe-core is not here. The tab must have been opened with ``bypass_csp=True`` if the
    page forbids scripts that are not its own."""
    if not AXE.exists():
        pytest.skip("axe-core is not here: npm install --no-save axe-core")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")
    assert len(found["passes"]) > 5, "it looked at something"
    return [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]]


class Tab:
    """A context manager around one tab of its own context, which knows nothing of other tabs.

    complaints: of the console and of scripts, and dialogs that opened. asked: every address.
    """

    def __init__(self, browser: Any, site: str, *, width: int = 1280, **options: Any) -> None:
        self.site = site
        self.context = browser.new_context(viewport={"width": width, "height": 800}, **options)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._dialog)
        self.context.on("request", lambda request: self.asked.append(request.url))

    def _console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _dialog(self, dialog: Any) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def __enter__(self) -> Tab:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    @property
    def asked_elsewhere(self) -> list[str]:
        """What was asked of any server but ours."""
        here = urlsplit(self.site).netloc
        return [
            url
            for url in self.asked
            if not url.startswith(("data:", "blob:", "about:")) and urlsplit(url).netloc != here
        ]
