"""`Store`: all that can be asked of a store, and what each call promises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import StoreError
from assistant.store import (
    article_rows,
    changes,
    origins,
    passage_rows,
    schema,
    vector_rows,
    writing,
)
from assistant.store.changes import Changes
from assistant.store.database import Database
from assistant.store.origins import FileState, Origin
from assistant.types import Article, Filters, Passage, Validators, Version

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "articles.sqlite3"


class Store:
    """The articles in one folder. May be used from several threads at once.

    Every method raises StoreFull when the disk is full, StoreDamaged when the file is not a sound
    database, StoreLocked when another process writes for too long, and StoreError otherwise; a
    write that raises has changed nothing.
    """

    def __init__(self, folder: Path, *, embedding_model: str | None = None) -> None:
        """Open the store in `folder`, or create it there.

        embedding_model: name of the model whose vectors will be put and searched; a store that
            holds vectors of another model is refused with StoreError. None leaves it unchecked.
        """
        self.folder = folder
        self._database = Database(folder / FILE)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{folder}: the store's folder cannot be made: {error.strerror}",
                "Choose another folder with --store, or mend its permissions.",
            ) from error
        schema.create(self._database)
        if embedding_model is not None:
            vector_rows.check_model(self._database, folder, embedding_model)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All writes of this thread inside the block are one transaction: all of them or none."""
        with self._database.writing():
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All reads of this thread inside the block see the store at one and the same version."""
        with self._database.reading():
            yield

    def close(self) -> None:
        """Close the connections of all threads. The store must not be used afterwards."""
        self._database.close()

    # What the store is

    @property
    def id(self) -> str:
        """A name that no other store has; a cache of another store must not be taken for ours."""
        with self._database.connected() as db:
            return schema.meta(db, "store_id") or ""

    @property
    def version(self) -> int:
        """How many changes there have been; grows, and never comes back to an earlier value."""
        with self._database.connected() as db:
            return changes.version(db)

    @property
    def dimension(self) -> int | None:
        """Length of the vectors; None before the first was put."""
        with self._database.connected() as db:
            return vector_rows.dimension(db)

    def count(self) -> int:
        """Number of articles."""
        with self._database.connected() as db:
            return article_rows.count(db)

    def passage_count(self) -> int:
        with self._database.connected() as db:
            return passage_rows.count(db)

    # Writing

    def put(
        self,
        article: Article,
        passages: Sequence[Passage],
        vectors: NDArray[np.float32],
        *,
        root: str = "",
        path: str = "",
    ) -> bool:
        """Store an article with its passages in place of any older one of the same id.

        vectors: float32, shape (len(passages), d), finite; row i belongs to passages[i].
        root, path: the source it was read from, and the file within that source.
        Returns False where the store held just this already. Raises ValueError for passages that
        are not of this article or vectors of the wrong shape, StoreError for vectors of another
        dimension than those already here.
        """
        blobs = vector_rows.as_bytes(article, passages, vectors)
        with self._database.writing() as db:
            vector_rows.check_dimension(db, self.folder, vectors.shape[1])
            return writing.put(db, article, passages, blobs, root=root, path=path)

    def remove(self, article_id: str) -> bool:
        """Remove an article with all that was kept of it. Returns False where there is none.

        The state of its file is forgotten too, so that the next ingest of that file reads it.
        """
        with self._database.writing() as db:
            return writing.remove(db, article_id)

    # Articles and passages

    def article(self, article_id: str) -> Article | None:
        with self._database.connected() as db:
            return article_rows.get(db, article_id)

    def articles(self) -> list[Article]:
        """All articles by day of publication, those without one last, then by id."""
        with self._database.connected() as db:
            return article_rows.every(db)

    def outlets(self) -> list[str]:
        """The outlets that articles name, each once, by the alphabet."""
        with self._database.connected() as db:
            return article_rows.outlets(db)

    def titles(self, most: int) -> list[tuple[str, str]]:
        """(id, title) of the `most` newest articles, newest first."""
        with self._database.connected() as db:
            return article_rows.titles(db, most)

    def versions(self, article_id: str) -> list[Version]:
        """What the article said before, oldest first."""
        with self._database.connected() as db:
            return article_rows.versions(db, article_id)

    def passages(self, ids: Sequence[str]) -> dict[str, tuple[Passage, Article]]:
        """The passages of these ids with their articles; an id that is not here is left out."""
        with self._database.reading() as db:
            return passage_rows.get(db, ids)

    def published(self, ids: Sequence[str]) -> dict[str, date | None]:
        """For each passage that is here the day its article was published, where that is known."""
        with self._database.connected() as db:
            return passage_rows.published(db, ids)

    def passages_of(self, article_id: str) -> list[Passage]:
        """The passages of one article in their order; empty where there is no such article."""
        with self._database.connected() as db:
            return passage_rows.of_article(db, article_id)

    def all_passages(self) -> Iterator[tuple[str, str, str]]:
        """(passage id, title of its article, text of the passage), ordered as `passage_ids`."""
        with self._database.connected() as db:
            yield from passage_rows.texts(db)

    def passage_ids(self) -> list[str]:
        """All passage ids by the day of their article, those without one last, then by its id and
        their ordinal: those of a span of days stand together."""
        with self._database.connected() as db:
            return passage_rows.ids(db)

    def passage_ids_within(self, filters: Filters) -> list[str]:
        """The ids of the passages of the articles that `filters` allow, in any order."""
        with self._database.reading() as db:
            return passage_rows.ids_of(db, article_rows.ids_within(db, filters))

    def vectors(self, ids: Sequence[str]) -> NDArray[np.float32]:
        """float32 of shape (len(ids), d), row i for ids[i]. KeyError for an id not here."""
        with self._database.connected() as db:
            return vector_rows.get(db, ids)

    def changes_since(self, version: int, until: int | None = None) -> Changes:
        """What to add (or replace) and what to remove to get from `version` to `until`, or to now.

        What was changed once more after `until` is left out.
        """
        with self._database.reading() as db:
            return changes.since(db, version, until)

    # Where articles came from

    def origins(self) -> dict[str, Origin]:
        """Article id -> where it came from."""
        with self._database.connected() as db:
            return origins.every(db)

    def claim(self, article_id: str, root: str, path: str) -> None:
        """Let an article belong to this source from now on; nothing else about it changes."""
        with self._database.writing() as db:
            origins.claim(db, article_id, root, path)

    def file_states(self, root: str) -> dict[str, FileState]:
        """Path within `root` -> state, for the files that were read completely."""
        with self._database.connected() as db:
            return origins.file_states(db, root)

    def mark_read(self, root: str, path: str, state: FileState) -> None:
        """Remember that all articles of this file are in the store as the file says."""
        with self._database.writing() as db:
            origins.mark_read(db, root, path, state)

    def forget_file(self, root: str, path: str) -> None:
        """Forget the state of a file, so that the next ingest reads it."""
        with self._database.writing() as db:
            origins.forget_file(db, root, path)

    def page_validators(self, url: str) -> Validators:
        """What the server said of the page at `url` when it was last read completely."""
        with self._database.connected() as db:
            return origins.page_validators(db, url)

    def remember_page(self, url: str, validators: Validators) -> None:
        with self._database.writing() as db:
            origins.remember_page(db, url, validators)
