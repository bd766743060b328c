"""One SQLite file for many threads: connections, transactions, and errors in our words."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.errors import StoreDamaged, StoreError, StoreFull, StoreLocked
from assistant.locks import read_only


class _Connection(sqlite3.Connection):
    """One that can be held weakly, so that a thread that ends takes its connection with it."""


class Database:
    """The file at `path`, with a connection for each thread that asks; made when first needed.

    Errors of SQLite inside `connected`, `writing` and `reading` come out as StoreError or one of
    its kind.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        self._connections: weakref.WeakSet[_Connection] = weakref.WeakSet()

    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        known: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if known is not None:
            return known
        frozen = read_only(self.path.parent)
        db = sqlite3.connect(
            self._uri_to_read() if frozen else self.path,
            timeout=30.0,
            isolation_level=None,
            check_same_thread=False,  # only `close` reaches over from another thread
            factory=_Connection,
            uri=frozen,
        )
        if not frozen:
            if db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        self._connections.add(db)
        self._local.connection = db
        return db

    def _uri_to_read(self) -> str:
        """The file where nothing can be written beside it. SQLite reads it with the two files that
        a writer left there; without these it must be told that there is no writer to heed."""
        beside = [self.path.with_name(f"{self.path.name}{end}") for end in ("-wal", "-shm")]
        alone = not any(each.exists() for each in beside)
        return f"{self.path.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"

    @contextmanager
    def connected(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection; the seam where errors of SQLite become ours."""
        try:
            yield self.connection()
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise  # a bug of ours
        except sqlite3.DatabaseError as error:
            raise _explained(error, self.path) from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All writes of this thread inside the block are one transaction: all of them or none."""
        with self.connected() as db:
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
    def reading(self) -> Iterator[sqlite3.Connection]:
        """All reads of this thread inside the block see one and the same state of the file."""
        with self.connected() as db:
            if db.in_transaction:
                yield db
                return
            db.execute("BEGIN")
            try:
                yield db
            finally:
                if db.in_transaction:
                    db.execute("ROLLBACK")

    def close(self) -> None:
        """Close the connections of all threads."""
        for db in list(self._connections):
            db.close()


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
            f"{path.parent}: cannot be opened or written: {error}",
            "Correct the permissions of that folder, or choose another with --store.",
        )
    return StoreError(
        f"{path}: reading or writing failed: {error}",
        "Check the disk it is on, then run the same command again.",
    )
