"""Dates as newspapers write them, in a few languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTH_NAMES = (
    "january jan januar jänner janvier enero gennaio janeiro januari января yanvar ocak",
    "february feb februar février febrero febbraio fevereiro februari февраля fevral şubat",
    "march mar märz mars marzo março maart марта mart",
    "april apr avril abril aprile апреля aprel nisan",
    "may mai mayo maggio maio mei мая mayıs",
    "june jun juni juin junio giugno junho июня iyun haziran",
    "july jul juli juillet julio luglio julho июля iyul temmuz",
    "august aug août agosto augustus августа avqust ağustos",
    "september sep sept septembre septiembre settembre setembro сентября sentyabr eylül",
    "october oct oktober octobre octubre ottobre outubro октября oktyabr ekim",
    "november nov novembre noviembre novembro ноября noyabr kasım",
    "december dec dezember dez décembre diciembre dicembre dezembro декабря dekabr aralık",
)


def _folded(name: str) -> str:
    return name.rstrip(".").casefold().replace("\u0131", "i").replace("i\u0307", "i")


_MONTHS = {
    _folded(name): number for number, names in enumerate(_MONTH_NAMES, 1) for name in names.split()
}
_SPELLINGS = sorted(" ".join(_MONTH_NAMES).split(), key=len, reverse=True)
_MONTH = "(?:" + "|".join(_SPELLINGS) + r")\b\.?"
_DATE = re.compile(
    r"(?<![\w/.-])(?:"
    r"(?P<y1>\d{4})-(?P<m1>\d{2})-(?P<d1>\d{2})(?!\d)"
    r"|(?P<d2>\d{1,2})\. ?(?P<m2>\d{1,2})\. ?(?P<y2>\d{4})\b"
    r"|(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y3>\d{4})\b"
    rf"|(?P<d4>\d{{1,2}})(?:st|nd|rd|th|er|º|\.)? (?:of |de )?(?P<m4>{_MONTH})"
    r"(?:,? (?:de |del )?(?P<y4>\d{4})\b)?"
    rf"|(?P<m5>{_MONTH}) (?P<d5>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\.\d)(?:,? (?P<y5>\d{{4}})\b)?"
    r")",
    re.IGNORECASE,
)
_IN_FILE_NAME = re.compile(r"(?<!\d)(\d{4})(-?)(\d{2})\2(\d{2})(?!\d)")


@dataclass(frozen=True)
class FoundDate:
    """A date in a text, at ``text[start:end]``; `year` is None where it is not written."""

    start: int
    end: int
    year: int | None
    month: int
    day: int

    @property
    def full(self) -> date | None:
        return date(self.year, self.month, self.day) if self.year else None

    @property
    def partial(self) -> str:
        return f"--{self.month:02}-{self.day:02}"


def find_dates(text: str) -> Iterator[FoundDate]:
    """The dates in `text`, in order. Impossible ones are passed over, and so is a date such as
    05/06/2024, which means two days."""
    for match in _DATE.finditer(text):
        groups = {name: value for name, value in match.groupdict().items() if value}
        if "a" in groups:
            day, month = int(groups["a"]), int(groups["b"])
            if day != month and day <= 12 and month <= 12:
                continue
            day, month = (month, day) if month > 12 else (day, month)
        else:
            day = int(next(value for name, value in groups.items() if name[0] == "d"))
            named = next(value for name, value in groups.items() if name[0] == "m")
            month = int(named) if named.isdigit() else _MONTHS[_folded(named)]
        written = next((int(value) for name, value in groups.items() if name[0] == "y"), None)
        year = written if written and 1800 <= written <= 2200 else None
        if (written and not year) or not is_date(year or 2000, month, day):  # 2000: a leap year
            continue
        yield FoundDate(match.start(), match.end(), year, month, day)


def parse_date(text: str) -> date | None:
    """The day that `text`, the value of a date field, begins with; None where it is none."""
    found = next(find_dates(text.strip()[:100]), None)
    return found.full if found else None


def file_name_date(name: str) -> date | None:
    """The day in a file name such as ``2024-06-12-slug.txt`` or ``20240612.txt``."""
    for match in _IN_FILE_NAME.finditer(name):
        year, month, day = int(match[1]), int(match[3]), int(match[4])
        if 1800 <= year <= 2200 and is_date(year, month, day):
            return date(year, month, day)
    return None


def is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
