"""What an article corrects and what corrects it -> lines for people, an object for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.render.layout import long_date
from assistant.safety import one_line
from assistant.types import Article

if TYPE_CHECKING:  # finding corrections is no part of every start
    from assistant.corrections import Corrections, Related

_WORDS = {
    ("correction", True): "corrects",
    ("update", True): "updates",
    ("correction", False): "corrected by",
    ("update", False): "updated by",
}


def relation(related: Related, *, forward: bool) -> str:
    """ "corrects", "updated by" and so on. forward: the article shown is the later one."""
    return _WORDS[related.kind, forward]


def corrections_lines(article: Article, known: Corrections) -> list[str]:
    """One line for each article that it corrects or that corrects it."""
    lines = [_line(related, forward=True) for related in known.corrects]
    if known.own_version:
        lines.append(
            f"corrects: what it said itself until {one_line(known.own_version.replaced_at)}; see "
            f"assistant articles show --versions {one_line(article.id)}"
        )
    return lines + [_line(related, forward=False) for related in known.corrected_by]


def corrections_json(article: Article, known: Corrections) -> dict[str, Any]:
    """The keys "corrects" and "corrected_by" of `articles show --json`.

    "replaced_at" is null but where an article corrects an earlier version of itself.
    """
    corrects = [_object(related) for related in known.corrects]
    if known.own_version:
        own = {**_facts(article), "kind": "correction", "why": "its editors say so"}
        corrects.append({**own, "replaced_at": known.own_version.replaced_at})
    return {"corrects": corrects, "corrected_by": [_object(r) for r in known.corrected_by]}


def _line(related: Related, *, forward: bool) -> str:
    article = related.article
    day = long_date(article.published) if article.published else None
    known = [one_line(fact) for fact in (article.source, day, article.id) if fact]
    words = relation(related, forward=forward)
    return f"{words}: {one_line(article.title)} ({', '.join(known)})"


def _object(related: Related) -> dict[str, Any]:
    return {
        **_facts(related.article),
        "kind": related.kind,
        "why": related.why,
        "replaced_at": None,
    }


def _facts(article: Article) -> dict[str, Any]:
    return {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "published": article.published.isoformat() if article.published else None,
    }
