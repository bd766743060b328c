"""All pages about articles as one router."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from assistant.web.pages import adding, browsing, reader, removing, stories, versions
from assistant.web.pages.jobs import Jobs
from assistant.web.pages.snapshot import Snapshots
from assistant.web.pages.templates import Page

if TYPE_CHECKING:
    from assistant.engine import Engine


def router(engine: Engine) -> APIRouter:
    """The pages under ``/articles`` over `engine`. They expect ``assistant/web/static`` at
    ``/web``, and that whoever may not see or change the articles was turned away before."""
    pages = APIRouter(route_class=Page, include_in_schema=False)
    snapshots = Snapshots(engine.store)
    browsing.add(pages, engine, snapshots)
    reader.add(pages, engine, snapshots)
    versions.add(pages, engine)
    stories.add(pages, engine, snapshots)
    adding.add(pages, engine, Jobs(engine.store.count))
    removing.add(pages, engine)
    return pages
