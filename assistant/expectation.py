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
    r"\b(when|(what|which) (day|date|year|month|time|hour)|how (long|soon)"
    r"|(closing|opening|starting) (time|date|day|hours))\b",
    re.I,
)
_MONEY = re.compile(
    r"\bhow much (money\b|(did|does|do|will|would|is|are|was|were|has|have|had) .{0,80}"
    r"\b(cost|pay|paid|spend|spent|earn|earned|raised?)\b)"
    r"|\b(what|which) (\w+ )?(price|wage|salary|pay|sum|budget|fee|fare|rent|fine)\b"
    r"|\bwhat (did|does|do|will|would|is|are|was|were) .{0,80}\bcost\b",
    re.I,
)
_NUMBER = re.compile(
    r"\bhow (many|much|high|big|large|far|old|tall|late|wide|deep|fast|hot|heavy)\b"
    r"|\b(what|which) (share|percentage|number|price|cost|height|area|size|age|margin|amount|sum"
    r"|rate|length|distance|score)\b|\b(cost|turnout)\b",
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
    r"[$€£¥]|\b(crowns?|euros?|dollars?|pounds?|francs?|cents?|pence|kronor|manats?|rubles?|yen"
    r"|free( of charge)?)\b",
    re.I,
)
_SAYS_NAME = re.compile(r"(?<=[\w,”\"] )[^\W\d_a-z]\w+")


def expected(question: str) -> Expected:
    """The kind of answer `question` asks for; "any" where its words do not tell."""
    if _YEAR.search(question):
        return "year"
    if _TIME.search(question):
        return "time"
    if _MONEY.search(question):
        return "money"
    if _NUMBER.search(question):
        return "number"
    return "name" if _NAME.search(question) else "any"


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


def answers_in_kind(kind: Expected, answer: str) -> bool:
    """Whether a short answer is of the kind expected: a number for "how many", a name for "who"."""
    if kind == "name":
        return bool(re.search(r"[^\W\d_a-z]\w", answer))
    if kind == "year":
        return bool(_SAYS_YEAR.search(answer))
    if kind == "time":
        return bool(_SAYS_TIME.search(answer) or quantities(answer))
    if kind == "money":
        return bool(quantities(answer) or _SAYS_MONEY.search(answer))
    # A sum of money is no number of people.
    return kind == "any" or bool(quantities(answer) and not _SAYS_MONEY.search(answer))
