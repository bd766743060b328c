"""What an answer costs: seconds, tokens, money."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from evals.metrics.measure import Articles, Measure, Pair, averaged
from evals.records import Record
from evals.statistics import median, percentile_95

GROUP = "cost"


def measures(pairs: Sequence[Pair], articles: Articles, model: str | None = None) -> list[Measure]:
    """Figures over the replies that did not fail. What was never measured, and is 0, is left out.

    p50, p95: percentiles of the seconds until passages were found, anything was seen, the whole.
    prompt, completion tokens: mean a question. dollars per 1,000 questions: by the price of
    `model`; left out where it has none in `prices.toml`.
    """
    replied = [p for p in pairs if p.record.status != "failed"]
    clocks: list[tuple[str, Callable[[Record], float]]] = [
        ("retrieval", lambda r: r.seconds.retrieve),
        ("first thing seen", lambda r: r.seconds.first),
        ("whole answer", lambda r: r.seconds.total),
    ]
    found = []
    for name, clock in clocks:
        rows = {p.item.id: (clock(p.record),) for p in replied}
        if any(row[0] for row in rows.values()):
            found += [
                Measure(f"{name}, p50", GROUP, rows, median, False, "s"),
                Measure(f"{name}, p95", GROUP, rows, percentile_95, False, "s"),
            ]
    counts: list[tuple[str, Callable[[Record], int]]] = [
        ("prompt tokens", lambda r: r.prompt_tokens),
        ("completion tokens", lambda r: r.completion_tokens),
    ]
    for name, count in counts:
        if any(count(p.record) for p in replied):
            found.append(_mean(name, replied, count, "tokens"))
    price = prices().get(model) if model else None
    if price is not None:
        paid = price
        found.append(
            _mean("dollars per 1,000 questions", replied, lambda r: 1000 * paid.of(r), "$")
        )
    return found


class Price(NamedTuple):
    """Dollars for a million tokens read and written."""

    input: float
    output: float

    def of(self, record: Record) -> float:
        return (
            record.prompt_tokens * self.input + record.completion_tokens * self.output
        ) / 1_000_000


@cache
def prices() -> dict[str, Price]:
    """The price of each model in `prices.toml`, which says of what day it is."""
    raw = tomllib.loads(files("evals").joinpath("prices.toml").read_text(encoding="utf-8"))
    return {name: Price(row["input"], row["output"]) for name, row in raw["models"].items()}


def _mean(
    name: str, pairs: Sequence[Pair], number: Callable[[Record], float], unit: str
) -> Measure:
    return averaged(
        name, GROUP, pairs, lambda i, r: float(number(r)), higher_is_better=False, unit=unit
    )
