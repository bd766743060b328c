"""Vectors as rows of bytes; all those of a store are of one model, and so of one length."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import StoreError
from assistant.store import article_rows
from assistant.store.database import Database
from assistant.store.schema import meta
from assistant.types import Article, Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WAY_OUT = "Ingest into a new folder with --store, or remove this one and ingest again."


def as_bytes(
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


def insert(db: sqlite3.Connection, passages: Sequence[Passage], blobs: Sequence[bytes]) -> None:
    db.executemany(
        "INSERT INTO vectors VALUES (?, ?)",
        ((p.id, blob) for p, blob in zip(passages, blobs, strict=True)),
    )


def get(db: sqlite3.Connection, passage_ids: Sequence[str]) -> NDArray[np.float32]:
    import numpy as np

    if not passage_ids:
        return np.empty((0, dimension(db) or 0), np.float32)
    found = dict(
        db.execute(
            "SELECT passage_id, vector FROM vectors "
            "WHERE passage_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(passage_ids)),),
        )
    )
    return np.stack([np.frombuffer(found[i], "<f4").astype(np.float32) for i in passage_ids])


def dimension(db: sqlite3.Connection) -> int | None:
    value = meta(db, "dimension")
    return None if value is None else int(value)


def check_dimension(db: sqlite3.Connection, folder: Path, found: int) -> None:
    """Settle the length of the vectors with the first one put. Raises StoreError for another."""
    known = dimension(db)
    if known is None:
        db.execute("INSERT INTO meta VALUES ('dimension', ?)", (str(found),))
    elif known != found:
        raise StoreError(
            f"{folder}: holds vectors of {known} numbers, not {found}: they are from "
            "another embedding model",
            _WAY_OUT,
        )


def check_model(database: Database, folder: Path, name: str) -> None:
    """Let the vectors be of the model `name`. Raises StoreError where there are some of another."""
    with database.connected() as db:
        known = meta(db, "embedding_model")
        if known == name:
            return
        empty = not article_rows.count(db)
        if known is not None and not empty:
            raise StoreError(
                f"{folder}: its vectors are from the model {known}, not from {name}", _WAY_OUT
            )
    with database.writing() as db:
        if empty:
            db.execute("DELETE FROM meta WHERE key = 'dimension'")
        db.execute("INSERT OR REPLACE INTO meta VALUES ('embedding_model', ?)", (name,))
