"""Questions made by a machine -> one page on which a person accepts or rejects them quickly.

The page is a file: it needs no server and no network. Decisions stay in the browser that made them,
and the accepted questions are downloaded as JSON lines from the page.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from assistant.types import Article, Span
from evals import pages
from evals.items import Item, as_json
from evals.metrics.spans import evidence_places
from evals.report.highlight import Excerpt, excerpts


def write(items: Iterable[Item], articles: Mapping[str, Article], path: Path) -> None:
    """The page at `path`. Keys: a accept, r reject, u take back, j and k next and previous."""
    pages.write(path, html(items, articles))


def html(items: Iterable[Item], articles: Mapping[str, Article]) -> str:
    """The page that `write` writes."""
    items = list(items)
    lines = [json.dumps(as_json(item), ensure_ascii=False) for item in items]
    return pages.page(
        "review",
        cards=[(item, answer(item), _evidence(item, articles)) for item in items],
        data={
            # Another set of questions has decisions of its own.
            "set": hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16],
            "lines": dict(zip((item.id for item in items), lines, strict=True)),
        },
    )


def answer(item: Item) -> str:
    """What is right, in one line; a question without an answer says how it came to have none."""
    if not item.answerable:
        return f"no answer: asked without {', '.join(item.without) or 'its articles'}"
    return "; ".join(" or ".join(part) for part in item.answers)


def _evidence(item: Item, articles: Mapping[str, Article]) -> list[Excerpt]:
    """Of near-copies with the same words the first is enough."""
    spans: dict[str, list[Span]] = defaultdict(list)
    seen: set[str] = set()
    for place in evidence_places(item, articles):
        quote = articles[place.article_id].text[place.start : place.end]
        if quote not in seen:
            seen.add(quote)
            spans[place.article_id].append(Span(place.start, place.end))
    return [e for i, own in spans.items() for e in excerpts(articles.get(i), i, own)]
