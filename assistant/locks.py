"""Who may touch a store: one writer at a time, and readers of the caches apart from their changer.

Both locks hold across processes and across threads of one process, and the operating system
releases them when their holder dies, however it dies.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from assistant.errors import StoreError, StoreLocked

# Rebuilding the caches of a large archive takes minutes; a wait beyond this means a stuck process.
CACHE_WAIT = 600.0


def read_only(folder: Path) -> bool:
    """Whether `folder` is there and nothing can be written in it: a medium or mount that is so, or
    the permissions of another's folder."""
    return folder.is_dir() and not os.access(folder, os.W_OK)


@contextmanager
def writer(folder: Path, wait: float = 2.0) -> Iterator[None]:
    """Be the only writer of the store in `folder` while the block runs.

    wait: seconds to wait for another writer. Raises StoreLocked, which names that writer, when it
    is still at work then, and StoreError where the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    about = folder / "writer.json"
    lock = FileLock(folder / "writer.lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=wait)
    except Timeout:
        raise StoreLocked(
            f"another ingest ({_describe(about)}) is writing to {folder}",
            "Wait until it is done, or end that process.",
        ) from None
    except OSError as error:
        raise StoreError(
            f"{folder}: cannot be locked for writing: {error.strerror or error}",
            "Check that the folder exists and that you may write to it.",
        ) from error
    try:
        with suppress(OSError):  # it only serves the message for whoever comes second
            about.write_text(
                json.dumps({"pid": os.getpid(), "since": datetime.now().isoformat("T", "minutes")})
            )
        yield
    finally:
        with suppress(OSError):
            about.unlink(missing_ok=True)
        lock.release()


def writer_active(folder: Path) -> bool:
    """Whether some process or thread is writing to the store in `folder` right now."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(folder / "writer.lock", timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # a folder that cannot be written has no writer
        return False


def _describe(about: Path) -> str:
    """The holder of the writer lock in words, from the side file it leaves."""
    try:
        said = json.loads(about.read_text())
        since = datetime.fromisoformat(said["since"])
    except (OSError, ValueError, KeyError, TypeError):
        return "its process is not known"
    day = "" if since.date() == datetime.now().date() else f"{since:%Y-%m-%d} "
    return f"process {said['pid']}, since {day}{since:%H:%M}"


@contextmanager
def caches_shared(folder: Path, wait: float = CACHE_WAIT) -> Iterator[None]:
    """Read the caches in `folder` while nobody changes them. Many may do so at once."""
    with _caches(folder, wait, exclusive=False):
        yield


@contextmanager
def caches_exclusive(folder: Path, wait: float = CACHE_WAIT) -> Iterator[None]:
    """Change the caches in `folder` while nobody else reads or changes them."""
    with _caches(folder, wait, exclusive=True):
        yield


@contextmanager
def _caches(folder: Path, wait: float, *, exclusive: bool) -> Iterator[None]:
    """Neither kind may be taken inside a block that holds the other. Raises StoreLocked after
    `wait` seconds, StoreError where the folder cannot be written.

    A folder that cannot be written is read without a lock, which would have to be made there: who
    can change it all the same, through another mount or with other rights, is not kept out.
    """
    from filelock import ReadWriteLock, Timeout

    if not exclusive and read_only(folder):
        yield
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # An instance of its own for each holder: threads then wait for each other as processes do.
        lock = ReadWriteLock(folder / "lock", is_singleton=False)
        if exclusive:
            lock.acquire_write(timeout=wait)
        else:
            lock.acquire_read(timeout=wait)
    except Timeout:
        raise StoreLocked(
            f"{folder}: another process has held the caches for more than {wait:.0f} s",
            "Look for another `assistant` process that hangs, and end it.",
        ) from None
    except (OSError, sqlite3.Error) as error:  # the lock is a small SQLite file
        raise StoreError(
            f"{folder}: the caches cannot be locked: {getattr(error, 'strerror', None) or error}",
            "Check that the folder exists and that you may write to it.",
        ) from error
    try:
        yield
    finally:
        lock.release()
        lock.close()
