"""The list of all articles: searched, filtered, sorted, a page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from assistant.types import Article, Filters
from assistant.web.pages.finding import Place, asks, one_paragraph, place, with_words
from assistant.web.pages.keeping import kept_count
from assistant.web.pages.snapshot import ALL_COMPARED, Snapshot, Snapshots
from assistant.web.pages.stories import first_sentence
from assistant.web.pages.templates import page

if TYPE_CHECKING:
    from assistant.engine import Engine

PER_PAGE = 50
# How many passages a question brings; their articles are fewer.
PASSAGES = 60
# Of a large archive so many articles are compared for copies while somebody waits.
GROUPED = 100


@dataclass(frozen=True)
class Wish:
    """What somebody wants to see, as it came in the address: every field may be nonsense."""

    q: str = ""
    outlet: str = ""
    language: str = ""
    since: str = ""
    until: str = ""
    sort: str = ""
    meaning: str = ""

    def allows(self, article: Article) -> bool:
        """Whether the filters, without the words, let this article through."""
        filters = Filters(
            sources=frozenset({self.outlet} if self.outlet else ()),
            since=a_day(self.since),
            until=a_day(self.until),
        )
        return filters.allow(article) and self.language in ("", article.language)

    @property
    def filtered(self) -> bool:
        return bool(self.outlet or self.language or self.since or self.until)


@dataclass(frozen=True)
class Row:
    """One story: the article that stands for it, what to show of it, and its copies."""

    article: Article
    text: str
    place: Place | None = None
    copies: tuple[Article, ...] = ()


@dataclass(frozen=True)
class Found:
    """ids: in order. by_meaning: the nearest to a question, rather than those with the words.
    places: the sentence to show, where it is known."""

    ids: Sequence[str]
    by_meaning: bool = False
    places: dict[str, Place] = field(default_factory=dict)


@dataclass(frozen=True)
class Shown:
    """One page of what was found. copies: of its articles. at, last: numbers of pages.
    stories: how many were found in all, None where they were compared page by page only."""

    ids: Sequence[str]
    copies: dict[str, tuple[str, ...]]
    at: int
    last: int
    stories: int | None


def add(pages: APIRouter, engine: Engine, snapshots: Snapshots) -> None:
    @pages.get("/articles")
    def browse(
        q: str = "",
        outlet: str = "",
        language: str = "",
        since: str = "",
        until: str = "",
        sort: str = "",
        meaning: str = "",
        number: str = "1",
        fragment: str = "",
    ) -> HTMLResponse:
        """The articles; with `fragment` only the part of the page that changes while typing."""
        now = snapshots.now()
        wish = Wish(one_paragraph(q), outlet, language, since, until, sort, meaning)
        found = _found(wish, engine, now)
        shown = _shown(found.ids, number, now)
        return page(
            "results.html" if fragment else "articles.html",
            up="./",
            wish=wish,
            by_meaning=found.by_meaning,
            rows=[_row(i, wish, found, shown, now) for i in shown.ids],
            shown=shown,
            articles=len(found.ids),
            total=len(now.articles),
            outlets=_counted(a.source for a in now.articles),
            languages=_counted(a.language for a in now.articles),
            removed=kept_count(engine.store.folder),
        )


def a_day(text: str) -> date | None:
    """The day in an ISO 8601 date; None for anything else, which then filters nothing."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _found(wish: Wish, engine: Engine, now: Snapshot) -> Found:
    allowed = [a.id for a in now.articles if wish.allows(a)]
    if not wish.q:
        return Found(_by_day(allowed, now, newest_first=wish.sort != "oldest"))
    scores = {} if wish.meaning or asks(wish.q) else with_words(wish.q, now)
    if wish.meaning or asks(wish.q):
        found = _by_meaning(wish.q, allowed, engine)
    else:
        # Newest first among those that fit equally well.
        newest = _by_day([i for i in allowed if i in scores], now, newest_first=True)
        found = Found(sorted(newest, key=lambda i: -scores[i]))
    if wish.sort in ("newest", "oldest"):
        ids = _by_day(found.ids, now, newest_first=wish.sort == "newest")
        return Found(ids, found.by_meaning, found.places)
    return found


def _by_meaning(question: str, allowed: Sequence[str], engine: Engine) -> Found:
    """The articles of the passages nearest to `question`, each with the sentence that fits."""
    among = Filters(articles=frozenset(allowed))
    if not allowed or not engine.index.allows(among):  # none of them has any text
        return Found([], by_meaning=True)
    hits = engine.search(question, PASSAGES, among)
    places: dict[str, Place] = {}
    for hit in hits:
        if hit.article.id in places:
            continue
        best = max(range(len(hit.sentences)), key=lambda n: hit.sentences[n].late, default=0)
        span = hit.passage.sentences[best]
        text = one_paragraph(hit.article.text[span.start : span.end])
        places[hit.article.id] = Place(span, text)
    return Found(list(places), by_meaning=True, places=places)


def _by_day(ids: Sequence[str], now: Snapshot, *, newest_first: bool) -> list[str]:
    """In the order of days; those without one come last either way."""

    def dated(article_id: str) -> date:
        return now.by_id[article_id].published or date.min

    known = sorted((i for i in ids if now.by_id[i].published), key=dated, reverse=newest_first)
    return known + [i for i in ids if not now.by_id[i].published]


def _shown(ids: Sequence[str], number: str, now: Snapshot) -> Shown:
    """The page of that number, one article for each story."""
    copies: dict[str, tuple[str, ...]] = {}
    together = len(ids) <= GROUPED or len(now.articles) <= ALL_COMPARED
    if together:
        copies = now.copies_among(ids)
    heads = _one_of_each_story(ids, copies)
    last = max(1, -(-len(heads) // PER_PAGE))
    at = min(max(int(number), 1), last) if number.isdecimal() and len(number) < 9 else 1
    here = heads[(at - 1) * PER_PAGE : at * PER_PAGE]
    if not together:
        copies = now.copies_among(here)
        here = _one_of_each_story(here, copies)
    return Shown(here, copies, at, last, len(heads) if together else None)


def _one_of_each_story(ids: Sequence[str], copies: dict[str, tuple[str, ...]]) -> list[str]:
    """The first of each story, in the same order."""
    heads: list[str] = []
    seen: set[str] = set()
    for article_id in ids:
        if article_id not in seen:
            heads.append(article_id)
            seen |= {article_id, *copies.get(article_id, ())}
    return heads


def _row(article_id: str, wish: Wish, found: Found, shown: Shown, now: Snapshot) -> Row:
    article = now.by_id[article_id]
    where = found.places.get(article_id) or (place(wish.q, article) if wish.q else None)
    copies = tuple(now.by_id[i] for i in shown.copies.get(article_id, ()) if i != article_id)
    return Row(article, where.text if where else first_sentence(article), where, copies)


def _counted(values: Iterable[str | None]) -> list[tuple[str, int]]:
    """Each value with the number of articles that have it, in alphabetical order."""
    counts = Counter(value for value in values if value)
    return sorted(counts.items(), key=lambda pair: pair[0].casefold())
