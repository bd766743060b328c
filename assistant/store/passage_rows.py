"""Passages as rows; the spans of their sentences are packed into one value."""

from __future__ import annotations

import json
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from datetime import date

from assistant.store import article_rows
from assistant.types import Article, Passage, Span

_BY_DAY = "a.published IS NULL, a.published, a.id"
_COLUMNS = "id, article_id, ordinal, start, end, sentences"


def get(db: sqlite3.Connection, ids: Sequence[str]) -> dict[str, tuple[Passage, Article]]:
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM passages WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    found = {row[0]: _passage(row) for row in rows}
    articles = article_rows.by_id(db, {p.article_id for p in found.values()})
    return {i: (found[i], articles[found[i].article_id]) for i in ids if i in found}


def of_article(db: sqlite3.Connection, article_id: str) -> list[Passage]:
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM passages WHERE article_id = ? ORDER BY ordinal", (article_id,)
    )
    return [_passage(row) for row in rows]


def texts(db: sqlite3.Connection) -> Iterator[tuple[str, str, str]]:
    articles = db.execute(f"SELECT id, title, text FROM articles a ORDER BY {_BY_DAY}")
    for article_id, title, text in articles:
        for passage_id, start, end in db.execute(
            "SELECT id, start, end FROM passages WHERE article_id = ? ORDER BY ordinal",
            (article_id,),
        ):
            yield passage_id, title, text[start:end]


def count(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT count(*) FROM passages").fetchone()[0])


def ids(db: sqlite3.Connection) -> list[str]:
    rows = db.execute(
        "SELECT p.id FROM passages p JOIN articles a ON a.id = p.article_id "
        f"ORDER BY {_BY_DAY}, p.ordinal"
    )
    return [row[0] for row in rows]


def ids_of(db: sqlite3.Connection, article_ids: Sequence[str]) -> list[str]:
    """The ids of the passages of these articles, in any order."""
    rows = db.execute(
        "SELECT id FROM passages WHERE article_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(article_ids)),),
    )
    return [row[0] for row in rows]


def published(db: sqlite3.Connection, ids: Sequence[str]) -> dict[str, date | None]:
    rows = db.execute(
        "SELECT p.id, a.published FROM passages p JOIN articles a ON a.id = p.article_id "
        "WHERE p.id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return {row[0]: date.fromisoformat(row[1]) if row[1] else None for row in rows}


def insert(db: sqlite3.Connection, passages: Sequence[Passage], version: int) -> None:
    """version: the change that adds them."""
    db.executemany(
        "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (p.id, p.article_id, p.ordinal, p.start, p.end, _packed(p.sentences), version)
            for p in passages
        ),
    )


def _packed(spans: Sequence[Span]) -> bytes:
    """Spans as pairs of little-endian 32-bit numbers."""
    return struct.pack(f"<{2 * len(spans)}I", *(n for span in spans for n in span))


def _passage(row: tuple[str, str, int, int, int, bytes]) -> Passage:
    spans = tuple(Span(a, b) for a, b in struct.iter_unpack("<II", row[5]))
    return Passage(row[0], row[1], row[2], row[3], row[4], spans)
