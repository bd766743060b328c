"""The page that shows a story from its first report to its last.

Which articles belong to a story is decided by their vectors alone, so no model is needed: an
article's vector is the mean of its passages'. The cosine of 0.55 was chosen by looking at the
stories of a dozen articles of the sample corpus: it let in no other story and left out some reports
(the flood a year on, the load test of the bridge). It has not been measured.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from assistant.passages import sentence_spans
from assistant.types import Article
from assistant.web.pages.snapshot import ALL_COMPARED, Snapshot, Snapshots
from assistant.web.pages.templates import missing, page

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assistant.engine import Engine

ALIKE = 0.55
MOST = 30
# The nearest passages, whose articles are then compared as wholes.
NEAREST_PASSAGES = 200
_WHOLE = re.compile(r"[.!?…。！？؟۔।][\"'”’»)\]*_]*$")


@dataclass(frozen=True)
class Report:
    """One article of a story. opening: its first sentence. likeness: 0 to 1, to the one shown."""

    article: Article
    opening: str
    likeness: float
    copy: bool


def add(pages: APIRouter, engine: Engine, snapshots: Snapshots) -> None:
    @pages.get("/articles/story")
    def story(id: str = "") -> HTMLResponse:
        """The articles that belong together with this one, by day."""
        now = snapshots.now()
        if id not in now.by_id:
            return missing(id)
        return page(
            "story.html",
            article=now.by_id[id],
            reports=reports(id, engine, now),
            alike=round(ALIKE * 100),
            most=MOST,
        )


def reports(article_id: str, engine: Engine, now: Snapshot) -> list[Report]:
    """The story of an article by day, those without a day last, itself included."""
    likeness = _alike(article_id, engine)
    copies = set(copies_of(article_id, engine, now))
    likeness |= {i: likeness.get(i, 1.0) for i in copies}
    best = sorted(likeness, key=lambda i: (i not in copies, -likeness[i], i))[:MOST]
    chosen = {article_id, *best}
    return [
        Report(a, first_sentence(a), likeness.get(a.id, 1.0), a.id in copies)
        for a in now.articles
        if a.id in chosen
    ]


def copies_of(article_id: str, engine: Engine, now: Snapshot) -> list[str]:
    """The other articles that are copies of this one, by day.

    In a large archive they are looked for among the articles nearest to it.
    """
    near = [article_id, *_alike(article_id, engine)] if len(now.articles) > ALL_COMPARED else []
    story = now.copies_among([i for i in near if i in now.by_id]).get(article_id, ())
    return [i for i in story if i != article_id]


def first_sentence(article: Article) -> str:
    """The first sentence of the text that ends as one: what has no end is a heading or a credit."""
    beginning = article.text[:3_000]
    spans = sentence_spans(beginning, article.language)
    sentences = [" ".join(beginning[a:b].split()) for a, b in spans]
    whole = (s for s in sentences if _WHOLE.search(s) and not s.startswith("#"))
    return next(whole, sentences[0] if sentences else "")


def _alike(article_id: str, engine: Engine) -> dict[str, float]:
    """The articles whose mean vector is near that of this one, with their cosines."""
    store = engine.store
    with store.reading():
        own = _mean(article_id, engine)
    if own is None:
        return {}
    near = [passage_id for passage_id, _ in engine.index.dense(own, NEAREST_PASSAGES)]
    with store.reading():
        ids = {passage.article_id for passage, _ in store.passages(near).values()} - {article_id}
        means = {i: _mean(i, engine) for i in sorted(ids)}
    cosines = {i: float(own @ mean) for i, mean in means.items() if mean is not None}
    return {i: cosine for i, cosine in cosines.items() if cosine >= ALIKE}


def _mean(article_id: str, engine: Engine) -> NDArray[np.float32] | None:
    """The mean vector of an article's passages, of length 1; None where it has none."""
    import numpy as np

    ids = [passage.id for passage in engine.store.passages_of(article_id)]
    if not ids:
        return None
    mean = engine.store.vectors(ids).mean(axis=0)
    length = float(np.linalg.norm(mean))
    return mean / length if length > 0 else None
