"""Where in a text the words of an answer stand: exact, or by the same words, or by the same number.

Pure functions that the answer stage and the check share.
"""

from __future__ import annotations

import re
import unicodedata

from assistant.quantities import Quantity, extended, quantities
from assistant.types import Span

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "–": "-", "—": "-"})
# Scripts that leave no space between words: any place may be where one ends.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")
_NUMERIC = frozenset("0123456789.,")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+[.,]\d+")


def locate(value: str, text: str) -> Span | None:
    """The first place in `text` that says `value`: the same letters but for case, accents, quote
    marks and runs of white space; else the same number written otherwise. None where there is none.

    Matches begin and end at word boundaries; 5 is not in 5.3, nor 200 in 1,200.
    """
    value = value.strip().strip(".,;:")
    if not value:
        return None
    folded, places = _folded(text)
    wanted = _folded(value)[0].strip()
    if wanted:
        at = folded.find(wanted)
        while at >= 0:
            end = at + len(wanted)
            if _boundary(folded, at) and _boundary(folded, end):
                last = places[end - 1] + 1
                while last < len(text) and unicodedata.combining(text[last]):
                    last += 1
                return extended(text, Span(places[at], last))
            at = folded.find(wanted, at + 1)
    asked = quantities(value)
    if len(asked) == 1 and extended(value, asked[0].span) == Span(0, len(value)):
        for quantity in quantities(text):
            if quantity.value == asked[0].value and _same_measure(asked[0], value, quantity, text):
                return extended(text, quantity.span)
    return None


def _same_measure(asked: Quantity, value: str, found: Quantity, text: str) -> bool:
    """Whether `found` is in the unit or currency asked for, where one is."""
    wanted, said = _measure(asked, value), _measure(found, text)
    return not wanted or wanted == said


def _measure(quantity: Quantity, text: str) -> str:
    start = quantity.span.start
    sign = text[start - 1] if start else ""
    return {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen"}.get(sign, quantity.unit)


def _boundary(text: str, at: int) -> bool:
    if _in_number(text, at):
        return False
    if _UNSPACED.search(text[max(at - 1, 0) : at + 1]):
        return True
    return not (0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum())


def _in_number(text: str, at: int) -> bool:
    """Whether `at` is beside a point or comma of one number; in 12.03.2024 it is in a date."""
    start = end = at
    while start > 0 and text[start - 1] in _NUMERIC:
        start -= 1
    while end < len(text) and text[end] in _NUMERIC:
        end += 1
    run = text[start:end].rstrip(".,")
    return start < at < start + len(run) and bool(_NUMBER.fullmatch(run))


def _folded(text: str) -> tuple[str, list[int]]:
    """`text` folded for comparison, and for each folded character its place in `text`."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text.translate(_QUOTES)):
        if re.match(r"\s", character):
            if letters and letters[-1] == " ":
                continue
            character = " "
        for piece in unicodedata.normalize("NFKD", character):
            if not unicodedata.combining(piece):
                for letter in piece.casefold():
                    letters.append(letter)
                    places.append(place)
    return "".join(letters), places
