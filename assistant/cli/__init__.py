"""The command line: parses, calls the engine, prints. Results go to standard output, progress and
notes to standard error; exit codes are 0 done, 1 failed, 2 wrong usage, 3 `ask --exit-code` without
an answer, 130 interrupted.

Nothing heavy is imported before a command needs it, so that `assistant --help` is instant.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from assistant.cli import (
    articles,
    eval_performance,
    eval_questions,
    eval_reading,
    eval_verdicts,
    evals,
    models,
    serving,
    streams,
)
from assistant.cli.commands import app
from assistant.cli.console import complain
from assistant.errors import AssistantError

app.add_typer(articles.app)
app.add_typer(models.app)
app.add_typer(serving.app)
evals.app.add_typer(eval_verdicts.app)
evals.app.add_typer(eval_questions.app)
evals.app.add_typer(eval_performance.app)
evals.app.add_typer(eval_reading.app)
app.add_typer(evals.app)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit. Here, and only here, our errors become messages and exit codes."""
    streams.occupy_closed()
    try:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")  # an old code page is no reason to fail
        streams.check_output()
        app(args=arguments, prog_name="assistant")
    except AssistantError as error:
        complain(error)
        sys.exit(error.exit_code)
    except OSError as error:  # what prints the help does not know our errors
        if not streams.is_of_output(error):
            raise
        complain(streams.unwritable(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        streams.let_go_of_notes()
