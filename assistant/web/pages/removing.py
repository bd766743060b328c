"""Removing an article, after asking, and bringing it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from assistant.render.addresses import article_address
from assistant.web.pages.keeping import added_folder, bring_back, forget, kept, take_out
from assistant.web.pages.templates import gone_to, missing, page

if TYPE_CHECKING:
    from assistant.engine import Engine


def add(pages: APIRouter, engine: Engine) -> None:
    @pages.get("/articles/remove")
    def ask(id: str = "") -> HTMLResponse:
        """Ask whether it is meant."""
        article = engine.article(id)
        if article is None:
            return missing(id)
        origin = engine.store.origins()[id]
        return page(
            "remove.html",
            article=article,
            # Where an ingest would bring it back from; nowhere for what was added here.
            elsewhere="" if origin.root == str(added_folder(engine.store)) else origin.root,
            versions=len(engine.store.versions(id)),
        )

    @pages.post("/articles/remove")
    def remove(id: str = "") -> Response:
        """Take it out, and offer to bring it back."""
        taken = take_out(id, engine.store, engine.index)
        if taken is None:
            return missing(id)
        return gone_to("articles/removed", key=taken.key)

    @pages.get("/articles/removed")
    def removed(key: str = "") -> HTMLResponse:
        """What was removed and can be brought back; `key` is what was removed just now."""
        found = kept(engine.store.folder)
        just = next((each for each in found if each.key == key), None)
        return page("removed.html", kept=found, just=just)

    @pages.post("/articles/restore")
    def restore(key: str = "") -> Response:
        article_id = bring_back(key, engine.store, engine.index)
        if article_id is None:
            return gone_to("articles/removed")
        return gone_to(article_address(article_id))

    @pages.post("/articles/forget")
    def forget_for_good(key: str = "") -> Response:
        forget(key, engine.store.folder)
        return gone_to("articles/removed")
