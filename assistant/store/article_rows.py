"""Articles as rows, and what articles said before."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from assistant.types import Article, Filters, Version

_COLUMNS = "id, title, text, author, published, partial_date, source, url, language, tags"


def get(db: sqlite3.Connection, article_id: str) -> Article | None:
    row = db.execute(f"SELECT {_COLUMNS} FROM articles WHERE id = ?", (article_id,)).fetchone()
    return None if row is None else _article(row)


def by_id(db: sqlite3.Connection, ids: Iterable[str]) -> dict[str, Article]:
    """Those of these articles that are here."""
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM articles WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(ids)),),
    )
    return {row[0]: _article(row) for row in rows}


def every(db: sqlite3.Connection) -> list[Article]:
    rows = db.execute(
        f"SELECT {_COLUMNS} FROM articles ORDER BY published IS NULL, published, id"
    ).fetchall()
    return [_article(row) for row in rows]


def count(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT count(*) FROM articles").fetchone()[0])


def outlets(db: sqlite3.Connection) -> list[str]:
    rows = db.execute("SELECT DISTINCT source FROM articles WHERE source <> ''")
    return sorted(row[0] for row in rows)


def titles(db: sqlite3.Connection, most: int) -> list[tuple[str, str]]:
    rows = db.execute(
        "SELECT id, title FROM articles ORDER BY published IS NULL, published DESC, id LIMIT ?",
        (most,),
    )
    return [(row[0], row[1]) for row in rows]


def ids_within(db: sqlite3.Connection, filters: Filters) -> list[str]:
    """The ids of the articles that `filters` allow."""
    # Everything but the text: names are compared as Python folds them, not as SQLite does.
    facts = _COLUMNS.replace("text", "''", 1)
    rows = db.execute(f"SELECT {facts} FROM articles")
    return [row[0] for row in rows if filters.allow(_article(row))]


def insert(db: sqlite3.Connection, article: Article, root: str, path: str) -> None:
    db.execute(
        f"INSERT INTO articles ({_COLUMNS}, sha256, root, path) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
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


def delete(db: sqlite3.Connection, article_id: str) -> None:
    """Delete an article and, as the schema says, its passages and vectors; its versions stay."""
    db.execute("DELETE FROM articles WHERE id = ?", (article_id,))


def versions(db: sqlite3.Connection, article_id: str) -> list[Version]:
    rows = db.execute(
        "SELECT sha256, text, replaced_at FROM versions WHERE article_id = ? ORDER BY rowid",
        (article_id,),
    ).fetchall()
    return [Version(*row) for row in rows]


def keep_version(db: sqlite3.Connection, article_id: str, sha256: str, text: str) -> None:
    """Keep what an article said until now."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    db.execute("INSERT INTO versions VALUES (?, ?, ?, ?)", (article_id, sha256, text, now))


def delete_versions(db: sqlite3.Connection, article_id: str) -> None:
    db.execute("DELETE FROM versions WHERE article_id = ?", (article_id,))


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
