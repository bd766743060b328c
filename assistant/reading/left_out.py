"""What stands in a folder of articles and is not read, so that nothing goes missing unsaid."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from assistant.reading import archives
from assistant.reading.files import printable
from assistant.reading.sources import FORMATS, leads_inside
from assistant.types import Failure

# What articles are kept in besides the formats that are read. Pictures, styles and scripts, as
# they lie beside a saved page, are nobody's loss.
UNREAD = frozenset(
    ".doc .rtf .odt .pages .wps .mht .mhtml .msg .mbox .json .xml .xls .xlsx .rar .7z .gz .bz2 .xz "
    ".mobi .azw3 .djvu .ps".split()
)


def left_out(root: Path) -> list[Failure]:
    """Each link under the folder `root` that leads out of it or nowhere, and in one line the files
    of formats that may hold articles and cannot be read. Nothing for a file."""
    if not root.is_dir():
        return []
    inside = root.resolve()
    links: list[Failure] = []
    unread: Counter[str] = Counter()
    for entry in _entries(root):
        path = Path(entry.path)
        suffix = path.suffix.lower()
        if entry.is_symlink():
            if path.is_dir():
                if not path.resolve().is_relative_to(inside):  # else it is read where it is
                    links.append(_link(path))
            elif _is_read(path) and not leads_inside(path, inside):
                links.append(_link(path))
        elif suffix in UNREAD and not _is_read(path):
            unread[suffix] += 1
    if not unread:
        return links
    number = unread.total()
    listed = ", ".join(f"{count:,} {suffix}" for suffix, count in unread.most_common())
    return [
        *links,
        Failure(
            printable(root),
            f"{number:,} {'file' if number == 1 else 'files'} of formats that are not read: "
            f"{listed}",
            f"If they are articles, save them as one of these: {', '.join(FORMATS)}.",
        ),
    ]


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
