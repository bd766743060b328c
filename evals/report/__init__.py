"""A run -> one HTML file to read, keep and send: it needs no network and no other file.

view.py         what is shown of a suite; published.py what others published
details.py      the worst items, and two runs side by side
highlight.py    cited characters in their paragraph
charts.py       numbers -> SVG
../pages/       the template, style and script, and how they become a page
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from evals import pages
from evals.judging import Judged
from evals.report.details import change_cells, differences, worst
from evals.report.view import Suite, cell
from evals.runs import Run


def write(run: Run, other: Run | None, path: Path) -> None:
    """The report of `run` at `path`; with `other`, the run before it, what changed since.

    Raises AssistantError where a run cannot be read.
    """
    pages.write(path, html(run, other))


def html(run: Run, other: Run | None) -> str:
    """The page that `write` writes."""
    suites = [Suite(run, name) for name in run.suites]
    before = {name: Suite(other, name) for name in other.suites} if other else {}
    return pages.page(
        "report",
        run_name=run.folder.name,
        before=other.folder.name if other else "",
        suites=suites,
        pinned=_pinned(run.manifest),
        judged=_judged(run),
        differences=differences(suites, before),
        change_cells=change_cells,
        items=[shown for suite in suites for shown in worst(suite)],
    )


def _judged(run: Run) -> dict[str, Any] | None:
    judged = Judged.read(run.folder)
    if judged is None:
        return None
    rows = [
        (suite, system, figure.name, cell(figure))
        for suite in run.suites
        for system in run.systems
        for figure in judged.figures(run, suite, system)
    ]
    return {
        "model": judged.model,
        "prompt": judged.prompt,
        "objections": judged.objections,
        "rows": rows,
    }


def _pinned(manifest: dict[str, Any]) -> list[tuple[str, str]]:
    """The manifest as rows of a table, nested names joined by a dot."""
    rows: list[tuple[str, str]] = []

    def add(name: str, value: Any) -> None:
        if isinstance(value, dict) and value:
            for key, inner in value.items():
                add(f"{name}.{key}" if name else str(key), inner)
        else:
            shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            rows.append((name, shown))

    add("", manifest)
    return rows
