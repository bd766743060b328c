"""What stands in a folder of articles and is not read, so that nothing goes missing unsaid."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from assistant.reading import archives
from assistant.reading.files import printable
from assistant.reading.sources import FORMATS, leads_inside
from assistant.reading.unread import unread
from assistant.types import Failure


def left_out(root: Path) -> list[Failure]:
    """Each link under the folder `root` that leads out of it or nowhere, and what may hold articles
    and is not read, as `unread` puts it. Nothing for a file."""
    if not root.is_dir():
        return []
    inside = root.resolve()
    links: list[Failure] = []
    others: list[Path] = []
    for entry in _entries(root):
        path = Path(entry.path)
        if entry.is_symlink():
            if path.is_dir():
                if not path.resolve().is_relative_to(inside):  # else it is read where it is
                    links.append(_link(path))
            elif _is_read(path) and not leads_inside(path, inside):
                links.append(_link(path))
        elif not _is_read(path):
            others.append(path)
    return [*links, *unread(root, others, FORMATS)]


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """Everything under `folder` that is no folder itself, without what is hidden."""
    with os.scandir(folder) as entries:
        children = sorted(entries, key=lambda entry: entry.name)
    for entry in children:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(Path(entry.path))
        else:
            yield entry


def _is_read(path: Path) -> bool:
    return path.suffix.lower() in FORMATS or archives.is_archive(PurePosixPath(path.name))


def _link(path: Path) -> Failure:
    if path.is_dir():
        reason = "a link to a folder, which is not followed"
    elif path.exists():
        reason = "a link that leads out of the folder, which is not followed"
    else:
        reason = "a link that leads nowhere"
    return Failure(printable(path), reason, "Name what it leads to as a source of its own.")
