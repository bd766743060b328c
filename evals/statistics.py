"""How sure a figure is, and whether two differ: intervals, paired tests, corrections.

A figure is a statistic of rows, one row of numbers an item. Items of one cluster (one story, one
article) depend on each other, so whole clusters are drawn, never items. Nothing here knows what the
numbers mean; every result is the same each time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]
Statistic = Callable[[Rows], float]

SEED = 20
DRAWS = 2000
SWAPS = 8192
SLOW_DRAWS = 500  # for a statistic that is not a mean, and so is computed anew for each draw
SLOW_SWAPS = 1024
CONFIDENCE = 0.95
_BLOCK = 4_000_000  # numbers held at a time


def mean(rows: Rows) -> float:
    """Sum of the first column over sum of the second, its weight; nan where there is no weight."""
    weight = rows[:, 1].sum()
    return float(rows[:, 0].sum() / weight) if weight else math.nan


def f1(rows: Rows) -> float:
    """2 TP / (said + true) of rows (TP, said, true); nan where nothing is said and nothing true."""
    below = rows[:, 1].sum() + rows[:, 2].sum()
    return float(2 * rows[:, 0].sum() / below) if below else math.nan


def median(rows: Rows) -> float:
    return float(np.median(rows[:, 0])) if len(rows) else math.nan


def percentile_95(rows: Rows) -> float:
    """Linear between neighbours, numpy's default."""
    return float(np.percentile(rows[:, 0], 95)) if len(rows) else math.nan


def wilson(successes: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Score interval of a proportion (Wilson, 1927), within 0 to 1; (0, 1) for `n` of 0."""
    if n <= 0:
        return (0.0, 1.0)
    z = _z((1 + confidence) / 2)
    share = successes / n
    centre = share + z * z / (2 * n)
    margin = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return (max(0.0, (centre - margin) / scale), min(1.0, (centre + margin) / scale))


def interval(
    rows: Rows, clusters: Sequence[str], statistic: Statistic, *, share: bool = True
) -> tuple[float, float] | None:
    """The 95 % interval of `statistic(rows)`; None where one cluster leaves nothing to draw from.

    Clusters are drawn with replacement and percentiles taken (Efron and Tibshirani, 1993; Cameron,
    Gelbach and Miller, 2008). A proportion whose clusters have one item each gets Wilson's.
    share: the value is between 0 and 1. Where every draw is then the same, which is all a bootstrap
        can make of 20 right of 20, Wilson's interval counts each cluster as one item: the widest
        that the dependence allows.
    """
    if len(rows) == 0:
        return None
    rows, clusters = _weighted(rows, clusters, statistic)
    members = _members(clusters)
    if statistic is mean and _yes_no(rows) and len(members) == len(rows):
        return wilson(rows[:, 0].sum(), rows[:, 1].sum())
    value = statistic(rows)
    drawn = _bootstrap([rows], members, statistic)[0]
    drawn = drawn[~np.isnan(drawn)]
    if share and (len(members) < 2 or (len(drawn) > 0 and float(np.ptp(drawn)) < 1e-12)):
        low, high = wilson(min(max(value, 0.0), 1.0) * len(members), len(members))
        return (min(low, value), max(high, value))
    if len(members) < 2 or len(drawn) < 2:
        return None
    return _middle(drawn)


@dataclass(frozen=True)
class Difference:
    """What changed from A to B. value: B less A. low, high: its 95 % interval, None where unknown.

    p: probability of a difference at least as large if it did not matter which is which.
    smallest: the smallest difference that so many items show in 80 of 100 trials; None if unknown.
    least_p: the least that p could be, had all clusters that differ done so in one direction.
    """

    value: float
    low: float | None
    high: float | None
    p: float
    smallest: float | None
    least_p: float


def difference(a: Rows, b: Rows, clusters: Sequence[str], statistic: Statistic) -> Difference:
    """B less A on the same items in the same order, `a[i]` and `b[i]` being one item's rows.

    The interval is a paired bootstrap over clusters. p is exact McNemar for yes/no with one item a
    cluster, else the randomisation test that swaps A and B by whole clusters (Fisher, 1935;
    Smucker, Allan and Carterette, 2007), of which McNemar's is the special case.
    """
    value = statistic(b) - statistic(a)
    members = _members(clusters)
    low = high = spread = None
    if len(members) > 1:
        drawn_a, drawn_b = _bootstrap([a, b], members, statistic)
        drawn = drawn_b - drawn_a
        drawn = drawn[~np.isnan(drawn)]
        if len(drawn) > 1:
            low, high = _middle(drawn)
            spread = float(drawn.std())
    differing = sum(not np.array_equal(a[m], b[m]) for m in members)
    return Difference(
        value,
        low,
        high,
        p=_p(a, b, members, statistic),
        smallest=smallest(spread, a, b, len(members)),
        least_p=min(1.0, 2.0 ** (1 - differing)),
    )


def smallest(
    spread: float | None, a: Rows, b: Rows, clusters: int, alpha: float = 0.05, power: float = 0.8
) -> float | None:
    """The smallest true difference shown with `power` at level `alpha` (two-sided).

    (z of 1 - alpha/2 + z of power) times the standard error of the difference (Card et al., 2020,
    "With little power comes great responsibility"). For yes/no it is at least what an exact test
    needs: so many clusters changed in one direction that chance makes them agree less often than
    `alpha`; without this floor two equal runs would seem able to show anything.
    """
    if spread is None:
        return None
    found = (_z(1 - alpha / 2) + _z(power)) * spread
    if a.shape[1] == 2 and _yes_no(a) and _yes_no(b):
        needed = math.ceil(math.log2(2 / alpha))
        return min(1.0, max(found, needed / clusters))
    return found if found > 0 else None


def mcnemar(only_a: int, only_b: int) -> float:
    """Exact two-sided p of McNemar's test (1947): items right in A alone against in B alone."""
    from scipy.stats import binomtest

    if only_a + only_b == 0:
        return 1.0
    return float(binomtest(only_a, only_a + only_b, 0.5).pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """p corrected for looking at several (Holm, 1979), in the order given; never above 1."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    corrected = [0.0] * len(p_values)
    largest = 0.0
    for place, index in enumerate(order):
        largest = max(largest, min(1.0, p_values[index] * (len(p_values) - place)))
        corrected[index] = largest
    return corrected


def _p(a: Rows, b: Rows, members: list[NDArray[Any]], statistic: Statistic) -> float:
    """Share of the ways to swap A and B in whole clusters that differ at least as much."""
    differing = [m for m in members if not np.array_equal(a[m], b[m])]
    if not differing:
        return 1.0
    paired = a.shape[1] == 2 and np.array_equal(a[:, 1], b[:, 1])
    if statistic is mean and paired and _yes_no(a) and _yes_no(b) and len(members) == len(a):
        return mcnemar(int((a[:, 0] > b[:, 0]).sum()), int((b[:, 0] > a[:, 0]).sum()))
    observed = abs(statistic(b) - statistic(a))
    if math.isnan(observed):
        return 1.0
    count = SWAPS if statistic is mean else SLOW_SWAPS
    if 2 ** len(differing) <= count:
        ways = np.arange(2 ** len(differing))[:, None] >> np.arange(len(differing)) & 1
        added = 0  # every way is there, the observed one among them
    else:
        ways = np.random.default_rng(SEED).integers(0, 2, (count, len(differing)))
        added = 1
    found = _swapped(a, b, differing, ways, statistic)
    extreme = int((np.abs(found) >= observed - 1e-12).sum())
    return (extreme + added) / (len(found) + added)


def _swapped(
    a: Rows, b: Rows, differing: list[NDArray[Any]], ways: NDArray[Any], statistic: Statistic
) -> NDArray[np.float64]:
    """The difference after each way of swapping, a row of `ways`: 1 where a cluster is swapped."""
    if statistic is mean:
        sums_a = np.array([a[m].sum(axis=0) for m in differing])
        moved = np.array([b[m].sum(axis=0) for m in differing]) - sums_a
        shift = ways.astype(np.float64) @ moved
        in_a, in_b = a.sum(axis=0) + shift, b.sum(axis=0) - shift
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(in_b[:, 0] / in_b[:, 1] - in_a[:, 0] / in_a[:, 1])
    cluster_of = np.full(len(a), len(differing))
    for number, places in enumerate(differing):
        cluster_of[places] = number
    found = []
    for way in ways:
        swap = np.append(way, 0)[cluster_of][:, None] == 1
        found.append(statistic(np.where(swap, a, b)) - statistic(np.where(swap, b, a)))
    return np.array(found)


def _bootstrap(
    sides: list[Rows], members: list[NDArray[Any]], statistic: Statistic
) -> list[NDArray[np.float64]]:
    """The statistic of each side over the same drawn clusters, once for each draw."""
    count = len(members)
    if statistic is mean:
        totals = [_times_drawn(count) @ [rows[m].sum(axis=0) for m in members] for rows in sides]
        with np.errstate(invalid="ignore", divide="ignore"):
            return [total[:, 0] / total[:, 1] for total in totals]
    random = np.random.default_rng(SEED)
    results = np.empty((len(sides), SLOW_DRAWS))
    for draw in range(SLOW_DRAWS):
        chosen = np.concatenate([members[i] for i in random.integers(0, count, count)])
        for side, rows in enumerate(sides):
            results[side, draw] = statistic(rows[chosen])
    return list(results)


@lru_cache(maxsize=16)
def _times_drawn(count: int) -> NDArray[np.float64]:
    """How often each of `count` clusters is drawn in each of the draws, which are always the same.

    Cached, for all figures of a suite draw from the same stories. Of many clusters fewer draws are
    made: the ends of the interval settle sooner, and memory is bounded.
    """
    draws = max(200, min(DRAWS, _BLOCK // count))
    random = np.random.default_rng(SEED)
    return random.multinomial(count, np.full(count, 1 / count), draws).astype(np.float64)


def _weighted(
    rows: Rows, clusters: Sequence[str], statistic: Statistic
) -> tuple[Rows, Sequence[str]]:
    """Without the items that have no weight in a mean: they say nothing about how sure it is."""
    if statistic is not mean:
        return rows, clusters
    keep = rows[:, 1] > 0
    return rows[keep], [c for c, kept in zip(clusters, keep, strict=True) if kept]


def _members(clusters: Sequence[str]) -> list[NDArray[Any]]:
    """The places of each cluster's items, clusters in the order of their names."""
    places: dict[str, list[int]] = {}
    for place, cluster in enumerate(clusters):
        places.setdefault(cluster, []).append(place)
    return [np.array(places[cluster]) for cluster in sorted(places)]


def _yes_no(rows: Rows) -> bool:
    return rows.shape[1] == 2 and bool(np.isin(rows, (0.0, 1.0)).all())


def _middle(drawn: NDArray[np.float64]) -> tuple[float, float]:
    edge = (1 - CONFIDENCE) / 2
    low, high = np.quantile(drawn, [edge, 1 - edge])
    return float(low), float(high)


def _z(probability: float) -> float:
    from scipy.stats import norm

    return float(norm.ppf(probability))
