"""What was measured of one answer, for `confidence` and for whoever calibrates it."""

from __future__ import annotations

from assistant.answering.assembly import Assembly
from assistant.answering.looked import Looked
from assistant.answering.prompts import day
from assistant.answering.story import about_share
from assistant.answering.verify import missing_names

MOST_MISSING = 3


def signals_of(looked: Looked, assembly: Assembly) -> dict[str, float]:
    """What was measured of passages and citations; see `confidence.SIGNALS`."""
    every = [s for h in looked.hits for s in h.sentences]
    ids = {c.article_id for c in assembly.citations}
    cited = {r.hit.article.id: r.hit.article for r in looked.read if r.hit.article.id in ids}
    about = [
        f"{a.title} {a.text} {a.source or ''} {day(a.published) if a.published else ''}"
        for a in cited.values()
    ]
    lost = missing_names(looked.question, about)
    shares = [about_share(looked.question, r) for r in looked.evidence.story]
    return {
        "late": max((s.late for s in every), default=0.0),
        "lexical": max((s.lexical for s in every), default=0.0),
        "subject": max(shares, default=0.0),
        "names_missing": float(min(len(lost), MOST_MISSING)),
    }
