"""An article goes in with all that belongs to it, and goes out with all that was kept of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from assistant.store import article_rows, changes, origins, passage_rows, vector_rows
from assistant.types import Article, Passage


def put(
    db: sqlite3.Connection,
    article: Article,
    passages: Sequence[Passage],
    vectors: Sequence[bytes],
    *,
    root: str,
    path: str,
) -> bool:
    """vectors: as `vector_rows.as_bytes` makes them. For the rest see `Store.put`."""
    old = db.execute(
        "SELECT sha256, text, root, path FROM articles WHERE id = ?", (article.id,)
    ).fetchone()
    old_ids = passage_rows.ids_of(db, [article.id])
    new_ids = [p.id for p in passages]
    if old and (old[0], old_ids) == (article.sha256, new_ids):
        if (old[2], old[3]) == (root, path):
            return False
        origins.claim(db, article.id, root, path)
        return True
    if old:
        article_rows.keep_version(db, article.id, sha256=old[0], text=old[1])
        article_rows.delete(db, article.id)
    version = changes.next_version(db)
    changes.bury(db, set(old_ids) - set(new_ids), version)
    article_rows.insert(db, article, root, path)
    passage_rows.insert(db, passages, version)
    vector_rows.insert(db, passages, vectors)
    changes.revive(db, new_ids)
    return True


def remove(db: sqlite3.Connection, article_id: str) -> bool:
    """See `Store.remove`."""
    origin = db.execute("SELECT root, path FROM articles WHERE id = ?", (article_id,)).fetchone()
    if origin is None:
        return False
    changes.bury(db, passage_rows.ids_of(db, [article_id]), changes.next_version(db))
    article_rows.delete(db, article_id)
    article_rows.delete_versions(db, article_id)
    origins.forget_file(db, *origin)
    return True
