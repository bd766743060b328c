"""Exchanges in a text that is to answer a question, or no longer to."""

from __future__ import annotations

import re
from random import Random

from evals.reader import exchange
from evals.reader.cropping import Crop
from evals.reader.sources import Asked


def sentence_exchanged(
    asked: Asked, sentence: str, near: dict[str, list[str]], random: Random
) -> str | None:
    """What question and sentence have in common is another one in the sentence."""
    common = [
        f
        for f in exchange.find(sentence)
        if f.type != "word"
        and f.text in asked.question
        and (f.end <= asked.start or f.start >= asked.end)
    ]
    if not common:
        return None
    one = random.choice(common)
    forbidden = asked.answers[0].lower()
    new = exchange.other(one, near, f"{asked.question} {sentence}", random, forbidden)
    return new and sentence[: one.start] + new + sentence[one.end :]


def both_exchanged(
    asked: Asked, text: Crop, near: dict[str, list[str]], random: Random
) -> tuple[str, Crop] | None:
    """Another name in question and text alike: still answered, and in no other text."""
    made = exchange.exchanged(asked.question, near, random, text.text.lower())
    at = text.starts[asked.sentence] + asked.start
    before, after = text.text[:at], text.text[at + asked.end - asked.start :]
    if made is None or made[1] not in before + after or made[1] in asked.answers[0]:
        return None
    pattern = rf"\b{re.escape(made[1])}\b"
    new, answer = made[2].replace("\\", ""), text.text[at : at + asked.end - asked.start]
    before = re.sub(pattern, lambda _: new, before)
    changed = before + answer + re.sub(pattern, lambda _: new, after)
    return made[0], Crop(changed, {asked.sentence: len(before) - asked.start})
