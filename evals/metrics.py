"""What counts as right. Each function is pure and says its formula."""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Mapping, Sequence

from assistant.grounding import locate
from evals.cases import Case
from evals.systems import Reply

_ARTICLES = re.compile(r"\b(a|an|the)\b")


def gives(text: str, forms: Sequence[str]) -> bool:
    """Whether `text` contains any of `forms`, at word boundaries, equal numbers being equal."""
    return any(locate(form, text) for form in forms)


def answered_right(case: Case, reply: Reply) -> bool:
    """Every part of the answer is in the reply, and no tempting wrong value is.

    A wrong value counts only for single facts and facts from several articles: an answer over
    time or about a conflict may well name the other values.
    """
    if reply.declined or not case.answerable:
        return False
    if not all(gives(reply.text, part) for part in case.answers):
        return False
    strict = case.kind in ("single", "several")
    right = [form for part in case.answers for form in part]
    return not strict or not any(
        gives(reply.text, [wrong]) and not any(gives(form, [wrong]) for form in right)
        for wrong in case.false_answers
    )


def declined_right(case: Case, reply: Reply) -> bool:
    """A question without an answer was declined; a false premise may be corrected instead."""
    if case.answerable:
        return False
    return reply.declined or (case.correction is not None and gives(reply.text, [case.correction]))


def cited_right(case: Case, reply: Reply, texts: Mapping[str, str]) -> bool:
    """For each class of needed articles, a citation overlaps an evidence quote in one of them.

    texts: the text of each article by id. For a case with several classes (an answer from several
    articles), every class must be cited.
    """
    if not case.gold:
        return False
    spans = []
    for quote in case.evidence:
        start = texts[quote.article_id].find(quote.quote)
        spans.append((quote.article_id, start, start + len(quote.quote)))

    def hit(wanted: tuple[str, ...]) -> bool:
        for cited in reply.citations:
            if cited.article_id not in wanted:
                continue
            own = [s for s in spans if s[0] == cited.article_id]
            if any(cited.start < end and start < cited.end for _, start, end in own):
                return True
            # A near-copy of the quoted article: the quote itself is only in the other one.
            if not own and any(gives(cited.quote, part) for part in case.answers):
                return True
        return False

    return all(hit(wanted) for wanted in case.gold)


def normalised(text: str) -> str:
    """SQuAD's normalisation: lower case, no punctuation, no articles, single spaces."""
    bare = "".join(c for c in text.lower() if c not in string.punctuation)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def token_f1(text: str, references: Sequence[str]) -> float:
    """Best F1 of the bags of tokens over the references (Rajpurkar et al., 2016), 0 to 1."""
    best = 0.0
    given = normalised(text).split()
    for reference in references:
        wanted = normalised(reference).split()
        common = sum((Counter(given) & Counter(wanted)).values())
        if common:
            best = max(best, 2 * common / (len(given) + len(wanted)))
    return best


def wilson(successes: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The Wilson score interval of a proportion (Wilson, 1927); 95 % for the default `z`."""
    if n == 0:
        return (0.0, 1.0)
    share = successes / n
    centre = share + z * z / (2 * n)
    margin = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return (max(0.0, (centre - margin) / scale), min(1.0, (centre + margin) / scale))
