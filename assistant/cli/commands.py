"""`assistant ingest`, `ask`, `search`, `chat` and `doctor`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.console import (
    STYLE,
    JsonOption,
    asked,
    complain,
    decoded,
    last_of,
    note,
    note_first_ingest,
    opened_engine,
    print_json,
    print_text,
    screen,
    show_found,
    typed_lines,
)
from assistant.cli.options import ANSWERING, MODELS, WITHIN, Run, takes, takes_early
from assistant.errors import AssistantError, UsageError
from assistant.terminal import TerminalProgress

if TYPE_CHECKING:
    from assistant.engine import Engine
    from assistant.types import CheckedAnswer, Hit, IngestReport

EXIT_ABSTAINED = 3

FastOption = Annotated[
    bool, typer.Option("--fast", help="Quote what is found, without the language model.")
]
QuestionArgument = Annotated[
    str, typer.Argument(metavar="QUESTION", help="The question; - reads standard input.")
]

app = typer.Typer(name="assistant", add_completion=False, **STYLE)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print_text(f"assistant {version('article-assistant')}")
        raise typer.Exit()


@app.callback()
@takes_early
def _before_every_command(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print it.")
    ] = False,
) -> None:
    """Answers questions about a pile of articles and cites the sentences that support the answer.

    Example: assistant ask "How many people use SIMA?"
    """


@app.command()
@takes(MODELS)
def ingest(
    run: Run,
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="PATH|URL", help="Folders, files, web pages, feeds and sitemaps."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be added, changed, removed.")
    ] = False,
    allow_removal: Annotated[
        bool, typer.Option("--allow-removal", help="Go on though most of a source is gone.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 when anything could not be read.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Stay, and ingest again whenever a file changes.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Make the index equal to these sources; only what changed is read. Default: the corpus.

    Interrupted or killed, it has lost nothing: the same command goes on where it was.

    Example: assistant ingest ~/articles
    """
    if dry_run:
        from assistant import render

        with opened_engine(run) as (engine, _):
            plan = engine.preview(paths or ())
        print_json(render.preview_json(plan)) if json else print_text(render.preview_text(plan))
        return
    with opened_engine(run) as (engine, progress):
        try:
            report = engine.ingest(paths or (), allow_removal=allow_removal)
        except KeyboardInterrupt:
            progress.clear()
            note(run, _interrupted(engine.store.count()))
            raise
        _print_report(report, json)
        if watch:
            _watch(run, engine, progress, paths or (), json)
    if strict and report.failures:
        raise typer.Exit(1)


def _interrupted(articles: int) -> str:
    return (
        f"interrupted; {articles:,} {'article is' if articles == 1 else 'articles are'} in the "
        "index and safe. Run the same command again: it goes on from there."
    )


def _print_report(report: IngestReport, json: bool) -> None:
    from assistant import render

    print_json(render.report_json(report)) if json else print_text(render.report_text(report))


def _watch(
    run: Run, engine: Engine, progress: TerminalProgress, paths: Sequence[str], json: bool
) -> None:
    """Until Ctrl-C. What goes wrong is said, and the next change is a new attempt."""
    from assistant.ingest_urls import is_url
    from assistant.watching import changes

    folders = [Path(path) for path in paths if not is_url(path)]
    if len(folders) < len(paths):
        raise UsageError("only folders and files can be watched, not URLs")
    note(run, "watching; Ctrl-C ends")
    for _ in changes(folders or [engine.settings.corpus]):
        try:
            report = engine.ingest(paths)
        except AssistantError as error:
            progress.clear()
            complain(error)
            continue
        progress.clear()
        _print_report(report, json)


@app.command()
@takes(WITHIN, MODELS, ANSWERING)
def ask(
    run: Run,
    question: QuestionArgument,
    fast: FastOption = False,
    json: JsonOption = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 3 when there is no answer.")
    ] = False,
) -> None:
    """Answer one question.

    Example: assistant ask "What does the bridge cost now?"
    """
    from assistant import render

    question = asked(question)
    answer = _answer_by_server(run, question, fast)
    if answer is None:
        with opened_engine(run) as (engine, progress):
            note_first_ingest(run, engine, progress)
            steps = engine.ask_stream(question, filters=run.filters, fast=fast)
            answer = last_of(steps, progress)
    if json:
        print_json(render.answer_json(answer))
    else:
        print_text(render.answer_text(answer, **screen()))
    if exit_code and answer.status == "abstained":
        raise typer.Exit(EXIT_ABSTAINED)


@app.command()
@takes(WITHIN, MODELS)
def search(
    run: Run,
    question: QuestionArgument,
    k: Annotated[
        int | None, typer.Option("--k", min=1, max=100, metavar="N", help="How many passages.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Show the passages closest to a question, without a language model.

    Example: assistant search "flood damage" --k 3
    """
    from assistant import render

    question = asked(question)
    hits = _hits_by_server(run, question, k)
    if hits is None:
        with opened_engine(run) as (engine, progress):
            note_first_ingest(run, engine, progress)
            hits = engine.search(question, k, run.filters)
    if json:
        print_json(render.hits_json(question, hits))
    else:
        print_text(render.hits_text(hits, **screen()))


def _answer_by_server(run: Run, question: str, fast: bool) -> CheckedAnswer | None:
    """The answer of a server on the same store, which has its models loaded; None without one."""
    from assistant.remote import find

    server = find(run.settings.store, llm=run.settings.llm if "llm" in run.given else None)
    if server is None:
        return None
    careful = run.settings.careful if "careful" in run.given else None
    with TerminalProgress(sys.stderr, quiet=run.quiet) as progress:
        return server.ask(
            question,
            run.filters,
            careful,
            progress,
            fast=fast,
            on_found=lambda found: show_found(progress, found),
        )


def _hits_by_server(run: Run, question: str, k: int | None) -> list[Hit] | None:
    from assistant.remote import find

    server = find(run.settings.store)
    if server is None:
        return None
    return server.search(question, k or run.settings.passages, run.filters)


@app.command()
@takes(WITHIN, MODELS, ANSWERING)
def chat(run: Run, fast: FastOption = False) -> None:
    """Ask one question after another. /quit or Ctrl-D ends; Ctrl-C stops an answer.

    Example: assistant chat
    """
    from assistant import render

    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    history: list[tuple[str, str]] = []
    with opened_engine(run) as (engine, progress):
        note_first_ingest(run, engine, progress)
        for line in typed_lines() if interactive else sys.stdin.buffer:
            if not line.strip():
                continue
            try:
                question = decoded(line)
                if question == "/quit":
                    break
                steps = engine.ask_stream(question, history, run.filters, fast=fast)
                answer = last_of(steps, progress)
                print_text(render.answer_text(answer, **screen()) + "\n")
                history.append((question, render.answer_line(answer)))
            except KeyboardInterrupt:
                if not interactive:
                    raise
                progress.clear()
                note(run, "stopped")
            except AssistantError as error:
                if not interactive:
                    raise
                progress.clear()
                complain(error)


@app.command()
@takes(MODELS, ANSWERING)
def doctor(
    run: Run,
    repair: Annotated[
        bool, typer.Option("--repair", help="Rebuild the caches of the index first.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Say what works, what does not, and what to do. Exits with 1 when something does not work.

    Example: assistant doctor
    """
    from assistant import render
    from assistant.doctor import checks
    from assistant.doctor import repair as repair_caches

    if repair:
        with TerminalProgress(sys.stderr, quiet=run.quiet) as progress:
            repair_caches(run.settings, progress)
    found = []
    for check in checks(run.settings):
        found.append(check)
        if not json:
            print_text(render.check_text(check, color=screen()["color"]))
    failed = any(check.status == "fail" for check in found)
    if json:
        print_json({"ok": not failed, "checks": [vars(check) for check in found]})
    if failed:
        raise typer.Exit(1)
