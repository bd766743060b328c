"""Standard streams that are closed or cannot be written: one line instead of a traceback.

Results that cannot be written are a failure. Notes on standard error are not worth one.
"""

from __future__ import annotations

import errno
import os
import sys
from typing import TextIO

from assistant.errors import AssistantError

_UNWRITTEN = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}


def occupy_closed() -> None:
    """Have no file that is opened later take the number of a standard stream that is closed: what
    libraries print would go into it. Of a closed input and error output the program sees nothing.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    # Python leaves those that were closed when it started None.
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def check_output() -> None:
    """Raises AssistantError where standard output is closed: before any work, not after it."""
    if sys.stdout is None:
        raise AssistantError(
            "standard output is closed, so there is nowhere to put the results",
            "Send them to a file, or to /dev/null where they are not wanted.",
        )


def unwritable(error: OSError) -> AssistantError:
    """For results that could not be written. Nothing more is, so that Python ends in peace."""
    give_up(sys.stdout)
    return AssistantError(
        f"the results cannot be written to standard output: {error.strerror or error}",
        "Free some space or send them elsewhere, then run the same command again.",
    )


def is_of_output(error: OSError) -> bool:
    """Whether `error` comes from writing to standard output: those of files name their file."""
    return error.filename is None and error.errno in _UNWRITTEN


def give_up(stream: TextIO) -> None:
    """Let what is still to be written to `stream` go nowhere; it would fail again at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def let_go_of_notes() -> None:
    """At the end: notes that could not be written are no reason for another exit code."""
    try:
        sys.stderr.flush()
    except OSError:
        give_up(sys.stderr)
