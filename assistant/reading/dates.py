"""Dates as newspapers write them, in the languages whose months CLDR knows, and as programs do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from assistant.reading.month_names import month_number, weekday_before

# No \w: the vowel signs of Indian scripts are none.
_LETTER = r"[^\s\d.,;:!?()\[\]{}<>/|\\\"„“”«»、。，：；（）=+*_#@&%$€£–—-]"
_WORD = rf"{_LETTER}{{2,24}}(?: {_LETTER}{{2,12}})??"  # two: "تشرين الثاني"
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}  # the year before
_CHINESE = "〇一二三四五六七八九"
_SIGN = rf"[\d{_CHINESE}零十元]"
_ORDINAL = r"(?:st|nd|rd|th|er|re|[aº°ª])"
_DATE = re.compile(
    r"(?<![\w/.–-])(?:"
    r"(?P<y1>\d{4})(?P<s1>[-/.]) ?(?P<m1>\d{1,2})(?P=s1) ?(?P<d1>\d{1,2})(?![\d/-]|\.\d)"
    rf"|(?P<era>{'|'.join(_ERAS)})? ?(?P<y2>{_SIGN}{{1,4}}) ?[年년]"
    rf" ?(?P<m2>{_SIGN}{{1,2}}) ?[月월] ?(?P<d2>{_SIGN}{{1,3}}) ?[日일号號]"
    r"|(?P<a>\d{1,2})(?P<sep>\. ?|[/-])(?P<b>\d{1,2})(?P<sep2>\. ?|[/-])(?P<y3>\d{4}|\d{2})"
    r"(?![\d/-]|\.\d)"
    r"|(?P<d4>\d{1,2}) tháng (?P<m4>\d{1,2}),?(?: năm)? (?P<y4>\d{4})\b"
    r"|(?P<y5>\d{4})(?:\.|\. gada|-?[^\W\d]{1,3}\.?)? (?P<d5>\d{1,2})\. ?(?P<m5>" + _WORD + r")"
    r"|(?P<y6>\d{4})(?:\.| m\.|-?[^\W\d]{1,3}\.?)? (?P<m6>"
    + _WORD
    + r") (?P<d6>\d{1,2})(?:a\b)?(?![\d:.,]\d)"
    rf"|(?P<d7>\d{{1,2}}){_ORDINAL}?(?P<stop>\.)?[ /-]?(?:of |de )?(?P<m7>{_WORD})\.?"
    r"(?:,? ?[/-]?(?:de |del )?(?P<y7>\d{4}|(?<=-)\d\d)(?!\d))"
    rf"|(?P<d8>\d{{1,2}}){_ORDINAL}?(?P<stop8>\.)? ?(?:of |de )?(?P<m8>{_LETTER}{{3,24}})\b\.?"
    rf"|(?P<m9>{_LETTER}{{3,24}})\.? (?P<d9>\d{{1,2}})(?:st|nd|rd|th)?\b(?![.:]\d)"
    r"(?:,? (?P<y9>\d{4})\b)?"
    r")",
    re.IGNORECASE,
)
# As programs write them, alone in a field or a line, perhaps with a time: 20240612T103000Z.
_COMPACT = re.compile(r"((?:18|19|20|21)\d\d)(\d\d)(\d\d)(?:[T ]?\d{4}(?:\d\d)?(?:\.\d+)?Z?)?")
_EPOCH = re.compile(r"(\d{9,10})(?:\d{3})?(?:\.\d+)?")
_IN_FILE_NAME = re.compile(r"(?<!\d)(\d{4})([-_.]?)(\d{2})\2(\d{2})(?!\d)")
_IN_ADDRESS = re.compile(r"/((?:19|20)\d\d)([/-]?)(\d\d?)\2(\d\d?)(?=[/_-])")
_BUDDHIST = re.compile(r"[\u0e00-\u0e7f]")  # Thai
_YEAR_FIRST = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")


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


def find_dates(text: str, *, day_first: bool | None = None) -> Iterator[FoundDate]:
    """The dates in `text`, in order. Impossible ones are passed over.

    day_first: what 05/06/2024 means; where that is not known it means two days and is passed over.
    """
    plain = _western(text)
    position = 0
    while match := _DATE.search(plain, position):
        found = _found(match, plain, day_first)
        if found:
            yield found
        position = match.end() if found else match.start() + 1


def _western(text: str) -> str:
    """`text` with the digits 0 to 9 for those of other scripts, of the same length."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() else c for c in text)


def _number(written: str) -> int:
    """12 in "12", "十二" and "一二"; 1 in "元", which is what a first year is called."""
    if written.isdigit():
        return int(written)
    written = written.replace("零", "〇").replace("元", "一")
    tens, ten, ones = written.rpartition("十")
    if not ten:
        return int("".join(c if c.isdigit() else str(_CHINESE.index(c)) for c in written))
    return 10 * (_number(tens) if tens else 1) + (_number(ones) if ones else 0)


def _found(match: re.Match[str], text: str, day_first: bool | None) -> FoundDate | None:
    groups = {name: value for name, value in match.groupdict().items() if value}
    by_letter = {name[0]: value for name, value in groups.items() if name[1:].isdigit()}
    if "a" in groups:
        if day_first is None:
            day_first = _settled_by_weekday(match, groups, text)
        day_and_month = _numeric(groups, text, day_first)
        if day_and_month is None:
            return None
        day, month = day_and_month
    elif "y2" in groups:
        day, month = _number(groups["d2"]), _number(groups["m2"])
    else:
        day, named = int(by_letter["d"]), by_letter["m"]
        stop = bool(groups.get("stop") or groups.get("stop8"))
        month = int(named) if named.isdigit() else month_number(named, after_full_stop=stop) or 0
    year = _year(by_letter.get("y"), groups.get("era"), text)
    if ("y" in by_letter and not year) or not is_date(year or 2000, month, day):  # 2000: leap year
        return None
    return FoundDate(match.start(), match.end(), year, month, day)


def _settled_by_weekday(match: re.Match[str], groups: dict[str, str], text: str) -> bool | None:
    """Whether the day comes first in "Tue, 02/07/2023", where only one of both is a Tuesday."""
    weekday = weekday_before(text[max(0, match.start() - 20) : match.start()])
    year = _year(groups["y3"], None, text)
    if weekday is None or year is None:
        return None
    first, second = int(groups["a"]), int(groups["b"])
    fitting = {
        day == first
        for day, month in ((first, second), (second, first))
        if is_date(year, month, day) and date(year, month, day).weekday() == weekday
    }
    return fitting.pop() if len(fitting) == 1 else None


def _numeric(groups: dict[str, str], text: str, day_first: bool | None) -> tuple[int, int] | None:
    """Day and month of 12/6/2024, 12-06-2024 and 12.06.24; None where they may be either."""
    first, second = int(groups["a"]), int(groups["b"])
    separator = groups["sep"][0]
    if separator != groups["sep2"][0]:
        return None
    if len(groups["y3"]) == 2:
        # 24.11.03 has its year first in Korea; 3.12.20 is a version.
        padded = len(groups["a"]) == len(groups["b"]) == 2
        if separator == "." and (not padded or _YEAR_FIRST.search(text)):
            return None
        if separator != "." and day_first is None and max(first, second) <= 12:
            return None
    if separator == ".":
        return first, second
    if separator == "-" and day_first is None:
        day_first = True  # with hyphens only where the day is written first, as 12-06-2024
    if first > 12 or second > 12:
        return (first, second) if first > 12 else (second, first)
    if first == second or day_first:
        return first, second
    return None if day_first is None else (second, first)


def _year(written: str | None, era: str | None, text: str) -> int | None:
    if written is None:
        return None
    year = _number(written) + _ERAS.get(era or "", 0)
    if len(written) == 2 and not era:
        year += 2000 if year <= date.today().year % 100 + 1 else 1900
    if 2300 < year < 2700 and _BUDDHIST.search(text):
        year -= 543
    return year if 1800 <= year <= 2200 else None


def parse_date(value: object, *, day_first: bool | None = None) -> date | None:
    """The day that `value`, that of a date field, begins with; None where it is none.

    Besides what people write: 20240612, and seconds or milliseconds since 1970.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()[:100]
    found = compact_date(text) or _since_1970(text)
    if found is None:
        first = next(find_dates(text, day_first=day_first), None)
        found = first.full if first else None
    # The day on which programs begin to count, written where they have none.
    return None if found == date(1970, 1, 1) else found


def compact_date(text: str) -> date | None:
    """The day in 20240612 or 20240612T103000Z, where `text` is nothing else."""
    match = _COMPACT.fullmatch(text)
    if not match or not is_date(int(match[1]), int(match[2]), int(match[3])):
        return None
    return date(int(match[1]), int(match[2]), int(match[3]))


def _since_1970(text: str) -> date | None:
    match = _EPOCH.fullmatch(text)
    if not match:
        return None
    found = datetime.fromtimestamp(int(match[1]), UTC).date()
    # Any other number of so many digits is no time.
    return found if 1990 <= found.year <= date.today().year + 1 else None


def file_name_date(name: str) -> date | None:
    """The day in a file name such as ``2024-06-12-slug.txt`` or ``20240612.txt``."""
    return _first_date(_IN_FILE_NAME, name)


def address_date(url: str) -> date | None:
    """The day in the address of a page such as ``https://paper.example/2024/06/12/slug``."""
    return _first_date(_IN_ADDRESS, url.split("?")[0].split("#")[0])


def _first_date(pattern: re.Pattern[str], text: str) -> date | None:
    for match in pattern.finditer(text):
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
