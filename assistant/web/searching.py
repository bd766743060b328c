"""Finding words in conversations, without regard to letter case and accents. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.dialogue import Conversation
from assistant.lexical import fold
from assistant.render import answer_json
from assistant.safety import one_line

_AROUND = 60


def found_in(conversation: Conversation, wanted: str) -> str | None:
    """The words around what was found, "" where the name alone has it all; None: not found.

    Each word of `wanted` must stand somewhere in the name, the questions or the answers.
    """
    words = fold(wanted).split()
    texts = [one_line(text) for text in _texts(conversation)]
    folded = [fold(text) for text in texts]
    everything = "\n".join(folded)
    if not all(word in everything for word in words):
        return None
    counts = [sum(word in text for word in words) for text in folded]
    best = counts.index(max(counts))
    return _around(texts[best], words) if best else ""


def _texts(conversation: Conversation) -> Iterator[str]:
    yield conversation.name
    for turn in conversation.turns:
        yield turn.question
        yield answer_json(turn.answer)["answer"]


def _around(text: str, words: list[str]) -> str:
    """The part of `text` around the first of the words, cut at spaces."""
    folded = [fold(character) for character in text]
    places = [i for i, each in enumerate(folded) for _ in each]
    at = min((p for word in words if (p := "".join(folded).find(word)) >= 0), default=0)
    middle = places[at] if at < len(places) else 0
    start, end = max(middle - _AROUND, 0), min(middle + 2 * _AROUND, len(text))
    part = text[start:end]
    if start:
        part = "… " + re.sub(r"^\S{0,20}\s", "", part)
    if end < len(text):
        part = re.sub(r"\s\S{0,20}$", "", part) + " …"
    return part
