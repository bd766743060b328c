"""Names, numbers, dates and opposites of a text, and one exchanged for another of its type.

The other comes from the same article, so what is written stays fluent and on its subject.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from random import Random
from typing import NamedTuple

MONTHS = "January February March April May June July August September October November December"
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
NUMBERS = "two three four five six seven eight nine ten eleven twelve twenty thirty hundred"
OPPOSITES = [
    "first last", "north south", "east west", "northern southern", "eastern western",
    "largest smallest", "biggest smallest", "before after", "male female", "men women", "man woman",
    "increase decrease", "increased decreased", "rise fall", "rose fell", "most least",
    "highest lowest", "more fewer", "oldest youngest", "older younger", "win lose", "won lost",
    "began ended", "begin end", "start end", "started ended", "open close", "opened closed",
    "accepted rejected", "accept reject", "support oppose", "supported opposed", "allowed banned",
    "legal illegal", "public private", "positive negative", "success failure", "earliest latest",
    "father mother", "son daughter", "brother sister", "husband wife", "import export",
    "above below", "inside outside", "minimum maximum", "best worst", "longest shortest",
    "buy sell", "bought sold", "born killed", "strong weak", "early late",
    "upper lower", "internal external", "ancient modern", "added removed", "add remove",
    "spring autumn", "summer winter", "morning evening", "rural urban", "majority minority",
    "second third", "fourth fifth", "founded dissolved", "arrived departed", "hot cold",
]  # fmt: skip
_OTHER = {a: b for pair in OPPOSITES for a, b in (pair.split(), pair.split()[::-1])}
_NAME = r"[A-Z][\w'’.-]*[\w](?:(?: (?:of|the|de|von|van|al|and))? [A-Z][\w'’-]*\w)*"
_PATTERN = re.compile(
    rf"(?P<year>\b(?:1\d|20)\d\d\b)"
    rf"|(?P<number>\b\d[\d,.]*(?<=\d)\b|\b(?:{NUMBERS.replace(' ', '|')})\b)"
    rf"|(?P<month>\b(?:{MONTHS.replace(' ', '|')})\b)"
    rf"|(?P<day>\b(?:{DAYS.replace(' ', '|')})s?\b)"
    rf"|(?P<name>\b{_NAME})"
    r"|(?P<word>\b[a-z]+\b)"
)
_NO_NAMES = set(
    "The A An In On At For To By Of And But It He She They We You I This That These Those There "
    "What Which Who Whom Whose When Where Why How Is Are Was Were Did Do Does Has Have Had Can "
    "Could Will Would Should During After Before Since Although However While As From With If "
    "Some Many Most Other Both Its His Her Their Our One Not No All According Along Another".split()
)
_PEOPLES = ("ese", "ish", "ian", "ans", "ean", "ch", "can")


class Found(NamedTuple):
    """type: year, number, month, day, name, people (a name like "French") or word."""

    type: str
    start: int
    end: int
    text: str


def find(text: str) -> list[Found]:
    """All that could be exchanged, in order. Words only where they have an opposite."""
    found = []
    for match in _PATTERN.finditer(text):
        kind, value, start = str(match.lastgroup), match.group(), match.start()
        if kind == "name":
            head, _, rest = value.partition(" ")
            if head in _NO_NAMES:
                start += len(head) + 1
                value = rest.removeprefix("of ").removeprefix("the ").removeprefix("and ")
                start = match.end() - len(value)
            if not value or not value[0].isupper() or value in _NO_NAMES or len(value) < 3:
                continue
            if start == 0 and " " not in value:  # any word begins a sentence so
                continue
            if " " not in value and value.endswith(_PEOPLES):
                kind = "people"
        if kind == "word" and value not in _OTHER:
            continue
        found.append(Found(kind, start, start + len(value), value))
    return found


def pool(texts: Iterable[str]) -> dict[str, list[str]]:
    """What the texts hold, by type, each once."""
    kinds: dict[str, dict[str, None]] = defaultdict(dict)
    for text in texts:
        for one in find(text):
            kinds[one.type][one.text] = None
    return {kind: list(values) for kind, values in kinds.items()}


def exchanged(
    text: str, near: dict[str, list[str]], random: Random, forbidden: str = ""
) -> tuple[str, str, str] | None:
    """The text with one thing exchanged; the old one and the new one. None where nothing can be.

    forbidden: what may not come in, lower case.
    """
    found = find(text)
    # Opposites are many and easily seen; names and numbers go first.
    found.sort(key=lambda f: (f.type == "word") * 0.6 + random.random())
    for one in found:
        new = other(one, near, text, random, forbidden)
        if new:
            return text[: one.start] + new + text[one.end :], one.text, new
    return None


def other(
    one: Found, near: dict[str, list[str]], text: str, random: Random, forbidden: str
) -> str | None:
    if one.type == "word":
        return _OTHER[one.text]
    lower = text.lower()
    words = len(one.text.split())
    choices = [
        c
        for c in near.get(one.type, [])
        if c.lower() not in lower
        and one.text.lower() not in c.lower()
        and not (forbidden and (c.lower() in forbidden or forbidden in c.lower()))
        and abs(len(c.split()) - words) <= 1
    ]
    if choices:
        return random.choice(choices)
    if one.type == "year":
        return str(int(one.text) + random.choice((-11, -10, -3, -2, -1, 1, 2, 3, 4, 10)))
    if one.type == "month":
        return random.choice([m for m in MONTHS.split() if m != one.text])
    if one.type == "day":
        return random.choice([d for d in DAYS.split() if not one.text.startswith(d)])
    if one.type == "number" and one.text.isdigit():
        return str(int(one.text) + random.choice((1, 2, 3, 5, 10)))
    return None
