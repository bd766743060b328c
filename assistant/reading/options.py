"""How far reading may go, and what the columns of tables are called: one value for all readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from assistant.errors import ReadingError
from assistant.reading.files import printable


@dataclass(frozen=True)
class Options:
    """The limits against input that was made to do harm. Each is a setting of the same name.

    max_file_bytes: of one file or archive member, or of one line or row of a table.
    max_unpacked_bytes: of all that one archive, .docx or .epub holds, unpacked.
    max_entries: files in one archive, also those that are not read.
    max_pages: pages of one PDF, and web pages behind one feed or sitemap.
    columns: field of an article -> name of the column or key that holds it, where that is none of
        the usual names.
    """

    max_file_bytes: int = 20_000_000
    max_unpacked_bytes: int = 500_000_000
    max_entries: int = 20_000
    max_pages: int = 2_000
    columns: Mapping[str, str] = field(default_factory=dict)


def too_much(where: Path | str, what: str, limit: int, setting: str) -> ReadingError:
    """The error for input beyond a limit; `what` follows "holds more than N "."""
    return ReadingError(
        f"{printable(where)}: holds more than {limit:,} {what}",
        f"If you trust it, raise the setting {setting}.",
    )


def needs(path: Path, library: str, extra: str) -> ReadingError:
    """The error for a format whose library is not installed."""
    return ReadingError(
        f"{printable(path)}: reading {path.suffix.lower()} needs the library {library}",
        f"Install it: pip install 'article-assistant[{extra}]'",
    )
