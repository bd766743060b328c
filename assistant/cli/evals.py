"""`assistant eval`: how good the answers are. This only calls `evals`, which measures."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.console import (
    STYLE,
    JsonOption,
    note,
    print_json,
    print_text,
    screen,
    table_width,
)
from assistant.cli.options import ANSWERING, MODELS, Run, takes
from assistant.errors import AssistantError, UsageError
from assistant.terminal import TerminalProgress

if TYPE_CHECKING:
    from evals.records import Record
    from evals.runs import Run as EvalRun

app = typer.Typer(name="eval", help="Measure how good the answers are.", **STYLE)

DataOption = Annotated[
    Path | None, typer.Option("--data", metavar="DIR", help="Where a public data set lies.")
]
CorpusOption = Annotated[
    Path | None,
    typer.Option("--corpus", metavar="PATH", help="The articles of your own questions."),
]
RunArgument = Annotated[
    Path, typer.Argument(metavar="RUN", help="A run's folder, or its name under runs/.")
]
OutOption = Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The file to write.")]


@contextlib.contextmanager
def needs_evals() -> Iterator[None]:
    """What is inside may import `evals`, which needs more packages than answering does."""
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in ("assistant", ""):
            raise
        raise AssistantError(
            f"the evals cannot be run: the package {missing} is not installed",
            "pip install 'article-assistant[evals]', or use a clone of the repository."
            + (" The plain recipe needs the extra [dev]." if missing == "llama_index" else ""),
        ) from None


@app.command("run")
@takes(MODELS, ANSWERING)
def run_suites(
    run: Run,
    suites: Annotated[
        list[str], typer.Argument(metavar="SUITE…", help="Names, or a FILE.jsonl of questions.")
    ],
    systems: Annotated[
        list[str] | None,
        typer.Option("--system", metavar="NAME", help="Whom to ask; repeat. Default: all."),
    ] = None,
    n: Annotated[
        int, typer.Option("--n", min=0, metavar="N", help="Questions of each suite; 0: all.")
    ] = 0,
    split: Annotated[str, typer.Option("--split", help="tune, report or all.")] = "all",
    data: DataOption = None,
    corpus: CorpusOption = None,
    folder: Annotated[
        Path | None, typer.Option("--run", metavar="DIR", help="Where to keep the replies.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say how many calls, tokens and minutes.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Only go on with a run that was begun.")
    ] = False,
) -> None:
    """Ask systems the questions of suites and print the figures. Run it again to go on.

    Example: assistant eval run sample --split tune --n 20 --system ours
    """
    with needs_evals(), TerminalProgress(sys.stderr, quiet=run.quiet) as progress:
        from evals import estimate
        from evals import run as running
        from evals.suites import find

        if split not in ("tune", "report", "all"):
            raise UsageError(f"--split {split!r} is none of tune, report and all", "Try all.")
        chosen = [find(name, data=data, corpus=corpus) for name in suites]
        plan = running.plan(
            chosen,
            systems or running.all_systems(run.settings),
            run.settings,
            folder=folder,
            n=n,
            split=split,
        )
        if resume and not (plan.folder / "manifest.json").exists():
            raise UsageError(f"{plan.folder}: no run was begun there", "Leave --resume out.")
        if dry_run:
            print_text(estimate.text(estimate.estimate(plan, plan.folder.parent)))
            return
        if plan.without:
            note(run, f"left out without a language model: {', '.join(plan.without)}")
        for suite in plan.suites:
            for each in suite.notes:
                note(run, f"{suite.name}: {each}")
        note(run, f"replies go to {plan.folder}")
        done = running.run(plan, progress)
        progress.clear()
        _print_scores(done)


@app.command("list")
@takes()
def list_all(run: Run, json: JsonOption = False) -> None:
    """List the suites, the systems, and the runs in the folder runs.

    Example: assistant eval list
    """
    with needs_evals():
        from assistant import render
        from evals import suites, systems
        from evals.run import RUNS
        from evals.runs import found

        runs = found(RUNS)
        if json:
            print_json(
                {
                    "suites": list(suites.ABOUT),
                    "systems": [*systems.ABOUT, *systems.STAGES],
                    "runs": runs,
                }
            )
            return
        rows = [(name, needs, about) for name, (needs, about) in suites.ABOUT.items()]
        print_text("suites\n" + render.table(rows, width=table_width()))
        print_text(
            "\nsystems\n"
            + render.table([*systems.ABOUT.items(), *systems.STAGES.items()], width=table_width())
        )
        if runs:
            shown = [
                (r["name"], r["started"][:16].replace("T", " "), f"{r['records']} replies")
                for r in runs
            ]
            print_text("\nruns\n" + render.table(shown, width=table_width()))


@app.command("show")
@takes()
def show_item(
    run: Run,
    folder: RunArgument,
    item: Annotated[str, typer.Argument(metavar="ITEM", help="The id of a question.")],
) -> None:
    """Show one question: what every system found, read, said and cited.

    Example: assistant eval show RUN a-001
    """
    with needs_evals():
        from evals.showing import item_text

        print_text(item_text(opened_run(folder), item, screen()["width"]))


@app.command("score")
@takes()
def score_run(run: Run, folder: RunArgument, json: JsonOption = False) -> None:
    """Print the figures of a run again, without asking again.

    Example: assistant eval score RUN
    """
    with needs_evals():
        _print_scores(opened_run(folder), json=json)


@app.command("report")
@takes()
def write_report(
    run: Run,
    folder: RunArgument,
    before: Annotated[
        Path | None, typer.Argument(metavar="BEFORE", help="An earlier run to compare with.")
    ] = None,
    out: OutOption = Path("report.html"),
) -> None:
    """Write a run as one HTML file that needs nothing else.

    Example: assistant eval report RUN -o report.html
    """
    with needs_evals():
        from evals import report

        report.write(opened_run(folder), opened_run(before) if before else None, out)
        print_text(str(out))


# -- what the commands share ------------------------------------------------------------------


def opened_run(folder: Path) -> EvalRun:
    from evals.run import RUNS
    from evals.runs import MANIFEST
    from evals.runs import Run as EvalRun

    named = RUNS / folder
    return EvalRun.open(named if (named / MANIFEST).exists() else folder)


def named_system(text: str) -> tuple[EvalRun, str]:
    """The run and the system of RUN or RUN:SYSTEM; ours, or else the first, where none is named."""
    folder, _, system = text.rpartition(":")
    run = opened_run(Path(folder)) if folder else None
    if run is None:
        run = opened_run(Path(text))
        system = "ours" if "ours" in run.systems else next(iter(run.systems), "ours")
    if system not in run.systems:
        raise UsageError(
            f"{run.folder} has no replies of '{system}'", f"It has: {', '.join(run.systems)}"
        )
    return run, system


def suite_scores(run: EvalRun, suite: str, system: str) -> Any:
    from evals.scores import score

    records: list[Record] = run.records(suite, system)
    model = run.manifest.get("models", {}).get("llm", {}).get("name")
    return score(run.items(suite), records, run.articles(suite), model=model)


def _print_scores(run: EvalRun, *, json: bool = False) -> None:
    """The table of every suite, its systems side by side."""
    from evals.judging import Judged, judged_text
    from evals.tables import table

    by_suite = {
        suite: {
            system: suite_scores(run, suite, system)
            for system in run.systems
            if run.records(suite, system)
        }
        for suite in run.suites
    }
    if json:
        print_json(
            {
                suite: {system: scores.as_json() for system, scores in by_system.items()}
                for suite, by_system in by_suite.items()
            }
        )
        return
    for suite, by_system in by_suite.items():
        print_text(f"{suite}: {len(run.items(suite))} items\n{table(list(by_system.items()))}\n")
    judged = Judged.read(run.folder)
    if judged is not None:
        print_text(judged_text(judged, run, color=screen()["color"]))
