"""What a correction says was wrong: "41.2 million, not 44.2 million", "Ana Brook, not Anna Brock".

Pure: the text of a notice in, the figures and names that it takes back out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from assistant.lexical import words
from assistant.quantities import values

# What follows is wrong.
_NOT = re.compile(
    r"\b(?:not|instead of|rather than|(?:figure|number|total|toll|price|date|name|cost|sum) of|"
    r"(?:first|originally|earlier) (?:said|given|reported|named) as|misspel\w+ as|"
    r"nicht|statt|anstatt|et non|au lieu de|en lugar de|invece di)\s+([^.;:()\n]{1,70})",
    re.IGNORECASE,
)
_WRONGLY = re.compile(
    r"\b(?:wrongly|incorrectly|mistakenly|erroneously|in error|fälschlich(?:erweise)?|irrtümlich|"
    r"par erreur|por error|erroneamente)\b([^.;\n]{1,120})",
    re.IGNORECASE,
)
# What is right follows in the same breath.
_ENDS = re.compile(r",|\b(?:but|sondern|mais|sino)\b|\s[–—-]\s")
_POINT = re.compile(r"(?<=\d)[.,](?=\d)")
_NAME = re.compile(r"[^\W\d_a-z][\w'’-]+(?:\s+(?:de|van|von|of|the|la|le)?\s*[^\W\d_a-z][\w'’-]+)*")
_DULL = frozenset("the a an in on at it he she they we this that our der die das monday".split())


@dataclass(frozen=True)
class Retracted:
    """numbers, names: what was wrong, names as folded words. right: the numbers given instead."""

    numbers: frozenset[Decimal]
    names: tuple[str, ...]
    right: frozenset[Decimal] = frozenset()


def retracted(text: str) -> list[Retracted]:
    """The figures and names that the notice `text` takes back, in its order."""
    found = []
    for start, phrase in _wrong(text):
        numbers = frozenset(values(phrase))
        names = () if numbers else tuple(_names(phrase))
        if numbers or names:
            before = text[:start].rpartition(".\n")[2][-120:]
            found.append(Retracted(numbers, names, frozenset(values(before)) - numbers))
    return found


def _wrong(text: str) -> Iterator[tuple[int, str]]:
    # A point within a number ends no sentence.
    flat = _POINT.sub("\x00", text)
    for pattern in (_NOT, _WRONGLY):
        for match in pattern.finditer(flat):
            start, end = match.span(1)
            phrase = text[start:end]
            yield match.start(), _ENDS.split(phrase)[0] if pattern is _NOT else phrase


def _names(phrase: str) -> Iterator[str]:
    """Runs of words in capitals, folded. One that begins the phrase counts like any other."""
    for match in _NAME.finditer(phrase):
        name = words(match.group())
        if name and name[0] not in _DULL and len("".join(name)) >= 4:
            yield " ".join(name)
