"""A yes/no question: which of the two.

A small language model begins with yes whatever it read (of 18 tune questions 14 times, right 8
times), but how near it was to saying no tells: on the same questions, the probability of "No" as a
share of both told 14 right, with the line drawn where it is drawn here. A model that does not show
its probabilities is taken at its word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# From this share on "No" is meant.
MEANS_NO = 0.3
_OPENING = re.compile(r"^\W*(?P<word>yes|no)\b\s*[,.:;–—-]*\s*", re.IGNORECASE)


def opening(text: str) -> str | None:
    """ "Yes" or "No", where the text begins with one of them."""
    match = _OPENING.match(text)
    return match["word"].capitalize() if match else None


def without_opening(text: str) -> str:
    """What a model wrote, without the yes or no that it begins with."""
    rest = _OPENING.sub("", text)
    return f"{rest[:1].upper()}{rest[1:]}"


def meant(first: Mapping[str, float]) -> str | None:
    """ "Yes" or "No", by how likely each is as the first token; None where neither is likely."""
    yes, no = first.get("Yes", 0.0), first.get("No", 0.0)
    if yes + no == 0:
        return None
    return "No" if no / (yes + no) >= MEANS_NO else "Yes"
