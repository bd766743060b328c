"""A tab of a real browser, with all it complained about and all it asked for."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit


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
