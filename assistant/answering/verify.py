"""Whether sentences of articles say what a statement says: its numbers, names, days and words, with
negation the same on both sides. Pure; what the trained reader thinks of it is asked elsewhere.

What a citation shows beside its quote (headline, outlet, day of publication) counts as said there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.grounding import locate
from assistant.lexical import terms, words
from assistant.quantities import Quantity, extended, quantities, values
from assistant.timing import days_named
from assistant.types import Article

NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor without cannot n't hardly refused denied failed "
    "nicht kein keine nie ne pas jamais no nunca".split()
)
# Share of a statement's words that must be in its sources; the rest may be the glue of a sentence.
REQUIRED_WORDS = 0.7
# What a sentence that explains or reports adds of its own.
_GLUE = frozenset(
    terms("because due reason reasons since therefore according article articles say said says")
    + terms("state stated report reported mention mentioned believe believed think thought")
)
# Letters of a name from which on it may go on in another form: Brazil, Brazilian.
LEAST_STEM = 5
# Fewer terms are no clause that could be denied.
LEAST_CLAUSE = 2
# Words one of which nearly every English sentence of so many words has, and no other language.
LEAST_WORDS = 8
_ENGLISH = frozenset(
    "the of and to that for with are were has have had been this from his their which would said "
    "than about by on it".split()
)
_TIME = re.compile(r"\b(\d{1,2}):(\d{2})\b")
_CLAUSES = re.compile(r"[;,:–—]|\bbut\b|\band\b|\bwhile\b|\balthough\b")
_NAME = re.compile(r"\b[^\W\d_a-z][\w’'-]+", re.UNICODE)


@dataclass(frozen=True)
class Beside:
    """What is known beside the cited text: the articles that it is from, whose headline, outlet and
    day are shown with it; the text around it; the question, whose words an answer repeats."""

    articles: Sequence[Article] = ()
    around: str = ""
    question: str = ""


def missing(statement: str, texts: Sequence[str], beside: Beside = Beside()) -> str | None:
    """What of `statement` the texts do not have, in words; None where they have everything.

    Negation must be as in the texts themselves, numbers in them or in what is shown beside them,
    names and words also around them.
    """
    if any(locate(statement, text) for text in texts):
        return None
    statement, have = _clock(statement), _clock(" ".join(texts))
    shown = " ".join(f"{a.title}. {a.source or ''}" for a in beside.articles)
    around = f"{have} {shown} {beside.around}"
    undated = _without_days(statement, beside.articles)
    lost = _missing_numbers(undated, f"{have} {shown}") or _missing_names(
        undated, f"{around} {beside.question}", beside.articles
    )
    if lost or any(map(_is_foreign, texts)):
        return lost
    return _missing_words(undated, around, beside.question) or _other_negation(undated, have)


def _clock(text: str) -> str:
    """`text` with times written with a full stop: 8:30 as 8.30."""
    return _TIME.sub(r"\1.\2", text)


def _is_foreign(text: str) -> bool:
    """Whether the text is in another language than English, whose words cannot be compared."""
    said = words(text)
    return len(said) >= LEAST_WORDS and not _ENGLISH & set(said)


def _without_days(statement: str, articles: Sequence[Article]) -> str:
    """`statement` without the days, months and years in which the cited articles were published."""
    published = [a.published for a in articles if a.published]
    for span, day in reversed(days_named(statement)):
        if day in published:
            statement = f"{statement[: span.start]} {statement[span.end :]}"
    for day in published:
        statement = re.sub(rf"\b(?:{day:%B} )?{day.year}\b", " ", statement)
    return statement


def _missing_numbers(statement: str, have: str) -> str | None:
    numbers = values(statement) - values(have)
    if numbers:
        shown = ", ".join(f"{n:f}" for n in sorted(numbers))
        return f"the number {shown} is not in the cited text"
    other = next((q for q in quantities(statement) if not _measured(q, have)), None)
    return f"the number {other.value:f} is not in {other.unit} there" if other else None


def _measured(quantity: Quantity, have: str) -> bool:
    """Whether the sources have the number in that unit, or without a unit of its own."""
    units = {q.unit for q in quantities(have) if q.value == quantity.value}
    return not quantity.unit or quantity.unit in units or "" in units


def _missing_names(statement: str, have: str, articles: Sequence[Article]) -> str | None:
    """A name that is not there. One that the article gives elsewhere may stand for a pronoun, and
    those of the question are its own."""
    known = set(words(have)) | {w for a in articles for w in words(a.text)}
    lost = [n for n in _names(statement) if not all(_is_known(w, known) for w in words(n))]
    return f"the name {lost[0]} is not in the cited article" if lost else None


def _is_known(word: str, known: set[str]) -> bool:
    """Whether the word is there, or its stem: "Brazilian" where the articles write "Brazil"."""
    stems = (word[:end] for end in range(LEAST_STEM, len(word)))
    longer = len(word) >= LEAST_STEM and any(w.startswith(word) for w in known)
    return word in known or longer or any(s in known for s in stems)


def _names(text: str) -> list[str]:
    """Capitalised words that are not capitalised merely because a sentence begins."""
    return [m.group() for m in _NAME.finditer(text) if m.start() > 0]


def _missing_words(statement: str, have: str, question: str) -> str | None:
    """Too many words that are not there. Those of the question do not count: repeating them is
    what a full sentence does. How many of them are not there either, `unsaid` tells."""
    said = set(terms(without_numbers(statement)))
    if not said:
        return None if quantities(statement) else "it has no words to check"
    own = said - set(terms(question)) - _GLUE
    there = set(terms(have))
    found = {w for w in own if _is_known(w, there)}
    # A figure that is there may have one word around it that is not: "won" by 309 votes.
    spared = 1 if values(statement) - values(question) else 0
    if len(found) < REQUIRED_WORDS * len(own) and len(own - found) > spared:
        lost = sorted(own - found)[:3]
        return f"too few of its words are in the cited text (not: {', '.join(lost)})"
    return None


def adds_nothing(statement: str, question: str) -> bool:
    """Whether the statement has no word and no number that the question does not have."""
    asked = set(terms(question))
    said = {w for w in terms(statement) if not _negates(w)} - _GLUE
    new = {w for w in said if not _is_known(w, asked)}
    return not new and values(statement) <= values(question)


def unsaid(statement: str, articles: Sequence[Article]) -> float:
    """The share, 0 to 1, of the statement's words that the articles have nowhere.

    Who built a bridge did not design it: "designed" may be only the question's word.
    """
    said = set(terms(without_numbers(statement)))
    have = {t for a in articles for t in terms(f"{a.title} {a.source or ''} {a.text}")}
    return len(said - have) / len(said) if said else 0.0


def without_numbers(text: str) -> str:
    """`text` without its numbers and their units, which are compared by value."""
    for quantity in reversed(quantities(text)):
        start, end = extended(text, quantity.span)
        text = f"{text[:start]} {text[end:]}"
    return text


def _other_negation(statement: str, have: str) -> str | None:
    """Whether a clause of the statement denies what the closest clause of the text says."""
    for clause in _CLAUSES.split(statement):
        closest = _closest(clause, have)
        if len(terms(clause)) >= LEAST_CLAUSE and _negated(clause) != _negated(closest):
            return "negation differs between it and the cited text"
    return None


def _negated(text: str) -> bool:
    return any(map(_negates, words(text)))


def _negates(word: str) -> bool:
    return word in NEGATIONS or word.endswith(("n't", "n’t"))


def _closest(clause: str, have: str) -> str:
    """The clause of the text that shares most words with this one."""
    asked = set(terms(clause))
    return max(_CLAUSES.split(have), key=lambda c: len(asked & set(terms(c))))


def missing_names(question: str, texts: Sequence[str]) -> list[str]:
    """The names and numbers of the question that none of `texts` has, in order.

    A name is a word with a capital that does not merely begin the question.
    """
    start = len(question) - len(question.lstrip("“”\"'‘’ "))
    names = [m.group() for m in _NAME.finditer(question) if m.start() > start]
    have = {t for text in texts for t in terms(text)}
    have_words = {w for text in texts for w in words(text)}
    lost = [n for n in names if not (set(terms(n)) <= have or set(words(n)) <= have_words)]
    numbers = {v for text in texts for v in values(text)}
    lost += [f"{v:f}" for v in sorted(values(question) - numbers)]
    return list(dict.fromkeys(lost))
