"""`assistant serve`, and `assistant access`: who may use a server that others can reach."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import Annotated

import typer

from assistant.cli.console import STYLE, JsonOption, note, print_json, print_text
from assistant.cli.options import ANSWERING, MODELS, Run, takes
from assistant.errors import AssistantError
from assistant.progress import Unit
from assistant.safety import one_line
from assistant.terminal import TerminalProgress

app = typer.Typer(**STYLE)
access_app = typer.Typer(name="access", help="Who may use a server others can reach.", **STYLE)
app.add_typer(access_app)

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Whose key it is.")]


@app.command()
@takes(MODELS, ANSWERING)
def serve(
    run: Run,
    host: Annotated[
        str, typer.Option("--host", metavar="HOST", help="Address to listen on.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, metavar="N", help="0 takes a free one.")
    ] = 8000,
    names: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="HOST", help="A further name it is reached by; repeat."),
    ] = None,
    root_path: Annotated[
        str, typer.Option("--root-path", metavar="PATH", help="Where a proxy has it: /news")
    ] = "",
    open_browser: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
) -> None:
    """Serve the web chat and the HTTP API until Ctrl-C. Other machines need an access key.

    Example: assistant serve --open
    """
    from assistant import server
    from assistant.engine import Engine

    loading = True

    def tell(what: str, done: int, total: int | None, unit: Unit) -> None:
        if loading:  # later, what it does for others is not shown here
            progress(what, done, total, unit)

    def ready(address: str) -> None:
        nonlocal loading
        loading = False
        progress.clear()
        print_text(address)
        note(run, "Ctrl-C ends")
        if open_browser:
            import webbrowser

            webbrowser.open(address)

    with TerminalProgress(sys.stderr, quiet=run.quiet) as progress:
        engine = Engine(run.settings, progress=tell)
        with closing(engine):
            server.serve(
                engine,
                run.settings,
                host=host,
                port=port,
                names=tuple(names or ()),
                root_path=root_path,
                ready=ready,
            )


@access_app.command("add")
@takes()
def add_key(run: Run, name: NameArgument, json: JsonOption = False) -> None:
    """Make an access key for someone, and print it; it is shown this once.

    Example: assistant access add mara
    """
    from assistant.access import Access

    key = Access(run.settings.store).add(name)
    print_json({"name": name, "key": key}) if json else print_text(key)
    note(run, "this is the only time it is shown; log in with it, or send it as a bearer token")


@access_app.command("list")
@takes()
def list_keys(run: Run, json: JsonOption = False) -> None:
    """List who has an access key.

    Example: assistant access list
    """
    from assistant.access import Access

    names = Access(run.settings.store).names()
    if json:
        print_json({"names": names})
    elif names:
        print_text("\n".join(names))
    else:
        note(run, "nobody has an access key; make one with: assistant access add NAME")


@access_app.command("remove")
@takes()
def remove_key(run: Run, name: NameArgument) -> None:
    """Take an access key back. A running server obeys at once; what is open in browsers ends.

    Example: assistant access remove mara
    """
    from assistant.access import Access

    if not Access(run.settings.store).remove(name):
        raise AssistantError(f"'{name}' has no access key", "See: assistant access list")
    print_text(f"removed {one_line(name)}")
