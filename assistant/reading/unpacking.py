"""Zip files opened with suspicion: what they claim to hold is added up before anything is read."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from assistant.errors import ReadingError
from assistant.reading.files import opened, printable
from assistant.reading.options import Options, too_much

# What Python's zipfile raises for damaged ones, and for methods and encryption it has not.
BROKEN = (
    *(zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError),
    *(ValueError, LookupError, OverflowError, zlib.error, lzma.LZMAError, struct.error),
)


@contextmanager
def opened_zip(path: Path, options: Options) -> Iterator[zipfile.ZipFile]:
    """The zip file at `path`, of no more entries and bytes than allowed. Raises ReadingError.

    Python stops reading an entry at the size it claims, so that the sum of claims is a bound.
    """
    with opened(path) as file:
        try:
            archive = zipfile.ZipFile(file)
        except (*BROKEN, OSError) as error:
            raise broken_zip(path, error) from None
        with archive:
            if len(archive.infolist()) > options.max_entries:
                raise too_much(path, "files", options.max_entries, "max_entries")
            if sum(entry.file_size for entry in archive.infolist()) > options.max_unpacked_bytes:
                limit = options.max_unpacked_bytes
                raise too_much(path, "bytes unpacked", limit, "max_unpacked_bytes")
            yield archive


def broken_zip(path: Path, error: BaseException) -> ReadingError:
    reason = str(error) or type(error).__name__
    if type(error).__name__ == "EntitiesForbidden":  # of defusedxml, loaded only for XML
        reason = "its XML defines entities, which can grow without end"
    return ReadingError(
        f"{printable(path)}: damaged: {printable(reason[:200])}",
        "Make or fetch it again, or remove it.",
    )


def copied(source: BinaryIO, target: BinaryIO, limit: int) -> bool:
    """Copy `source` to `target`. False where it holds more than `limit` bytes."""
    left = limit + 1
    while left > 0 and (chunk := source.read(min(left, 1 << 20))):
        target.write(chunk)
        left -= len(chunk)
    return left > 0
