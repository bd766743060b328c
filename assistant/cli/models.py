"""`assistant models`: the weights on this machine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.console import STYLE, JsonOption, complain, print_json, print_text, table_width
from assistant.cli.options import Run, takes
from assistant.errors import ModelMissing, UsageError, WrongHash
from assistant.safety import one_line
from assistant.terminal import TerminalProgress

if TYPE_CHECKING:
    from assistant.models import Model

app = typer.Typer(name="models", help="Model weights on this machine.", **STYLE)


@app.command("list")
@takes()
def list_models(run: Run, json: JsonOption = False) -> None:
    """List the known models, and which of them are on this machine.

    Example: assistant models list
    """
    from assistant import render
    from assistant.models import CATALOGUE

    with TerminalProgress(sys.stderr, quiet=run.quiet) as progress:
        paths = {model.name: _path_if_whole(model, run, progress) for model in CATALOGUE}
    if json:
        print_json(
            {
                "models": [
                    {
                        "name": model.name,
                        "role": model.role,
                        "bytes": model.size,
                        "licence": model.licence,
                        "note": model.note,
                        "path": paths[model.name],
                    }
                    for model in CATALOGUE
                ]
            }
        )
        return
    rows = [
        (
            model.name,
            model.role,
            f"{model.size / 1e6:,.0f} MB",
            model.licence,
            "here" if paths[model.name] else "not here",
            model.note,
        )
        for model in CATALOGUE
    ]
    print_text(render.table(rows, width=table_width()))


def _path_if_whole(model: Model, run: Run, progress: TerminalProgress) -> str | None:
    from assistant.models import local_path

    try:
        path = local_path(model, run.settings.models, progress)
    except WrongHash as error:  # one damaged file is no reason not to list the others
        progress.clear()
        complain(error)
        return None
    return str(path) if path else None


ModelArgument = Annotated[
    str | None, typer.Argument(metavar="MODEL", help="A name from `assistant models list`.")
]


@app.command("pull")
@takes()
def pull_model(
    run: Run,
    name: ModelArgument = None,
    force: Annotated[bool, typer.Option("--force", help="Fetch it again.")] = False,
) -> None:
    """Fetch a model's weights and verify them. Default: the language model of the settings.

    Example: assistant models pull qwen2.5-coder-1.5b
    """
    from assistant.models import find, pull

    model = find(name or _model_in_settings(run))
    with TerminalProgress(sys.stderr, quiet=run.quiet) as progress:
        path = pull(model, run.settings.models, progress, force=force)
    print_text(one_line(str(path)))


@app.command("path")
@takes()
def model_path(run: Run, name: ModelArgument = None) -> None:
    """Print where a model's file is. Default: the language model of the settings.

    Example: assistant models path qwen2.5-coder-1.5b
    """
    from assistant.models import find, local_path

    model = find(name or _model_in_settings(run))
    with TerminalProgress(sys.stderr, quiet=run.quiet) as progress:
        path = local_path(model, run.settings.models, progress)
    if path is None:
        raise ModelMissing(
            f"{model.name} is not in {run.settings.models}",
            f"Run: assistant models pull {model.name}",
        )
    print_text(one_line(str(path)))


def _model_in_settings(run: Run) -> str:
    kind, _, name = run.settings.llm.partition(":")
    if kind != "embedded":
        raise UsageError(
            f"the language model of the settings is '{run.settings.llm}', which has no weights",
            "Name a model from: assistant models list",
        )
    return name
