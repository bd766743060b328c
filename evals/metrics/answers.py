"""Is the answer right: SQuAD's exact match and token F1, and containment of every part."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence

from evals.items import Item
from evals.metrics.measure import Articles, Measure, Pair, averaged, given
from evals.metrics.spans import gives
from evals.records import Record

GROUP = "answers"
# Their right answers may well name the other values: an earlier one, or another outlet's.
_MAY_NAME_OTHERS = ("over_time", "conflict")
# "No one came" says neither yes nor no: what follows must end the word as an answer of its own.
_OPENING = re.compile(
    r"\W*(?:(yes)\b|(no)(?=\s*(?:[,.;:!–—-]|$)|\s+(?:it|they|he|she|the|this|that|there)\b))", re.I
)
_ARTICLES = re.compile(r"\b(a|an|the)\b")


def measures(pairs: Sequence[Pair], articles: Articles) -> list[Measure]:
    """Figures over the answerable items; a reply that declines or fails is wrong.

    answered right: the parts that are needed are in the answer, it does not begin with the wrong
        one of yes and no, and no tempting wrong value is in it (`answered_right`).
    contains the answer: the parts that are needed are in the answer, whatever else is.
    yes or no told right: of the items that ask for one of them, those answered with the right one
        at the beginning.
    exact match, token F1: SQuAD's, best over the forms, items with an answer of one part (HasAns of
        Rajpurkar et al., 2018); they also see an answer that says too much.
    words in the answer: of the answers given, the mean number of words.
    failed: of all items, those to which there was no reply.
    """
    answerable = [p for p in pairs if p.item.answerable]
    one_part = [p for p in answerable if len(p.item.answers) == 1]
    return [
        averaged("answered right", GROUP, answerable, answered_right),
        averaged("contains the answer", GROUP, answerable, contains_answer),
        averaged(
            "yes or no told right",
            GROUP,
            [p for p in answerable if p.item.opening],
            lambda i, r: opening(_text(r)) == i.opening,
        ),
        averaged("exact match", GROUP, one_part, lambda i, r: exact_match(_text(r), i.answers[0])),
        averaged("token F1", GROUP, one_part, lambda i, r: token_f1(_text(r), i.answers[0])),
        averaged(
            "words in the answer",
            GROUP,
            answerable,
            lambda i, r: len(r.text.split()) if given(r) else None,
            higher_is_better=False,
            unit="words",
        ),
        averaged("failed", GROUP, pairs, lambda i, r: r.status == "failed", higher_is_better=False),
    ]


def contains_answer(item: Item, record: Record) -> bool:
    """Whether an answer is given and has the parts that are needed, each in some accepted form."""
    return item.answerable and given(record) and enough(item, lambda f: gives(record.text, f))


def enough(item: Item, has: Callable[[tuple[str, ...]], bool]) -> bool:
    """Whether as many parts of the item's answer are there as it needs.

    has: whether a part is there, by its accepted forms.
    """
    return sum(map(has, item.answers)) >= (item.needed or len(item.answers))


def answered_right(item: Item, record: Record) -> bool:
    """Whether the answer has the parts that are needed, and nothing that makes it wrong: the other
    one of yes and no at its beginning, or a wrong value that the corpus makes tempting.

    An answer that begins with neither yes nor no is judged by its parts alone. Were wrong values
    allowed, an answer that lists everything would be right. Items over time or about a conflict may
    name them, and so may a wrong value that is part of an accepted form.
    """
    if not contains_answer(item, record):
        return False
    if item.opening and opening(record.text) not in ("", item.opening):
        return False
    return item.kind in _MAY_NAME_OTHERS or not false_answers_in(item, record.text)


def opening(text: str) -> str:
    """Which of "yes" and "no" the text begins with, as an answer of its own; else empty."""
    match = _OPENING.match(text)
    return (match.group(1) or match.group(2)).lower() if match else ""


def false_answers_in(item: Item, text: str) -> list[str]:
    """The item's wrong values that `text` gives, except those inside an accepted form."""
    right = [form for part in item.answers for form in part]
    return [
        wrong
        for wrong in item.false_answers
        if gives(text, [wrong]) and not any(gives(form, [wrong]) for form in right)
    ]


def normalised(text: str) -> str:
    """SQuAD's normalisation: lower case, no ASCII punctuation, no a/an/the, single spaces."""
    bare = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def exact_match(text: str, forms: Sequence[str]) -> float:
    """1 if the normalised text is one of the normalised forms, else 0 (Rajpurkar et al., 2016)."""
    given_text = normalised(text)
    return float(any(given_text == normalised(form) for form in forms))


def token_f1(text: str, forms: Sequence[str]) -> float:
    """Best over the forms of 2 * shared / (said + wanted), in tokens (Rajpurkar et al., 2016).

    Where one of the two has no tokens left, 1 if neither has, else 0, as in the SQuAD 2.0 script.
    """
    best = 0.0
    said = normalised(text).split()
    for form in forms:
        wanted = normalised(form).split()
        if not said or not wanted:
            best = max(best, float(said == wanted))
            continue
        shared = sum((Counter(said) & Counter(wanted)).values())
        best = max(best, 2 * shared / (len(said) + len(wanted)))
    return best


def _text(record: Record) -> str:
    return record.text if given(record) else ""
