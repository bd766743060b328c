"""What a question takes for granted and the articles deny: "36 million left", where 3.6 did.

Only numbers, and only where the rest of the question is in one sentence: a language model of this
size, asked whether a text contradicts a question, cannot tell (measured on the sample's tune half).
Pure; English.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.coverage import missing_names
from assistant.lexical import terms
from assistant.quantities import Quantity, extended, like_a_year, quantities, values
from assistant.types import Evidence, EvidenceSentence

# Share of what else the question says that must be in the sentence for it to be about the same.
SAME_MATTER = 0.75
# Below it, a number in words is a manner of speaking: "the one who", "the two sides".
LEAST_COUNT = 3
_NEXT_WORD = re.compile(r"\s*-?\s*([^\W\d_][\w’'-]*)")


@dataclass(frozen=True)
class Denial:
    """What to say instead, and the sentence that says it."""

    text: str
    sentence: EvidenceSentence


def denied(evidence: Evidence) -> Denial | None:
    """The number of the question that the evidence has otherwise; None where there is none.

    The question names one number that no article read has; one sentence has all of the question's
    names, nearly all of its other words, and one other number of the same thing.
    """
    question = evidence.question
    counted = [q for q in quantities(question) if not _idle(q)]
    if len(counted) != 1:
        return None
    asked = counted[0]
    if any(asked.value in values(s.article.text) for s in evidence.sentences):
        return None
    whole = extended(question, asked.span)
    rest = f"{question[: whole.start]} {question[whole.end :]}"
    for sentence in sorted(evidence.sentences, key=lambda s: -s.score):
        other = _other(asked, question, sentence.text)
        if other is not None and _same_matter(rest, sentence):
            said, instead = _shown(sentence.text, other), _shown(question, asked)
            return Denial(f"The articles say {said}, not {instead}.", sentence)
    return None


def _idle(quantity: Quantity) -> bool:
    """Years date a question, and small numbers are often no count."""
    return like_a_year(quantity) or (not quantity.unit and quantity.value < LEAST_COUNT)


def _other(asked: Quantity, question: str, sentence: str) -> Quantity | None:
    """The one number in the sentence of what the question counts; None where it has several."""
    thing = _thing(question, asked)
    alike = [
        q
        for q in quantities(sentence)
        if q.unit == asked.unit and (q.unit or (thing and _thing(sentence, q) == thing))
    ]
    return alike[0] if len({q.value for q in alike}) == 1 else None


def _thing(text: str, quantity: Quantity) -> str:
    """The word after the number, stemmed: what is counted."""
    match = _NEXT_WORD.match(text, extended(text, quantity.span).end)
    return " ".join(terms(match[1])) if match else ""


def _same_matter(rest: str, sentence: EvidenceSentence) -> bool:
    beside = [sentence.text, sentence.article.title]
    asked = set(terms(rest))
    have = {t for text in beside for t in terms(text)}
    return (
        bool(asked)
        and len(asked & have) >= SAME_MATTER * len(asked)
        and not missing_names(rest, beside)
    )


def _shown(text: str, quantity: Quantity) -> str:
    """The number as it is written, with its unit, or with the thing it counts."""
    start, end = extended(text, quantity.span)
    thing = None if quantity.unit else _NEXT_WORD.match(text, end)
    return " ".join(text[start : thing.end() if thing else end].split())
