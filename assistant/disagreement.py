"""Whether two articles give the same answer, and what it means when they do not. Pure.

A difference between articles of one paper, or between articles published far apart, is a story
that went on: the newer one holds. Between two papers of about the same time it is a conflict, and
both are shown with their days, since one may be the update of the other or not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from assistant.lexical import terms
from assistant.quantities import Quantity, quantities

Order = Literal["newer", "older", "conflict"]
Relation = Literal["same"] | Order

# Within so many days two papers write about the same state of things; a paper that gives another
# value than before corrects itself, from one day to the next.
SAME_TIME = timedelta(days=60)
# Measures in each other's terms; newspapers round, so equal means within two per cent.
_METRES = {"metre": 1.0, "cm": 0.01, "kilometre": 1000.0, "mile": 1609.34, "foot": 0.3048}
_HECTARES = {"hectare": 1.0, "acre": 0.4047}
_KILOGRAMS = {"kg": 1.0, "tonne": 1000.0}
ROUNDING = 0.02
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_AT_LEAST = re.compile(
    r"\b(?:at least|more than|over|upwards of|no fewer than)\s+\Z", re.IGNORECASE
)
_AT_MOST = re.compile(r"\b(?:at most|up to|fewer than|less than)\s+\Z", re.I)


@dataclass(frozen=True)
class Version:
    """What one article answers: the words, when it was published and by whom."""

    text: str
    published: date | None
    source: str | None = None


def relation(first: Version, second: Version, *, at_once: bool = False) -> Relation:
    """What `second` is to `first`: the same answer, a newer or older state, or a conflict.

    at_once: the latest state is asked for, so that a day makes one paper newer than another.
    An article without a date is neither newer nor older.
    """
    return "same" if same_answer(first.text, second.text) else order(first, second, at_once=at_once)


def order(first: Version, second: Version, *, at_once: bool = False) -> Order:
    """What `second` is to `first` where they differ, which only their days and papers decide."""
    if first.published and second.published:
        gap = second.published - first.published
        same_paper = first.source is not None and first.source == second.source
        apart = timedelta(0) if same_paper or at_once else SAME_TIME
        if gap > apart:
            return "newer"
        if -gap > apart:
            return "older"
    return "conflict"


def same_answer(first: str, second: str) -> bool:
    """Whether two short answers say the same: the same number, or mostly the same words."""
    numbers, others = quantities(first), quantities(second)
    if numbers and others:
        return any(_equal(a, b) for a in numbers for b in others)
    if bool(numbers) != bool(others):
        return True  # not comparable: one says how many, the other who
    words, other_words = set(terms(first)), set(terms(second))
    smaller = min(len(words), len(other_words))
    return not smaller or len(words & other_words) / smaller >= 0.5


def comparable(first: str, second: str) -> bool:
    """Whether a difference between the two is real: both are numbers in units that can be
    compared, or both are names. Two phrases may say the same in different words."""
    numbers, others = quantities(first), quantities(second)
    if numbers and others:
        return any(
            a.unit == b.unit or _in_common(a, b) is not None or not a.unit or not b.unit
            for a in numbers
            for b in others
        )
    return not numbers and not others and _is_name(first) and _is_name(second)


def can_be_contradicted(text: str) -> bool:
    """Whether any other text is `comparable` with it: it has a number, or is a name."""
    return bool(quantities(text)) or _is_name(text)


def leaves_room(bound: Quantity, text: str, value: Quantity) -> bool:
    """Whether `text` says "at least three", which nine does not contradict, or "up to ten".

    bound: a number found in `text`. value: another one, in the same unit.
    """
    before = text[: bound.span.start]
    if _AT_LEAST.search(before):
        return bound.value <= value.value
    return bool(_AT_MOST.search(before)) and bound.value >= value.value


def _is_name(text: str) -> bool:
    """Whether every word of it that is not a function word begins with a capital."""
    said = [w for w in _WORD.findall(text) if terms(w)]
    return bool(said) and all(w[0].isupper() for w in said)


def _equal(first: Quantity, second: Quantity) -> bool:
    common = _in_common(first, second)
    if common is not None:
        return abs(common[0] - common[1]) <= ROUNDING * max(map(abs, common))
    return first.value == second.value


def _in_common(first: Quantity, second: Quantity) -> tuple[float, float] | None:
    """Both values in one unit, where their units differ and measure the same thing."""
    if first.unit == second.unit:
        return None
    for scale in (_METRES, _HECTARES, _KILOGRAMS):
        if first.unit in scale and second.unit in scale:
            return _scaled(first.value, scale[first.unit]), _scaled(
                second.value, scale[second.unit]
            )
    return None


def _scaled(value: Decimal, factor: float) -> float:
    return float(value) * factor
