"""A yes/no question: which of the two, decided by what the cited text bears out.

A small language model says yes to everything, so it is not asked. The question is put as a
statement, and the reader's entailment says whether the text bears it out or denies it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answering.reading import Reader

# How sure the reader must be of one side for it to be said.
LEAST_SURE = 0.5
_DO = re.compile(r"^\W*(?:(?:so|and|but)\s+)?(?:do|does|did)\s+", re.IGNORECASE)
_BE = re.compile(
    r"^\W*(?:(?:so|and|but)\s+)?(?P<verb>is|are|was|were|has|have|had|can|could|will|would|should"
    r"|must|may|might)\s+(?P<rest>.+)",
    re.IGNORECASE,
)
# "The old bridge", "Anselm Roke", "it": where a subject ends, as far as a rule can see.
_SUBJECT = re.compile(
    r"(?:(?:the|a|an|this|that|his|her|its|their|any|anyone|anybody|there|it|he|she|they)\b\s*)?"
    r"(?:[^\W\d_a-z][\w’'-]*\s+)*",
)
_OPENING = re.compile(r"^\W*(?:yes|no)\s*[,.:;–—-]+\s*", re.IGNORECASE)
_DETERMINERS = frozenset("the a an his her its their this that any".split())


def as_statement(question: str) -> str:
    """The question as the statement that a yes would make: "Did it open?" -> "it open"."""
    asked = question.strip().rstrip("?. ")
    if _DO.match(asked):
        return _DO.sub("", asked)
    match = _BE.match(asked)
    if match is None:
        return asked
    subject = _SUBJECT.match(match["rest"])
    end = subject.end() if subject else 0
    words = match["rest"][:end].split()
    rest = match["rest"][end:]
    if not words or (
        len(words) == 1
        and words[0].lower()
        in {"the", "a", "an", "his", "her", "its", "their", "this", "that", "any"}
    ):
        noun, _, rest = rest.partition(" ")
        words.append(noun)
    return " ".join([*words, match["verb"].lower(), rest]).strip()


def without_yes_or_no(text: str) -> str:
    """What a model wrote, without the yes or no that it begins with."""
    rest = _OPENING.sub("", text)
    return f"{rest[:1].upper()}{rest[1:]}"


def decide(question: str, texts: Sequence[str], reader: Reader | None) -> bool | None:
    """Whether the texts, the last of them the newest, say yes; None where neither is sure."""
    if reader is None or not texts:
        return None
    said = as_statement(question)
    for borne in reversed(reader.bear([(text, said) for text in texts])):
        if max(borne.entails, borne.contradicts) >= LEAST_SURE:
            return borne.entails > borne.contradicts
    return None
