"""Where articles came from: files and pages, and what those were like when they were last read."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from assistant.types import Validators


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


def every(db: sqlite3.Connection) -> dict[str, Origin]:
    rows = db.execute("SELECT id, root, path, sha256 FROM articles").fetchall()
    return {row[0]: Origin(*row[1:]) for row in rows}


def claim(db: sqlite3.Connection, article_id: str, root: str, path: str) -> None:
    # Were the state of the file it came from kept, that file would never be read again.
    db.execute(
        "DELETE FROM files WHERE (root, path) = (SELECT root, path FROM articles WHERE id = ?)",
        (article_id,),
    )
    db.execute("UPDATE articles SET root = ?, path = ? WHERE id = ?", (root, path, article_id))


def file_states(db: sqlite3.Connection, root: str) -> dict[str, FileState]:
    rows = db.execute(
        "SELECT path, size, mtime_ns, sha256 FROM files WHERE root = ?", (root,)
    ).fetchall()
    return {row[0]: FileState(*row[1:]) for row in rows}


def mark_read(db: sqlite3.Connection, root: str, path: str, state: FileState) -> None:
    db.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?)", (root, path, *state))


def forget_file(db: sqlite3.Connection, root: str, path: str) -> None:
    db.execute("DELETE FROM files WHERE root = ? AND path = ?", (root, path))


def page_validators(db: sqlite3.Connection, url: str) -> Validators:
    row = db.execute("SELECT etag, last_modified FROM pages WHERE url = ?", (url,)).fetchone()
    return Validators(*row) if row else Validators()


def remember_page(db: sqlite3.Connection, url: str, validators: Validators) -> None:
    db.execute(
        "INSERT OR REPLACE INTO pages VALUES (?, ?, ?)",
        (url, validators.etag, validators.last_modified),
    )
