"""A figure: what was measured of us and of whom we are held against, and what was to be reached."""

from __future__ import annotations

import math
import os
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from evals.manifest import machine


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    unit: of `ours` and `theirs`. size: how many articles or passages, 0 where it does not matter.
    ours, theirs: one value for each round; the rounds alternate, so the pairs are comparable.
    against: whose `theirs` is; empty where ours stands alone.
    target: for the ratio ours / theirs, or for ours where it stands alone.
    at_least: the target is a minimum, as for a speed; otherwise the most it may be.
    peak_mb: the most memory the process of ours held.
    """

    name: str
    unit: str
    ours: tuple[float, ...]
    size: int = 0
    against: str = ""
    theirs: tuple[float, ...] = ()
    target: float | None = None
    at_least: bool = False
    peak_mb: float | None = None

    @property
    def ratios(self) -> tuple[float, ...]:
        """Ours over theirs, round by round."""
        return (
            tuple(a / b for a, b in zip(self.ours, self.theirs, strict=True)) if self.theirs else ()
        )

    @property
    def value(self) -> float:
        """What the target is about: the middle ratio, or the middle of ours."""
        return statistics.median(self.ratios or self.ours)

    @property
    def reached(self) -> bool | None:
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target


def table(figures: Sequence[Figure]) -> str:
    """A table in Markdown. Behind a middle value stand the lowest and the highest."""
    rows = [
        ("figure", "size", "ours", "against", "theirs", "ratio", "peak MB", "reach", ""),
        ("---",) * 9,
        *map(_row, figures),
    ]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _row(figure: Figure) -> tuple[str, ...]:
    sign = "at least" if figure.at_least else "at most"
    state = {None: "", True: "reached", False: "**not reached**"}[figure.reached]
    return (
        f"{figure.name}, {figure.unit}",
        f"{figure.size:,}" if figure.size else "",
        _spread(figure.ours),
        figure.against,
        _spread(figure.theirs),
        _spread(figure.ratios),
        f"{figure.peak_mb:,.0f}" if figure.peak_mb is not None else "",
        f"{sign} {_number(figure.target)}" if figure.target is not None else "",
        state,
    )


def _spread(values: Sequence[float]) -> str:
    if not values:
        return ""
    middle = _number(statistics.median(values))
    if len(values) == 1:
        return middle
    return f"{middle} ({_number(min(values))} to {_number(max(values))})"


def _number(value: float) -> str:
    """Three digits that count, never an exponent."""
    if value == 0 or not math.isfinite(value):
        return str(value)
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{digits}f}"


def growth(figures: Sequence[Figure]) -> list[str]:
    """For each figure with several sizes the exponent of its growth: 0 is flat, 1 in proportion."""
    lines = []
    by_name: dict[str, list[Figure]] = {}
    for figure in figures:
        if figure.size:
            by_name.setdefault(f"{figure.name}, {figure.unit}", []).append(figure)
    for name, alike in by_name.items():
        alike.sort(key=lambda f: f.size)
        first, last = alike[0], alike[-1]
        if first.size == last.size:
            continue
        scale = math.log(last.size / first.size)
        said = [f"{name}: {_exponent(first.ours, last.ours, scale)}"]
        if first.peak_mb and last.peak_mb:
            said.append(f"memory {_exponent([first.peak_mb], [last.peak_mb], scale)}")
        lines.append(f"{', '.join(said)} from {first.size:,} to {last.size:,}")
    return lines


def _exponent(before: Sequence[float], after: Sequence[float], scale: float) -> str:
    low, high = statistics.median(before), statistics.median(after)
    return f"size^{math.log(high / low) / scale:.2f}" if low > 0 and high > 0 else "no growth"


def as_json(figures: Sequence[Figure], command: Sequence[str]) -> dict[str, Any]:
    """The record of one run: figures, machine, day and command."""
    return {
        "format": 1,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": list(command),
        "machine": {**machine(), "load": round(os.getloadavg()[0], 1)},
        "figures": [
            {**asdict(f), "ratios": f.ratios, "value": f.value, "reached": f.reached}
            for f in figures
        ],
    }
