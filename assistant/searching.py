"""Question -> passages, within what may answer it.

The user's filters and an outlet that the question names exclude; days that the question names are a
preference: where nothing lies in them, the rest still answers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from assistant import scope
from assistant.embedding import Embedder
from assistant.errors import UsageError
from assistant.retrieval import retrieve
from assistant.types import Filters, Hit

if TYPE_CHECKING:
    from assistant.index import Index
    from assistant.store import Store

SHOWN_OUTLETS = 8
ANY_DAY = Filters(since=date.min)


@dataclass(frozen=True)
class Within:
    """filters: the articles that may answer. preferred: those of the days that the question names,
    where there are any."""

    filters: Filters
    preferred: Filters | None = None


def within(question: str, filters: Filters | None, *, store: Store, index: Index) -> Within:
    """Where to search for `question`.

    Raises UsageError where `filters` name an outlet, author or article that is not there: what is
    misspelt must not look like an archive that does not hold the answer.
    """
    given = filters or Filters()
    _refuse_unknown_names(given, store, index)
    narrowed = scope.within(
        question, filters, outlets=store.outlets, dated=lambda: index.allows(ANY_DAY)
    )
    anywhen = replace(narrowed, since=given.since, until=given.until)
    return Within(
        anywhen if index.allows(anywhen) else given,
        narrowed if narrowed != anywhen and index.allows(narrowed) else None,
    )


def find(
    question: str, k: int, where: Within, *, store: Store, index: Index, embedder: Embedder
) -> list[Hit]:
    """The `k` best passages; those of the days that the question names come first."""
    if not index.allows(where.filters):
        return []

    def found(filters: Filters) -> list[Hit]:
        return retrieve(
            question, store=store, index=index, embedder=embedder, k=k, filters=filters or None
        )

    if where.preferred is None:
        return found(where.filters)
    first = found(where.preferred)
    known = {hit.passage.id for hit in first}
    rest = [hit for hit in found(where.filters) if hit.passage.id not in known]
    return [replace(hit, rank=rank) for rank, hit in enumerate([*first, *rest][:k], 1)]


def _refuse_unknown_names(filters: Filters, store: Store, index: Index) -> None:
    for named in (
        Filters(sources=filters.sources),
        Filters(authors=filters.authors),
        Filters(articles=filters.articles),
    ):
        if named and not index.allows(named):
            outlets = store.outlets()
            known = f" Outlets here: {', '.join(outlets[:SHOWN_OUTLETS])}." if outlets else ""
            said = " or ".join(sorted(named.sources | named.authors | named.articles))
            raise UsageError(
                f"no article in the index is of {said}",
                f"`assistant articles list` shows what there is.{known}",
            )
