"""What the commands share: the engine they open, what they read, and how they print."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

import typer

from assistant.cli.options import Run
from assistant.cli.streams import give_up, unwritable
from assistant.errors import AssistantError, UsageError
from assistant.safety import json_text, one_line, plain
from assistant.terminal import TerminalProgress

if TYPE_CHECKING:
    from assistant.answering.pipeline import Step
    from assistant.engine import Engine
    from assistant.types import CheckedAnswer, Found

WIDEST = 100  # longer lines are hard to read
PROMPT = "> "
# For every `typer.Typer`: Rich's help would swallow [words in brackets] and costs time.
STYLE: dict[str, Any] = {
    "rich_markup_mode": None,
    "pretty_exceptions_enable": False,
    "no_args_is_help": True,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@contextlib.contextmanager
def opened_engine(run: Run) -> Iterator[tuple[Engine, TerminalProgress]]:
    """The engine and what shows its progress; both are closed, and the screen clear, at the end."""
    from assistant.engine import Engine

    with TerminalProgress(sys.stderr, quiet=run.quiet) as progress:
        engine = Engine(run.settings, progress=progress)
        try:
            yield engine, progress
        finally:
            engine.close()


def note_first_ingest(run: Run, engine: Engine, progress: TerminalProgress) -> None:
    """Fills an empty index, and says what came of it."""
    report = engine.ensure_ready()
    progress.clear()
    if report:
        from assistant.render import report_text

        note(run, report_text(report))


def last_of(steps: Iterable[Step], progress: TerminalProgress) -> CheckedAnswer:
    """The answer. What was found at once is shown on a terminal while the rest is on its way."""
    from assistant.types import CheckedAnswer, Found, Stage

    for step in steps:
        match step:
            case Stage("reading"):
                progress("Answering", 0, None, "steps")
            case Found():
                show_found(progress, step)
            case CheckedAnswer():
                progress.clear()
                return step
    raise AssertionError("the last step is the answer")


def show_found(progress: TerminalProgress, found: Found) -> None:
    from assistant.render import found_text

    progress.show(found_text(found, width=shutil.get_terminal_size().columns))


# -- what comes in --------------------------------------------------------------------------


def asked(argument: str) -> str:
    """The question as it will be asked. Raises UsageError for none and for broken text."""
    if argument == "-":
        return decoded(sys.stdin.buffer.read())
    return decoded(os.fsencode(argument))


def decoded(raw: bytes) -> str:
    """A question from bytes. Raises UsageError for none and for broken text."""
    try:
        question = raw.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise UsageError(
            "the question is not valid UTF-8", "Set the terminal or the file to UTF-8."
        ) from None
    if not question:
        raise UsageError("the question is empty", 'For example: assistant ask "Who won?"')
    return question


def typed_lines() -> Iterator[bytes]:
    """Lines that a person types after a prompt, until Ctrl-D."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  (gives `input` line editing and a history)
    while True:
        try:
            yield os.fsencode(input(PROMPT))
        except EOFError:
            print_text("")
            return


# -- what goes out --------------------------------------------------------------------------


class Screen(TypedDict):
    width: int
    color: bool
    links: bool


def screen() -> Screen:
    """How results may look: plain and 80 wide, unless a person watches."""
    if not sys.stdout.isatty():
        return {"width": 80, "color": False, "links": False}
    obeys = os.environ.get("TERM") != "dumb" and (os.name != "nt" or "WT_SESSION" in os.environ)
    color = obeys and not os.environ.get("NO_COLOR")
    return {
        "width": min(shutil.get_terminal_size().columns, WIDEST),
        "color": color,
        "links": obeys,
    }


def table_width() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def print_text(text: str) -> None:
    """`text` to standard output at once. A reader that has gone away ends the program quietly;
    AssistantError where it cannot be written."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        give_up(sys.stdout)
        raise typer.Exit(0) from None
    except OSError as error:
        raise unwritable(error) from error


def print_json(value: Any) -> None:
    print_text(json_text(value))


def note(run: Run, text: str) -> None:
    if not run.quiet:
        with contextlib.suppress(OSError):
            sys.stderr.write(text + "\n")


def complain(error: AssistantError) -> None:
    with contextlib.suppress(OSError):
        sys.stderr.write(f"assistant: {one_line(error.message)}\n")
        for line in plain(error.hint).splitlines():
            sys.stderr.write(f"  {line}\n")
