"""Archives of articles: .zip, .tar, .tar.gz. One member at a time is copied out, under our name.

No name in an archive is ever used as a path, so that none can lead anywhere; links and devices
are not followed, and an archive within an archive is not opened.
"""

from __future__ import annotations

import gzip
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

from assistant.errors import ReadingError
from assistant.reading.archive_names import decoded_names, names_in_zip
from assistant.reading.files import opened, printable
from assistant.reading.options import Options, too_much
from assistant.reading.unpacking import BROKEN, broken_zip, copied, opened_zip
from assistant.types import Failure

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz")


@dataclass(frozen=True)
class Member:
    """A file of an archive: its name within, and where its bytes are until the next is asked for.

    The last part of `copy` is `name`'s, shortened, so that its format and date can be told.
    """

    name: str
    copy: Path


def is_archive(path: Path | PurePosixPath) -> bool:
    return path.name.lower().endswith(SUFFIXES)


def members(path: Path, options: Options) -> Iterator[Member | Failure]:
    """The files of an archive, and a Failure for each that cannot be had.

    Raises ReadingError for one that is damaged, or holds more than `options` allow; the members
    before that point have been given.
    """
    with tempfile.TemporaryDirectory(prefix="assistant-") as folder:
        if path.name.lower().endswith(".zip"):
            yield from _of_zip(path, Path(folder), options)
        else:
            yield from _of_tar(path, Path(folder), options)


def _of_zip(path: Path, folder: Path, options: Options) -> Iterator[Member | Failure]:
    with opened_zip(path, options) as archive:
        entries = archive.infolist()
        for entry, name in zip(entries, names_in_zip(entries), strict=True):
            if entry.is_dir():
                continue
            where = f"{printable(path)}!/{printable(name)}"
            is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
            problem = _problem(name, is_link)
            if not problem and entry.flag_bits & 1:
                problem = "locked by a password", "Unpack it yourself, and read the folder."
            if problem:
                yield Failure(where, *problem)
                continue
            try:
                with archive.open(entry) as source:
                    yield _copied_out(source, name, where, folder, options)
            except (*BROKEN, OSError) as error:
                reason = printable(str(error)[:200]) or type(error).__name__
                yield Failure(where, f"cannot be unpacked: {reason}", "The others were read.")


def _of_tar(path: Path, folder: Path, options: Options) -> Iterator[Member | Failure]:
    with opened(path) as file:
        packed = path.name.lower().endswith((".gz", ".tgz"))
        unpacked = gzip.GzipFile(fileobj=file) if packed else file
        # As a stream: a member that is skipped is unpacked too, so all bytes are counted.
        counted = _Counted(cast(BinaryIO, unpacked), path, options.max_unpacked_bytes)
        try:
            with tarfile.open(
                fileobj=cast(IO[bytes], counted), mode="r|", encoding="utf-8"
            ) as archive:
                for number, entry in enumerate(archive):
                    if number >= options.max_entries:
                        raise too_much(path, "files", options.max_entries, "max_entries")
                    archive.members = []  # type: ignore[attr-defined]  # it keeps them all otherwise
                    if entry.isdir():
                        continue
                    [name] = decoded_names([entry.name.encode("utf-8", "surrogateescape")])
                    where = f"{printable(path)}!/{printable(name)}"
                    if problem := _problem(name, not entry.isreg()):
                        yield Failure(where, *problem)
                        continue
                    source = archive.extractfile(entry)
                    assert source is not None
                    yield _copied_out(source, name, where, folder, options)
        except ReadingError:
            raise
        except (tarfile.TarError, OSError, *BROKEN) as error:
            raise broken_zip(path, error) from None


class _Counted:
    """A stream that ends with a ReadingError after `limit` bytes."""

    def __init__(self, source: BinaryIO, path: Path, limit: int) -> None:
        self._source, self._path, self._limit = source, path, limit
        self._left = limit

    def read(self, size: int) -> bytes:
        chunk = self._source.read(size)
        self._left -= len(chunk)
        if self._left < 0:
            raise too_much(self._path, "bytes unpacked", self._limit, "max_unpacked_bytes")
        return chunk


def _problem(name: str, is_special: bool) -> tuple[str, str] | None:
    """Why a member is not taken out, and what to do; None where it is."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or name[1:2] == ":":
        return "its name leads out of the archive", "Unpack it yourself if you trust it."
    if is_special:
        return "a link or device, which is not followed", "Put the file itself into the archive."
    if is_archive(path):
        return "an archive within an archive is not opened", "Unpack it and read the folder."
    return None


def _copied_out(
    source: IO[bytes], name: str, where: str, folder: Path, options: Options
) -> Member | Failure:
    suffix = PurePosixPath(name).suffix
    copy = folder / f"{PurePosixPath(name).stem[:60]}{suffix[:20]}".replace("\0", "")
    with copy.open("wb") as target:
        complete = copied(cast(BinaryIO, source), target, options.max_file_bytes)
    if not complete:
        return Failure(
            where,
            f"larger than {options.max_file_bytes:,} bytes",
            "Split the file, or raise the setting max_file_bytes.",
        )
    return Member(name, copy)
