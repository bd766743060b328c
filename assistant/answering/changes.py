"""What several articles say to one question, by day: a figure that changed, papers that disagree.

Values of different days are a story that went on: the newest holds, and the earlier ones are told.
Different values of about one day in different outlets are a conflict: both are shown. Only numbers
can differ here, since two phrases may say the same in different words. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from assistant.answering.reading import ReadHit
from assistant.answering.story import by_day
from assistant.quantities import Quantity, like_a_year, quantities

# Within so many days two outlets write about the same state of things.
SAME_TIME = timedelta(days=3)
# How well an article must fit, as a share of the best one's fit, for its number to count.
FITS = 0.84
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


@dataclass(frozen=True)
class Told:
    """newest: the values that hold, more than one where outlets disagree. earlier: those before
    that said otherwise, oldest first, each once."""

    newest: tuple[Value, ...]
    earlier: tuple[Value, ...]

    @property
    def conflict(self) -> bool:
        return len(self.newest) > 1


def values_by_day(read: Sequence[ReadHit]) -> Told:
    """What the articles that fit the question nearly as well as the best one say in numbers.

    One value an article, that of its best passage; numbers of another unit than the best one's
    are of something else.
    """
    best: dict[str, ReadHit] = {}
    most = max((r.fit for r in read), default=0.0)
    for each in read:
        if each.fit >= FITS * most:
            best.setdefault(each.hit.article.id, each)
    found = [v for r in best.values() if (v := _value(r))]
    if not found:
        return Told((), ())
    unit = found[0].quantity.unit
    alike = [v for v in found if v.quantity.unit == unit]
    order = {id(r): n for n, r in enumerate(by_day([v.read for v in alike]))}
    alike.sort(key=lambda v: order[id(v.read)])
    last = alike[-1]
    newest = [last]
    for value in reversed(alike[:-1]):
        near = last.day - value.day <= SAME_TIME and last.day != date.min
        if near and value.outlet != last.outlet and not any(value.same(n) for n in newest):
            newest.append(value)
    earlier: list[Value] = []
    for value in alike:
        if not any(value.same(other) for other in (*newest, *earlier)):
            earlier.append(value)
    return Told(tuple(reversed(newest)), tuple(earlier))


def _value(read: ReadHit) -> Value | None:
    """The number in the span that answers; None where it has none, or is a year."""
    found = [q for q in quantities(read.span_text) if not like_a_year(q)]
    return Value(read, found[0]) if len(found) == 1 else None
