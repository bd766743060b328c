"""What kind of answer a question expects, and whether a sentence has one of that kind.

Answer typing is as old as question answering (Li and Roth, 2002); a few patterns of English are
enough to prefer a sentence with a number for "how many". Pure.
"""

from __future__ import annotations

import re
from typing import Literal

from assistant.quantities import quantities

Expected = Literal["year", "time", "money", "number", "name", "any"]

_YEAR = re.compile(r"\b(what|which) year\b", re.I)
_SAYS_YEAR = re.compile(r"\b(1\d|20)\d\d\b")
_TIME = re.compile(
    r"\b(when|(what|which) (day|date|year|month|time|hour)|how (soon|long(?! (is|was|are|were)\b))"
    r"|(closing|opening|starting) (time|date|day|hours))\b",
    re.I,
)
_SUM = r"(price|wage|salary|pay|sum|budget|fee|fare|rent|fine|reward|compensation)"
_MONEY = re.compile(
    r"\bhow much (money\b|(\w+ )?"
    + _SUM
    + r"\b|(did|does|do|will|would|is|are|was|were|has|have|had) .{0,80}"
    r"\b(cost|pay|paid|spend|spent|earn|earned|raised?)\b)"
    r"|\b(what|which) ((is|was|are|were) the )?(\w+ )?"
    + _SUM
    + r"\b|\bwhat (did|does|do|will|would|is|are|was|were) .{0,80}\b(cost|earn)\b",
    re.I,
)
_MEASURE = (
    r"(share|percentage|number|price|cost|height|area|size|age|margin|amount|rate|length"
    r"|distance|score|level|weight|depth|count|turnout)"
)
_NUMBER = re.compile(
    r"\bhow (many|much|high|big|broad|large|far|old|tall|late|wide|deep|fast|hot|heavy|long)\b"
    r"|\b(what|which) ((is|was|are|were) the )?([\w-]+ |[\w-]+['’]s \w+ )?"
    + _MEASURE
    + r"\b|\b(cost|turnout)\b|\b(weight|height|length|age)\?",
    re.I,
)
_NAME = re.compile(r"\b(who|whose|whom|(which|what) (company|firm|person|party|club|team))\b", re.I)
_SAYS_TIME = re.compile(
    # "may" and "march" in lower case are verbs
    r"\b(january|february|(?-i:March|MARCH)|april|(?-i:May|MAY)|june|july|august|september"
    r"|october|november|december"
    r"|(mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|tomorrow|spring|summer|autumn|winter"
    r"|\d{4}|\d+ (days?|weeks?|months?|years?|hours?|minutes?)"
    r"|\d{1,2}([.:]\d{2})? ?[ap]\.?m|\d{1,2}:\d{2}|noon|midnight|o['’]clock)\b",
    re.I,
)
_SAYS_MONEY = re.compile(
    # "59 per cent" is no money
    r"[$€£¥]|\b(crowns?|euros?|dollars?|pounds?|francs?|(?<!per\s)cents?|pence|kronor|manats?"
    r"|rubles?|yen"
    r"|free( of charge)?)\b",
    re.I,
)
# How a measure is asked for, and what a sentence that has one says.
_MEASURES = [
    (
        re.compile(r"\b(share|percentage|proportion|turnout|how many per ?cent)\b", re.I),
        re.compile(r"%|\bper ?cent\b", re.I),
    ),
    (
        re.compile(r"\bhow (heavy|much .{0,60}\bweighs?)\b|\bweight\b", re.I),
        re.compile(
            r"\b(kg|kilos?|kilogram(me)?s?|g|grams?|tonnes?|tons?|pounds?|lbs?|ounces?)\b", re.I
        ),
    ),
    (
        re.compile(r"\b(what|which|how (big|large)) .{0,40}\barea\b", re.I),
        re.compile(r"\b(hectares?|ha|acres?|square|km²|m²)\b", re.I),
    ),
    (
        re.compile(r"\bhow (hot|cold|warm)\b|\btemperature\b", re.I),
        re.compile(r"°|\bdegrees?\b", re.I),
    ),
    (
        re.compile(
            r"\bhow (broad|wide|tall|deep|thick|far|(high|long) (?!.{0,30}\b(fine|fee|price|cost"
            r"|rate|tax|rent|wage|salary|pay|budget|debt|score|vote)s?\b))"
            r"|\b(height|width|depth|length|distance)\b",
            re.I,
        ),
        re.compile(
            r"(?<=\d)[ \u00a0-]?(mm|cm|m|km|ft|in)\b|\b(millimet|centimet|kilomet|met)(re|er)s?\b"
            r"|\b(feet|foot|inch|inches|miles?|yards?|stor(e?y|ies|eys))\b",
            re.I,
        ),
    ),
]
OTHER_MEASURE = 0.5
_COUNTED = re.compile(r"\bhow many (?P<what>\w+)", re.I)
_UNIT_OF_TIME = re.compile(r"(minute|hour|day|night|week|month|year|season)s?", re.I)
_MONTH = r"(january|february|march|april|may|june|july|august|september|october|november|december)"
# Numbers that count nothing: dates, times of day, years, lengths of time, shares, sums.
_NO_COUNT = re.compile(
    rf"\b\d{{1,2}}(st|nd|rd|th)? {_MONTH}\b|\b{_MONTH} \d{{1,2}}\b"
    r"|\b\d{1,2}([.:]\d\d)? ?[ap]\.?m\b|\b\d{1,2}:\d\d\b|\b(1[5-9]|20)\d\d\b"
    r"|\b[\w-]+[ -](minute|hour|day|night|week|month|year)s?\b|\b[\d.,]+ ?(%|per ?cent\b)"
    r"|[$€£¥] ?[\d.,]+|\b[\d.,]+( (thousand|million|billion))? (crowns?|euros?|dollars?|pounds?)\b"
    r"|\b(first|second|third|one)\b",
    re.I,
)
_SAYS_NAME = re.compile(r"(?<=[\w,”\"] )[^\W\d_a-z]\w+")

# A clock time or a number of days is a time; a length is not.
_NO_MEASURE = frozenset({"", "minute", "hour", "day", "week", "month", "year"})


def expected(question: str) -> Expected:
    """The kind of answer `question` asks for; "any" where its words do not tell.

    Of several question words the first one counts: "what did it cost when it was new" asks a sum.
    """
    kinds: list[tuple[Expected, re.Pattern[str]]] = [
        ("year", _YEAR),
        ("time", _TIME),
        ("money", _MONEY),
        ("number", _NUMBER),
        ("name", _NAME),
    ]
    found = [(m.start(), n) for n, (_, asks) in enumerate(kinds) if (m := asks.search(question))]
    return kinds[min(found)[1]][0] if found else "any"


def fits(kind: Expected, sentence: str) -> float:
    """1 where the sentence has something of that kind, 0 where not, 0.5 where any would do.

    A number without a currency is half an answer about money: the currency may stand elsewhere.
    """
    if kind == "year":
        return float(bool(_SAYS_YEAR.search(sentence)))
    if kind == "time":
        return float(bool(_SAYS_TIME.search(sentence)))
    if kind == "money":
        return float(bool(quantities(sentence))) * (1.0 if _SAYS_MONEY.search(sentence) else 0.5)
    if kind == "number":
        return float(bool(quantities(sentence)))
    if kind == "name":
        return float(bool(_SAYS_NAME.search(sentence)))
    return 0.5


def closeness(question: str, sentence: str) -> float:
    """As `fits` for what `question` expects, finer for numbers: 1 for a number in the measure asked
    for, 0.5 for any other. No count of people is "at 6 am", "in 2009" or "24 hours"."""
    kind = expected(question)
    if kind != "number":
        return fits(kind, sentence)
    if not quantities(sentence):
        return 0.0
    for asks, says in _MEASURES:
        if asks.search(question):
            return 1.0 if says.search(sentence) else OTHER_MEASURE
    if (counted := _COUNTED.search(question)) and not _UNIT_OF_TIME.fullmatch(counted["what"]):
        return 1.0 if quantities(_NO_COUNT.sub(" ", sentence)) else OTHER_MEASURE
    return 1.0


def answers_in_kind(kind: Expected, answer: str) -> bool:
    """Whether a short answer is of the kind expected: a number for "how many", a name for "who"."""
    if kind == "name":
        return bool(re.search(r"[^\W\d_a-z]\w", answer))
    if kind == "year":
        return bool(_SAYS_YEAR.search(answer))
    if kind == "time":
        return bool(_SAYS_TIME.search(answer)) or any(
            q.unit in _NO_MEASURE for q in quantities(answer)
        )
    if kind == "money":
        return bool(quantities(answer) or _SAYS_MONEY.search(answer))
    # A sum of money is no number of people.
    return kind == "any" or bool(quantities(answer) and not _SAYS_MONEY.search(answer))
