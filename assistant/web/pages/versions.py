"""The page that shows what changed in an article."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from assistant.history import changes, editors_notes
from assistant.web.pages.templates import missing, moment, page

if TYPE_CHECKING:
    from assistant.engine import Engine


def add(pages: APIRouter, engine: Engine) -> None:
    @pages.get("/articles/versions")
    def versions(id: str = "") -> HTMLResponse:
        """Which sentences were taken out and put in, newest change first."""
        article = engine.article(id)
        if article is None:
            return missing(id)
        found = changes(engine.store.versions(id), article)
        return page(
            "versions.html",
            article=article,
            changes=[(moment(change.replaced_at), change) for change in reversed(found)],
            notes=[article.text[a:b] for a, b in editors_notes(article.text)],
        )
