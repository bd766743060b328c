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
    r"[$€£¥]|\b(crowns?|euros?|dollars?|pounds?|francs?|cents?|pence|kronor|manats?|rubles?|yen"
    r"|free( of charge)?)\b",
    re.I,
)
_SAYS_NAME = re.compile(r"(?<=[\w,”\"] )[^\W\d_a-z]\w+")


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
