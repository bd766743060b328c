"""A run -> what its page shows of each suite: values only, no markup but that of the charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.types import Article
from evals.items import Item
from evals.metrics.calibration import reliability, risk_coverage
from evals.metrics.measure import Pair
from evals.metrics.robustness import by_noise
from evals.records import Record
from evals.report.charts import Chart, Point, Series, histogram, lines
from evals.report.published import Published, published
from evals.runs import Run
from evals.scores import Figure, Scores, score
from evals.tables import number

# What stands in the first table; the others are behind a fold. In the order of the page.
HEADLINE = (
    "right",
    "answered right",
    "token F1",
    "exact match",
    "cited right",
    "citation recall (our check)",
    "citation precision (our check)",
    "quoted span verbatim",
    "declined right",
    "over-abstention",
    "truthfulness",
    "AURC",
    "coverage at 5 % risk",
    "calibration error",
    "conflict shown",
    "only noise: declined",
    "nDCG@10",
    "recall@5",
    "whole answer, p50",
    "whole answer, p95",
)
# What stands in the table of a kind of question, or of a half.
SLICED = ("right", "answered right", "cited right", "declined right", "over-abstention")


@dataclass(frozen=True)
class Cell:
    """A figure as text; all empty where it does not apply."""

    value: str = ""
    span: str = ""
    n: str = ""


@dataclass(frozen=True)
class Row:
    name: str
    cells: tuple[Cell, ...]
    lower_is_better: bool = False
    group: str = ""


@dataclass(frozen=True)
class FunnelRow:
    """passed of n, and the share in per cent, for each system; None where it does not tell."""

    stage: str
    cells: tuple[tuple[int, int, float] | None, ...]


class Suite:
    """One suite of a run with everything that is made of it once."""

    def __init__(self, run: Run, name: str) -> None:
        self.name = name
        self.items: list[Item] = run.items(name)
        self.articles: Mapping[str, Article] = run.articles(name)
        replies = {system: run.records(name, system) for system in run.systems}
        self.records: dict[str, list[Record]] = {s: r for s, r in replies.items() if r}
        self.systems = tuple(self.records)

    @cached_property
    def scores(self) -> dict[str, Scores]:
        return {s: score(self.items, r, self.articles) for s, r in self.records.items()}

    def pairs(self, system: str) -> list[Pair]:
        by_id = {item.id: item for item in self.items}
        return [Pair(by_id[r.item], r) for r in self.records[system] if r.item in by_id]

    @property
    def missing(self) -> list[str]:
        """In words, for each system that has not replied to everything."""
        return [
            f"{system}: no reply to {len(scores.missing)} of {len(self.items)} questions"
            for system, scores in self.scores.items()
            if scores.missing
        ]

    @property
    def headline(self) -> list[Row]:
        return [row for name in HEADLINE if (row := self._row(name, self._figures(name)))]

    @property
    def others(self) -> list[Row]:
        names = dict.fromkeys(f.name for s in self.scores.values() for f in s.figures)
        rows = (self._row(n, self._figures(n)) for n in names if n not in HEADLINE)
        return [row for row in rows if row]

    @property
    def published(self) -> list[Published]:
        """Only beside figures that are in the table."""
        shown = {row.name for row in (*self.headline, *self.others)}
        return [p for p in published(self.name) if p.figure in shown]

    @property
    def funnel(self) -> list[FunnelRow]:
        stages = dict.fromkeys(s.name for x in self.scores.values() for s in x.funnel)
        rows = []
        for stage in stages:
            cells: list[tuple[int, int, float] | None] = []
            for scores in self.scores.values():
                found = next((s for s in scores.funnel if s.name == stage), None)
                cells.append(
                    (found.passed, found.n, 100 * found.passed / found.n) if found else None
                )
            rows.append(FunnelRow(stage, tuple(cells)))
        return rows

    @property
    def slices(self) -> list[tuple[str, list[Row]]]:
        """For each kind and split with more than one: a few figures that say most."""
        names = dict.fromkeys(k for s in self.scores.values() for k in s.slices)
        found = []
        for name in names:
            rows = []
            for figure in SLICED:
                own = [
                    next((f for f in s.slices.get(name, ()) if f.name == figure), None)
                    for s in self.scores.values()
                ]
                if row := self._row(figure, own):
                    rows.append(row)
            if rows:
                found.append((name, rows))
        return found

    @property
    def charts(self) -> list[Chart]:
        return [*_confidence_charts(self), *_noise_charts(self), *_latency_charts(self)]

    def _figures(self, name: str) -> list[Figure | None]:
        return [scores.get(name) for scores in self.scores.values()]

    def _row(self, name: str, figures: Sequence[Figure | None]) -> Row | None:
        known = [f for f in figures if f is not None]
        if not known:
            return None
        cells = tuple(cell(f) for f in figures)
        return Row(name, cells, not known[0].higher_is_better, known[0].group)


def cell(figure: Figure | None) -> Cell:
    if figure is None:
        return Cell()
    span = ""
    if figure.low is not None and figure.high is not None:
        span = f"{number(figure.low, figure.unit)} to {number(figure.high, figure.unit)}"
    unit = f" {figure.unit}" if figure.unit else ""
    return Cell(number(figure.value, figure.unit) + unit, span, str(figure.n))


def _confidence_charts(suite: Suite) -> list[Chart]:
    risk, reliable = [], []
    for system in suite.systems:
        pairs = suite.pairs(system)
        curve = [Point(p.coverage, p.risk, faint=not p.known) for p in risk_coverage(pairs)]
        bins = [Point(b.confidence, b.answerable) for b in reliability(pairs)]
        # One point is no curve: a system that always says the same has none.
        if len(curve) > 1:
            risk.append(Series(system, tuple(curve)))
        if len(bins) > 1 and len({p.item.answerable for p in pairs}) > 1:
            reliable.append(Series(system, tuple(bins)))
    charts = []
    if risk:
        charts.append(
            lines(
                "Risk and coverage",
                "Share of wrong answers among the most confident replies, by the share answered.",
                risk,
                x="share answered, most confident first",
                y="share of them wrong",
                note="A faint line counts replies that were held back as wrong: the worst case.",
            )
        )
    if reliable:
        charts.append(
            lines(
                "Reliability of the confidence",
                "Share of answerable questions by the confidence that was said, in ten bins.",
                reliable,
                x="confidence said",
                y="share answerable",
                marks=True,
                diagonal=True,
                note="On the dotted line the confidence is what it says.",
            )
        )
    return charts


def _noise_charts(suite: Suite) -> list[Chart]:
    series = []
    for system, scores in suite.scores.items():
        points = []
        for ratio in by_noise(suite.pairs(system)):
            f = scores.get(f"right with {ratio} % noise")
            if f is not None:
                points.append(Point(ratio / 100, f.value, f.low, f.high))
        if points:
            series.append(Series(system, tuple(points)))
    if not series:
        return []
    return [
        lines(
            "Noise among the passages",
            "Share of questions answered right, by the share of passages that are unrelated.",
            series,
            x="share of unrelated passages",
            y="answered right",
            marks=True,
        )
    ]


def _latency_charts(suite: Suite) -> list[Chart]:
    charts = []
    for system, records in suite.records.items():
        seconds = [r.seconds.total for r in records if r.seconds.total > 0]
        if len(seconds) > 1:
            charts.append(
                histogram(
                    f"Seconds to the whole answer: {system}",
                    f"How many of {len(seconds)} replies took how long.",
                    seconds,
                    x="seconds",
                )
            )
    return charts
