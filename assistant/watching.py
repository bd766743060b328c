"""Wait until something changes in folders or files."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from assistant.errors import UsageError

# An editor writes a file in several steps; a download takes a while.
QUIET_MS = 800


def changes(paths: Sequence[Path], stop: threading.Event | None = None) -> Iterator[None]:
    """Gives once for each burst of changes under `paths`, until `stop` is set or for ever.

    Raises UsageError where watching is not installed or a path is missing.
    """
    try:
        from watchfiles import watch
    except ImportError:
        raise UsageError(
            "--watch needs the library watchfiles",
            "Install it: pip install 'article-assistant[watch]'",
        ) from None
    try:
        for _ in watch(*paths, step=QUIET_MS, stop_event=stop, raise_interrupt=True):
            yield
    except FileNotFoundError:
        raise UsageError(
            f"{', '.join(map(str, paths))}: no such folder or file",
            "Check the path and its spelling.",
        ) from None
