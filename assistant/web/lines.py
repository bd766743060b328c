"""Files of JSON lines that are only added to: a kill loses at most the line in hand."""

from __future__ import annotations

import errno
import io
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from assistant.errors import StoreError, StoreFull, StoreLocked

# An append takes milliseconds; a wait beyond this means a stuck process.
WAIT = 20.0


@contextmanager
def locked(lock: Path) -> Iterator[None]:
    """Keep every other process and thread out while the block runs, by the file `lock`.

    Its folder is made. Raises StoreLocked after 20 seconds, StoreError where it cannot be written.
    """
    from filelock import FileLock, Timeout

    # An instance of its own for each holder: threads then wait for each other as processes do.
    holder = FileLock(lock, poll_interval=0.01)
    try:
        with disk_errors(lock.parent):
            lock.parent.mkdir(parents=True, exist_ok=True)
            holder.acquire(timeout=WAIT)
    except Timeout:
        raise StoreLocked(
            f"{lock.parent}: another process has held it for more than {WAIT:.0f} s",
            "Look for another `assistant` process that hangs, and end it.",
        ) from None
    try:
        yield
    finally:
        holder.release()


def append(path: Path, objects: Iterable[Any]) -> None:
    """Add a line for each object, and return once they are on the disk. Hold a lock meanwhile.

    What an earlier kill left of a line is cut off first. Where the disk is full, the lines that
    were there stay as they were. Raises StoreFull, StoreError.
    """
    # Escaped, so that text that is no valid Unicode is kept too.
    added = "".join(json.dumps(each, separators=(",", ":")) + "\n" for each in objects).encode()
    with disk_errors(path):
        new = not path.exists()
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        with io.FileIO(os.open(path, flags, 0o600), "r+") as file:
            kept, missing = _sound(file.readall())
            try:
                file.truncate(kept)
                file.seek(kept)
                _write(file, missing + added)
                os.fsync(file.fileno())
            except OSError:
                with suppress(OSError):
                    file.truncate(kept)
                raise
        if new:
            sync_folder(path.parent)


def write_new(path: Path, objects: Iterable[Any]) -> None:
    """A new file with these lines, there as a whole or not at all. Raises StoreFull, StoreError."""
    part = path.with_name(path.name + ".new")
    with disk_errors(path):
        part.unlink(missing_ok=True)
        append(part, objects)
        part.replace(path)
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have a new or moved name in `folder` outlast a power cut, where the system can do that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """The seam where failures of the disk become ours."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StoreFull(
                f"{path}: the disk is full",
                "Free some space and try again; what was kept before is safe.",
            ) from error
        raise StoreError(
            f"{path}: cannot be read or written: {error.strerror or error}",
            "Check the disk and your permissions there.",
        ) from error


def _sound(data: bytes) -> tuple[int, bytes]:
    """How many bytes to keep, and what they lack at their end."""
    start = data.rfind(b"\n") + 1
    if start == len(data):
        return start, b""
    try:  # written by hand, with an editor that ends the last line without a line feed
        json.loads(data[start:])
    except ValueError:
        return start, b""
    return len(data), b"\n"


def _write(file: io.FileIO, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[file.write(left) or 0 :]
