"""Numbers in text as values, so that 3.6 million, 3,600,000 and 3.6m are the same.

English number words up to the millions are read too. Used to check statements and to compare what
articles say; pure functions.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from assistant.types import Span

_SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "k": 1_000,
    "million": 1_000_000,
    "mn": 1_000_000,
    "mln": 1_000_000,
    "m": 1_000_000,
    "billion": 1_000_000_000,
    "bn": 1_000_000_000,
    "bln": 1_000_000_000,
    "trillion": 1_000_000_000_000,
}
_SMALL = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen".split()
    )
}
_SMALL |= {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_ORDINALS = {
    word: value
    for value, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1
    )
}
_SCALE_WORDS = ("thousand", "million", "billion", "trillion")
# "At first" counts nothing.
_NUMBER_WORD = re.compile(
    rf"(?!(?<=\bat )first\b)\b(?:{'|'.join([*_SMALL, *_ORDINALS, 'hundred', *_SCALE_WORDS])})\b",
    re.IGNORECASE,
)
_JOINED = re.compile(r"(?:-|\s+|,?\s+and\s+|,\s+)\Z", re.IGNORECASE)
_DIGITS = re.compile(
    r"(?<![\w.,])(?P<sign>[-−]|minus\s)?"
    r"(?P<digits>\d{1,3}(?:[, \u00a0\u2009\u202f]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<fraction>[¼½¾])?(?:(?P<ordinal>st|nd|rd|th)\b|\s?-?(?P<scale>hundred|thousand|million|billion|trillion)\b"
    r"|\s?(?P<wire>mln|bln)\b|(?P<short>k|m|mn|bn)\b)?",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\s?-?(?P<unit>%|(?:per\s?cent|pct|percentage points?|°\s?[CF]|crowns?|euros?|dollars?|dlrs?"
    r"|pounds?|km|kilomet(?:re|er)s?|miles?|met(?:re|er)s?|feet|foot|ft|cm|m|hectares?|acres?|tonnes?"
    r"|tons?|kg|litres?|megawatts?|MW|kWh|degrees?|years?|months?|weeks?|days?|hours?"
    r"|minutes?)(?!\w))",
    re.IGNORECASE,
)


_YEARS = range(1500, 2101)
_SYNONYMS = {
    "percent": "%",
    "pct": "%",
    "dlr": "dollar",
    "m": "metre",
    "meter": "metre",
    "km": "kilometre",
    "kilometer": "kilometre",
    "feet": "foot",
    "ft": "foot",
    "mw": "megawatt",
    "ton": "tonne",
    "°f": "°f",
    "°c": "°c",
}


@dataclass(frozen=True)
class Quantity:
    """A number found in a text: its value, the unit that follows (folded, may be empty), where."""

    value: Decimal
    unit: str
    span: Span


def quantities(text: str) -> list[Quantity]:
    """Every number in `text`, in order; "one" and ordinals in words count as numbers too."""
    found = []
    for match in _DIGITS.finditer(text):
        value = Decimal(re.sub(r"[,\s]", "", match["digits"]))
        if match["fraction"]:
            value += Decimal(unicodedata.numeric(match["fraction"]))
        if match["sign"]:
            value = -value
        scale = match["scale"] or match["wire"] or match["short"]
        followed = match["short"] == "m" and not _is_money(text, match.start())
        if scale and not followed:
            value *= _SCALES[scale.lower()]
        end = match.start("short") if followed else match.end()
        found.append(_with_unit(text, value, Span(match.start(), end)))
    taken = [q.span for q in found]
    for span, value in _in_words(text):
        if not any(s.start < span.end and span.start < s.end for s in taken):
            found.append(_with_unit(text, value, span))
    return sorted(found, key=lambda q: q.span)


def like_a_year(quantity: Quantity) -> bool:
    """Whether it may as well be a year as a count: from 1500 to 2100 without a unit."""
    return not quantity.unit and quantity.value in _YEARS


def values(text: str) -> set[Decimal]:
    """The values alone, normalised so that equal numbers are equal."""
    return {q.value.normalize() for q in quantities(text)}


def extended(text: str, span: Span) -> Span:
    """`span` grown over what belongs to a number at its edges: currency, scale word and unit."""
    start, end = span
    for quantity in quantities(text):
        q_start, q_end = quantity.span
        if q_start < end and start < q_end:  # overlaps: take the number whole
            start, end = min(start, q_start), max(end, q_end)
            unit = _UNIT.match(text, q_end)
            if unit and end == q_end and not text[unit.end() : unit.end() + 1].isalnum():
                end = unit.end()
    while start > 0 and text[start - 1] in "$€£¥":
        start -= 1
    return Span(start, end)


def _with_unit(text: str, value: Decimal, span: Span) -> Quantity:
    unit = _UNIT.match(text, span.end)
    folded = unit["unit"].lower().replace(" ", "").rstrip("s") if unit else ""
    return Quantity(value, _SYNONYMS.get(folded, folded), span)


def _is_money(text: str, at: int) -> bool:
    return at > 0 and text[at - 1] in "$€£¥"


def _in_words(text: str) -> list[tuple[Span, Decimal]]:
    """The numbers written in words. Two that only stand side by side stay two: one and two."""
    found: list[tuple[Span, Decimal]] = []
    run: list[re.Match[str]] = []
    for match in [*_NUMBER_WORD.finditer(text), None]:
        if match is not None and run:
            between = text[run[-1].end() : match.start()]
            if _JOINED.match(between) and _continues([m.group().lower() for m in run], match):
                run.append(match)
                continue
        if run:
            said = [m.group().lower() for m in run]
            start = run[0].start()
            negative = re.search(r"\bminus\s+\Z", text[:start], re.IGNORECASE)
            start = negative.start() if negative else start
            value = _value(said)
            found.append((Span(start, run[-1].end()), -value if negative else value))
        run = [match] if match is not None else []
    return found


def _continues(run: Sequence[str], match: re.Match[str]) -> bool:
    """Whether the next word belongs to the same number: twenty one, five hundred, two thousand."""
    last, word = run[-1], match.group().lower()
    if last in _ORDINALS or last == "zero" or word == "zero":
        return False
    joined_by_and = bool(re.search(r"and\s+\Z|,\s+\Z", match.string[: match.start()], re.I))
    if word in _SCALE_WORDS:
        used = [w for w in run if w in _SCALE_WORDS]
        smaller = not used or _SCALES[word] < _SCALES[used[-1]]
        return not joined_by_and and last not in _SCALE_WORDS and smaller
    if word == "hundred":
        return not joined_by_and and last in _SMALL and "hundred" not in _group(run)
    if last in _SCALE_WORDS or last == "hundred":
        return word not in _ORDINALS
    tens = _SMALL.get(last, 0) >= 20
    units = _SMALL.get(word, _ORDINALS.get(word, 10)) < 10
    return tens and units and not joined_by_and


def _group(run: Sequence[str]) -> Sequence[str]:
    """The words of `run` after its last thousand, million and so on."""
    at = next((i for i in range(len(run), 0, -1) if run[i - 1] in _SCALE_WORDS), 0)
    return run[at:]


def _value(run: Sequence[str]) -> Decimal:
    total, group = 0, 0
    for word in run:
        if word == "hundred":
            group = (group or 1) * 100
        elif word in _SCALE_WORDS:
            total += (group or 1) * _SCALES[word]
            group = 0
        else:
            group += _SMALL.get(word, _ORDINALS.get(word, 0))
    return Decimal(total + group)
