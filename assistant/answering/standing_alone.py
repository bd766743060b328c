"""Whether a sentence can be understood without those around it. Pure; English.

A feature begins "If you want to know how high the water stood ..." and goes on "By her reckoning":
neither tells a stranger anything, however well it fits a question.
"""

from __future__ import annotations

import re

from assistant.lexical import words

# Fewer words say nothing alone.
LEAST_WORDS = 6
WHOLE = re.compile(r".*[.!?…][\"'”’)\]]*\Z", re.DOTALL)
# A quotation, a note, a heading, the row of a table.
_MARKED = re.compile(r"\s*[“\"„«*#|]")
_QUOTED = re.compile(r"[“\"„«][^”\"“»]*(?:[”\"“»]|\Z)")
# "It will cost 2.4 million": the sentence before says what.
POINTS_BACK = re.compile(
    r"[“\"'‘]?(?:it|its|he|his|she|her|they|their|this|that|these|those|both"
    r"|the (?:two|three|same|other|firm|company|group|former|latter))\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"(?:such|but|and|so|then|there|another|one|the (?:second|last|next))\b", re.IGNORECASE
)
_SPEAKS_TO_US = re.compile(r"\b(?:you|your|we|our|us|my|me)\b|\bI\b|\?", re.IGNORECASE)
_PERSON = re.compile(r"\b(?:he|him|his|she|her|hers|they|them|their|theirs)\b", re.IGNORECASE)
NAME = re.compile(r"(?<=[\w,;] )[^\W\d_a-z][\w’'-]+")


def stands_alone(sentence: str) -> bool:
    """Whether it is a whole sentence of the paper's own that points to nothing before it."""
    said = _QUOTED.sub(" ", sentence)
    if _MARKED.match(sentence) or not WHOLE.match(sentence) or len(words(said)) < LEAST_WORDS:
        return False
    said = re.sub(r"\A\W+", "", said)
    if POINTS_BACK.match(said) or _GOES_ON.match(said) or _SPEAKS_TO_US.search(said):
        return False
    person, name = _PERSON.search(said), NAME.search(said)
    return person is None or (name is not None and name.start() < person.start())
