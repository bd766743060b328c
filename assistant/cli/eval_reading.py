"""`assistant eval reading`: statements to be judged one by one, and what was found. This only calls
the package `evals`, like `evals.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.cli.console import STYLE, note, print_text
from assistant.cli.evals import OutOption, needs_evals, opened_run
from assistant.cli.options import Run, takes
from assistant.errors import UsageError

app = typer.Typer(name="reading", help="A careful reading, statement by statement.", **STYLE)


@app.command("draw")
@takes()
def draw_statements(
    run: Run,
    folders: Annotated[list[Path], typer.Argument(metavar="RUN…", help="Runs with answers.")],
    out: OutOption = Path("to-read.jsonl"),
    n: Annotated[int, typer.Option("--n", min=1, metavar="N", help="How many.")] = 100,
    system: Annotated[str, typer.Option("--system", help="Whose statements.")] = "ours",
) -> None:
    """Write statements that were shown as borne out to a file, each with what it cites.

    Fill in "stated" (do the cited words bear it out?) and "supported" (does it answer the
    question?) with true or false, and "why" where one is false.

    Example: assistant eval reading draw RUN -o to-read.jsonl
    """
    with needs_evals():
        import json

        from evals import careful

        if out.exists():
            raise UsageError(f"{out} is there already", "Name another file with -o, or remove it.")
        drawn = careful.draw(map(opened_run, folders), n, system=system)
        lines = (json.dumps(line, ensure_ascii=False) + "\n" for line in drawn)
        out.write_text("".join(lines), encoding="utf-8")
        note(run, f"{len(drawn)} statements to judge")
        print_text(str(out))


@app.command("count")
@takes()
def count_verdicts(
    run: Run,
    read: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="A file, judged.")],
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="FILE", help="Write places and verdicts, without texts."),
    ] = None,
) -> None:
    """Say how many of the judged statements are borne out, and how many answer.

    Example: assistant eval reading count to-read.jsonl --keep evals/careful-reading.jsonl
    """
    with needs_evals():
        from evals import careful

        lines = careful.judged(read)
        for name, counts in careful.counts(lines).items():
            print_text(counts.text(name))
        if keep is not None:
            keep.write_text("".join(careful.kept(lines)), encoding="utf-8")
