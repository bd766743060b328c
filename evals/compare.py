"""Two systems or versions on the same items: what differs, how surely, which items flipped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np

from evals.items import Item
from evals.metrics import abstention, answers, citations, cost
from evals.metrics.measure import Articles, Measure, Pair
from evals.records import Record
from evals.scores import Scores, measured, paired
from evals.statistics import difference, holm
from evals.tables import number

Verdict = Literal["better", "worse", "no difference shown"]
ALPHA = 0.05


@dataclass(frozen=True)
class Change:
    """How one figure changed from A to B, over the items that both have.

    low, high: 95 % interval of `difference`, B less A, before correction. p: corrected for the
    number of figures compared (Holm). least_p: see `statistics.Difference`. smallest: the
    difference that this n could show in 80 of 100 trials; None where that is unknown. judged: False
    for seconds, which the machine's other work moves as much as the program does: shown, but
    neither tested nor given a verdict.
    """

    name: str
    group: str
    a: float
    b: float
    difference: float
    low: float | None
    high: float | None
    p: float
    least_p: float
    smallest: float | None
    n: int
    higher_is_better: bool
    unit: str
    judged: bool
    verdict: Verdict

    @property
    def said(self) -> str:
        """The verdict in words."""
        if not self.judged:
            return "not judged: seconds depend on what else the machine did"
        if self.verdict != "no difference shown":
            return self.verdict
        if self.smallest is None:
            return "no difference shown"
        return f"no difference shown; this n could show ±{number(self.smallest, self.unit)}"


class Flip(NamedTuple):
    """An item whose outcome changed: "right" or "declined right" against something else."""

    item: str
    kind: str
    before: str
    after: str
    worse: bool


@dataclass(frozen=True)
class Comparison:
    """only_a, only_b: items that one of the two has alone; they are in no figure here."""

    changes: tuple[Change, ...]
    flips: tuple[Flip, ...]
    items: int
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "items": self.items,
            "only_a": list(self.only_a),
            "only_b": list(self.only_b),
            "changes": [{**asdict(c), "said": c.said} for c in self.changes],
            "flips": [flip._asdict() for flip in self.flips],
        }


def compare(
    items: Iterable[Item], a: Iterable[Record], b: Iterable[Record], articles: Articles
) -> Comparison:
    """From `a` to `b`, aligned by item; every figure both have, with a paired interval and test."""
    items = list(items)
    records_a = {r.item: r for r in a}
    records_b = {r.item: r for r in b}
    both = [i for i in items if i.id in records_a and i.id in records_b]
    before = measured(paired(both, records_a), articles)
    after = measured(paired(both, records_b), articles)
    return Comparison(
        changes=changes(before, after, {i.id: i.cluster or i.id for i in both}),
        flips=flips(both, records_a, records_b, articles),
        items=len(both),
        only_a=tuple(sorted(set(records_a) - set(records_b))),
        only_b=tuple(sorted(set(records_b) - set(records_a))),
    )


def compare_scores(a: Scores, b: Scores) -> tuple[Change, ...]:
    """The changes between two scores of the same suite, over the items that both have."""
    return changes(a.measures, b.measures, {**a.clusters, **b.clusters})


def changes(
    a: Mapping[str, Measure],
    b: Mapping[str, Measure],
    clusters: Mapping[str, str],
    *,
    alpha: float = ALPHA,
) -> tuple[Change, ...]:
    """One for each figure that both have, in the order of `b`.

    A figure about another kind of reply (precision of citations, where one of the two gave no
    answer) keeps its weight 0 for that item: what is drawn is always the same items on both sides.
    A figure in which so little differs that it could never be found different does not count among
    those to correct for (Tarone, 1990): thirty figures that are the same hide nothing.
    """
    found = [c for name in b if name in a and (c := _change(a[name], b[name], clusters))]
    testable = [c for c in found if c.judged and c.least_p <= alpha]
    corrected = dict(zip((c.name for c in testable), holm([c.p for c in testable]), strict=True))
    return tuple(
        replace(c, p=corrected[c.name], verdict=_verdict(c, corrected[c.name], alpha))
        if c.name in corrected
        else c
        for c in found
    )


def _change(a: Measure, b: Measure, clusters: Mapping[str, str]) -> Change | None:
    """Before correction; None where one of them has no value on the shared items."""
    ids = sorted(set(a.rows) & set(b.rows))
    if not ids:
        return None
    left = np.array([a.rows[i] for i in ids], dtype=np.float64)
    right = np.array([b.rows[i] for i in ids], dtype=np.float64)
    before, after = b.statistic(left), b.statistic(right)
    if math.isnan(before) or math.isnan(after):
        return None
    found = difference(left, right, [clusters[i] for i in ids], b.statistic)
    return Change(
        name=b.name,
        group=b.group,
        a=before,
        b=after,
        difference=found.value,
        low=found.low,
        high=found.high,
        p=found.p,
        least_p=found.least_p,
        smallest=found.smallest,
        n=len(ids),
        higher_is_better=b.higher_is_better,
        unit=b.unit,
        judged=not (b.group == cost.GROUP and b.unit == "s"),
        verdict="no difference shown",
    )


def _verdict(change: Change, p: float, alpha: float) -> Verdict:
    if p > alpha or change.difference == 0:
        return "no difference shown"
    return "better" if (change.difference > 0) == change.higher_is_better else "worse"


def flips(
    items: Sequence[Item],
    a: Mapping[str, Record],
    b: Mapping[str, Record],
    articles: Articles,
) -> tuple[Flip, ...]:
    """The items whose outcome (`outcome`) changed, regressions first, then by id."""
    found = []
    for item in items:
        before = outcome(Pair(item, a[item.id]), articles)
        after = outcome(Pair(item, b[item.id]), articles)
        if before != after:
            worse = OUTCOMES.index(after) > OUTCOMES.index(before)
            found.append(Flip(item.id, item.kind, before, after, worse))
    return tuple(sorted(found, key=lambda flip: (not flip.worse, flip.item)))


# Best first.
OUTCOMES = ("right and cited right", "declined right", "right", "declined", "failed", "wrong")


def outcome(pair: Pair, articles: Articles) -> str:
    """What became of an item, in one of the words of `OUTCOMES`."""
    item, record = pair
    if record.status == "failed":
        return "failed"
    if abstention.declined_right(item, record):
        return "declined right"
    if answers.answered_right(item, record):
        cited = citations.cited_right(item, record, articles)
        return "right and cited right" if cited else "right"
    return "declined" if record.status == "abstained" else "wrong"


def table(comparison: Comparison, a: str, b: str, *, shown: int = 20) -> str:
    """For a terminal of 100 columns: the changes, then the flipped items, regressions first."""
    lines = [f"{comparison.items} items that both have, A = {a}, B = {b}"]
    for name, only in (("A", comparison.only_a), ("B", comparison.only_b)):
        if only:
            lines.append(f"{len(only)} items only in {name}, left out: {', '.join(only[:5])}")
    if not comparison.changes:
        return "\n".join([*lines, "no figure that both have"])
    wide = max(len(c.name) for c in comparison.changes) + 2
    lines += ["", "figure".ljust(wide) + "A      B      B − A, 95 % interval      p      verdict"]
    for c in comparison.changes:
        low, high = ("?" if v is None else number(v, c.unit) for v in (c.low, c.high))
        span = f"{number(c.difference, c.unit)} ({low} to {high})"
        p = f"{c.p:.3f}" if c.judged else "–"
        verdict = {"better": "better", "worse": "WORSE"}.get(c.verdict, "")
        if not verdict and c.judged and c.smallest is not None:
            verdict = f"could show ±{number(c.smallest, c.unit)}"
        left = f"{number(c.a, c.unit):<7}{number(c.b, c.unit):<7}"
        lines.append(f"{c.name:<{wide}}{left}{span:<25}{p:<7}{verdict}")
    lines += [
        "",
        "p after Holm's correction; where no verdict stands, no difference was shown,",
        "and the smallest one that so many items could show (80 % power) is given.",
    ]
    worse = sum(flip.worse for flip in comparison.flips)
    lines += ["", f"{worse} items worse, {len(comparison.flips) - worse} better"]
    for flip in comparison.flips[:shown]:
        mark = "-" if flip.worse else "+"
        lines.append(f"  {mark} {flip.item} ({flip.kind}): {flip.before} -> {flip.after}")
    if len(comparison.flips) > shown:
        lines.append(f"  and {len(comparison.flips) - shown} more")
    return "\n".join(line.rstrip() for line in lines)
