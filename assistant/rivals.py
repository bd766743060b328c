"""Which other articles may answer the same question otherwise, each as evidence to read alone.

A joint reading of several articles settles on one value. Whether another one is newer, or says the
contrary, shows only when it is read by itself (measured on RGB: asked in the prompt, a small model
reports no conflict at all). Knows no language model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from assistant.decomposition import Part
from assistant.disagreement import leaves_room
from assistant.evidence import originals, select
from assistant.grounding import locate
from assistant.lexical import words
from assistant.quantities import like_a_year, quantities
from assistant.timing import in_present_tense, wants_latest
from assistant.types import Evidence, Hit
from assistant.weighing import Reading, may_matter

# Another article is read only where its best sentence fits nearly as well as the best there is; a
# number is easily told from others, so there it may fit less.
NEARLY_AS_GOOD, NUMBER_NEARLY_AS_GOOD = 0.85, 0.7
MOST = 2
TOKENS = 120
# Two numbers further apart than this count different things.
MOST_APART = 10
# Answers of more words than this are explanations, which two papers put differently anyway.
COMPARED_WORDS = 6


def other_articles(part: Part, hits: Sequence[Hit], first: Reading) -> list[Evidence]:
    """The evidence of other articles that may answer the same otherwise, each by itself.

    Those whose best sentence fits nearly as well, that are no copies and do not contain the answer,
    and that could change it; where it is a number, they have another one of its kind. The newest
    first where the question asks for what holds now.
    """
    cited = first.evidence.by_label(first.answer.statements[0].labels[0])
    text = first.text
    if cited is None or len(words(text)) > COMPARED_WORDS:
        return []
    share = NUMBER_NEARLY_AS_GOOD if quantities(text) else NEARLY_AS_GOOD
    needed = share * max((_best(h) for h in hits), default=0.0)
    by_article: dict[str, list[Hit]] = {}
    for hit in originals(hits):
        by_article.setdefault(hit.article.id, []).append(hit)
    fit = [
        own
        for article_id, own in by_article.items()
        if article_id != cited.article.id
        and may_matter(part.asked, first, own[0].article)
        and max(map(_best, own)) >= needed
        and not any(locate(text, h.text) for h in own)
    ]
    if wants_latest(part.asked) or in_present_tense(part.asked):
        fit.sort(key=lambda own: own[0].article.published or date.min, reverse=True)
    read = (select(part.searched, own, TOKENS) for own in fit)
    chosen = [e for e in read if any(_may_differ(text, s.text) for s in e.sentences)]
    return [replace(e, question=part.asked) for e in chosen[:MOST]]


def _may_differ(answer: str, sentence: str) -> bool:
    """Whether the sentence has what could stand in the answer's place, as far as a rule can tell:
    for a number another one in its unit that it does not allow for, and no year for a count."""
    said = quantities(answer)
    if not said:
        return True
    return any(
        a.unit == b.unit
        and a.value != b.value
        and min(a.value, b.value) * MOST_APART >= max(a.value, b.value)
        and like_a_year(a) == like_a_year(b)
        and not leaves_room(b, sentence, a)
        for a in said
        for b in quantities(sentence)
    )


def _best(hit: Hit) -> float:
    return max((s.late for s in hit.sentences), default=0.0)
