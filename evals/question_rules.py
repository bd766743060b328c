"""What a question made by a machine must hold to be kept: rules that need no language model.

A rule is a name, which the tally of `evals.generate` counts, and whether a proposal breaks it. Most
proposals of a small model break one; what is left is still to be looked at (`evals.review`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from assistant.lexical import terms, words
from assistant.types import Article
from evals.metrics.spans import gives

MOST_ANSWER_WORDS = 10
FEWEST_WORDS, MOST_WORDS = 4, 35
# A question that takes so long a run of words from its sentence is the sentence with a hole.
MOST_RUN = 6
# And so is one that takes more of its sentence's terms than this.
MOST_TAKEN = 0.8
SIMILAR = 0.7

_OPENERS = frozenset(
    "who whom whose which what when where why how in on at by for from to with after before during "
    "until since under is are was were do does did has have had can could will would".split()
)
_PRONOUNS = frozenset(
    "he she it they him her them his hers its their theirs this these those".split()
)
_SPEAKERS = frozenset("i me my we us our ours you your yours".split())
_DEICTIC = re.compile(
    r"\b(today|yesterday|tomorrow|tonight|ago|recently|(this|last|next) (week|month|year|night)"
    r"|(article|text|passage|sentence|excerpt|report mentioned|author))\b",
    re.IGNORECASE,
)
_NAME_OR_NUMBER = re.compile(r"(?<=\s)(?:[^\W\d_a-z]\w*|\d[\d.,]*)")


@dataclass(frozen=True)
class Proposal:
    """A question and its answer as a model wrote them, to a sentence (`quote`) of an article."""

    question: str
    answer: str
    quote: str
    article: Article


def broken(proposal: Proposal) -> str | None:
    """The name of the first rule that the proposal breaks by itself; None where it holds all."""
    return next((name for name, breaks in RULES if breaks(proposal)), None)


def well_formed(question: str) -> bool:
    """One line, 4 to 35 words, begins like a question and ends in its only question mark."""
    said = words(question)
    return (
        FEWEST_WORDS <= len(said) <= MOST_WORDS
        and "\n" not in question
        and question[0].isupper()
        and question.endswith("?")
        and question.count("?") == 1
        and said[0] in _OPENERS
    )


def self_contained(question: str) -> bool:
    """Whether it can be understood alone: nobody speaks in it, it does not point at a text or at a
    day that depends on today, and a name or a number stands before the first pronoun."""
    said = re.findall(r"[\w'’]+", question)
    if any(w.lower() in _SPEAKERS for w in said) or _DEICTIC.search(question):
        return False
    name = _NAME_OR_NUMBER.search(question)
    pronoun = next(
        (m for m in re.finditer(r"\w+", question) if m.group().lower() in _PRONOUNS), None
    )
    return pronoun is None or (name is not None and name.start() < pronoun.start())


def longest_run(question: str, sentence: str) -> int:
    """The most words in a row that both have, stop words included, folded (`lexical.words`)."""
    asked, said = words(question), words(sentence)
    best = 0
    before = [0] * (len(said) + 1)
    for word in asked:
        now = [0] * (len(said) + 1)
        for n, other in enumerate(said, 1):
            if word == other:
                now[n] = before[n - 1] + 1
        best = max(best, *now)
        before = now
    return best


def taken(question: str, sentence: str, answer: str) -> float:
    """Share, 0 to 1, of the sentence's terms, those of the answer left out, that the question has.

    1 is the sentence turned into a question; to find it then takes no understanding.
    """
    rest = set(terms(sentence)) - set(terms(answer))
    return len(rest & set(terms(question))) / len(rest) if rest else 1.0


def similarity(a: frozenset[str], b: frozenset[str]) -> float:
    """Jaccard's coefficient of two sets of terms; 1 for two empty ones."""
    return len(a & b) / len(a | b) if a | b else 1.0


def _gives_away(p: Proposal) -> bool:
    return (
        longest_run(p.question, p.quote) >= MOST_RUN
        or taken(p.question, p.quote, p.answer) > MOST_TAKEN
    )


def _answer_in_question(p: Proposal) -> bool:
    asked = set(terms(p.question))
    return gives(p.question, [p.answer]) or set(terms(p.answer)) <= asked


def _answer_too_long(p: Proposal) -> bool:
    said = len(words(p.answer))
    return said > MOST_ANSWER_WORDS or 2 * said > len(words(p.quote))


RULES: tuple[tuple[str, Callable[[Proposal], bool]], ...] = (
    ("not a well-formed question", lambda p: not well_formed(p.question)),
    ("the sentence is not in the article", lambda p: p.quote not in p.article.text),
    ("the answer says nothing", lambda p: not terms(p.answer)),
    (
        "the answer is not in the sentence",
        lambda p: p.answer not in p.quote or not gives(p.quote, [p.answer]),
    ),
    ("the answer is half the sentence", _answer_too_long),
    ("the question holds the answer", _answer_in_question),
    ("the question cannot stand alone", lambda p: not self_contained(p.question)),
    ("too little to look for", lambda p: len(set(terms(p.question))) < 3),
    ("the question repeats the sentence", _gives_away),
)
