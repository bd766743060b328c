"""All figures of one system on one set of items, with how sure each is.

items + records + articles -> measures (evals/metrics) -> figures (evals/statistics)
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

import numpy as np

from evals.items import Item
from evals.metrics import (
    abstention,
    answers,
    calibration,
    citations,
    cost,
    kinds,
    retrieval,
    robustness,
)
from evals.metrics.answers import answered_right
from evals.metrics.measure import Articles, Measure, Pair, given
from evals.metrics.retrieval import classes_found
from evals.metrics.spans import classes_reached
from evals.records import Record
from evals.statistics import interval, mean

GROUPS = (
    answers.GROUP,
    citations.GROUP,
    abstention.GROUP,
    calibration.GROUP,
    retrieval.GROUP,
    robustness.GROUP,
    cost.GROUP,
)


# Kind of the items that only name relevant articles, as in BEIR: no answer is known.
SEARCH = "finding"


@dataclass(frozen=True)
class Figure:
    """One number about a system. n: of how many items, or citations. low, high: 95 % interval, None
    where there is too little to say. unit: "" for a share."""

    name: str
    group: str
    value: float
    n: int
    low: float | None
    high: float | None
    higher_is_better: bool
    unit: str = ""


class Stage(NamedTuple):
    """How many answerable items came through this stage and all before it, `passed` of `n`."""

    name: str
    passed: int
    n: int


@dataclass(frozen=True)
class Scores:
    """What `score` makes. A figure that does not apply is not there.

    measures: name -> rows of each item, of which the figure of that name was made; for `compare`.
    clusters: item id -> story. slices: "kind: single" or "split: report" -> its figures.
    kinds: (kind of the item, kind it was taken for) -> how often, of a system that says it.
    missing: items to which there is no record. unknown: records to which there is no item.
    """

    figures: tuple[Figure, ...]
    measures: dict[str, Measure]
    clusters: dict[str, str]
    funnel: tuple[Stage, ...]
    slices: dict[str, tuple[Figure, ...]]
    kinds: dict[tuple[str, str], int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Figure:
        """The figure of that name. Raises KeyError where it does not apply."""
        for figure in self.figures:
            if figure.name == name:
                return figure
        raise KeyError(name)

    def get(self, name: str) -> Figure | None:
        return next((f for f in self.figures if f.name == name), None)

    @property
    def values(self) -> dict[str, dict[str, float]]:
        """Item id -> figure name -> that item's own value, for the figures that are means."""
        found: dict[str, dict[str, float]] = {item: {} for item in self.clusters}
        for name, measure in self.measures.items():
            for item, value in measure.values.items():
                found[item][name] = value
        return found

    def as_json(self) -> dict[str, Any]:
        """Everything but the raw rows, as JSON can hold it."""
        return {
            "items": len(self.clusters),
            "missing": list(self.missing),
            "unknown": list(self.unknown),
            "figures": [asdict(f) for f in self.figures],
            "funnel": [stage._asdict() for stage in self.funnel],
            "slices": {name: [asdict(f) for f in own] for name, own in self.slices.items()},
            "kinds": [[kind, taken, n] for (kind, taken), n in self.kinds.items()],
            "values": self.values,
        }


def score(
    items: Iterable[Item],
    records: Iterable[Record],
    articles: Articles,
    *,
    model: str | None = None,
) -> Scores:
    """The figures of one system. The last record of an item counts; order does not matter.

    model: name of the language model, for its price.
    """
    items, by_item = list(items), {record.item: record for record in records}
    pairs = paired(items, by_item)
    clusters = {p.item.id: p.item.cluster or p.item.id for p in pairs}
    measures = measured(pairs, articles, model=model)
    return Scores(
        figures=tuple(f for m in measures.values() if (f := figure(m, clusters))),
        measures=measures,
        clusters=clusters,
        funnel=_funnel(pairs, articles),
        slices=_slices(pairs, measures, clusters),
        kinds=kinds.confusions(pairs),
        missing=tuple(sorted(item.id for item in items if item.id not in by_item)),
        unknown=tuple(sorted(set(by_item) - {item.id for item in items})),
    )


def figure(
    measure: Measure, clusters: Mapping[str, str], among: set[str] | None = None
) -> Figure | None:
    """The measure summed up, over the items in `among` or all; None where it has no value."""
    ids = [i for i in sorted(measure.rows) if among is None or i in among]
    if not ids:
        return None
    rows = np.array([measure.rows[i] for i in ids], dtype=np.float64)
    value = measure.statistic(rows)
    if math.isnan(value):
        return None
    share = not measure.unit and measure.name != "truthfulness"
    limits = interval(rows, [clusters[i] for i in ids], measure.statistic, share=share)
    low, high = limits or (None, None)
    n = int(rows[:, 1].sum()) if measure.statistic is mean else len(ids)
    return Figure(
        measure.name, measure.group, value, n, low, high, measure.higher_is_better, measure.unit
    )


def paired(items: Iterable[Item], by_item: Mapping[str, Record]) -> list[Pair]:
    """The items that have a record, with it, in the order of their ids."""
    known = [item for item in items if item.id in by_item]
    return [Pair(item, by_item[item.id]) for item in sorted(known, key=lambda item: item.id)]


def measured(
    pairs: Sequence[Pair], articles: Articles, *, model: str | None = None
) -> dict[str, Measure]:
    """The rows of every figure that applies, by its name; intervals are yet to be had."""
    # Of a collection for searching nobody knows the answers, so silence is neither right nor wrong.
    asked = [p for p in pairs if p.item.kind != SEARCH]
    found = [
        *answers.measures(asked, articles),
        *kinds.measures(asked, articles),
        *citations.measures(asked, articles),
        *abstention.measures(asked, articles),
        *calibration.measures(asked, articles),
        *retrieval.measures(pairs, articles),
        *robustness.measures(asked, articles),
        *cost.measures(pairs, articles, model),
    ]
    return {m.name: m for m in found if m.applies}


def _slices(
    pairs: Sequence[Pair], measures: Mapping[str, Measure], clusters: Mapping[str, str]
) -> dict[str, tuple[Figure, ...]]:
    """The means for each kind and split, where there is more than one."""
    groups: dict[str, set[str]] = {}
    for key in ("kind", "split"):
        names = sorted({getattr(p.item, key) for p in pairs})
        for name in names if len(names) > 1 else ():
            groups[f"{key}: {name}"] = {p.item.id for p in pairs if getattr(p.item, key) == name}
    means = [m for m in measures.values() if m.statistic is mean]
    return {
        name: tuple(f for m in means if (f := figure(m, clusters, among)))
        for name, among in groups.items()
    }


def _funnel(pairs: Sequence[Pair], articles: Articles) -> tuple[Stage, ...]:
    """retrieved -> in evidence -> answered -> right -> cited right, each of those before it.

    Over the answerable items with gold articles. A stage that the system does not tell about (what
    it retrieved, what was read) is left out. In evidence: what the language model read shows the
    evidence of every needed class.
    """
    golden = [p for p in pairs if p.item.answerable and p.item.gold]
    if not golden:
        return ()
    stages = []
    if any(p.record.retrieved for p in golden):
        stages.append(("retrieved", [all(classes_found(i, r.retrieved)) for i, r in golden]))
    if any(p.record.read for p in golden):
        read = [all(n is not None for n in classes_reached(i, r.read, articles)) for i, r in golden]
        stages.append(("in evidence", read))
    stages.append(("answered", [given(r) for _, r in golden]))
    stages.append(("right", [answered_right(i, r) for i, r in golden]))
    if any(p.record.citations for p in golden):
        cited = [citations.cited_right(i, r, articles) for i, r in golden]
        stages.append(("cited right", cited))
    through = [True] * len(golden)
    found = []
    for name, passed in stages:
        through = [before and now for before, now in zip(through, passed, strict=True)]
        found.append(Stage(name, sum(through), len(golden)))
    return tuple(found)
