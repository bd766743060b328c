"""Papers that disagree, and figures that a newer article has replaced.

Different values of about one day in different outlets are a conflict; values of different days are
a story that went on, of which the newest holds. Only numbers can differ here, since two phrases may
say the same in different words. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from assistant.answering.reading import ReadHit
from assistant.answering.verify import without_numbers
from assistant.lexical import terms
from assistant.quantities import Quantity, like_a_year, quantities, values

# Within so many days two outlets write about the same state of things.
SAME_TIME = timedelta(days=3)
# How well an article must fit, as a share of the best one's fit, for its number to count.
FITS = 0.84
# Share of a statement's words that a newer sentence must have to be about the same.
SAME_MATTER = 0.6
# Newspapers round: 26.8 million is "nearly 27 million".
ROUNDING = Decimal("0.02")


@dataclass(frozen=True)
class Value:
    """One article's answer as a number."""

    read: ReadHit
    quantity: Quantity

    @property
    def day(self) -> date:
        return self.read.hit.article.published or date.min

    @property
    def outlet(self) -> str | None:
        return self.read.hit.article.source

    def same(self, other: Value) -> bool:
        """Whether both say the same number, rounded as newspapers do."""
        one, two = self.quantity.value, other.quantity.value
        return abs(one - two) <= ROUNDING * max(abs(one), abs(two))


def conflicting(read: Sequence[ReadHit]) -> tuple[Value, ...]:
    """The different values that outlets gave on about the newest day, oldest first; none where they
    agree."""
    alike = _alike(read)
    if not alike:
        return ()
    last = alike[-1]
    differing = [last]
    for value in reversed(alike[:-1]):
        near = last.day - value.day <= SAME_TIME
        if near and value.outlet != last.outlet and not any(value.same(d) for d in differing):
            differing.append(value)
    return tuple(reversed(differing)) if len(differing) > 1 else ()


def superseding(statement: str, read: Sequence[ReadHit]) -> Value | None:
    """The newest value, where `statement` gives an earlier one of the same matter; else None.

    "22 metres long" is of the same matter as "142 metres long" only where its sentence has most of
    the words of the statement: the bridge's, and not its piles'.
    """
    alike = _alike(read)
    said = values(statement)
    if not alike or alike[-1].quantity.value.normalize() in said:
        return None
    newest = alike[-1]
    earlier = [v for v in alike if v.quantity.value.normalize() in said and not v.same(newest)]
    own = set(terms(without_numbers(statement)))
    sentence = newest.read.hit.article.text[slice(*newest.read.sentence)]
    if not earlier or len(own & set(terms(sentence))) < SAME_MATTER * len(own):
        return None
    return newest


def _alike(read: Sequence[ReadHit]) -> list[Value]:
    """What the articles say in numbers, oldest first; none where no day is known.

    Of those that fit the question nearly as well as the best one, each its value in its best
    passage; numbers of another unit than the best one's are of something else.
    """
    best: dict[str, ReadHit] = {}
    most = max((r.fit for r in read), default=0.0)
    for each in read:
        if each.fit >= FITS * most:
            best.setdefault(each.hit.article.id, each)
    found = [v for r in best.values() if (v := _value(r))]
    alike = [v for v in found if v.quantity.unit == found[0].quantity.unit]
    return sorted((v for v in alike if v.day != date.min), key=lambda v: v.day)


def _value(read: ReadHit) -> Value | None:
    """The number in the span that answers; None where it has none, or is a year."""
    found = [q for q in quantities(read.span_text) if not like_a_year(q)]
    return Value(read, found[0]) if len(found) == 1 else None
