"""A paragraph -> a text of some whole sentences of it, of varied length."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from random import Random
from typing import NamedTuple

# Words; a third more word pieces. Most are as long as a news passage is.
LENGTHS = ((0.2, 25, 55), (0.65, 55, 100), (0.15, 100, 160))
TOO_LONG = 190


class Crop(NamedTuple):
    """starts: where each sentence that was taken begins in the text."""

    text: str
    starts: dict[int, int]


def any_length(random: Random) -> int:
    part = random.random()
    for share, least, most in LENGTHS:
        part -= share
        if part <= 0:
            return random.randint(least, most)
    return LENGTHS[-1][2]


def crop(
    sentences: Sequence[str],
    keep: int,
    random: Random,
    without: Collection[int] = (),
    words: int = 0,
) -> Crop | None:
    """Sentence `keep` and its neighbours on both sides, as many as fit; `without` left out.

    words: about how many; 0 chooses. None where the sentence alone is too long.
    """
    words = words or any_length(random)
    taken, size = {keep}, len(sentences[keep].split())
    if size > TOO_LONG:
        return None
    left, right = keep - 1, keep + 1
    while size < words and (left >= 0 or right < len(sentences)):
        go_left = left >= 0 and (right >= len(sentences) or random.random() < 0.5)
        at = left if go_left else right
        left, right = (left - 1, right) if go_left else (left, right + 1)
        if at in without:
            continue
        more = len(sentences[at].split())
        if size + more > max(words * 1.25, 40):
            break
        taken.add(at)
        size += more
    return join(sentences, taken)


def join(sentences: Sequence[str], taken: Collection[int]) -> Crop:
    starts, text = {}, ""
    for at in sorted(taken):
        text += " " if text else ""
        starts[at] = len(text)
        text += sentences[at]
    return Crop(text, starts)


def holds(text: str, answers: tuple[str, ...]) -> bool:
    """Whether one of the answers stands in the text, by its letters and digits."""
    plain = _plain(text)
    return any(_plain(a) in plain for a in answers if a.strip())


def _plain(text: str) -> str:
    return " " + " ".join(re.findall(r"[^\W_]+", text.lower())) + " "
