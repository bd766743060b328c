"""When a question is about, and how well the date of an article fits it. Pure; English dates."""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.types import Span

_MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_name) if name}
_MONTH = "|".join(_MONTHS)
_DATE = re.compile(
    rf"(?:(?P<as_of>as of|by|until|up to|before)\s+)?(?:(?:the\s+)?(?P<edge>end|start|beginning)"
    rf" of\s+)?(?:the\s+)?(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?)?"
    rf"(?:(?P<month>{_MONTH})\s+)?(?:(?P<day_after>\d{{1,2}})(?:st|nd|rd|th)?,?\s+)?"
    rf"(?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\b(latest|so far|now|currently|current|finally|in the end|at present|today|by now|still"
    r"|to date|most recent|newest)\b",
    re.IGNORECASE,
)
_TIME_NAMED = re.compile(
    rf"\b(?:{'|'.join(n for n in calendar.month_name if n)}|[Ss]pring|[Ss]ummer|[Aa]utumn|[Ww]inter"
    rf"|{'|'.join(calendar.day_name)})\b"
)
# "Is due to open", "does it cost": what holds now is asked, and the newest article knows best.
_PRESENT = re.compile(
    r"^\W*(?:(?:from|in|on|at|by|for|to|with|since) )?"
    r"(?:how|what|who|whom|whose|when|where|which|why)\b"
    r"(?:(?!\b(?:was|were|did|had|is|are|does|do|will|has|have)\b).){0,80}"
    r"\b(?:is|are|does|do|will|has|have)\b",
    re.IGNORECASE,
)
# "The flood of June 2024" and "the June 2024 flood" name a thing; what is said of it may be newer.
_NAMES_A_THING = re.compile(r"\w\s+of\s+(?:the\s+)?\Z", re.IGNORECASE)
_THING_FOLLOWS = re.compile(r"\s+(?!and\b|or\b|but\b|to\b|in\b|on\b|at\b|by\b|was\b|is\b)[a-z]{3,}")
_THE = re.compile(r"\bthe\s", re.IGNORECASE)
_THE_BEFORE = re.compile(r"\bthe\s+\Z", re.IGNORECASE)
# Papers write about a month's events until some days into the next.
AFTERMATH = timedelta(days=10)
NEVER_AFTER = -1.0


@dataclass(frozen=True)
class Period:
    """The days a question is about. closed: what was published after `end` cannot answer it."""

    start: date
    end: date
    closed: bool = False


def period(question: str) -> Period | None:
    """The last period that `question` names to the month or day; None where it names none.

    A year alone names a thing ("the 2024 flood") more often than a time, so it does not count;
    nor does a date that tells which flood is meant.
    """
    found = [p for m in _DATE.finditer(question) if not _names_a_thing(m) and (p := _period(m))]
    return found[-1] if found else None


def _names_a_thing(match: re.Match[str]) -> bool:
    if match["edge"]:
        return False
    before, after = match.string[: match.start()], match.string[match.end() :]
    article = _THE.search(match.group()) or _THE_BEFORE.search(before)
    if article and _THING_FOLLOWS.match(after):
        return True
    return not match["as_of"] and bool(_NAMES_A_THING.search(before))


def days_named(text: str) -> list[tuple[Span, date]]:
    """Every day that `text` names with day, month and year, and where it does, in order."""
    found = []
    for match in _DATE.finditer(text):
        number = match["day"] or match["day_after"]
        if number and match["month"]:
            try:
                day = date(int(match["year"]), _MONTHS[match["month"].lower()], int(number))
            except ValueError:
                continue
            found.append((Span(match.start(), match.end()), day))
    return found


def names_a_time(text: str) -> bool:
    """Whether it names a month, a season or a day of the week."""
    return bool(_TIME_NAMED.search(text))


def wants_latest(question: str) -> bool:
    """Whether what holds now is asked for in so many words."""
    return bool(_NOW.search(question))


def in_present_tense(question: str) -> bool:
    """Whether the tense of the question asks for what holds now, as far as a rule can tell."""
    return bool(_PRESENT.match(question))


def timeliness(question: str, published: Sequence[date | None]) -> list[float]:
    """For each date, -1 to 1: how well it fits the time the question is about.

    Where the question names a period: 1 within it, 0 outside, -1 after it where it is closed.
    Where it asks for the latest, or for no time at all: from 0 for the oldest date to 1 for the
    newest, by rank; the caller decides how much that weighs.
    """
    asked = period(question)
    if asked is None:
        known = sorted({d for d in published if d})
        place = {d: n / max(len(known) - 1, 1) for n, d in enumerate(known)}
        return [place[d] if d else 0.0 for d in published]
    return [_fit(asked, d) for d in published]


def _fit(asked: Period, published: date | None) -> float:
    if published is None:
        return 0.0
    if published < asked.start:
        return 0.0
    if published <= asked.end:
        return 1.0
    return NEVER_AFTER if asked.closed else 0.0


def _period(match: re.Match[str]) -> Period | None:
    year, edge = int(match["year"]), match["edge"]
    day = match["day"] or match["day_after"]
    closed = match["as_of"] is not None
    if match["month"] is None:
        if edge is None or day:
            return None
        if edge.lower() == "end":
            return Period(date(year, 10, 1), date(year, 12, 31) + AFTERMATH, closed)
        return Period(date(year, 1, 1), date(year, 3, 31), closed)
    month = _MONTHS[match["month"].lower()]
    try:
        if day:
            named = date(year, month, int(day))
            return Period(
                named - timedelta(days=30 if closed else 1),
                named if closed else named + AFTERMATH,
                closed,
            )
    except ValueError:
        return None
    last = date(year, month, calendar.monthrange(year, month)[1])
    return Period(date(year, month, 1), last + AFTERMATH, closed)
