"""What is to be reached, from `aims.toml`, beside what runs measured: one table.

Several runs may be given, since no one run has everything: one with nothing declined shows the
whole curve, one as the program ships what a user gets, and asking the plain recipe as well takes
three times as long. The first that has a figure counts. Knows nothing of how answers are made.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.runs import Run
from evals.scores import Figure, Scores
from evals.statistics import wilson
from evals.tables import KIND, cell, number

AIMS = Path(__file__).parent / "aims.toml"
READ_ONE_BY_ONE = Path(__file__).parent / "careful-reading.jsonl"
OURS, PLAIN = "ours", "plain"
# Scores of one system in one suite of one run; None where it said nothing there.
ScoresOf = Callable[[Run, str, str], Scores | None]


@dataclass(frozen=True)
class Aim:
    """One line of `aims.toml`, which says what each key means."""

    text: str
    suite: str
    figure: str
    reach: float
    at_most: bool = False
    nothing_declined: bool = False
    against_plain: bool = False
    weakest: bool = False
    plain: str = ""
    tried: str = ""


@dataclass(frozen=True)
class Row:
    """An aim with what was measured. ours: None where no run has it. value: what is to reach the
    aim: the figure, or its ratio to the plain recipe's. run: name of the folder it is from."""

    aim: Aim
    ours: Figure | None = None
    plain: Figure | None = None
    run: str = ""

    @property
    def value(self) -> float | None:
        if self.ours is None or (self.aim.against_plain and not (self.plain and self.plain.value)):
            return None
        if self.aim.against_plain:
            assert self.plain is not None
            return self.ours.value / self.plain.value
        return self.ours.value

    @property
    def reached(self) -> bool | None:
        if self.value is None:
            return None
        return self.value <= self.aim.reach if self.aim.at_most else self.value >= self.aim.reach


def aims() -> list[Aim]:
    raw = tomllib.loads(AIMS.read_text(encoding="utf-8"))["aim"]
    return [Aim(**each) for each in raw]


def rows(runs: Sequence[Run], scores_of: ScoresOf) -> list[Row]:
    """Every aim with the first run that has its figure, and beside it the first with the plain
    recipe's; the last are what a careful reader found."""
    return [*(row(aim, runs, scores_of) for aim in aims()), *_read_one_by_one()]


def row(aim: Aim, runs: Sequence[Run], scores_of: ScoresOf) -> Row:
    """One aim with the first run that has its figure."""
    measured = [(run, f) for run in runs if (f := _figure(aim, run, OURS, scores_of))]
    beside = [(run, f) for run in runs if (f := _figure(aim, run, PLAIN, scores_of))]
    if aim.against_plain:  # seconds of two runs are not to be compared
        both = {run.folder for run, _ in measured} & {run.folder for run, _ in beside}
        measured = [each for each in measured if each[0].folder in both]
        beside = [each for each in beside if measured and each[0].folder == measured[0][0].folder]
    run, ours = measured[0] if measured else (None, None)
    plain = beside[0][1] if beside else None
    return Row(aim, ours, plain, run.folder.name if run else "")


def _figure(aim: Aim, run: Run, system: str, scores_of: ScoresOf) -> Figure | None:
    if aim.suite not in run.suites:
        return None
    declines = run.manifest.get("settings", {}).get("careful") != 0
    if aim.nothing_declined and system == OURS and declines:
        return None
    scores = scores_of(run, aim.suite, system)
    if scores is None:
        return None
    return _weakest(aim.figure, scores) if aim.weakest else scores.get(aim.figure)


def _weakest(name: str, scores: Scores) -> Figure | None:
    """The lowest figure of that name among the kinds of questions; None where there is but one."""
    kinds = [of for kind, of in scores.slices.items() if kind.startswith(KIND)]
    found = [figure for of in kinds for figure in of if figure.name == name]
    return min(found, key=lambda figure: figure.value, default=None)


def _read_one_by_one() -> Iterator[Row]:
    """Of the statements shown as borne out, what share a careful reader agrees with."""
    lines = [json.loads(k) for k in READ_ONE_BY_ONE.read_text(encoding="utf-8").splitlines()]
    for text, verdict, reach in (
        ("Read one by one: answers the question", "supported", 0.95),
        ("Read one by one: borne out by what it cites", "stated", 0.99),
    ):
        agreed = sum(line[verdict] for line in lines)
        low, high = wilson(agreed, len(lines))
        share = Figure(text, "citations", agreed / len(lines), len(lines), low, high, True)
        yield Row(Aim(text, "", "", reach), share, run=READ_ONE_BY_ONE.name)


def table(found: Sequence[Row]) -> str:
    """Markdown. A cell is the value, its 95 % interval and n. Plain is the recipe where a run asked
    it, and before that what was known of it; tried, the recipe that was tried on few questions."""
    lines = [
        "| figure | plain | plain, before | tried | ours | reach | |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *("| " + " | ".join(cells) + " |" for cells in map(_cells, found)),
    ]
    return "\n".join(lines)


def _cells(row: Row) -> Iterator[str]:
    aim = row.aim
    yield aim.text
    yield cell(row.plain)
    yield aim.plain or "–"
    yield aim.tried or "–"
    if aim.against_plain and row.value is not None:
        yield f"{number(row.value, '')} ({cell(row.ours)})"
    else:
        yield cell(row.ours)
    yield ("at most " if aim.at_most else "") + f"{aim.reach:.3g}".removeprefix("0")
    yield {True: "reached", False: "**not reached**", None: "not measured"}[row.reached]


def as_json(found: Sequence[Row]) -> list[dict[str, Any]]:
    return [
        {
            "text": row.aim.text,
            "reach": row.aim.reach,
            "at_most": row.aim.at_most,
            "value": row.value,
            "n": row.ours.n if row.ours else None,
            "low": row.ours.low if row.ours else None,
            "high": row.ours.high if row.ours else None,
            "plain": row.plain.value if row.plain else None,
            "reached": row.reached,
            "run": row.run,
        }
        for row in found
    ]
