"""Files and texts that come through the web -> files in the store's own folder of added files."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

import yaml

from assistant.errors import ReadingError, StoreError
from assistant.lexical import words
from assistant.reading import FORMATS, archives
from assistant.types import Failure

# What an ingest reads, the longest first: ".tar.gz" is one suffix.
SUFFIXES = sorted((*FORMATS, *archives.SUFFIXES), key=lambda suffix: (-len(suffix), suffix))

_UNSAFE = re.compile(r"[^\w.()' -]+")
# Names that Windows keeps for devices, and those that an ingest passes over as being about a
# folder rather than in it.
_NOT_AS_NAME = re.compile(
    r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)|(readme|license|changelog)(?![a-z])"
)
_LONGEST_NAME = 80
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Text:
    """An article that somebody pasted."""

    title: str
    text: str
    source: str = ""
    published: date | None = None


def keep_file(
    name: str, content: BinaryIO, folder: Path, *, most: int, replace: bool
) -> Path | Failure:
    """Write one file into `folder` under a safe name; the Failure says why it was not taken.

    most: bytes. replace: whether it takes the place of a file of the same name; otherwise it gets
    a number, unless it is the same to the byte. Raises StoreError for the disk.
    """
    safe = safe_name(name)
    if not _parts(safe)[1]:
        return Failure(
            name,
            "is of a type that is not read",
            f"Types that are read: {', '.join(sorted(SUFFIXES))}.",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Hidden, so that an ingest that runs meanwhile does not see half of it.
        part = folder / f".{hashlib.sha256(safe.encode()).hexdigest()[:16]}.part"
        try:
            if not _copy(content, part, most):
                limit = f"{most / 1_000_000:,.0f} MB" if most >= 1_000_000 else f"{most:,} bytes"
                return Failure(
                    name,
                    f"is larger than {limit}",
                    "Split it, or raise the setting max_file_bytes.",
                )
            target = folder / safe if replace else _free(folder / safe, part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"{folder}: files cannot be kept there: {error.strerror or error}",
            "Free some space or mend the permissions of that folder, then try again.",
        ) from error
    return target


def as_markdown(article: Text) -> tuple[str, bytes]:
    """The file of a pasted article: its name, and its content with what is known of it on top.

    Raises ReadingError for an article without text.
    """
    if not article.text.strip():
        raise ReadingError("the article has no text", "Paste its text into the large field.")
    facts = {
        "title": " ".join(article.title.split()),
        "source": " ".join(article.source.split()),
        "date": article.published.isoformat() if article.published else "",
    }
    stated = {key: value for key, value in facts.items() if value}
    head = yaml.safe_dump(stated, allow_unicode=True, sort_keys=False, width=1_000)
    said = article.title if article.title.strip() else article.text[:200]
    slug = "-".join(words(said))[:60].strip("-") or "pasted"
    name = f"{facts['date']}-{slug}.md" if facts["date"] else f"{slug}.md"
    body = re.sub("\r\n?", "\n", article.text)
    return name, f"---\n{head}---\n\n{body}\n".encode("utf-8", "replace")


def safe_name(name: str) -> str:
    """The last part of `name` without anything that a file system or an ingest takes amiss.

    Never empty, hidden, longer than a file system takes, nor with a folder in it.
    """
    last = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    last = _UNSAFE.sub("-", last).strip(" .-")
    stem, suffix = _parts(last)
    while len(stem.encode()) > 2 * _LONGEST_NAME or len(stem) > _LONGEST_NAME:
        stem = stem[:-1]
    safe = (stem.strip(" .-") or "file") + suffix
    return f"file-{safe}" if _NOT_AS_NAME.match(safe) else safe


def _parts(name: str) -> tuple[str, str]:
    """A name without its suffix, and the suffix if it is one that an ingest reads."""
    suffix = next((s for s in SUFFIXES if name.lower().endswith(s)), "")
    return name[: len(name) - len(suffix)], name[len(name) - len(suffix) :]


def _copy(content: BinaryIO, target: Path, most: int) -> bool:
    """Whether all of `content` was written; False where it is longer than `most`."""
    size = 0
    with target.open("wb") as file:
        while chunk := content.read(_CHUNK):
            size += len(chunk)
            if size > most:
                return False
            file.write(chunk)
    return True


def _free(wanted: Path, part: Path) -> Path:
    """`wanted`, or with a number where another file has that name."""
    target, number = wanted, 2
    stem, suffix = _parts(wanted.name)
    while target.exists() and not _same(target, part):
        target = wanted.with_name(f"{stem}-{number}{suffix}")
        number += 1
    return target


def _same(one: Path, other: Path) -> bool:
    def digest(path: Path) -> str:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    return one.stat().st_size == other.stat().st_size and digest(one) == digest(other)
