"""One question about two things -> two questions. Pure; a rule of English, no model."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.lexical import terms, words

_ASKS = (
    r"(?:(?:from|in|on|at|by|for|to|with|since) )?"
    r"(?:how|what|who|whom|whose|when|where|which|why)\b"
)
_JOINT = re.compile(rf"[,;]?\s+(?:and|but)\s+(?={_ASKS})", re.IGNORECASE)
_NAME = re.compile(r"(?<=\w )[^\W\d_a-z][\w’'-]*")
# Below so many words of its own the second question lives from the first.
LEANING_TERMS = 4


@dataclass(frozen=True)
class Part:
    """
    asked: what the language model is asked, understandable alone.
    searched: what retrieval looks for.
    """

    asked: str
    searched: str


def parts(question: str) -> list[Part]:
    """The questions in `question`; itself alone where it asks one thing."""
    pieces = [p.strip(" ,;?") for p in _JOINT.split(question)]
    if len(pieces) < 2 or not re.search(rf"\b{_ASKS}", pieces[0], re.IGNORECASE):
        return [Part(question, question)]
    first = pieces[0]
    found = [Part(f"{first}?", f"{first}?")]
    for piece in pieces[1:]:
        own = set(words(piece))
        names = [n for n in _NAME.findall(first) if not set(words(n)) <= own]
        leans = len(terms(piece)) < LEANING_TERMS
        searched = f"{first} {piece}" if leans else f"{piece} {' '.join(names)}"
        found.append(Part(asked=f"{first}? And {piece}?", searched=searched))
    return found
