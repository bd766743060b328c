"""The names of months and weekdays in the languages that newspapers are written in.

They are those of CLDR, the Unicode consortium's data on languages, as Babel carries it: all forms
that a date can have, which few people know for more than their own language ("czerwca", "Ιουνίου").
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_LANGUAGES = (
    "af am ar ar_DZ ar_LB ar_MA as az be bg bn bs ca cs cy da de de_AT el en es et eu fa fi fil fo "
    "fr ga gd gl gu ha he hi hr hu hy id is it ja ka kk km kn ko ky lb lo lt lv mk ml mn mr ms mt "
    "my nb ne nl nn or pa pl ps pt ro ru sd si sk sl so sq sr sr_Latn sv sw ta te th tk tr ug uk "
    "ur uz uz_Cyrl vi yo zh zu"
).split()
# Written by people, unknown to CLDR.
_ALSO = {"sept": 9, "setiembre": 9, "febr": 2, "mrz": 3, "jänn": 1, "dezember": 12, "ağust": 8}
_MARKS = re.compile("[\u0300-\u036f]")
# What clings to a month: Catalan "d'abril", Hebrew "in", the Basque genitive.
_CLINGS = re.compile(r"^(?:d['’]|ב(?=\w{3}))")
_BASQUE_GENITIVE = "ren"


def folded(name: str) -> str:
    """`name` as names are compared: without case, full stop and accents."""
    plain = name.strip(" .").casefold().replace("\u0131", "i")
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", plain)))


def month_number(name: str, *, after_full_stop: bool = False) -> int | None:
    """1 to 12; None for a word that is no month, or for another one in another language.

    after_full_stop: whether the day has one, as in "3. listopada". That is October in Croatian,
    which always writes it, and November in Polish, which never does.
    """
    word = folded(name)
    if word == "listopada":
        return 10 if after_full_stop else 11
    return _months().get(word) or _months().get(_CLINGS.sub("", word))


@cache
def _months() -> dict[str, int]:
    from babel import Locale

    found: dict[str, set[int]] = {}
    for code in _LANGUAGES:
        months = Locale.parse(code).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context][width].items():
                    found.setdefault(folded(name), set()).add(number)
                    if code == "eu" and width == "wide":
                        found.setdefault(folded(name) + _BASQUE_GENITIVE, set()).add(number)
    for name, number in _ALSO.items():
        found[folded(name)] = {number}
    # A name without letters is "6" or "6月", which is read as a number.
    return {
        name: min(numbers)
        for name, numbers in found.items()
        if len(numbers) == 1 and len(name) > 1 and not any(c.isdigit() for c in name)
    }


@cache
def weekdays() -> re.Pattern[str]:
    """Any weekday at the end of a text: "Sam" and "Sun" are names as well."""
    longest_first = sorted(map(re.escape, _weekdays()), key=len)[::-1]
    return re.compile(rf"(?<!\w)(?P<name>{'|'.join(longest_first)})\W*$", re.IGNORECASE)


def weekday_before(text: str) -> int | None:
    """The weekday that `text` ends with, 0 for Monday; None where it ends with none, or with what
    is another one in another language."""
    match = weekdays().search(text)
    days = _weekdays().get(match["name"].lower(), set()) if match else set()
    return min(days) if len(days) == 1 else None


@cache
def _weekdays() -> dict[str, set[int]]:
    from babel import Locale

    found: dict[str, set[int]] = {"tues": {1}, "wednes": {2}, "thurs": {3}, "sonnabend": {5}}
    for code in _LANGUAGES:
        days = Locale.parse(code).days
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in days[context][width].items():
                    if len(name.strip(" .")) > 1:
                        found.setdefault(name.strip(" .").lower(), set()).add(number)
    return found


@cache
def day_comes_first(language: str | None) -> bool | None:
    """Whether people who write `language` put the day before the month in 05/06/2024.

    None where that cannot be known: English of no country, or of the one that the templates of
    pages name for all of the world; languages that write the year first.
    """
    if not language:
        return None
    from babel import Locale, UnknownLocaleError

    try:
        pattern = Locale.parse(language.replace("-", "_")).date_formats["short"].pattern
    except (UnknownLocaleError, ValueError):
        short = language.replace("_", "-").split("-")[0]
        return day_comes_first(short) if short != language else None
    order = [letter for letter in pattern if letter in "dMy"]
    return True if order and order[0] == "d" else None
