"""`assistant eval compare`, `gate` and `calibrate`: what follows from runs. This only calls the
package `evals`, like `evals.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.cli.console import STYLE, JsonOption, print_json, print_text, table_width
from assistant.cli.evals import named_system, needs_evals, opened_run, suite_scores
from assistant.cli.options import Run, takes
from assistant.errors import UsageError

app = typer.Typer(**STYLE)  # without a name: `assistant eval` takes its commands as its own


@app.command("compare")
@takes()
def compare_runs(
    run: Run,
    a: Annotated[str, typer.Argument(metavar="A", help="RUN or RUN:SYSTEM, the one before.")],
    b: Annotated[str, typer.Argument(metavar="B", help="RUN or RUN:SYSTEM, the one after.")],
    json: JsonOption = False,
) -> None:
    """Compare two systems or runs item by item, and say which differences are real.

    Example: assistant eval compare RUN:plain RUN:ours
    """
    with needs_evals():
        from evals import compare

        (run_a, system_a), (run_b, system_b) = named_system(a), named_system(b)
        shared = [suite for suite in run_b.suites if suite in run_a.suites]
        if not shared:
            raise UsageError(f"{a} and {b} have no suite in common", "See: assistant eval list")
        found = {}
        for suite in shared:
            found[suite] = compare.compare(
                run_b.items(suite),
                run_a.records(suite, system_a),
                run_b.records(suite, system_b),
                run_b.articles(suite),
            )
        if json:
            print_json({suite: each.as_json() for suite, each in found.items()})
            return
        titles = (f"{run_a.folder.name}:{system_a}", f"{run_b.folder.name}:{system_b}")
        for suite, each in found.items():
            print_text(f"{suite}\n{compare.table(each, *titles)}\n")


@app.command("aims")
@takes()
def show_aims(
    run: Run,
    folders: Annotated[
        list[Path], typer.Argument(metavar="RUN…", help="The first that has a figure counts.")
    ],
    json: JsonOption = False,
) -> None:
    """Print what this program is to reach, beside what runs measured. Asks nothing.

    Example: assistant eval aims RUN RUN-NOTHING-DECLINED
    """
    with needs_evals():
        from functools import cache

        from evals import aims

        @cache
        def scores_of(folder: Path, suite: str, system: str) -> Any:
            opened = opened_run(folder)
            return suite_scores(opened, suite, system) if system in opened.systems else None

        runs = [opened_run(folder) for folder in folders]
        found = aims.rows(runs, lambda of, suite, system: scores_of(of.folder, suite, system))
        if json:
            print_json(aims.as_json(found))
            return
        print_text(aims.table(found))


@app.command("gate")
@takes()
def gate_run(
    run: Run,
    name: Annotated[str, typer.Argument(metavar="RUN", help="RUN or RUN:SYSTEM.")],
    baseline: Annotated[Path, typer.Argument(metavar="BASELINE", help="A committed file.")],
    suite: Annotated[str | None, typer.Option("--suite", help="Where the run has several.")] = None,
    renew: Annotated[bool, typer.Option("--renew", help="Write the baseline instead.")] = False,
) -> None:
    """Fail where a run is really worse than a baseline. For CI.

    Example: assistant eval gate RUN evals/baseline/sample-none.json
    """
    with needs_evals():
        from evals import gate

        opened, system = named_system(name)
        if suite is None and len(opened.suites) != 1:
            raise UsageError(f"{name} has several suites", f"--suite {'|'.join(opened.suites)}")
        suite = suite or opened.suites[0]
        scores = suite_scores(opened, suite, system)
        if renew:
            llm = opened.manifest["settings"]["llm"]
            asked = {key: opened.manifest["choice"][key] for key in ("split", "n")}
            command = gate.renewal(suite, system, llm, baseline, **asked)
            gate.write_baseline(scores, baseline, command)
            print_text(str(baseline))
            return
        found = gate.gate(scores, gate.read_baseline(baseline))
        print_text(f"no regression in {len(found)} figures")


@app.command("calibrate")
@takes()
def calibrate(
    run: Run,
    folders: Annotated[
        list[Path], typer.Argument(metavar="RUN…", help="Runs with --careful 0: nothing declined.")
    ],
    signal: Annotated[
        list[str] | None, typer.Option("--signal", help="Fit these only; repeat. Default: all.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Fit the weights of the confidence on the replies of runs, and say what each signal tells.

    Example: assistant eval calibrate RUN
    """
    with needs_evals():
        from assistant import render
        from assistant.answering.confidence import SIGNALS
        from evals.calibrate import fit
        from evals.metrics.measure import Pair

        pairs = []
        for opened in map(opened_run, folders):
            for suite in opened.suites:
                items = {item.id: item for item in opened.items(suite)}
                pairs += [Pair(items[r.item], r) for r in opened.records(suite, "ours")]
        names = signal or list(SIGNALS)
        unknown = [name for name in names if name not in SIGNALS]
        if unknown:
            raise UsageError(f"there is no signal '{unknown[0]}'", f"Known: {', '.join(SIGNALS)}.")
        fitted = fit(pairs, names)
        if json:
            print_json(vars(fitted))
            return
        print_text(
            f"{fitted.n} replies, {fitted.right} right; on stories left out: area under ROC "
            f"{fitted.auroc:.3f}, calibration error {fitted.error:.3f}\n{fitted.weights}\n"
        )
        rows = [("signal", "alone", "all but this")]
        for name, alone in fitted.alone.items():
            without = fitted.without.get(name)  # one signal leaves no others
            rows.append((name, f"{alone:.3f}", "–" if without is None else f"{without:.3f}"))
        print_text(render.table(rows, width=table_width()))
