"""A piece of work in a process of its own, so that neither memory nor warm caches are shared.

On a machine that does something else as well, seconds say little; the processor time of the
process and its children says what the work costs. Needs Linux.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError


@dataclass(frozen=True)
class Measured:
    """wall, cpu: seconds of the whole process.

    peak_mb: the most memory it held; 0 of a command, which does not say so itself.
    said: what the task returned; of a command, empty.
    """

    wall: float
    cpu: float
    peak_mb: float
    said: dict[str, Any]


def alone(task: Callable[..., dict[str, Any]], **arguments: Any) -> Measured:
    """`task`, a function of a module, called in a new process with arguments that JSON can hold.

    Raises AssistantError where it fails.
    """
    name = f"{task.__module__}:{task.__qualname__}"
    return _run([sys.executable, "-m", __name__, name, json.dumps(arguments)], reads=True)


def command(*arguments: str, environment: Mapping[str, str] | None = None) -> Measured:
    """One command of `assistant`, its output thrown away. Raises AssistantError where it fails."""
    code = "from assistant.cli import main; main()"
    return _run([sys.executable, "-c", code, *arguments], environment=environment)


def _run(
    call: Sequence[str], *, reads: bool = False, environment: Mapping[str, str] | None = None
) -> Measured:
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as complaint:
        begin = time.perf_counter()
        process = subprocess.Popen(
            call, stdout=output, stderr=complaint, env={**os.environ, **(environment or {})}
        )
        # Only wait4 tells what this one child has used, and not all that ever were.
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        for file in (output, complaint):
            file.seek(0)
        if process.returncode:
            last = complaint.read().decode(errors="replace").strip().splitlines()[-1:]
            raise AssistantError(
                f"{' '.join(call[1:4])[:120]} failed: {''.join(last)}", "Run it by hand to see why."
            )
        said = json.loads(output.read().splitlines()[-1]) if reads else {}
    return Measured(wall, used.ru_utime + used.ru_stime, said.pop("peak_mb", 0.0), said)


def _main(name: str, arguments: str) -> None:
    module, _, function = name.partition(":")
    said = getattr(importlib.import_module(module), function)(**json.loads(arguments))
    print("\n" + json.dumps({**said, "peak_mb": _peak_mb()}))


def _peak_mb() -> float:
    """The most this process has held. `getrusage` would count what its parent held as well."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    _main(*sys.argv[1:])
