"""How long the command line takes: to say what it can do, and to ask a server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.errors import AssistantError
from evals.performance.figures import Figure
from evals.performance.plan import Plan
from evals.performance.processes import Measured, command
from evals.suites.own import SAMPLE_CORPUS

QUESTION = "How much will the bridge cost?"


def figures(plan: Plan) -> Iterator[Figure]:
    helped = [command("--help") for _ in range(plan.rounds)]
    yield _processor("start of --help", helped, 0.2)
    store = plan.folder / "sample-store"
    command("ingest", str(SAMPLE_CORPUS), "--store", str(store), "--quiet")
    with _server(store):
        begun = [
            command("search", QUESTION, "--store", str(store), "--quiet")
            for _ in range(plan.rounds + 1)
        ][1:]  # the first question is the server's first as well
        yield _processor("start of search with a server", begun, 0.4)
        yield from _asked(store, plan.rounds)


def _processor(name: str, done: list[Measured], target: float) -> Figure:
    return Figure(name, "s of processor time", tuple(each.cpu for each in done), target=target)


def _asked(store: Path, rounds: int) -> Iterator[Figure]:
    """What `ask` takes above the server's own time, with quotes as answers."""
    above = []
    for _ in range(rounds + 1):
        done = subprocess.run(
            [
                *(sys.executable, "-c", _TIMED, "ask", QUESTION, "--store", str(store)),
                *("--json", "--quiet"),
            ],
            capture_output=True,
            check=True,
        )
        answer, whole = json.loads(done.stdout), float(done.stderr.splitlines()[-1])
        above.append(whole - answer["timings_ms"]["total"] / 1000)
    yield Figure(
        "ask with a server, above the server's own time", "s", tuple(above[1:]), target=0.3
    )


# Its own start is counted from the process's birth, which only the process itself knows exactly.
_TIMED = """
import os, sys, time
ticks = float(open("/proc/self/stat").read().rpartition(")")[2].split()[19])
born = ticks / os.sysconf("SC_CLK_TCK")
from assistant.cli import main
try:
    main()
finally:
    now = time.clock_gettime(time.CLOCK_BOOTTIME)
    sys.stderr.write(f"\\n{now - born}\\n")
"""


@contextmanager
def _server(store: Path) -> Iterator[None]:
    """A server of `assistant` on the store, quoting, until the block ends."""
    code = "from assistant.cli import main; main()"
    options = ("--port", "0", "--llm", "none", "--store", str(store))
    with subprocess.Popen(
        [sys.executable, "-c", code, "serve", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ,
    ) as process:
        assert process.stdout is not None
        try:
            if not process.stdout.readline():
                raise AssistantError("the server did not start", "Try: assistant serve")
            yield
        finally:
            process.send_signal(signal.SIGINT)
