"""`assistant eval performance`: how fast it is. This only calls the package `evals`, like
`evals.py`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.console import STYLE, print_text
from assistant.cli.evals import needs_evals
from assistant.cli.options import ANSWERING, MODELS, Run, takes
from assistant.terminal import TerminalProgress

app = typer.Typer(**STYLE)  # without a name: `assistant eval` takes its commands as its own


@app.command("performance")
@takes(MODELS, ANSWERING)
def performance(
    run: Run,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="GROUP", help="Only this group of figures; repeat."),
    ] = None,
    sizes: Annotated[
        list[int] | None,
        typer.Option("--size", min=1, metavar="N", help="Articles to ingest; repeat."),
    ] = None,
    passages: Annotated[
        list[int] | None,
        typer.Option("--passages", min=1, metavar="N", help="Passages to search among; repeat."),
    ] = None,
    words: Annotated[
        list[int] | None,
        typer.Option("--words", min=1, metavar="N", help="Passages of made-up words; repeat."),
    ] = None,
    rounds: Annotated[
        int, typer.Option("--rounds", min=1, metavar="N", help="How often each is measured.")
    ] = 3,
    answers: Annotated[
        Path | None,
        typer.Option("--answers", metavar="RUN", help="A run of the evals with ours and plain."),
    ] = None,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="DIR", help="Where table and corpora are kept.")
    ] = Path("runs/performance"),
) -> None:
    """Measure speed and memory against the plain recipe and against the limits, in turns.

    Example: assistant eval performance --size 100 --only ingest
    """
    with needs_evals(), TerminalProgress(sys.stderr, quiet=run.quiet) as progress:
        from evals import performance

        plan = performance.Plan(run.settings, out, rounds=rounds, run=answers)
        plan = performance.resized(plan, sizes, passages, words)
        figures, said = [], ""
        for figure in performance.measure(plan, only or (), progress):
            figures.append(figure)
            said = performance.write(figures, out, sys.argv)  # a run of hours may be cut off
        progress.clear()
        print_text(said)
