"""Bytes from disk, with the operating system's errors put into words."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from assistant.errors import ReadingError
from assistant.types import Failure


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """`path` open for reading bytes. Raises ReadingError, also if reading fails later."""
    try:
        # Asked first, because opening a named pipe would wait for ever.
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise reading_error(path, error) from None
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise ReadingError(
            f"{printable(path)}: not an ordinary file",
            "Copy its content to a file and read that.",
        )
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise reading_error(path, error) from None


def read_bytes(path: Path, max_bytes: int) -> bytes | Failure:
    """The whole file, or a Failure if it is larger than `max_bytes`. Raises ReadingError."""
    with opened(path) as file:
        data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        return Failure(
            printable(path),
            f"larger than {max_bytes:,} bytes",
            "Split the file, or raise the setting max_file_bytes.",
        )
    return data


def reading_error(path: Path, error: OSError | ValueError) -> ReadingError:
    """The ReadingError that says in words what the operating system answered."""
    match error:
        case FileNotFoundError():
            reason, hint = "no such file", "It may have been moved or deleted: run ingest again."
        case PermissionError():
            reason, hint = "no permission to read it", "Allow this user to read it."
        case IsADirectoryError():
            reason, hint = "is a folder, not a file", "Name the files inside it."
        case OSError():
            reason, hint = error.strerror or "cannot be read", "Check the disk and the path."
        case _:
            reason, hint = str(error), "Check the path."
    return ReadingError(f"{printable(path)}: {reason}", hint)


def printable(path: Path | str) -> str:
    """`path` for a person: what cannot be printed, or is no UTF-8, as escapes like ``\\x1b``."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in str(path)
    )
