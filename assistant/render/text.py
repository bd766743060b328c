"""Values other than answers -> text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from assistant.render.layout import (
    NARROWEST,
    Paint,
    cut,
    indented,
    outlet_and_date,
    table,
    wrap,
)
from assistant.safety import one_line, plain
from assistant.types import (
    Article,
    Failure,
    Hit,
    IngestReport,
    Preview,
)

# A passage that answers less surely is shown from its beginning, unmarked.
LEAST_MARKED = 0.5


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
        passage = _shown(hit, width - 3, paint)
        about = cut(f"{origin} · {hit.score:.3f} · {one_line(article.id)}", width - 3)
        lines = [lead + paint.link(paint.bold(title), article.url), "   " + paint.dim(about)]
        if hit.also_in:
            others = (outlet_and_date(n.source, n.published, n.article_id) for n in hit.also_in)
            lines.append("   " + paint.dim(cut("also in: " + "; ".join(others), width - 3)))
        blocks.append("\n".join(lines + indented(passage, 3)))
    return "\n\n".join(blocks)


def _shown(hit: Hit, width: int, paint: Paint) -> list[str]:
    """Three lines of a passage: its beginning, or from where it answers, which is marked."""
    start, text = hit.passage.start, hit.text
    answer = one_line(hit.article.text[slice(*hit.answer)]) if hit.answer else ""
    begins = hit.answer is not None and hit.answers >= LEAST_MARKED
    if begins and hit.answer is not None:
        # From the start of the sentence that answers.
        starts = [s.start for s in hit.passage.sentences if s.start <= hit.answer.start]
        start = max(starts, default=start)
        text = hit.article.text[start : hit.passage.end]
    before = "… " if start > hit.passage.start else ""
    lines = wrap(before + one_line(text), width)
    if len(lines) > 3:
        lines = [*lines[:2], cut(lines[2] + " " + lines[3], width)]
    return paint.marked(lines, answer) if begins else lines


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
    """What an ingest did, on one line, then each failure, then what is to be known of the rest."""
    counts = (
        f"{report.added} added, {report.changed} changed, {report.removed} removed, "
        f"{report.unchanged} unchanged"
    )
    if report.passages:
        counts += f" ({report.passages:,} new {'passage' if report.passages == 1 else 'passages'})"
    lines = [counts]
    if number := len(report.failures):
        lines = [f"{counts}; {number} {'problem' if number == 1 else 'problems'}:"]
        lines += map(failure_text, report.failures)
    if report.notes:
        lines += ["Please note:", *map(failure_text, report.notes)]
    return "\n".join(lines)


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
