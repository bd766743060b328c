"""Where an item's evidence stands in the articles, and whether other characters touch it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.grounding import locate
from evals.items import Item
from evals.metrics.measure import Articles
from evals.records import Cited, Place

_ARTICLE = re.compile(r"^(the|an?)\s+(?=\w)", re.I)


def evidence_places(item: Item, articles: Articles) -> list[Place]:
    """Where each quote of the item's evidence stands; one that stands nowhere has no place."""
    places = []
    for quote in item.evidence:
        article = articles.get(quote.article_id)
        start = article.text.find(quote.quote) if article else -1
        if start >= 0:
            places.append(Place(quote.article_id, start, start + len(quote.quote)))
    return places


def touches(place: Place | Cited, evidence: Place) -> bool:
    """Whether they share half of the shorter or more: a common letter at the edge is too little."""
    if place.article_id != evidence.article_id:
        return False
    shared = min(place.end, evidence.end) - max(place.start, evidence.start)
    shorter = min(place.end - place.start, evidence.end - evidence.start)
    return shared > 0 and 2 * shared >= shorter


def classes_reached(
    item: Item, places: Sequence[Place | Cited], articles: Articles
) -> list[int | None]:
    """For each class of needed articles the index of the first place that shows its evidence.

    A near-copy of the quoted article has no quote of its own: a place in it counts when it gives a
    part of the answer. An item without quotes is judged the same way, by the answer alone, where a
    conflict has its other value among the false answers.
    """
    known = evidence_places(item, articles)
    quoted = {place.article_id for place in known}
    values = item.answers
    if item.kind == "conflict" and item.false_answers:
        values = (*values, item.false_answers)

    def shows(place: Place | Cited) -> bool:
        if place.article_id in quoted:
            return any(touches(place, each) for each in known)
        text = text_at(place, articles)
        return any(gives(text, forms) for forms in values)

    return [
        next((n for n, p in enumerate(places) if p.article_id in wanted and shows(p)), None)
        for wanted in item.gold
    ]


def text_at(place: Place | Cited, articles: Articles) -> str:
    """The characters that really stand there; empty where the article is not known."""
    article = articles.get(place.article_id)
    if article is None or place.start < 0:
        return ""
    return article.text[place.start : place.end]


def gives(text: str, forms: Sequence[str]) -> bool:
    """Whether `text` has any of `forms` at word boundaries; case, accents, the way a number is
    written and an English article before the form do not matter (as in SQuAD's exact match)."""
    return any(locate(_ARTICLE.sub("", form), text) for form in forms)
