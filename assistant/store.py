"""The truth: articles, their passages and their vectors, in one SQLite file.

Everything else (Chroma, the lexical index) is a cache that can be rebuilt from here without
embedding again. An article with its passages and vectors is one transaction, so that a kill at any
moment leaves it whole or absent. Each change moves `Store.version` on by one, and a cache that
knows which version it reflects can ask for what changed since.
"""

from __future__ import annotations

import json
import sqlite3
import struct
import threading
import uuid
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from assistant.errors import StoreDamaged, StoreError, StoreFull, StoreLocked
from assistant.types import Article, Filters, Passage, Span, Validators, Version

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "articles.sqlite3"
SCHEMA_VERSION = 2

# A tombstone is a passage id that was in the store and is no longer; `version` is the change that
# added a passage or buried it.
_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    root TEXT NOT NULL, path TEXT NOT NULL,
    size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, sha256 TEXT NOT NULL,
    PRIMARY KEY (root, path)
) WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL, author TEXT, published TEXT,
    partial_date TEXT, source TEXT, url TEXT, language TEXT, tags TEXT NOT NULL,
    sha256 TEXT NOT NULL, root TEXT NOT NULL, path TEXT NOT NULL
);
CREATE TABLE versions (
    article_id TEXT NOT NULL, sha256 TEXT NOT NULL, text TEXT NOT NULL, replaced_at TEXT NOT NULL
);
CREATE INDEX versions_of ON versions (article_id);
CREATE TABLE passages (
    id TEXT PRIMARY KEY, article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
    sentences BLOB NOT NULL, version INTEGER NOT NULL
);
CREATE INDEX passages_of ON passages (article_id, ordinal);
CREATE INDEX passages_since ON passages (version);
CREATE TABLE vectors (
    passage_id TEXT PRIMARY KEY REFERENCES passages (id) ON DELETE CASCADE, vector BLOB NOT NULL
);
CREATE TABLE tombstones (passage_id TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX tombstones_since ON tombstones (version);
"""
# Added to a store of format 1, which has the tables above; `pages` are those fetched from the web.
_SCHEMA_2 = """
CREATE TABLE pages (url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT) WITHOUT ROWID
"""
_ARTICLE = "id, title, text, author, published, partial_date, source, url, language, tags"


class FileState(NamedTuple):
    """What a file was like when it was last read completely and without a failure."""

    size: int
    mtime_ns: int
    sha256: str


class Origin(NamedTuple):
    """Where an article came from. `sha256` is that of the article, not of the file."""

    root: str
    path: str
    sha256: str


class Changes(NamedTuple):
    """What a cache has to apply to get to `version`. The two lists have no id in common."""

    version: int
    added: list[str]
    removed: list[str]


class _Connection(sqlite3.Connection):
    """One that can be held weakly, so that a thread that ends takes its connection with it."""


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
        self._path = folder / FILE
        self._local = threading.local()
        self._connections: weakref.WeakSet[_Connection] = weakref.WeakSet()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{folder}: the store's folder cannot be made: {error.strerror}",
                "Choose another folder with --store, or mend its permissions.",
            ) from error
        self._create()
        self._check_model(embedding_model)

    # Opening and transactions

    def _create(self) -> None:
        with self._database() as db:
            found = db.execute("PRAGMA user_version").fetchone()[0]
        if found > SCHEMA_VERSION:
            raise StoreError(
                f"{self._path}: written by a newer version of this program (format {found}, "
                f"this one reads {SCHEMA_VERSION})",
                "Update the program, or choose another folder with --store.",
            )
        if found == SCHEMA_VERSION:
            return
        with self._writing() as db:
            found = db.execute("PRAGMA user_version").fetchone()[0]
            if found == SCHEMA_VERSION:
                return  # another process was first
            if found < 1:
                for statement in _SCHEMA.split(";"):
                    db.execute(statement)
                db.executemany(
                    "INSERT INTO meta VALUES (?, ?)",
                    [("store_id", uuid.uuid4().hex), ("version", "0")],
                )
            db.execute(_SCHEMA_2)
            db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _check_model(self, name: str | None) -> None:
        if name is None:
            return
        known = self._meta("embedding_model")
        if known == name:
            return
        if known is not None and self.count():
            raise StoreError(
                f"{self.folder}: its vectors are from the model {known}, not from {name}",
                "Ingest into a new folder with --store, or remove this one and ingest again.",
            )
        with self._writing() as db:
            db.execute("DELETE FROM meta WHERE key = 'dimension'")
            db.execute("INSERT OR REPLACE INTO meta VALUES ('embedding_model', ?)", (name,))

    def _connection(self) -> sqlite3.Connection:
        known: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if known is not None:
            return known
        db = sqlite3.connect(
            self._path,
            timeout=30.0,
            isolation_level=None,
            check_same_thread=False,  # only `close` reaches over from another thread
            factory=_Connection,
        )
        if db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        self._connections.add(db)
        self._local.connection = db
        return db

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection; the seam where errors of SQLite become ours."""
        try:
            yield self._connection()
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise  # a bug of ours
        except sqlite3.DatabaseError as error:
            raise _explained(error, self._path) from error

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All writes of this thread inside the block are one transaction: all of them or none."""
        with self._writing():
            yield

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._database() as db:
            if getattr(self._local, "writing", False):
                yield db
                return
            if db.in_transaction:
                raise RuntimeError("a store cannot be written inside its own `reading()`")
            db.execute("BEGIN IMMEDIATE")
            self._local.writing = True
            try:
                yield db
                db.execute("COMMIT")
            finally:
                self._local.writing = False
                if db.in_transaction:
                    db.execute("ROLLBACK")

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All reads of this thread inside the block see the store at one and the same version."""
        with self._database() as db:
            if db.in_transaction:
                yield
                return
            db.execute("BEGIN")
            try:
                yield
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")

    def close(self) -> None:
        """Close the connections of all threads. The store must not be used afterwards."""
        for db in list(self._connections):
            db.close()

    # What the store is

    def _meta(self, key: str) -> str | None:
        with self._database() as db:
            row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    @property
    def id(self) -> str:
        """A name that no other store has; a cache of another store must not be taken for ours."""
        return self._meta("store_id") or ""

    @property
    def version(self) -> int:
        """How many changes there have been; grows, and never comes back to an earlier value."""
        return int(self._meta("version") or 0)

    @property
    def dimension(self) -> int | None:
        """Length of the vectors; None before the first was put."""
        value = self._meta("dimension")
        return None if value is None else int(value)

    def count(self) -> int:
        """Number of articles."""
        with self._database() as db:
            return int(db.execute("SELECT count(*) FROM articles").fetchone()[0])

    def passage_count(self) -> int:
        with self._database() as db:
            return int(db.execute("SELECT count(*) FROM passages").fetchone()[0])

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
        blobs = _checked(article, passages, vectors)
        with self._writing() as db:
            self._check_dimension(db, vectors.shape[1])
            old = db.execute(
                "SELECT sha256, text, root, path FROM articles WHERE id = ?", (article.id,)
            ).fetchone()
            old_ids = [
                row[0]
                for row in db.execute(
                    "SELECT id FROM passages WHERE article_id = ? ORDER BY ordinal", (article.id,)
                )
            ]
            new_ids = [p.id for p in passages]
            if old and (old[0], old_ids) == (article.sha256, new_ids):
                if (old[2], old[3]) == (root, path):
                    return False
                self._claim(db, article.id, root, path)
                return True
            if old:
                db.execute(
                    "INSERT INTO versions VALUES (?, ?, ?, ?)",
                    (article.id, old[0], old[1], datetime.now(UTC).isoformat(timespec="seconds")),
                )
                db.execute("DELETE FROM articles WHERE id = ?", (article.id,))
            version = self._next_version(db)
            _bury(db, set(old_ids) - set(new_ids), version)
            _insert(db, article, passages, blobs, root=root, path=path, version=version)
        return True

    def remove(self, article_id: str) -> bool:
        """Remove an article with all that was kept of it. Returns False where there is none.

        The state of its file is forgotten too, so that the next ingest of that file reads it.
        """
        with self._writing() as db:
            row = db.execute(
                "SELECT root, path FROM articles WHERE id = ?", (article_id,)
            ).fetchone()
            if row is None:
                return False
            ids = db.execute("SELECT id FROM passages WHERE article_id = ?", (article_id,))
            _bury(db, {i[0] for i in ids}, self._next_version(db))
            db.execute("DELETE FROM articles WHERE id = ?", (article_id,))
            db.execute("DELETE FROM versions WHERE article_id = ?", (article_id,))
            db.execute("DELETE FROM files WHERE root = ? AND path = ?", row)
        return True

    def _check_dimension(self, db: sqlite3.Connection, found: int) -> None:
        row = db.execute("SELECT value FROM meta WHERE key = 'dimension'").fetchone()
        if row is None:
            db.execute("INSERT INTO meta VALUES ('dimension', ?)", (str(found),))
        elif int(row[0]) != found:
            raise StoreError(
                f"{self.folder}: holds vectors of {row[0]} numbers, not {found}: they are from "
                "another embedding model",
                "Ingest into a new folder with --store, or remove this one and ingest again.",
            )

    @staticmethod
    def _next_version(db: sqlite3.Connection) -> int:
        db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'version'")
        return int(db.execute("SELECT value FROM meta WHERE key = 'version'").fetchone()[0])

    # Articles and passages

    def article(self, article_id: str) -> Article | None:
        with self._database() as db:
            row = db.execute(
                f"SELECT {_ARTICLE} FROM articles WHERE id = ?", (article_id,)
            ).fetchone()
        return None if row is None else _article(row)

    def articles(self) -> list[Article]:
        """All articles by day of publication, those without one last, then by id."""
        with self._database() as db:
            rows = db.execute(
                f"SELECT {_ARTICLE} FROM articles ORDER BY published IS NULL, published, id"
            ).fetchall()
        return [_article(row) for row in rows]

    def outlets(self) -> list[str]:
        """The outlets that articles name, each once, by the alphabet."""
        with self._database() as db:
            rows = db.execute("SELECT DISTINCT source FROM articles WHERE source <> ''")
            return sorted(row[0] for row in rows)

    def titles(self, most: int) -> list[tuple[str, str]]:
        """(id, title) of the `most` newest articles, newest first."""
        with self._database() as db:
            rows = db.execute(
                "SELECT id, title FROM articles ORDER BY published IS NULL, published DESC, id "
                "LIMIT ?",
                (most,),
            )
            return [(row[0], row[1]) for row in rows]

    def versions(self, article_id: str) -> list[Version]:
        """What the article said before, oldest first."""
        with self._database() as db:
            rows = db.execute(
                "SELECT sha256, text, replaced_at FROM versions WHERE article_id = ? "
                "ORDER BY rowid",
                (article_id,),
            ).fetchall()
        return [Version(*row) for row in rows]

    def passages(self, ids: Sequence[str]) -> dict[str, tuple[Passage, Article]]:
        """The passages of these ids with their articles; an id that is not here is left out."""
        wanted = json.dumps(list(ids))
        with self.reading(), self._database() as db:
            found = [
                _passage(row)
                for row in db.execute(
                    "SELECT id, article_id, ordinal, start, end, sentences FROM passages "
                    "WHERE id IN (SELECT value FROM json_each(?))",
                    (wanted,),
                )
            ]
            articles = {
                row[0]: _article(row)
                for row in db.execute(
                    f"SELECT {_ARTICLE} FROM articles WHERE id IN (SELECT value FROM json_each(?))",
                    (json.dumps(sorted({p.article_id for p in found})),),
                )
            }
        by_id = {p.id: (p, articles[p.article_id]) for p in found}
        return {i: by_id[i] for i in ids if i in by_id}

    def passages_of(self, article_id: str) -> list[Passage]:
        """The passages of one article in their order; empty where there is no such article."""
        with self._database() as db:
            return [
                _passage(row)
                for row in db.execute(
                    "SELECT id, article_id, ordinal, start, end, sentences FROM passages "
                    "WHERE article_id = ? ORDER BY ordinal",
                    (article_id,),
                )
            ]

    def all_passages(self) -> Iterator[tuple[str, str, str]]:
        """(passage id, title of its article, text of the passage), by article id and ordinal."""
        with self._database() as db:
            texts = db.execute("SELECT id, title, text FROM articles ORDER BY id")
            for article_id, title, text in texts:
                for passage_id, start, end in db.execute(
                    "SELECT id, start, end FROM passages WHERE article_id = ? ORDER BY ordinal",
                    (article_id,),
                ):
                    yield passage_id, title, text[start:end]

    def vectors(self, ids: Sequence[str]) -> NDArray[np.float32]:
        """float32 of shape (len(ids), d), row i for ids[i]. KeyError for an id not here."""
        import numpy as np

        with self._database() as db:
            found = dict(
                db.execute(
                    "SELECT passage_id, vector FROM vectors "
                    "WHERE passage_id IN (SELECT value FROM json_each(?))",
                    (json.dumps(list(ids)),),
                )
            )
        if not ids:
            return np.empty((0, self.dimension or 0), np.float32)
        return np.stack([np.frombuffer(found[i], "<f4").astype(np.float32) for i in ids])

    def passage_ids(self) -> list[str]:
        """All passage ids, in the order of `all_passages`."""
        with self._database() as db:
            rows = db.execute("SELECT id FROM passages ORDER BY article_id, ordinal")
            return [row[0] for row in rows]

    def passage_ids_within(self, filters: Filters) -> list[str]:
        """The ids of the passages of the articles that `filters` allow, likewise."""
        with self.reading(), self._database() as db:
            # Everything but the text: names are compared as Python folds them, not as SQLite does.
            facts = _ARTICLE.replace("text", "''", 1)
            rows = db.execute(f"SELECT {facts} FROM articles")
            allowed = [row[0] for row in rows if filters.allow(_article(row))]
            found = db.execute(
                "SELECT id FROM passages WHERE article_id IN (SELECT value FROM json_each(?)) "
                "ORDER BY article_id, ordinal",
                (json.dumps(allowed),),
            )
            return [row[0] for row in found]

    def changes_since(self, version: int) -> Changes:
        """What to add (or replace) and what to remove to get from `version` to now."""
        with self.reading(), self._database() as db:
            added = db.execute("SELECT id FROM passages WHERE version > ?", (version,))
            added_ids = [row[0] for row in added]
            gone = db.execute("SELECT passage_id FROM tombstones WHERE version > ?", (version,))
            return Changes(self.version, added_ids, [row[0] for row in gone])

    # Where articles came from

    def origins(self) -> dict[str, Origin]:
        """Article id -> where it came from."""
        with self._database() as db:
            rows = db.execute("SELECT id, root, path, sha256 FROM articles").fetchall()
        return {row[0]: Origin(*row[1:]) for row in rows}

    def file_states(self, root: str) -> dict[str, FileState]:
        """Path within `root` -> state, for the files that were read completely."""
        with self._database() as db:
            rows = db.execute(
                "SELECT path, size, mtime_ns, sha256 FROM files WHERE root = ?", (root,)
            ).fetchall()
        return {row[0]: FileState(*row[1:]) for row in rows}

    def mark_read(self, root: str, path: str, state: FileState) -> None:
        """Remember that all articles of this file are in the store as the file says."""
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", (root, path, *state))

    def forget_file(self, root: str, path: str) -> None:
        """Forget the state of a file, so that the next ingest reads it."""
        with self._writing() as db:
            db.execute("DELETE FROM files WHERE root = ? AND path = ?", (root, path))

    def claim(self, article_id: str, root: str, path: str) -> None:
        """Let an article belong to this source from now on; nothing else about it changes."""
        with self._writing() as db:
            self._claim(db, article_id, root, path)

    def page_validators(self, url: str) -> Validators:
        """What the server said of the page at `url` when it was last read completely."""
        with self._database() as db:
            row = db.execute(
                "SELECT etag, last_modified FROM pages WHERE url = ?", (url,)
            ).fetchone()
        return Validators(*row) if row else Validators()

    def remember_page(self, url: str, validators: Validators) -> None:
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO pages VALUES (?, ?, ?)",
                (url, validators.etag, validators.last_modified),
            )

    @staticmethod
    def _claim(db: sqlite3.Connection, article_id: str, root: str, path: str) -> None:
        # Were the state of the file it came from kept, that file would never be read again.
        db.execute(
            "DELETE FROM files WHERE (root, path) = (SELECT root, path FROM articles WHERE id = ?)",
            (article_id,),
        )
        db.execute("UPDATE articles SET root = ?, path = ? WHERE id = ?", (root, path, article_id))


def _checked(
    article: Article, passages: Sequence[Passage], vectors: NDArray[np.float32]
) -> list[bytes]:
    """Each vector as little-endian bytes. Raises ValueError for what must never be stored."""
    import numpy as np

    if vectors.ndim != 2 or len(vectors) != len(passages) or not np.isfinite(vectors).all():
        raise ValueError(
            f"{article.id}: vectors of shape {vectors.shape} for {len(passages)} passages, "
            "or not all of them finite"
        )
    for p in passages:
        if p.article_id != article.id or not 0 <= p.start < p.end <= len(article.text):
            raise ValueError(f"{article.id}: passage {p.id} is not within this article")
    return [row.tobytes() for row in np.ascontiguousarray(vectors, "<f4")]


def _bury(db: sqlite3.Connection, ids: set[str], version: int) -> None:
    db.executemany("INSERT OR REPLACE INTO tombstones VALUES (?, ?)", ((i, version) for i in ids))


def _insert(
    db: sqlite3.Connection,
    article: Article,
    passages: Sequence[Passage],
    blobs: list[bytes],
    *,
    root: str,
    path: str,
    version: int,
) -> None:
    db.execute(
        f"INSERT INTO articles ({_ARTICLE}, sha256, root, path) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            article.id,
            article.title,
            article.text,
            article.author,
            article.published.isoformat() if article.published else None,
            article.partial_date,
            article.source,
            article.url,
            article.language,
            json.dumps(article.tags),
            article.sha256,
            root,
            path,
        ),
    )
    db.executemany(
        "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (p.id, article.id, p.ordinal, p.start, p.end, _packed(p.sentences), version)
            for p in passages
        ),
    )
    db.executemany(
        "INSERT INTO vectors VALUES (?, ?)",
        ((p.id, blob) for p, blob in zip(passages, blobs, strict=True)),
    )
    db.executemany("DELETE FROM tombstones WHERE passage_id = ?", ((p.id,) for p in passages))


def _packed(spans: Sequence[Span]) -> bytes:
    """Spans as pairs of little-endian 32-bit numbers."""
    return struct.pack(f"<{2 * len(spans)}I", *(n for span in spans for n in span))


def _passage(row: tuple[str, str, int, int, int, bytes]) -> Passage:
    spans = tuple(Span(a, b) for a, b in struct.iter_unpack("<II", row[5]))
    return Passage(row[0], row[1], row[2], row[3], row[4], spans)


def _article(row: Sequence[str | None]) -> Article:
    id_, title, text, author, published, partial_date, source, url, language, tags = row
    return Article(
        id=str(id_),
        title=str(title),
        text=str(text),
        author=author,
        published=date.fromisoformat(published) if published else None,
        partial_date=partial_date,
        source=source,
        url=url,
        language=language,
        tags=tuple(json.loads(tags or "[]")),
    )


def _explained(error: sqlite3.DatabaseError, path: Path) -> StoreError:
    """An error of SQLite in words for the person whose store it is."""
    # Extended codes carry the primary one in their low byte.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StoreFull(
            f"{path.parent}: the disk is full",
            "Free some space and run the same command again; what was stored before is safe.",
        )
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return StoreDamaged(
            f"{path}: is damaged or not a database: {error}",
            "Bring it back from a backup, or move it away and ingest the articles again.",
        )
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreLocked(f"{path}: another process is writing to it", "Wait until it is done.")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreError(
            f"{path.parent}: cannot be opened for writing: {error}",
            "Mend the permissions of that folder, or choose another with --store.",
        )
    return StoreError(
        f"{path}: reading or writing failed: {error}",
        "Check the disk it is on, then run the same command again.",
    )
