"""The page of one article, with the cited characters marked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from assistant.corrections import corrections_of
from assistant.history import editors_notes, replaced
from assistant.types import Article, Span
from assistant.web.pages.paragraphs import blocks
from assistant.web.pages.snapshot import Snapshots
from assistant.web.pages.stories import copies_of
from assistant.web.pages.templates import missing, moment, page

if TYPE_CHECKING:
    from assistant.engine import Engine


@dataclass(frozen=True)
class Cited:
    """What is to be marked. moved: the words stand elsewhere than they did when they were cited.
    gone: something was cited that is not in the article."""

    span: Span | None = None
    moved: bool = False
    gone: bool = False


def add(pages: APIRouter, engine: Engine, snapshots: Snapshots) -> None:
    @pages.get("/articles/view")
    def view(
        id: str = "", start: str = "", end: str = "", quote: str = "", frame: str = ""
    ) -> HTMLResponse:
        """One article. The characters from `start` to `end`, or else those of `quote`, marked."""
        article = engine.article(id)
        if article is None:
            return missing(id)
        cited = find_cited(article.text, start, end, quote)
        shown = blocks(article.text, cited.span, editors_notes(article.text))
        marked = any(piece.marked for block in shown for piece in block.pieces)
        framed = frame not in ("", "0")
        now = snapshots.now()
        copies: list[Article] = []
        if not framed:  # beside the chat it must be there at once
            copies = [now.by_id[i] for i in copies_of(id, engine, now)]
        versions = engine.store.versions(id)
        went = replaced(versions, article, quote) if cited.gone else None
        return page(
            "article.html",
            article=article,
            blocks=shown,
            marked=marked,
            moved=cited.moved,
            gone=cited.gone or (cited.span is not None and not marked),
            framed=framed,
            full=_address_in_full(article, cited),
            went=went,
            went_at=moment(went.replaced_at) if went else "",
            versions=len(versions),
            related=corrections_of(article, now.outlets, versions),
            copies=copies,
        )


def find_cited(text: str, start: str, end: str, quote: str) -> Cited:
    """The characters that are meant, given as they came in the address.

    Where they do not say `quote` any more, the place where the article has these words is meant.
    """
    quote = quote.replace("\r\n", "\n")
    if not (start or end or quote):
        return Cited()
    if start.isdecimal() and end.isdecimal() and len(start + end) < 30:
        span = Span(int(start), int(end))
        fits = span.start < span.end <= len(text)
        if fits and (not quote or text[span.start : span.end] == quote):
            return Cited(span)
    at = text.find(quote) if quote else -1
    if at < 0:
        return Cited(gone=True)
    return Cited(Span(at, at + len(quote)), moved=bool(start or end))


def _address_in_full(article: Article, cited: Cited) -> tuple[int | None, int | None]:
    return (cited.span.start, cited.span.end) if cited.span else (None, None)
