"""Numbers in text as values, so that 3.6 million, 3,600,000 and 3.6m are the same.

English number words up to the millions are read too. Used to check statements and to compare what
articles say; pure functions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from assistant.types import Span

_SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "k": 1_000,
    "million": 1_000_000,
    "mn": 1_000_000,
    "m": 1_000_000,
    "billion": 1_000_000_000,
    "bn": 1_000_000_000,
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
_WORD = "|".join(sorted([*_SMALL, "hundred", "thousand", "million", "billion"], key=len)[::-1])
_DIGITS = re.compile(
    r"(?<![\w.,])[-−]?(?P<digits>\d{1,3}(?:[,  ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:(?P<ordinal>st|nd|rd|th)\b|\s?-?(?P<scale>hundred|thousand|million|billion|trillion)\b"
    r"|(?P<short>k|m|mn|bn)\b)?",
    re.IGNORECASE,
)
_WORDS = re.compile(
    rf"\b(?:{_WORD})(?:(?:[\s-]+|\s+and\s+)(?:{_WORD}))*\b|\b(?:{'|'.join(_ORDINALS)})\b",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"\s?-?(?P<unit>%|per\s?cent|percent|percentage points|°\s?[CF]|crowns?|euros?|dollars?|pounds?"
    r"|km|kilomet(?:re|er)s?|miles?|met(?:re|er)s?|feet|foot|ft|cm|m\b|hectares?|acres?|tonnes?"
    r"|tons?|kg|litres?|megawatts?|MW|kWh|degrees?|years?|months?|weeks?|days?|hours?|minutes?)",
    re.IGNORECASE,
)


_SYNONYMS = {
    "percent": "%",
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
        value = Decimal(re.sub(r"[,  ]", "", match["digits"]))
        scale = match["scale"] or match["short"]
        followed = match["short"] == "m" and not _is_money(text, match.start())
        if scale and not followed:
            value *= _SCALES[scale.lower()]
        end = match.start("short") if followed else match.end()
        found.append(_with_unit(text, value, Span(match.start(), end)))
    taken = [q.span for q in found]
    for match in _WORDS.finditer(text):
        if not any(s.start < match.end() and match.start() < s.end for s in taken):
            value = _from_words(match.group())
            found.append(_with_unit(text, value, Span(*match.span())))
    return sorted(found, key=lambda q: q.span)


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


def _from_words(phrase: str) -> Decimal:
    parts = re.split(r"[\s-]+", phrase.lower())
    if parts[0] in _ORDINALS:
        return Decimal(_ORDINALS[parts[0]])
    total, group = 0, 0
    for part in parts:
        if part == "hundred":
            group = (group or 1) * 100
        elif part in _SCALES:
            total += (group or 1) * _SCALES[part]
            group = 0
        elif part in _SMALL:
            group += _SMALL[part]
    return Decimal(total + group)
