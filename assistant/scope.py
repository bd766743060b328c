"""Which articles a question itself says may answer it: "according to the Gazette", "last week".

Only what plainly names an outlet of the index, or days counted from today, narrows the search; a
month or a date in a question is often that of the event, and is weighed instead (`timing.py`).
English. Reads no clock where a day is given; knows nothing of the index.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from assistant.timing import AFTERMATH
from assistant.types import Filters

_SAYS = r"say|said|says|report(?:ed|s)?|wr(?:ite|ites|ote)|claim(?:ed|s)?|print(?:ed|s)?"
_ATTRIBUTES = re.compile(
    r"\b(?:according to|(?:reported|written|printed|published) (?:by|in)"
    rf"|(?P<asks>do|does|did|has|have)\b(?=.{{1,80}}\b(?:{_SAYS})\b))\b",
    re.IGNORECASE,
)
# "Last week's flood" and "the last week of June" name something else.
_ALONE = r"(?!\s*['’]s\b|\s+of\b)"
_YESTERDAY = re.compile(rf"\byesterday{_ALONE}", re.IGNORECASE)
_CALENDAR = re.compile(
    rf"(?<!\bthe )\b(?P<which>last|this)\s+(?P<unit>week|month|year)\b{_ALONE}", re.IGNORECASE
)
_SPAN = re.compile(
    r"\b(?:in|over|within|during|for) the (?:last|past)\s+(?:(?P<count>\d{1,3}|two|three|four|five"
    rf"|six|seven|eight|nine|ten)\s+)?(?P<unit>day|week|month)s?\b{_ALONE}",
    re.IGNORECASE,
)
_COUNTS = {
    word: n for n, word in enumerate("two three four five six seven eight nine ten".split(), 2)
}
_DAYS = {"day": 1, "week": 7, "month": 30}


def within(
    question: str,
    filters: Filters | None,
    *,
    outlets: Callable[[], Sequence[str]],
    dated: Callable[[], bool],
) -> Filters:
    """`filters` narrowed by what the question says.

    outlets: gives those of the index, and is called only where the question may name one; no other
    can be meant. dated: whether any article of the index has a day; else days mean nothing.
    What `filters` has already is not overruled: an outlet chosen there stays, and its `until` is
    the day that "last week" counts from.
    """
    given = filters or Filters()
    if not given.sources and _ATTRIBUTES.search(question):
        given = replace(given, sources=frozenset(_outlets(question, outlets())))
    days = _days(question, given.until or date.today())
    if days is None or not dated():
        return given
    first, last = days
    return replace(given, since=max(first, given.since or first), until=last)


def _outlets(question: str, outlets: Sequence[str]) -> list[str]:
    """The outlets to which the question attributes the answer; of two that fit, the longer name.

    "The Gazette" is every outlet whose name ends so, where none is called just that; shortened like
    this, a name needs its capital, so that "according to the mail" is not the Daily Mail.
    """
    meant: dict[str, list[str]] = {_bare(o): [o] for o in outlets if _bare(o)}
    whole = frozenset(meant)
    forms = [re.escape(name) for name in whole]
    for outlet in outlets:
        parts = outlet.split()
        for ending in (" ".join(parts[n:]) for n in range(1, len(parts))):
            if ending[:1].isupper() and _bare(ending) not in whole:
                meant.setdefault(_bare(ending), []).append(outlet)
                forms.append(f"(?-i:{re.escape(ending)})")
    if not forms:
        return []
    forms.sort(key=len, reverse=True)
    one = rf"(?:the\s+)?(?:{'|'.join(forms)})(?!\w)"
    attributed = re.compile(
        rf"{_ATTRIBUTES.pattern}\s+(?P<several>{one}(?:(?:,|,?\s+(?:and|or))\s+{one})*)"
        rf"(?P<says>\s+(?:{_SAYS})\b)?",
        re.IGNORECASE,
    )
    found: list[str] = []
    for match in attributed.finditer(question):
        if match["asks"] is None or match["says"]:
            for name in re.findall(one, match["several"], re.IGNORECASE):
                found += meant[_bare(name)]
    return list(dict.fromkeys(found))


def _bare(outlet: str) -> str:
    """An outlet's name as questions give it: without "The", in small letters."""
    return re.sub(r"^the\s+", "", " ".join(outlet.split()), flags=re.IGNORECASE).lower()


def _days(question: str, today: date) -> tuple[date, date] | None:
    """First and last day of publication; papers write about a week until some days later."""
    if _YESTERDAY.search(question):
        return today - timedelta(days=1), today
    if match := _SPAN.search(question):
        said = (match["count"] or "1").lower()
        count = _COUNTS.get(said) or int(said)
        return today - timedelta(days=count * _DAYS[match["unit"].lower()]), today
    if match := _CALENDAR.search(question):
        start = _start(match["unit"].lower(), today)
        if match["which"].lower() == "this":
            return start, today
        before = start - timedelta(days=1)
        return _start(match["unit"].lower(), before), min(before + AFTERMATH, today)
    return None


def _start(unit: str, day: date) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day.replace(month=1, day=1)
