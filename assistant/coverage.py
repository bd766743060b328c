"""How much of a question an article has: its words, its names, its numbers. Pure.

A question that the corpus does not answer often names something that no article near it has;
"answered" by the nearest article, it would be answered about something else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.lexical import terms, words
from assistant.quantities import values

_WORD = re.compile(r"\b[^\W\d_][\w’'-]*")


def covered(question: str, texts: Sequence[str]) -> float:
    """The share, 0 to 1, of the question's terms that occur in any of `texts`; 1 without terms."""
    asked = set(terms(question))
    if not asked:
        return 1.0
    have = {t for text in texts for t in terms(text)}
    return len(asked & have) / len(asked)


def missing_names(question: str, texts: Sequence[str]) -> list[str]:
    """The names and numbers of the question that none of `texts` has, in order.

    A name is a word with a capital that does not merely begin the question.
    """
    start = len(question) - len(question.lstrip("“”\"'‘’ "))
    names = [
        m.group() for m in _WORD.finditer(question) if m.start() > start and m.group()[0].isupper()
    ]
    have = {t for text in texts for t in terms(text)}
    have_words = {w for text in texts for w in words(text)}
    lost = [n for n in names if not (set(terms(n)) <= have or set(words(n)) <= have_words)]
    numbers = {v for text in texts for v in values(text)}
    lost += [f"{v:f}" for v in sorted(values(question) - numbers)]
    return list(dict.fromkeys(lost))
