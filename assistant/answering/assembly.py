"""Sources and statements -> the answer that is shown: citations numbered, parts joined. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistant.answering.attribute import Source
from assistant.answering.prompts import ABSTAINED
from assistant.answering.reading import ReadHit
from assistant.types import (
    CheckedAnswer,
    CheckedStatement,
    Citation,
    Nearest,
    Status,
    Usage,
    Verdict,
)

MOST_NEAREST = 3


@dataclass
class Assembly:
    """Statements as they come, and their citations, each once and numbered from 1."""

    statements: list[CheckedStatement] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)

    def add(
        self,
        text: str,
        sources: Sequence[Source],
        verdict: Verdict,
        reason: str,
    ) -> None:
        """One statement more, unless it was said already."""
        numbers = tuple(cite(source, self.citations) for source in sources)
        statement = CheckedStatement(text, numbers, verdict, reason)
        if not any(s.text == text for s in self.statements):
            self.statements.append(statement)

    def quote(self, source: Source, reason: str) -> None:
        self.add(" ".join(source.text.split()), (source,), "quoted", reason)


def cite(source: Source, citations: list[Citation]) -> int:
    """The number of the citation for `source`, added to `citations` if it is new."""
    return _numbered(citation(source), citations)


def citation(source: Source, number: int = 1) -> Citation:
    article = source.article
    return Citation(
        number=number,
        article_id=article.id,
        title=article.title,
        source=article.source,
        author=article.author,
        published=article.published,
        url=article.url,
        quote=source.text,
        start=source.span.start,
        end=source.span.end,
    )


def _numbered(made: Citation, citations: list[Citation]) -> int:
    place = (made.article_id, made.start, made.end)
    for known in citations:
        if (known.article_id, known.start, known.end) == place:
            return known.number
    citations.append(replace(made, number=len(citations) + 1))
    return len(citations)


def nearest(read: Sequence[ReadHit]) -> tuple[Nearest, ...]:
    """The articles that came closest, best first."""
    articles = {r.hit.article.id: r.hit.article for r in read}
    closest = [Nearest(a.id, a.title, a.source, a.published) for a in articles.values()]
    return tuple(closest[:MOST_NEAREST])


def combine(question: str, results: Sequence[CheckedAnswer]) -> CheckedAnswer:
    """The answers to the parts of a question as one; each citation once, numbered anew.

    A part that has no answer is said to have none. It abstains only where no part has one.
    """
    answered = [r for r in results if r.status != "abstained"]
    whole = Assembly()
    for result in results if answered else ():
        if result.status == "abstained":
            text = f"{ABSTAINED} ({result.question})"
            whole.add(text, (), "unsupported", "nothing was found")
            continue
        numbers = {c.number: _numbered(c, whole.citations) for c in result.citations}
        for statement in result.statements:
            own = tuple(numbers[n] for n in statement.citations)
            whole.statements.append(replace(statement, citations=own))
    status: Status = "abstained"
    if answered:
        status = "conflict" if any(r.status == "conflict" for r in answered) else "answered"
    first = (answered or results)[0]
    return CheckedAnswer(
        question=question,
        status=status,
        statements=tuple(dict.fromkeys(whole.statements)),
        citations=tuple(whole.citations),
        confidence=min(r.confidence for r in answered or results),
        nearest=()
        if answered
        else tuple(dict.fromkeys(n for r in results for n in r.nearest))[:MOST_NEAREST],
        model=next((r.model for r in results if r.model != "none"), "none"),
        usage=sum((r.usage for r in results), Usage()),
        kind=first.kind,
        found=first.found,
        hits=tuple(dict.fromkeys(h for r in results for h in r.hits)),
        read=tuple(dict.fromkeys(e for r in results for e in r.read)),
        signals=first.signals,
    )
