"""What every form of an answer says alike: a statement's words, its verdict, a timeline. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from itertools import takewhile
from typing import NamedTuple

from assistant.render.layout import MARKER
from assistant.safety import one_line
from assistant.types import CheckedAnswer, CheckedStatement, Citation, Kind

ARTICLES_SILENT = "The articles do not say."
ARTICLES_DISAGREE = "The articles disagree:"
CLOSEST_WORDS = "The closest they come:"
VERDICTS = {
    "supported": "said there",
    "quoted": "quoted",
    "unsupported": "not confirmed",
    "contradicted": "contradicted by its source",
}
ANSWERS = {True: ", and answers the question", False: ", but may not answer the question"}
FAILED = ("unsupported", "contradicted")
# What is asked for one thing has its answer first, whatever day that is of.
NO_TIMELINE: frozenset[Kind] = frozenset({"fact", "yes_no"})

_OPENING = re.compile(r"(?:Yes|No)\.(?= \S)")
_MARKED = re.compile(r"(?s)[“\"„«].*[”\"“»]")


class Words(NamedTuple):
    """opening: what is ours before a quote, such as "Yes."; "" as a rule. text: the rest, on one
    line. quoted: whether `text` stands word for word in an article."""

    opening: str
    text: str
    quoted: bool


class Day(NamedTuple):
    """What was published on one day. published: None where the articles have no day."""

    published: date | None
    outlets: tuple[str, ...]
    statements: tuple[CheckedStatement, ...]


class Timeline(NamedTuple):
    """opening: what is said before. days: oldest first, those without a day last."""

    opening: tuple[CheckedStatement, ...]
    days: tuple[Day, ...]


def words(statement: CheckedStatement, citations: Iterable[Citation] = ()) -> Words:
    """What a statement says. Digits in brackets of its own become (n): only we make citations.

    citations: those of its answer, as far as they are known.
    """
    text = MARKER.sub(r"(\1)", one_line(statement.text))
    if statement.verdict != "quoted":
        return Words("", text, False)
    opening = _OPENING.match(text)
    said_so = any(one_line(c.quote).startswith(one_line(statement.text)) for c in citations)
    if opening is None or said_so:
        return Words("", text, True)
    return Words(opening.group(), text[opening.end() :].strip(), True)


def in_marks(text: str) -> str:
    """A quote in quotation marks, unless it stands in some already."""
    return text if _MARKED.fullmatch(text) else f"“{text}”"


def verdict_words(statement: CheckedStatement) -> str:
    """Two things, told apart: that the source says it, and whether that answers the question."""
    said = VERDICTS[statement.verdict]
    if statement.verdict in FAILED:
        return said
    if statement.answers is None:
        return "quoted word for word" if statement.verdict == "quoted" else said
    return said + ANSWERS[statement.answers]


def timeline(answer: CheckedAnswer) -> Timeline | None:
    """The answer by day, where it is an overview, or quotes of several days and no single fact."""
    known = {c.number: c for c in answer.citations}
    opening = tuple(takewhile(lambda s: s.verdict != "quoted", answer.statements))
    told = answer.statements[len(opening) :]
    by_day: dict[date | None, list[tuple[CheckedStatement, Citation]]] = {}
    for statement in told:
        cited = next((known[n] for n in statement.citations if n in known), None)
        if cited is None:
            return None
        by_day.setdefault(cited.published, []).append((statement, cited))
    dated = sorted(day for day in by_day if day)
    if answer.status != "answered" or answer.kind in NO_TIMELINE or not dated:
        return None
    if answer.kind != "overview" and (opening or len(dated) < 2 or not _all_quoted(told)):
        return None
    days = [*dated, *([None] if None in by_day else [])]
    return Timeline(opening, tuple(_day(day, by_day[day]) for day in days))


def _all_quoted(statements: Iterable[CheckedStatement]) -> bool:
    return all(s.verdict == "quoted" for s in statements)


def _day(published: date | None, told: list[tuple[CheckedStatement, Citation]]) -> Day:
    outlets = dict.fromkeys(one_line(c.source or c.article_id) for _, c in told)
    return Day(published, tuple(outlets), tuple(statement for statement, _ in told))
