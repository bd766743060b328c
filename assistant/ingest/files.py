"""A file of a source, and whether it is still what it was."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import ReadingError
from assistant.reading.files import opened, printable
from assistant.store import FileState
from assistant.types import Failure

# A file changed this shortly before it was read may change again within the same time stamp.
RECENT_NS = 2_000_000_000


@dataclass
class File:
    """One file of a source: where it is, its path within the source, and the id it asks for."""

    location: Path
    path: str
    article_id: str
    state: FileState | None = None

    @property
    def where(self) -> str:
        return printable(self.location)

    def failure(self, error: ReadingError) -> Failure:
        """What the report says of this file where reading it ended with `error`."""
        return Failure(self.where, error.message.removeprefix(f"{self.where}: "), error.hint)


def look(location: Path, known: FileState | None) -> tuple[FileState, bool]:
    """The state of a file now, and whether its content is that of `known`. Raises ReadingError."""
    with opened(location) as file:
        # Taken before the content: a change in between is then seen next time.
        stat = os.fstat(file.fileno())
        mtime = stat.st_mtime_ns if time.time_ns() - stat.st_mtime_ns > RECENT_NS else 0
        if known and mtime and (known.size, known.mtime_ns) == (stat.st_size, mtime):
            return known, True
        digest = hashlib.sha256()
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    state = FileState(stat.st_size, mtime, digest.hexdigest())
    return state, bool(known and known.sha256 == state.sha256)
