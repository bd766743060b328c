"""All articles as they are now, with what is costly to know of them, kept until one changes."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.copies import stories
from assistant.corrections import Outlets, by_outlet
from assistant.lexical import fold
from assistant.store import Store
from assistant.types import Article

# Up to so many articles all copies are looked for at once, in a second or two.
ALL_COMPARED = 500

_WORD = re.compile(r"\w+")
_COMMA_WITHIN = re.compile(r"(?<=\d),(?=\d{3})")
_DOT_WITHIN = re.compile(r"(?<=\b[a-z])\.(?=[a-z]\b|\W|$)")
# Scripts written without spaces: each character is a word of its own.
_UNSPACED = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f])")


@dataclass(frozen=True)
class Snapshot:
    """The articles of one version of the store, by day. What is derived is derived when needed."""

    version: int
    articles: tuple[Article, ...]

    @cached_property
    def by_id(self) -> dict[str, Article]:
        return {article.id: article for article in self.articles}

    def copies_among(self, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Id -> the ids of its story, itself included, for those of `ids` that have copies.

        In a large archive only `ids` are compared, which should then be few: comparing all takes
        minutes.
        """
        if len(self.articles) <= ALL_COMPARED:
            return self._copies
        return _copies([self.by_id[i] for i in ids])

    @cached_property
    def _copies(self) -> dict[str, tuple[str, ...]]:
        return _copies(self.articles)

    @cached_property
    def outlets(self) -> Outlets:
        """What tells which articles correct which."""
        return by_outlet(self.articles)

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
    """The folded words of `text` in order, a space before each: " zurich is large".

    Simpler than `assistant.lexical.words`, which takes half a minute for five thousand articles.
    """
    text = _DOT_WITHIN.sub("", _COMMA_WITHIN.sub("", fold(text)))
    return "".join(f" {word}" for word in _WORD.findall(_UNSPACED.sub(r" \1 ", text)))


def _copies(articles: Sequence[Article]) -> dict[str, tuple[str, ...]]:
    return {i: story for story in stories(articles) for i in story}
