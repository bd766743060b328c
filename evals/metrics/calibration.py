"""Is the confidence worth anything: all from `Record.confidence`, whatever the threshold was.

What can be known, and what cannot. A reply that abstained still carries its confidence but has no
text. Whether the articles *answer* the item is known of all items, so the figures about that
(area under ROC, declined at x %, calibration error, Brier) are exact whatever was declined. Whether
the *reply* is right is known only of answers given. So in the figures of risk and coverage replies
that abstained come last, and count as wrong: exact up to the share that was answered, and beyond it
the worst that can be. To see the whole curve, run the system with nothing declined.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from evals.metrics.answers import answered_right
from evals.metrics.measure import Articles, Measure, Pair, given
from evals.statistics import Rows, Statistic, mean

GROUP = "calibration"
BINS = 10
RISK = 0.05


def measures(pairs: Sequence[Pair], articles: Articles) -> list[Measure]:
    """Figures over the items whose reply has a confidence; none for a system that has none.

    AURC, coverage at 5 % risk: see `aurc` and `coverage_at_risk`; right is `answered_right`, so an
        answer to an unanswerable item is wrong.
    AUROC: probability that an answerable item has more confidence than an unanswerable one.
    declined at 5 % (10 %): see `declined_at`.
    calibration error, Brier score: of the confidence as the probability that the articles answer.
    AUROC and declined are given for each kind of unanswerable item too, since misleading questions
    are a harder matter than questions about something else; where there are several kinds.
    """
    known = [p for p in pairs if p.record.confidence is not None]
    if not known:
        return []
    right = {p.item.id: _right_row(p) for p in known}
    answers = {p.item.id: _answerable_row(p) for p in known}
    found = [
        Measure("AURC", GROUP, right, aurc, False),
        Measure("coverage at 5 % risk", GROUP, right, coverage_at_risk),
        Measure("calibration error", GROUP, answers, calibration_error, False),
        Measure(
            "Brier score",
            GROUP,
            {i: (_brier(*row), 1.0) for i, row in answers.items()},
            mean,
            False,
        ),
    ]
    kinds = sorted({p.item.kind for p in known if not p.item.answerable})
    if not kinds or all(not p.item.answerable for p in known):
        return found
    chosen = [("", set(kinds)), *((f", {kind}", {kind}) for kind in kinds if len(kinds) > 1)]
    for suffix, among in chosen:
        rows = {
            p.item.id: answers[p.item.id]
            for p in known
            if p.item.answerable or p.item.kind in among
        }
        found += [
            Measure(f"AUROC{suffix}", GROUP, rows, auroc),
            Measure(f"declined at 5 %{suffix}", GROUP, rows, declined_at(0.05)),
            Measure(f"declined at 10 %{suffix}", GROUP, rows, declined_at(0.10)),
        ]
    return found


class CurvePoint(NamedTuple):
    """At this share of items answered, this share of them is wrong. known: no reply is missing."""

    coverage: float
    risk: float
    known: bool


def risk_coverage(pairs: Sequence[Pair]) -> list[CurvePoint]:
    """The risk-coverage curve (El-Yaniv and Wiener, 2010), one point for each confidence said."""
    known = [p for p in pairs if p.record.confidence is not None]
    if not known:
        return []
    rows = np.array([_right_row(p) for p in known])
    return [CurvePoint(*point) for point in _curve(rows)]


class Bin(NamedTuple):
    """Replies whose confidence is in one tenth: its mean, the share answerable, how many."""

    confidence: float
    answerable: float
    n: int


def reliability(pairs: Sequence[Pair]) -> list[Bin]:
    """Ten bins of equal width, those that have replies (DeGroot and Fienberg, 1983)."""
    known = [p for p in pairs if p.record.confidence is not None]
    return _bins(np.array([_answerable_row(p) for p in known])) if known else []


def aurc(rows: Rows) -> float:
    """Area under the risk-coverage curve: mean over k of the risk among the k most confident
    (Geifman and El-Yaniv, 2017). Lower is better. rows: (confidence, right, given).

    Among equal confidences the order is unknown, so errors are spread evenly over them.
    """
    if not len(rows):
        return math.nan
    _, wrong, size = _steps(rows)
    # Errors expected among the first k, for each k from 1 to n.
    errors = np.interp(np.arange(1, len(rows) + 1), np.r_[0, size], np.r_[0, wrong])
    return float(np.mean(errors / np.arange(1, len(rows) + 1)))


def coverage_at_risk(rows: Rows) -> float:
    """The largest share of items that can be answered with at most 5 % of the answers wrong.

    The threshold is one value of confidence, so equal confidences are answered together or not.
    """
    if not len(rows):
        return math.nan
    return max((c for c, risk, known in _curve(rows) if risk <= RISK and known), default=0.0)


def auroc(rows: Rows) -> float:
    """Area under ROC: share of the pairs (answerable, not) in which the answerable item has more
    confidence, ties half (Hanley and McNeil, 1982); nan with one class only.

    rows: (confidence, answerable). Equal to scikit-learn's `roc_auc_score`, which checks its input
    for longer than it computes; the intervals need it a thousand times.
    """
    positive = rows[:, 1] > 0
    others = np.sort(rows[~positive, 0])
    answerable = rows[positive, 0]
    if not len(others) or not len(answerable):
        return math.nan
    below = np.searchsorted(others, answerable, "left") + np.searchsorted(
        others, answerable, "right"
    )
    return float(below.sum() / (2 * len(others) * len(answerable)))


def declined_at(share: float) -> Statistic:
    """Share of the unanswerable with a confidence below the threshold, at the highest threshold
    that has at most `share` of the answerable below it. rows: (confidence, answerable)."""

    def statistic(rows: Rows) -> float:
        answerable = np.sort(rows[rows[:, 1] > 0, 0])
        others = rows[rows[:, 1] == 0, 0]
        if not len(answerable) or not len(others):
            return math.nan
        # Declined is what is below, so the first that must not be is the threshold.
        allowed = math.floor(share * len(answerable) + 1e-9)
        threshold = answerable[allowed] if allowed < len(answerable) else math.inf
        return float((others < threshold).mean())

    return statistic


def calibration_error(rows: Rows) -> float:
    """Expected calibration error: mean of |share answerable - mean confidence| over ten bins of
    equal width, weighted by their size (Naeini et al., 2015; Guo et al., 2017)."""
    if not len(rows):
        return math.nan
    return sum(b.n * abs(b.answerable - b.confidence) for b in _bins(rows)) / len(rows)


def _brier(confidence: float, answerable: float) -> float:
    """Squared distance of the confidence from what was so (Brier, 1950)."""
    return (confidence - answerable) ** 2


def _right_row(pair: Pair) -> tuple[float, float, float]:
    item, record = pair
    return (record.confidence or 0.0, float(answered_right(item, record)), float(given(record)))


def _answerable_row(pair: Pair) -> tuple[float, float]:
    return (pair.record.confidence or 0.0, float(pair.item.answerable))


def _bins(rows: Rows) -> list[Bin]:
    numbers = np.minimum((rows[:, 0] * BINS).astype(int), BINS - 1)
    sizes = np.bincount(numbers, minlength=BINS)
    said, so = (np.bincount(numbers, rows[:, column], BINS) for column in (0, 1))
    return [
        Bin(float(s / n), float(t / n), int(n))
        for s, t, n in zip(said, so, sizes, strict=True)
        if n
    ]


def _steps(rows: Rows) -> tuple[Rows, Rows, Rows]:
    """Answers given first, each by falling confidence; for every step down: whether its replies
    were given, how many are wrong up to and with it, and how many there are."""
    order = np.lexsort((-rows[:, 0], -rows[:, 2]))
    ordered = rows[order]
    ends = np.flatnonzero(np.r_[np.any(np.diff(ordered[:, [0, 2]], axis=0) != 0, axis=1), True])
    wrong = np.cumsum(1.0 - ordered[:, 1])
    return ordered[ends, 2], wrong[ends], (ends + 1).astype(np.float64)


def _curve(rows: Rows) -> list[tuple[float, float, bool]]:
    was_given, wrong, size = _steps(rows)
    return [
        (float(s / len(rows)), float(w / s), bool(g))
        for g, w, s in zip(was_given, wrong, size, strict=True)
    ]
