"""A question that asks two things -> the questions in it. Pure; English."""

from __future__ import annotations

import re

_WH = r"(?:how|what|who|whom|whose|when|where|which|why)\b"
_JOINT = re.compile(
    rf"\?\s+(?=\S)|[,;]?\s+(?:and|but)\s+(?=(?:(?:by|at|in|on|for|to|from|with|since) )?{_WH})",
    re.IGNORECASE,
)
_ASKS = re.compile(rf"\b{_WH}|^\W*(?:is|are|was|were|do|does|did|has|have|can|will)\b", re.I)
LEAST_WORDS = 2


def sub_questions(question: str) -> list[str]:
    """The questions in `question`, in order; itself alone where it asks one thing."""
    pieces = [p.strip(" ,;?.") for p in _JOINT.split(question)]
    pieces = [p for p in pieces if len(p.split()) >= LEAST_WORDS]
    if len(pieces) < 2 or not all(_ASKS.search(p) for p in pieces):
        return [question]
    return [f"{p[:1].upper()}{p[1:]}?" for p in pieces]
