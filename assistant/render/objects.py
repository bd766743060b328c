"""Values -> the objects that `--json` prints. Scripts rely on the keys and their order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from assistant.render.answers import answer_line
from assistant.render.corrected import corrections_json
from assistant.render.text import Changed
from assistant.types import (
    Article,
    CheckedAnswer,
    CheckedStatement,
    Citation,
    Found,
    Hit,
    IngestReport,
    Nearest,
    Preview,
)

if TYPE_CHECKING:
    from assistant.corrections import Corrections


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def answer_json(answer: CheckedAnswer) -> dict[str, Any]:
    """The object of `ask --json`; scripts rely on its keys and their order. Dates are ISO 8601."""
    return {
        "question": answer.question,
        "answer": answer_line(answer),
        "status": answer.status,
        "statements": [statement_json(each) for each in answer.statements],
        "kind": answer.kind,
        "found": answer.found and found_json(answer.found),
        "citations": [_citation(each) for each in answer.citations],
        "confidence": answer.confidence,
        "nearest": [nearest_json(each) for each in answer.nearest],
        "model": answer.model,
        "usage": {
            "prompt_tokens": answer.usage.prompt_tokens,
            "completion_tokens": answer.usage.completion_tokens,
        },
        "timings_ms": {
            stage: round(getattr(answer.timings, stage), 1)
            for stage in ("load", "retrieve", "answer", "check", "total")
        },
    }


def statement_json(statement: CheckedStatement) -> dict[str, Any]:
    """One of the answer's `statements`."""
    return {
        "text": statement.text,
        "citations": list(statement.citations),
        "verdict": statement.verdict,
        "answers": statement.answers,
        "reason": statement.reason,
    }


def found_json(found: Found) -> dict[str, Any]:
    """The answer's `found`: what was shown at once."""
    return {"text": found.text, "citation": _citation(found.citation), "score": found.score}


def _citation(citation: Citation) -> dict[str, Any]:
    return {
        "number": citation.number,
        "article_id": citation.article_id,
        "title": citation.title,
        "source": citation.source,
        "author": citation.author,
        "published": _iso(citation.published),
        "url": citation.url,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
    }


def nearest_json(nearest: Nearest) -> dict[str, Any]:
    """An article by its name."""
    return {
        "article_id": nearest.article_id,
        "title": nearest.title,
        "source": nearest.source,
        "published": _iso(nearest.published),
    }


def hits_json(question: str, hits: Sequence[Hit]) -> dict[str, Any]:
    """The object of `search --json`."""
    return {
        "question": question,
        "hits": [
            {
                "rank": hit.rank,
                "score": hit.score,
                "article_id": hit.article.id,
                "title": hit.article.title,
                "published": _iso(hit.article.published),
                "text": hit.text,
                "start": hit.passage.start,
                "end": hit.passage.end,
                "also_in": [nearest_json(each) for each in hit.also_in],
                "answer": _marked(hit),
            }
            for hit in hits
        ],
    }


def _marked(hit: Hit) -> dict[str, Any] | None:
    """Where in the article the question is answered best, and how surely it is at all."""
    if hit.answer is None:
        return None
    start, end = hit.answer
    return {
        "text": hit.article.text[start:end],
        "start": start,
        "end": end,
        "score": round(hit.answers, 4),
    }


def _article_facts(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "author": article.author,
        "published": _iso(article.published),
        "source": article.source,
        "url": article.url,
        "language": article.language,
    }


def article_json(article: Article, known: Corrections) -> dict[str, Any]:
    """The object of `articles show --json`. known: what it corrects, and what corrects it."""
    facts = {**_article_facts(article), "text": article.text, "sha256": article.sha256}
    return facts | corrections_json(article, known)


def articles_json(articles: Sequence[Article]) -> dict[str, Any]:
    """The object of `articles list --json`: as `article_json`, without the texts."""
    return {"articles": [{**_article_facts(a), "sha256": a.sha256} for a in articles]}


def report_json(report: IngestReport) -> dict[str, Any]:
    """The object of `ingest --json`."""
    return {
        "added": report.added,
        "changed": report.changed,
        "removed": report.removed,
        "unchanged": report.unchanged,
        "passages": report.passages,
        "failures": [
            {"where": f.where, "reason": f.reason, "hint": f.hint} for f in report.failures
        ],
        "notes": [{"where": f.where, "reason": f.reason, "hint": f.hint} for f in report.notes],
    }


def preview_json(plan: Preview) -> dict[str, Any]:
    """The object of `ingest --dry-run --json`."""
    return {
        "added": list(plan.added),
        "changed": list(plan.changed),
        "removed": list(plan.removed),
        "unchanged": plan.unchanged,
        "failures": [{"where": f.where, "reason": f.reason, "hint": f.hint} for f in plan.failures],
    }


def history_json(
    article: Article, changes: Sequence[Changed], notes: Sequence[str]
) -> dict[str, Any]:
    """The object of `articles show --versions --json`; times are UTC in ISO 8601."""
    return {
        "id": article.id,
        "title": article.title,
        "editors_notes": list(notes),
        "changes": [
            {"at": c.replaced_at, "removed": list(c.removed), "added": list(c.added)}
            for c in changes
        ],
    }
