"""The shape of a figure before it is summed up: one row of numbers an item, and their statistic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from assistant.types import Article
from evals.items import Item
from evals.records import Record
from evals.statistics import Statistic, mean


class Pair(NamedTuple):
    """An item and what one system said to it."""

    item: Item
    record: Record


Articles = Mapping[str, Article]


@dataclass(frozen=True)
class Measure:
    """One figure of one system.

    rows: for each item that it is about, numbers of which `statistic` makes the figure. For a mean
        they are a value and its weight; weight 0 where the figure does not apply to the reply.
    unit: "" for a share, 0 to 1; else what the numbers are.
    """

    name: str
    group: str
    rows: Mapping[str, tuple[float, ...]]
    statistic: Statistic = mean
    higher_is_better: bool = True
    unit: str = ""

    @property
    def applies(self) -> bool:
        """Whether there is anything to make the figure of."""
        if self.statistic is mean:
            return any(row[1] for row in self.rows.values())
        return bool(self.rows)

    @property
    def value(self) -> float:
        """The figure itself, over all its items; nan where the statistic has no value."""
        return self.statistic(np.array([self.rows[i] for i in sorted(self.rows)], dtype=np.float64))

    @property
    def values(self) -> dict[str, float]:
        """Each item's own value, for a mean: value by weight; nothing for other statistics."""
        if self.statistic is not mean:
            return {}
        return {item: row[0] / row[1] for item, row in self.rows.items() if row[1]}


def averaged(
    name: str,
    group: str,
    pairs: Iterable[Pair],
    value: Callable[[Item, Record], float | None],
    *,
    higher_is_better: bool = True,
    unit: str = "",
) -> Measure:
    """The mean of `value` over the pairs for which it is not None."""
    rows = {}
    for item, record in pairs:
        found = value(item, record)
        rows[item.id] = (0.0, 0.0) if found is None else (float(found), 1.0)
    return Measure(name, group, rows, higher_is_better=higher_is_better, unit=unit)


def given(record: Record) -> bool:
    """Whether there is an answer: it neither abstained nor failed."""
    return record.status in ("answered", "conflict")
