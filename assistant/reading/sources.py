"""Which files are articles, what their ids are, and which reader reads them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from assistant.errors import ReadingError
from assistant.reading import jsonl, markdown, plain
from assistant.reading.files import printable, reading_error
from assistant.types import Article, Failure


class Reader(Protocol):
    def __call__(
        self, path: Path, *, article_id: str, max_bytes: int
    ) -> Iterator[Article | Failure]: ...


# Suffix in lower case -> reader. A new format joins here.
FORMATS: dict[str, Reader] = {
    ".txt": plain.read,
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".jsonl": jsonl.read,
}

# Files about a folder rather than in it.
_ABOUT = ("README", "LICENSE", "CHANGELOG")


@dataclass(frozen=True)
class SourceFile:
    """A file that holds articles, and the id of its article (or the first part of their ids)."""

    path: Path
    article_id: str


def find_sources(root: Path) -> list[SourceFile]:
    """The article files under the folder `root` in sorted order, or `root` itself if it is a file.

    Left out inside a folder: unknown suffixes, hidden files and folders, README, LICENSE and
    CHANGELOG, and symbolic links to folders or out of `root`. A file named as `root` is never
    left out. Raises ReadingError if `root` is missing or of an unknown format, and if any folder
    cannot be listed: to carry on would make its articles look deleted.
    """
    try:
        is_folder = root.is_dir()
        exists = is_folder or root.exists()
    except (OSError, ValueError) as error:
        raise reading_error(root, error) from None
    if not exists:
        raise ReadingError(
            f"{printable(root)}: no such file or folder", "Check the path and its spelling."
        )
    if not is_folder:
        _reader(root)
        return [SourceFile(root, article_id(root, root))]
    files = sorted(_walk(root, root.resolve()), key=lambda path: path.relative_to(root).parts)
    return [SourceFile(path, article_id(path, root)) for path in files]


def read(path: Path, *, article_id: str, max_bytes: int) -> Iterator[Article | Failure]:
    """The articles of one file, and a Failure for each part of it that could not be read.

    A .txt or .md holds one article with the id `article_id`; a .jsonl one a line, with the id
    ``article_id#KEY``, where KEY is the object's "id" or else the line number.
    max_bytes: a larger .txt or .md, or a longer line of a .jsonl, is a Failure.
    The result is lazy: ReadingError, for a file that is no text, empty, missing or not allowed
    to be read, is raised when it is iterated.
    """
    return _reader(path)(path, article_id=article_id, max_bytes=max_bytes)


def article_id(path: Path, root: Path) -> str:
    """The path relative to the folder `root`, with forward slashes; the bare name if it is `root`.

    Characters that cannot be printed, and bytes of a name that are no UTF-8, are written as
    escapes such as ``\\x1b``: an id is shown in terminals and stored as text.
    """
    return printable(path.name if path == root else path.relative_to(root).as_posix())


def _reader(path: Path) -> Reader:
    try:
        return FORMATS[path.suffix.lower()]
    except KeyError:
        raise ReadingError(
            f"{printable(path)}: unknown format '{printable(path.suffix)}'",
            f"Formats that can be read: {', '.join(FORMATS)}.",
        ) from None


def _walk(folder: Path, inside: Path) -> Iterator[Path]:
    try:
        with os.scandir(folder) as entries:
            children = list(entries)
    except OSError as error:
        raise reading_error(folder, error) from None
    for entry in children:
        path = folder / entry.name
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(path, inside)
        elif _is_article_file(path) and (not entry.is_symlink() or _leads_inside(path, inside)):
            yield path


def _is_article_file(path: Path) -> bool:
    # "LICENSE-MIT.txt" is about the folder, but "license-plates-dearer.txt" is an article.
    about = path.name.startswith(_ABOUT) or path.name.split(".")[0].upper() in _ABOUT
    return path.suffix.lower() in FORMATS and not about


def _leads_inside(link: Path, inside: Path) -> bool:
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):  # dangling, or a loop
        return False
    return target.is_relative_to(inside) and target.is_file()
