"""All articles as they are now, with what is costly to know of them, kept until one changes."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property

from assistant.copies import stories
from assistant.lexical import words
from assistant.store import Store
from assistant.types import Article


@dataclass(frozen=True)
class Snapshot:
    """The articles of one version of the store, by day. What is derived is derived when needed."""

    version: int
    articles: tuple[Article, ...]

    @cached_property
    def by_id(self) -> dict[str, Article]:
        return {article.id: article for article in self.articles}

    @cached_property
    def copies(self) -> dict[str, tuple[str, ...]]:
        """Id -> the ids of its story, itself included, for articles that have copies."""
        return {i: story for story in stories(self.articles) for i in story}

    @cached_property
    def searchable(self) -> dict[str, tuple[str, str]]:
        """Id -> the words of its headline, outlet and author, and those of its text, as
        `joined_words` puts them."""
        return {
            a.id: (
                joined_words(f"{a.title} {a.source or ''} {a.author or ''}"),
                joined_words(a.text),
            )
            for a in self.articles
        }


class Snapshots:
    """The newest `Snapshot` of a store. May be used from several threads at once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._newest: Snapshot | None = None

    def now(self) -> Snapshot:
        """The articles as they are now; raises as the store does."""
        with self._lock:  # of ten people who wait for the same, one fetches it
            version = self._store.version
            if self._newest is None or self._newest.version != version:
                with self._store.reading():
                    self._newest = Snapshot(self._store.version, tuple(self._store.articles()))
            return self._newest


def joined_words(text: str) -> str:
    """The folded words of `text` in order, a space before each: " zurich is large"."""
    return "".join(f" {word}" for word in words(text))
