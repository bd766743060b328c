"""One question about two things -> two questions. Pure; a rule of English, no model."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

from assistant.lexical import terms, words

_ASKS = (
    r"(?:(?:from|in|on|at|by|for|to|with|since) )?"
    r"(?:how|what|who|whom|whose|when|where|which|why)\b"
)
_JOINT = re.compile(rf"[,;]?\s+(?:and|but)\s+(?={_ASKS})", re.IGNORECASE)
_MONTH = "|".join(name for name in calendar.month_name if name)
_TIME = re.compile(
    rf"(?:(?:by|at|in|on|since|until|before|after) )?(?:the (?:end|start|beginning) of )?"
    rf"(?:\d{{1,2}} )?(?:(?:{_MONTH})(?: \d{{1,2}},?)?(?: (?:19|20)\d\d)?|(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=\w )[^\W\d_a-z][\w’'-]*")
# "How many after the recount": how many of what, the first question says.
_WITHOUT_VERB = re.compile(
    rf"{_ASKS}(?:\s+\w+)?\s+(?:in|on|at|by|for|after|before|since|until|from|to|of|with)\b",
    re.IGNORECASE,
)
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
        found.append(_at_another_time(first, piece) or _after(first, piece))
    return found


def _at_another_time(first: str, piece: str) -> Part | None:
    """ "How high was it in March, and how high in May" -> "How high was it in May"; None where
    the second question asks for more than another time."""
    times, others = list(_TIME.finditer(first)), list(_TIME.finditer(piece))
    if len(times) != 1 or len(others) != 1:
        return None
    rest = piece[: others[0].start()] + piece[others[0].end() :]
    if not set(terms(rest)) <= set(terms(first)):
        return None
    same = first[: times[0].start()] + others[0].group() + first[times[0].end() :]
    return Part(f"{same}?", f"{same}?")


def _after(first: str, piece: str) -> Part:
    """The second question with what it takes from the first: its names, or all of it."""
    own = set(words(piece))
    names = [n for n in _NAME.findall(_TIME.sub("", first)) if not set(words(n)) <= own]
    searched = " ".join([piece, *names])
    if len(terms(piece)) < LEANING_TERMS:
        return Part(asked=f"{first}? And {piece}?", searched=f"{first} {piece}")
    if _WITHOUT_VERB.match(piece):
        return Part(asked=f"{first}? And {piece}?", searched=searched)
    about = f" ({' '.join(names)})" if names else ""
    return Part(asked=f"{piece[:1].upper()}{piece[1:]}?{about}", searched=searched)
