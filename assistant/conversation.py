"""A follow-up question and what was said before -> a question that stands alone. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.lexical import terms

_REFERS_BACK = re.compile(
    r"\b(it|its|they|them|their|he|him|his|she|her|hers|this|that|these|those|there|then|"
    r"the same|former|latter)\b",
    re.IGNORECASE,
)
# "Is there a new mayor in Harlow?" refers to nothing.
_EXPLETIVE = re.compile(
    r"\b(is|are|was|were|has|have|had|will|can|could|would|did) there\b"
    r"|\bthere (is|are|was|were|has|have|had|will|would)\b",
    re.IGNORECASE,
)
_CONTINUES = re.compile(r"^\s*(and|but|so|what about|how about|why|since when)\b", re.IGNORECASE)


def standalone(question: str, history: Sequence[tuple[str, str]]) -> str:
    """`question` with the one before in front of it where it only makes sense after that one.

    history: (question, answer) pairs, oldest first. A question that names its own subject comes
    back unchanged, so a change of subject is not dragged back to the old one.
    """
    if not history or not _leans(question):
        return question
    before = next((q for q, _ in reversed(history) if not _leans(q)), history[-1][0])
    answer = history[-1][1]
    spoken = " ".join(answer.split()[:12])
    return f"{before.rstrip('?. ')} ({spoken}). {question}" if spoken else f"{before} {question}"


def _leans(question: str) -> bool:
    """Whether it refers to something it does not name."""
    said = _EXPLETIVE.sub(" ", question)
    return bool(
        _CONTINUES.match(question)
        or (_REFERS_BACK.search(said) and len(terms(question)) <= 4)
        or len(terms(question)) <= 1
    )
