"""Did a change make the answers worse? A run against a committed baseline, for CI.

The baseline holds the rows of each gated figure, item by item, so the test is a paired one. A
regression is a figure that is worse after correction at a stricter level than `compare` uses: a
gate is passed many times, and each time by luck alone it could fail. Some figures are invariants of
the program and must not be worse at all.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError
from evals.compare import Change, changes
from evals.metrics.measure import Measure
from evals.scores import Scores
from evals.tables import number

# What CI runs, each with the system "ours": the suite "sample" without a language model, and so
# many questions of the tune half of "people" with the one that ships.
BASELINE = Path(__file__).parent / "baseline" / "sample-none.json"
MODEL_BASELINE = Path(__file__).parent / "baseline" / "people-model.json"
MODEL_SPLIT, MODEL_QUESTIONS = "tune", 30
ALPHA = 0.01
# Few, for each one more makes the others harder to prove. Absent figures are passed over.
GATED = (
    "right",
    "answered right",
    "token F1",
    "declined right",
    "cited right",
    "citation precision (our check)",
    "AUROC",
    "recall@5",
    "nDCG@10",
    "right passage in five",
)
# Of thirty questions a test at that level proves only a collapse. So whatever it says, a figure may
# lose no more than this: on another processor a model answers a question or two otherwise.
LARGEST_LOSS = {"right": 0.1}
INVARIANT = ("quoted span verbatim", "answers with invented labels", "failed")
FORMAT = 1


class Regressed(AssistantError):
    """The run is worse than the baseline; the message says in which figures."""


@dataclass(frozen=True)
class Baseline:
    """command: how it was made. rows: figure -> item -> row. clusters: item -> story."""

    command: str
    rows: dict[str, dict[str, tuple[float, ...]]]
    clusters: dict[str, str]


def gate(scores: Scores, baseline: Baseline) -> tuple[Change, ...]:
    """The changes of the gated figures, none of which is a regression.

    Raises Regressed where one is, or where the run lacks items or a figure of the baseline, so
    that nothing passes by not being measured.
    """
    missing = sorted(set(baseline.clusters) - set(scores.clusters))
    lost = [name for name in baseline.rows if name not in scores.measures]
    if missing or lost:
        what = f"no reply to {len(missing)} items, {missing[0]} first" if missing else ""
        what = what or f"the run has no figure {lost[0]!r}"
        raise Regressed(
            f"The run cannot be held against the baseline: {what}.",
            hint="Run the whole suite; if it changed, renew the baseline: " + baseline.command,
        )
    before = {
        name: Measure(name, (now := scores.measures[name]).group, rows, now.statistic)
        for name, rows in baseline.rows.items()
    }
    # The statistic and its direction are those of the code that runs now.
    found = changes(
        {n: before[n] for n in GATED if n in before},
        scores.measures,
        baseline.clusters,
        alpha=ALPHA,
    )
    exact = changes(
        {n: before[n] for n in INVARIANT if n in before}, scores.measures, baseline.clusters
    )
    worse = [c for c in found if c.verdict == "worse" or _lost_too_much(c)]
    worse += [c for c in exact if c.difference and (c.difference > 0) != c.higher_is_better]
    if worse:
        raise Regressed(
            "Worse than the baseline: " + "; ".join(_said(c) for c in worse) + ".",
            hint="`assistant eval compare` shows the items; if it is meant, renew the baseline: "
            + baseline.command,
        )
    return (*found, *exact)


def _lost_too_much(change: Change) -> bool:
    allowed = LARGEST_LOSS.get(change.name)
    return allowed is not None and change.a - change.b > allowed + 1e-9


def write_baseline(scores: Scores, path: Path, command: str) -> None:
    """Keep the rows of the gated figures, one line an item, so that a renewal reads well in git.

    Not rounded: differences too small to mean anything, but all of one sign, would count as real.
    command: what makes this file anew; it is shown when the gate fails.
    """
    names = [n for n in (*GATED, *INVARIANT) if n in scores.measures]
    lines = []
    for item, cluster in sorted(scores.clusters.items()):
        own = {
            name: [float(v) for v in row]
            for name in names
            if (row := scores.measures[name].rows.get(item)) is not None
        }
        lines.append(f"  {json.dumps(item)}: {json.dumps({'cluster': cluster, **own})}")
    summary = {name: round(scores.measures[name].value, 4) for name in names}
    head = {"format": FORMAT, "command": command, "figures": summary}
    body = "".join(f" {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items())
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "{\n" + body + ' "items": {\n' + ",\n".join(lines) + "\n }\n}\n"
    path.write_text(text, encoding="utf-8")


def renewal(
    suite: str, system: str, llm: str, baseline: Path, *, split: str = "all", n: int = 0
) -> str:
    """The commands that make a baseline anew, to be kept in it. split, n: what was asked of it."""
    part = (f" --split {split}" if split != "all" else "") + (f" --n {n}" if n else "")
    return (
        f"assistant eval run {suite}{part} --system {system} --llm {llm} --run runs/baseline && "
        f"assistant eval gate runs/baseline:{system} {baseline} --renew"
    )


def read_baseline(path: Path) -> Baseline:
    """The file that `write_baseline` wrote. Raises AssistantError where it is something else."""
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if raw["format"] != FORMAT:
            raise ValueError(f"its format is {raw['format']}, not {FORMAT}")
        rows: dict[str, dict[str, tuple[float, ...]]] = {}
        clusters = {}
        for item, own in raw["items"].items():
            clusters[item] = str(own.pop("cluster"))
            for name, row in own.items():
                rows.setdefault(name, {})[item] = tuple(float(v) for v in row)
        return Baseline(str(raw["command"]), rows, clusters)
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise AssistantError(
            f"{path} is not a baseline: {error}",
            hint="Write one anew: assistant eval gate RUN BASELINE --renew",
        ) from None


def _said(change: Change) -> str:
    p = "" if change.name in INVARIANT else f", p = {change.p:.4f}"
    before, after = number(change.a, change.unit), number(change.b, change.unit)
    return f"{change.name} {before} -> {after} ({change.n} items{p})"
