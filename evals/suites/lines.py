"""JSON lines of a public collection, packed with gzip or not: what loaders have in common."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from assistant.errors import AssistantError
from evals.suites.suite import DataMissing


def json_lines(path: Path, *keys: str, see: str) -> Iterator[dict[str, Any]]:
    """The objects on the lines of the file, each of which has all `keys`; empty lines are skipped.

    see: where the format is described, for whoever reads the error. Raises DataMissing for a file
    that cannot be read, AssistantError that names a bad line.
    """
    try:
        with _opened(path) as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _parsed(line, keys, f"{path}:{number}", see)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DataMissing(f"{path}: cannot be read: {error}", f"See {see}.") from None


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8")
    return path.open(encoding="utf-8")


def _parsed(line: str, keys: tuple[str, ...], where: str, see: str) -> dict[str, Any]:
    try:
        raw = json.loads(line)
    except ValueError as error:
        raise AssistantError(f"{where}: not JSON: {error}", "Mend it.") from None
    if not isinstance(raw, dict):
        raise AssistantError(f"{where}: not a JSON object", f"See {see}.")
    missing = [key for key in keys if key not in raw]
    if missing:
        raise AssistantError(f"{where}: has no {missing[0]!r}", f"See {see}.")
    return raw
