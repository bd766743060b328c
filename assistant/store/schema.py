"""The tables of a store, how they are made, and the one that holds single values."""

from __future__ import annotations

import sqlite3
import uuid

from assistant.errors import StoreError
from assistant.store.database import Database

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


def create(database: Database) -> None:
    """Make the tables that are not there yet. Raises StoreError for a newer program's store."""
    with database.connected() as db:
        found = _format(db)
    if found > SCHEMA_VERSION:
        raise StoreError(
            f"{database.path}: written by a newer version of this program (format {found}, "
            f"this one reads {SCHEMA_VERSION})",
            "Update the program, or choose another folder with --store.",
        )
    if found == SCHEMA_VERSION:
        return
    with database.writing() as db:
        found = _format(db)
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


def _format(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def meta(db: sqlite3.Connection, key: str) -> str | None:
    """A single value: store_id, version, and once known embedding_model and dimension."""
    row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else str(row[0])
