"""Whether a sentence can be understood without those around it. Pure; English.

A feature begins "If you want to know how high the water stood ..." and goes on "By her reckoning":
neither tells a stranger anything, however well it fits a question.
"""

from __future__ import annotations

import re

from assistant.lexical import words

# Fewer words say nothing alone.
LEAST_WORDS = 6
_WHOLE = re.compile(r".*[.!?…][\"'”’)\]]*\Z", re.DOTALL)
# A quotation, a note, a heading, the row of a table.
_MARKED = re.compile(r"\s*[“\"„«*#|]")
_QUOTED = re.compile(r"[“\"„«][^”\"“»]*(?:[”\"“»]|\Z)")
_POINTS_BACK = re.compile(
    r"\W*(?:it|its|he|his|she|her|they|their|this|that|these|those|both|such|but|and|so|then|there"
    r"|another|one|the (?:two|three|same|other|former|latter|second|last|next))\b",
    re.IGNORECASE,
)
_SPEAKS_TO_US = re.compile(r"\b(?:you|your|we|our|us|my|me)\b|\bI\b|\?", re.IGNORECASE)
_PERSON = re.compile(r"\b(?:he|him|his|she|her|hers|they|them|their|theirs)\b", re.IGNORECASE)
NAME = re.compile(r"(?<=[\w,;] )[^\W\d_a-z][\w’'-]+")


def stands_alone(sentence: str) -> bool:
    """Whether it is a whole sentence of the paper's own that points to nothing before it."""
    said = _QUOTED.sub(" ", sentence)
    if _MARKED.match(sentence) or not _WHOLE.match(sentence) or len(words(said)) < LEAST_WORDS:
        return False
    if _POINTS_BACK.match(said) or _SPEAKS_TO_US.search(said):
        return False
    person, name = _PERSON.search(said), NAME.search(said)
    return person is None or (name is not None and name.start() < person.start())
