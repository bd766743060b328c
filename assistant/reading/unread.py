"""Files that may be articles and are not read, named so that none goes missing unsaid."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from pathlib import Path, PurePath

from assistant.reading.files import printable
from assistant.types import Failure

# Files about a folder rather than in it: README, README.de.md, LICENSE-MIT, but no "README about
# floods.txt", which is an article.
_ABOUT = re.compile(r"(?:README|LICENSE|CHANGELOG)(?:[-_.](?:[A-Z]+|[a-z]{2,3}(?:[-_][A-Z]+)?))?")
# Pictures, sound, styles, scripts and settings, as they lie beside a saved page or in any folder,
# are nobody's loss.
_NO_ARTICLES = frozenset(
    ".jpg .jpeg .png .gif .webp .svg .ico .bmp .tif .tiff .avif .heic .psd .ai .eps "
    ".mp3 .wav .ogg .m4a .flac .aac .mp4 .mov .avi .mkv .webm .m4v .wmv "
    ".css .scss .less .js .mjs .ts .map .woff .woff2 .ttf .otf .eot "
    ".py .pyc .sh .bat .ps1 .exe .dll .so .toml .ini .cfg .conf .db .sqlite .lnk .url .lock "
    ".tmp .bak .swp .part .crdownload .torrent .asc .sig .sha256 .md5".split()
)
_SUFFIX = re.compile(r"\.(?=\d*[a-z])[a-z0-9]{1,8}")
_SHOWN = 5


def is_about_folder(path: PurePath) -> bool:
    """Whether a file tells of its folder, as a README does."""
    bare = path.name.split(".")[0].upper() in ("README", "LICENSE", "CHANGELOG")
    return bare or bool(_ABOUT.fullmatch(path.stem) or _ABOUT.fullmatch(path.name))


def suffix(path: PurePath) -> str:
    """What the name ends in, in lower case, where that says a format: "" for "12.06.2024"."""
    found = path.suffix.lower()
    return found if _SUFFIX.fullmatch(found) else ""


def unread(where: Path | str, paths: Iterable[PurePath], formats: Collection[str]) -> list[Failure]:
    """Of these files, none of which is read, those that may be articles: in one line by their
    formats, and in one by name where the name says none.

    where: what they lie in. formats: the suffixes of files that are read.
    """
    counted: Counter[str] = Counter()
    nameless: list[str] = []
    for path in paths:
        if is_about_folder(path) or path.name.endswith("~"):
            continue
        if not suffix(path):
            nameless.append(printable(path.name))
        elif suffix(path) not in _NO_ARTICLES:
            counted[suffix(path)] += 1
    found = []
    if counted:
        listed = ", ".join(f"{count:,} {each}" for each, count in counted.most_common())
        found.append(
            Failure(
                printable(where),
                f"{_files(counted.total())} of formats that are not read: {listed}",
                f"If they are articles, save them as one of these: {', '.join(formats)}.",
            )
        )
    if nameless:
        listed = ", ".join(nameless[:_SHOWN])
        more = f" and {len(nameless) - _SHOWN:,} more" if len(nameless) > _SHOWN else ""
        found.append(
            Failure(
                printable(where),
                f"{_files(len(nameless))} not read, since the name does not end in a format: "
                f"{listed}{more}",
                "If they are articles, add the suffix to the name, such as .txt.",
            )
        )
    return found


def _files(number: int) -> str:
    return f"{number:,} {'file' if number == 1 else 'files'}"
