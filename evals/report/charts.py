"""Numbers -> SVG, drawn by hand. Pure; every chart carries its numbers as a table beside it.

Colours are classes (`s0`, `s1`, ...) that the page's style sheet knows in both themes; lines differ
in their dashes as well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup, escape

from assistant.safety import plain

WIDTH, HEIGHT = 420, 260
LEFT, RIGHT, TOP, BOTTOM = 58, 18, 12, 42
STYLES = 6


class Point(NamedTuple):
    """low, high: ends of an interval, drawn as a bar. faint: known only as a bound."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    faint: bool = False


@dataclass(frozen=True)
class Series:
    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Chart:
    """svg: the picture. columns, rows: its numbers, for a table. legend: names of its series."""

    title: str
    svg: Markup
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    legend: tuple[str, ...] = ()


def lines(
    title: str,
    description: str,
    series: Sequence[Series],
    *,
    x: str,
    y: str,
    marks: bool = False,
    diagonal: bool = False,
    note: str = "",
) -> Chart:
    """Both axes from 0 to 1. marks: a dot for each point. diagonal: the line where y is x."""
    body = [_axes(x, y, [(v / 4, f"{v / 4:.2g}") for v in range(5)], 1.0)]
    if diagonal:
        body.append(
            f'<line class="guide" x1="{_px(0)}" y1="{_py(0)}" x2="{_px(1)}" y2="{_py(1)}"/>'
        )
    for number, each in enumerate(series):
        body.append(_line(each, number % STYLES, marks))
    rows = tuple(
        (s.name, f"{p.x:.3f}", f"{p.y:.3f}", _span(p)) for s in series for p in _thinned(s.points)
    )
    columns = ("series", x, y, "95 %")
    legend = tuple(s.name for s in series)
    return Chart(title, _svg(title, description, body), columns, rows, note, legend)


def histogram(title: str, description: str, values: Sequence[float], *, x: str) -> Chart:
    """Twelve bins of equal width from 0 to the largest value."""
    bins = 12
    top = _round_up(max(values, default=1.0))
    counts = [0] * bins
    for value in values:
        counts[min(int(value / top * bins), bins - 1)] += 1
    # A multiple of four, so that the quarters on the axis are whole replies.
    most = max(4, -(-max(counts) // 4) * 4)
    body = [_axes(x, "replies", [(v / 4, f"{top * v / 4:.3g}") for v in range(5)], most)]
    step = 1 / bins
    for number, count in enumerate(counts):
        if count:
            left, width = _px(number * step) + 1, (_px(1) - _px(0)) * step - 2
            up = _py(count / most)
            body.append(
                f'<rect class="s0 bar" x="{left:.1f}" y="{up:.1f}" width="{width:.1f}" '
                f'height="{_py(0) - up:.1f}"/>'
            )
    rows = tuple(
        (f"{top * n / bins:.3g} to {top * (n + 1) / bins:.3g}", str(c))
        for n, c in enumerate(counts)
        if c
    )
    return Chart(title, _svg(title, description, body), (x, "replies"), rows)


def _svg(title: str, description: str, body: Sequence[str]) -> Markup:
    return Markup(
        '<svg viewBox="0 0 {} {}" role="img"><title>{}</title><desc>{}</desc>{}</svg>'
    ).format(WIDTH, HEIGHT, plain(title), plain(description), Markup("".join(body)))


def _axes(x: str, y: str, ticks: Sequence[tuple[float, str]], top: float) -> str:
    """Frame, labels and grid; `ticks` along x as share and text, along y in quarters of `top`."""
    parts = []
    for share, label in ticks:
        parts.append(
            f'<text class="tick" x="{_px(share):.1f}" y="{_py(0) + 15}" text-anchor="middle">'
        )
        parts.append(f"{escape(label)}</text>")
    for share in (0, 0.25, 0.5, 0.75, 1):
        at = _py(share)
        value = f"{top * share:.2g}" if top <= 1 else f"{top * share:.0f}"
        parts.append(
            f'<line class="grid" x1="{_px(0)}" y1="{at:.1f}" x2="{_px(1)}" y2="{at:.1f}"/>'
        )
        parts.append(
            f'<text class="tick" x="{_px(0) - 6}" y="{at + 4:.1f}" text-anchor="end">{value}</text>'
        )
    middle = (_py(0) + _py(1)) / 2
    parts.append(
        f'<text class="label" x="{(_px(0) + _px(1)) / 2}" y="{HEIGHT - 6}" '
        f'text-anchor="middle">{escape(x)}</text>'
    )
    parts.append(
        f'<text class="label" transform="translate(12 {middle}) rotate(-90)" '
        f'text-anchor="middle">{escape(y)}</text>'
    )
    return "".join(parts)


def _line(series: Series, style: int, marks: bool) -> str:
    """Firm and faint stretches as lines of their own, which meet."""
    parts = []
    stretch: list[Point] = []
    for point in series.points:
        if stretch and stretch[-1].faint != point.faint:
            parts.append(_path(stretch, style))
            stretch = stretch[-1:]
            stretch[0] = stretch[0]._replace(faint=point.faint)
        stretch.append(point)
    parts.append(_path(stretch, style))
    for p in series.points if marks else ():
        if p.low is not None and p.high is not None:
            parts.append(
                f'<line class="s{style} whisker" x1="{_px(p.x):.1f}" y1="{_py(p.low):.1f}" '
                f'x2="{_px(p.x):.1f}" y2="{_py(p.high):.1f}"/>'
            )
        parts.append(
            f'<circle class="s{style} dot" cx="{_px(p.x):.1f}" cy="{_py(p.y):.1f}" r="3.5"/>'
        )
    return "".join(parts)


def _path(points: Sequence[Point], style: int) -> str:
    if len(points) < 2:
        return ""
    steps = " ".join(f"{_px(p.x):.1f},{_py(p.y):.1f}" for p in points)
    faint = " faint" if points[-1].faint else ""
    return f'<polyline class="s{style} line{faint}" points="{steps}"/>'


def _px(share: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * min(max(share, 0.0), 1.0)


def _py(share: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - min(max(share, 0.0), 1.0))


def _span(point: Point) -> str:
    if point.low is None or point.high is None:
        return "at worst" if point.faint else ""
    return f"{point.low:.2f} to {point.high:.2f}"


def _thinned(points: Sequence[Point], most: int = 40) -> Sequence[Point]:
    """Evenly chosen points, the first and the last among them, so that a table stays readable."""
    if len(points) <= most:
        return points
    return [points[round(n * (len(points) - 1) / (most - 1))] for n in range(most)]


def _round_up(value: float) -> float:
    """The next number of a few whose quarters are round."""
    if not value > 1e-9:  # nothing that is measured here is smaller, and powers of ten underflow
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(
        f * power
        for f in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10)
        if value <= f * power * (1 + 1e-9)
    )
