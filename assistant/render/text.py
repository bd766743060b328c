"""Values -> text for a terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from assistant.render.layout import (
    MARKER,
    Paint,
    article_heading,
    cut,
    indented,
    outlet_and_date,
    shorten_middle,
    table,
    wrap,
)
from assistant.safety import one_line, plain
from assistant.types import (
    Article,
    CheckedAnswer,
    CheckedStatement,
    Failure,
    Hit,
    IngestReport,
    Preview,
)

NOT_IN_CORPUS = "The corpus does not hold the answer to this question."
ARTICLES_DISAGREE = "The articles disagree:"
SCREEN_LINES = 24
NARROWEST = 24

_QUOTED = re.compile(r"(?s)[“\"„«].*[”\"“»]")


def _with_markers(statement: CheckedStatement, *, quote_marks: bool) -> str:
    """A statement with its verdict, where that is not "supported", and its [n] markers.

    Digits in brackets of its own become (n): only we make citations.
    """
    text = MARKER.sub(r"(\1)", statement.text)
    if quote_marks and statement.verdict == "quoted" and not _QUOTED.fullmatch(text.strip()):
        text = f"“{text.strip()}”"
    if statement.verdict in ("unsupported", "contradicted"):
        text += f" ({statement.verdict})"
    return " ".join([text, *(f"[{number}]" for number in statement.citations)])


def statement_text(statement: CheckedStatement, *, width: int, color: bool) -> str:
    """One checked statement, wrapped; a quoted one is indented and stands in quotation marks."""
    paint = Paint(color, links=False)
    indent = 2 if statement.verdict == "quoted" else 0
    lines = wrap(
        one_line(_with_markers(statement, quote_marks=True)), max(width, NARROWEST) - indent
    )
    lines = [paint.markers(line) for line in lines]
    if statement.verdict in ("unsupported", "contradicted"):
        lines.append(paint.warning(cut("  not confirmed: " + one_line(statement.reason), width)))
    return "\n".join(indented(lines, indent))


def _conflict_lines(answer: CheckedAnswer, width: int, paint: Paint) -> list[str]:
    """Each of the disagreeing statements with the outlets and dates that stand behind it."""
    citations = {citation.number: citation for citation in answer.citations}
    lines = [ARTICLES_DISAGREE]
    for statement in answer.statements:
        wrapped = wrap(one_line(_with_markers(statement, quote_marks=True)), width - 4)
        lines += [
            ("    " if position else "  - ") + paint.markers(line)
            for position, line in enumerate(wrapped)
        ]
        behind = (citations[number] for number in statement.citations if number in citations)
        origins = dict.fromkeys(
            outlet_and_date(c.source, c.published, c.article_id) for c in behind
        )
        lines += indented(map(paint.dim, wrap("; ".join(origins), width - 4)), 4)
    return lines


def _citation_lines(answer: CheckedAnswer, used: int, width: int, paint: Paint) -> list[str]:
    """The numbered citations, their quotes so short that `used` lines above them still fit."""
    shown = [one_line(s.text) for s in answer.statements if s.verdict == "quoted"]
    blocks = [
        (article_heading(f"[{citation.number}] ", citation, width, paint), one_line(citation.quote))
        for citation in answer.citations
    ]
    room = SCREEN_LINES - used - sum(len(heading) for heading, _ in blocks) - 3
    quote_lines = min(max(room // max(len(blocks), 1), 1), 3)
    lines: list[str] = []
    for heading, quote in blocks:
        lines += heading
        if not any(quote in statement for statement in shown):  # it stands above already
            # Wrapping wastes some of each line; a tenth is enough for words of ordinary length.
            cells = quote_lines * (width - 4) * 9 // 10 - 2
            lines += indented(wrap(f"“{shorten_middle(quote, cells)}”", width - 4), 4)
    return lines


def _ending_lines(answer: CheckedAnswer, used: int, width: int, paint: Paint) -> list[str]:
    lines: list[str] = []
    if answer.status == "abstained":
        if answer.nearest:
            lines += ["", "Closest articles:"]
            for nearest in answer.nearest:
                lines += article_heading("  - ", nearest, width, paint)
    elif answer.citations:
        lines += ["", *_citation_lines(answer, used, width, paint)]
    model = "no language model" if answer.model == "none" else one_line(answer.model)
    return [*lines, "", paint.dim(f"{model} · {answer.timings.total / 1000:.1f} s")]


def answer_text(answer: CheckedAnswer, *, width: int, color: bool, links: bool) -> str:
    """The whole answer for a terminal `width` cells wide, `NARROWEST` at least: what it says with
    [n] markers, the numbered citations with their words, a last line with model and seconds."""
    width = max(width, NARROWEST)
    paint = Paint(color, links)
    if answer.status == "abstained":
        lines = wrap(NOT_IN_CORPUS, width)
    elif answer.status == "conflict":
        lines = _conflict_lines(answer, width, paint)
    else:
        lines = [
            line
            for statement in answer.statements
            for line in statement_text(statement, width=width, color=color).split("\n")
        ]
    return "\n".join(lines + _ending_lines(answer, len(lines), width, paint))


def ending_text(answer: CheckedAnswer, *, width: int, color: bool, links: bool) -> str:
    """What remains to be said after the statements of `answer` were shown one by one."""
    width = max(width, NARROWEST)
    lines: list[str] = []
    if answer.status == "abstained":
        lines = wrap(NOT_IN_CORPUS, width)
    elif answer.status == "conflict":
        lines = ["The articles disagree on this."]
    used = len(lines) + len(answer.statements)
    return "\n".join(lines + _ending_lines(answer, used, width, Paint(color, links)))


def answer_line(answer: CheckedAnswer) -> str:
    """The answer as one run of text with [n] markers, as in the JSON and in a chat's history."""
    if answer.status == "abstained":
        return NOT_IN_CORPUS
    return " ".join(_with_markers(s, quote_marks=False) for s in answer.statements)


def hits_text(hits: Sequence[Hit], *, width: int, color: bool, links: bool) -> str:
    """Found passages, best first: title, outlet, date, id, and the first lines of each passage."""
    width = max(width, NARROWEST)
    paint = Paint(color, links)
    if not hits:
        return "Nothing was found."
    blocks = []
    for hit in hits:
        article = hit.article
        lead = f"{hit.rank}. "
        title = cut(one_line(article.title), width - len(lead))
        origin = outlet_and_date(article.source, article.published, article.id)
        passage = wrap(one_line(hit.text), width - 3)
        if len(passage) > 3:
            passage = [*passage[:2], cut(passage[2] + " " + passage[3], width - 3)]
        about = cut(f"{origin} · {hit.score:.3f} · {one_line(article.id)}", width - 3)
        lines = [lead + paint.link(paint.bold(title), article.url), "   " + paint.dim(about)]
        if hit.also_in:
            others = (outlet_and_date(n.source, n.published, n.article_id) for n in hit.also_in)
            lines.append("   " + paint.dim(cut("also in: " + "; ".join(others), width - 3)))
        blocks.append("\n".join(lines + indented(passage, 3)))
    return "\n\n".join(blocks)


def article_text(article: Article, more: Sequence[str] = ()) -> str:
    """One article to read: title, what is known about it, and its text, not wrapped.

    more: lines that follow what is known, as `corrections_lines` makes them.
    """
    published = str(article.published or "")
    if not published and article.partial_date:
        published = f"{article.partial_date.lstrip('-')} (month-day, year not known)"
    known = (
        ("id", article.id),
        ("author", article.author),
        ("published", published),
        ("source", article.source),
        ("url", article.url),
        ("language", article.language),
        ("tags", ", ".join(article.tags)),
    )
    lines = [one_line(article.title)]
    lines += [f"{name}: {one_line(value)}" for name, value in known if value]
    return "\n".join([*lines, *more, "", plain(article.text)])


class Changed(Protocol):
    """What one new version of an article did; see `assistant.history.Change`."""

    @property
    def replaced_at(self) -> str: ...
    @property
    def removed(self) -> tuple[str, ...]: ...
    @property
    def added(self) -> tuple[str, ...]: ...


def history_text(article: Article, changes: Sequence[Changed], notes: Sequence[str]) -> str:
    """When an article changed: sentences with - were taken out, those with + put in."""
    lines = [one_line(article.title), f"id: {one_line(article.id)}"]
    lines += [f"editors' note: {one_line(note)}" for note in notes]
    for change in changes:
        lines += ["", one_line(change.replaced_at)]
        lines += [f"- {one_line(sentence)}" for sentence in change.removed]
        lines += [f"+ {one_line(sentence)}" for sentence in change.added]
        if not change.removed and not change.added:
            lines.append("  no sentence changed, only the title or what else is known of it")
    if not changes:
        lines += ["", "It has not changed since it was taken in."]
    return "\n".join(lines)


def articles_table(articles: Sequence[Article], *, width: int | None) -> str:
    """One article a line: id, date, title. `width` None: for programs."""
    return table([(a.id, str(a.published or ""), a.title) for a in articles], width=width)


def failure_text(failure: Failure) -> str:
    """Where, why and what to do, on two lines at most."""
    text = f"  {one_line(failure.where)}: {one_line(failure.reason)}"
    return f"{text}\n    {one_line(failure.hint)}" if failure.hint else text


def report_text(report: IngestReport) -> str:
    """What an ingest did, on one line, then each failure."""
    counts = (
        f"{report.added} added, {report.changed} changed, {report.removed} removed, "
        f"{report.unchanged} unchanged"
    )
    if report.passages:
        counts += f" ({report.passages:,} new {'passage' if report.passages == 1 else 'passages'})"
    if not report.failures:
        return counts
    number = len(report.failures)
    head = f"{counts}; {number} {'problem' if number == 1 else 'problems'}:"
    return "\n".join([head, *map(failure_text, report.failures)])


def preview_text(plan: Preview) -> str:
    """What an ingest would do: each file or article on a line with + (new), ~ (changed) or - (to
    be removed), then the counts."""
    lines = [
        f"{sign} {one_line(name)}"
        for sign, names in (("+", plan.added), ("~", plan.changed), ("-", plan.removed))
        for name in names
    ]
    counts = (
        f"would read {len(plan.added)} new and {len(plan.changed)} changed files and remove "
        f"{len(plan.removed)} articles; {plan.unchanged} files are unchanged"
    )
    return "\n".join([*lines, counts, *map(failure_text, plan.failures)])


class Finding(Protocol):
    """One line of `assistant doctor`; see `assistant.doctor.Check`."""

    @property
    def name(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def found(self) -> str: ...
    @property
    def advice(self) -> str: ...


def check_text(check: Finding, *, color: bool) -> str:
    """One finding of the doctor, with what to do where something is wrong."""
    colour = {"ok": "32", "warn": "33", "fail": "31"}[check.status]
    status = Paint(color, links=False).style(f"{check.status:4}", colour)
    text = f"{status}  {one_line(check.name)}: {one_line(check.found)}"
    return f"{text}\n      {one_line(check.advice)}" if check.advice else text
