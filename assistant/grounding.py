"""Where in a text the words of an answer stand: exact, or by the same words, or by the same number.

Pure functions that the answer stage and the check share.
"""

from __future__ import annotations

import re
import unicodedata

from assistant.quantities import extended, quantities
from assistant.types import Span

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "–": "-", "—": "-"})


def locate(value: str, text: str) -> Span | None:
    """The first place in `text` that says `value`: the same letters but for case, accents, quote
    marks and runs of white space; else the same number written otherwise. None where there is none.

    Matches begin and end at word boundaries.
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
                return extended(text, Span(places[at], places[end - 1] + 1))
            at = folded.find(wanted, at + 1)
    asked = quantities(value)
    if len(asked) == 1 and asked[0].span == Span(0, len(value)):
        for quantity in quantities(text):
            if quantity.value == asked[0].value:
                return extended(text, quantity.span)
    return None


def _boundary(text: str, at: int) -> bool:
    return not (0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum())


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
