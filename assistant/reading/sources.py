"""Which files are articles, what their ids are, and which reader reads them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from assistant.errors import ReadingError
from assistant.reading import (
    archives,
    docx,
    email,
    epub,
    html,
    jsonl,
    markdown,
    pdf,
    plain,
    tables,
)
from assistant.reading.archives import Member
from assistant.reading.files import printable, reading_error
from assistant.reading.options import Options
from assistant.reading.unread import is_about_folder, suffix, unread
from assistant.types import Article, Failure


class Reader(Protocol):
    def __call__(
        self, path: Path, *, article_id: str, options: Options
    ) -> Iterator[Article | Failure]: ...


# Suffix in lower case -> reader. A new format joins here.
FORMATS: dict[str, Reader] = {
    ".txt": plain.read,
    ".md": markdown.read,
    ".markdown": markdown.read,
    ".jsonl": jsonl.read,
    ".csv": tables.read,
    ".tsv": tables.read,
    ".html": html.read,
    ".htm": html.read,
    ".xhtml": html.read,
    ".pdf": pdf.read,
    ".docx": docx.read,
    ".epub": epub.read,
    ".eml": email.read,
}

_DEFAULTS = Options()


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
        if not archives.is_archive(root):
            _reader(root)
        return [SourceFile(root, article_id(root, root))]
    files = sorted(_walk(root, root.resolve()), key=lambda path: path.relative_to(root).parts)
    return [SourceFile(path, article_id(path, root)) for path in files]


def read(
    path: Path, *, article_id: str, options: Options = _DEFAULTS
) -> Iterator[Article | Failure]:
    """The articles of one file, and a Failure for each part of it that could not be read.

    Most formats hold one article with the id `article_id`. A line of a .jsonl, a row of a .csv and
    a chapter of an .epub has the id ``article_id#KEY``, where KEY is its "id", or else its number
    or file; a file of an archive has ``article_id!/NAME``.
    The result is lazy: ReadingError, for a file that cannot be read at all (no text, empty,
    missing, not allowed, beyond a limit), is raised when it is iterated.
    """
    if archives.is_archive(path):
        return _read_archive(path, article_id, options)
    return _reader(path)(path, article_id=article_id, options=options)


def _read_archive(path: Path, archive_id: str, options: Options) -> Iterator[Article | Failure]:
    found = False
    seen: set[str] = set()
    others: list[Path] = []
    for member in archives.members(path, options):
        found = True
        if isinstance(member, Failure):
            yield member
        elif _is_hidden_member(name := Path(printable(member.name))):
            continue
        elif not _is_article_file(name):
            others.append(name)
        elif member.name in seen:
            yield Failure(_inside(path, member), "an earlier file in the archive has this name")
        else:
            seen.add(member.name)
            yield from _read_member(path, member, archive_id, options)
    yield from unread(path, others, FORMATS)
    if not found:
        raise ReadingError(f"{printable(path)}: no files in it", "Fill it, or remove it.")


def _read_member(
    path: Path, member: Member, archive_id: str, options: Options
) -> Iterator[Article | Failure]:
    """As `read`, with the member's own name wherever the reader would say that of the copy."""
    inside, copy = _inside(path, member), printable(member.copy)
    try:
        for item in _reader(member.copy)(
            member.copy, article_id=f"{archive_id}!/{printable(member.name)}", options=options
        ):
            if isinstance(item, Failure):
                item = replace(item, where=item.where.replace(copy, inside))
            yield item
    except ReadingError as error:
        yield Failure(inside, error.message.removeprefix(f"{copy}: "), error.hint)


def _inside(path: Path, member: Member) -> str:
    return f"{printable(path)}!/{printable(member.name)}"


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
        known = f"Formats that can be read: {', '.join((*FORMATS, *archives.SUFFIXES))}."
        if suffix(path):
            reason, hint = f"unknown format '{printable(path.suffix)}'", known
        else:
            reason = "its name does not end in a format"
            hint = f"Add the suffix to its name, such as .txt. {known}"
        raise ReadingError(f"{printable(path)}: {reason}", hint) from None


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
        elif _is_article_file(path) and (not entry.is_symlink() or leads_inside(path, inside)):
            yield path


def _is_article_file(path: Path) -> bool:
    known = path.suffix.lower() in FORMATS or archives.is_archive(path)
    return known and not is_about_folder(path)


def _is_hidden_member(name: Path) -> bool:
    """As for a folder's files: a Mac puts hidden ones with the same suffix beside each file."""
    return any(part.startswith(".") for part in name.parts)


def leads_inside(link: Path, inside: Path) -> bool:
    """Whether a link leads to a file under the folder `inside`, itself without links."""
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):  # dangling, or a loop
        return False
    return target.is_relative_to(inside) and target.is_file()
