"""The version of a store, and what changed since an earlier one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from assistant.store.schema import meta


class Changes(NamedTuple):
    """What a cache has to apply to get to `version`. The two lists have no id in common."""

    version: int
    added: list[str]
    removed: list[str]


def version(db: sqlite3.Connection) -> int:
    return int(meta(db, "version") or 0)


def next_version(db: sqlite3.Connection) -> int:
    """Count one more change. Returns the version that it leads to."""
    db.execute("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'version'")
    return version(db)


def bury(db: sqlite3.Connection, passage_ids: Iterable[str], at: int) -> None:
    """Note that these passages are gone from version `at` on."""
    rows = ((passage_id, at) for passage_id in passage_ids)
    db.executemany("INSERT OR REPLACE INTO tombstones VALUES (?, ?)", rows)


def revive(db: sqlite3.Connection, passage_ids: Iterable[str]) -> None:
    """Note that these passages are there, whether or not they had been before."""
    rows = ((passage_id,) for passage_id in passage_ids)
    db.executemany("DELETE FROM tombstones WHERE passage_id = ?", rows)


def since(db: sqlite3.Connection, earlier: int, until: int | None) -> Changes:
    """What happened after version `earlier`, up to and with `until`; None means to this day.

    What was added by then and is there no more, or was added anew later, is not in it.
    """
    to = version(db) if until is None else until
    within = "version > ? AND version <= ?"
    added = db.execute(f"SELECT id FROM passages WHERE {within}", (earlier, to)).fetchall()
    gone = db.execute(f"SELECT passage_id FROM tombstones WHERE {within}", (earlier, to)).fetchall()
    return Changes(to, [row[0] for row in added], [row[0] for row in gone])
