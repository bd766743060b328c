"""What the caches reflect, and how that is written so that a kill cannot falsify it."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from assistant.errors import StoreDamaged, StoreError, StoreFull


@dataclass(frozen=True)
class State:
    """What the caches reflect. `generation` is new after every change, rebuilds included.

    written: the folder of the words and vectors that were written last, and
    written_at: the version of the store then; what came since is read from the store.
    files: size and CRC-32 of each file of Chroma's vector index when the change was done, so that a
        damaged one is noticed before Chroma opens it, which can end the process.
    """

    store_id: str
    version: int
    generation: str
    clean: bool
    passages: int = 0
    written: str = ""
    written_at: int = 0
    files: dict[str, list[int]] = field(default_factory=dict)


class Broken(Exception):
    """Chroma or the lexical index failed in a way that a rebuild may mend."""


def read_state(folder: Path) -> State | None:
    """What the caches reflect; None where nothing legible says so."""
    try:
        return State(**json.loads((folder / "state.json").read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write_state(folder: Path, state: State) -> None:
    """Replace what is said of the caches, at once and for good. Raises OSError."""
    new = folder / "state.json.new"
    new.write_text(json.dumps(asdict(state)), encoding="utf-8")
    sync(new)
    new.replace(folder / "state.json")
    with suppress(OSError):  # a folder cannot be synced on every system
        sync(folder)


def sync(path: Path) -> None:
    """Have the system put on the disk what was written to `path`."""
    handle = os.open(path, os.O_RDONLY if path.is_dir() or os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def caches_errors(folder: Path) -> Iterator[None]:
    """The seam where failures of the disk and of Chroma become ours."""
    try:
        yield
    except Broken as error:
        if "disk is full" in str(error) or "No space left" in str(error):
            raise _full(folder) from error
        raise StoreDamaged(
            f"{folder}: the search index cannot be built: {error}",
            f"Remove {folder} and try again; the articles are safe.",
        ) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise _full(folder) from error
        raise StoreError(
            f"{folder}: the search index cannot be used: {error}",
            "Check the permissions of that folder.",
        ) from error


def _full(folder: Path) -> StoreFull:
    return StoreFull(
        f"{folder}: the disk is full",
        "Free some space and try again; the articles stored before are safe.",
    )
