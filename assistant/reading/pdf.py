"""A PDF with text in it. A scan has none; recognising letters in pictures is not done here."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ReadingError
from assistant.reading.assembly import assemble
from assistant.reading.files import opened, printable
from assistant.reading.options import Options, needs, too_much
from assistant.reading.text import one_line
from assistant.types import Article, Failure

if TYPE_CHECKING:
    from pypdf import PdfReader

# Names that programs write where a person wrote none.
_NO_TITLE = re.compile(r"(?i)untitled|microsoft word|\S+\.(?:docx?|pdf|indd|qxd|odt|rtf|tex)$|\W*$")
_NO_AUTHOR = re.compile(r"(?i)anonymous|unknown|admin|user|owner|\W*$")
_PDF_DATE = re.compile(r"D?:?(\d{4})(\d{2})(\d{2})")
# Of one file; a page that would take longer alone is stopped by pypdf's own limits.
_LONGEST_SECONDS = 120.0
_HEAD = 1024  # bytes within which viewers look for the mark of a PDF


def read(path: Path, *, article_id: str, options: Options) -> Iterator[Article | Failure]:
    """The one article of a PDF; its pages are separated by blank lines.

    Raises ReadingError for one that is damaged, locked by a password, without text, or too long.
    """
    try:
        from pypdf import PdfReader
    except ImportError:
        raise needs(path, "pypdf", "pdf") from None
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it writes warnings to standard error
    with opened(path) as file:
        size = path.stat().st_size
        if size > options.max_file_bytes:
            yield Failure(
                printable(path),
                f"larger than {options.max_file_bytes:,} bytes",
                "Split the file, or raise the setting max_file_bytes.",
            )
            return
        if b"%PDF-" not in file.read(_HEAD):
            raise ReadingError(
                f"{printable(path)}: is no PDF, whatever its name says",
                "Name it after what it is, such as .html, or remove it.",
            )
        file.seek(0)
        try:
            reader = PdfReader(file, strict=False)
            text = _text(reader, path, options)
            stated, made = _stated(reader)
        except ReadingError:
            raise
        except Exception as error:  # pypdf raises many kinds on damaged files
            reason = one_line(str(error))[:200] or type(error).__name__
            raise ReadingError(
                f"{printable(path)}: cannot be read as a PDF: {reason}",
                "Open it in a viewer and save it again, or remove it.",
            ) from None
    article = assemble(article_id, text, stated, file_name=path.name, last_date=made)
    if article is None:
        raise ReadingError(
            f"{printable(path)}: no text in it; it may be a scan",
            "Run it through OCR (for example ocrmypdf) and read the result.",
        )
    yield article


def _text(reader: PdfReader, path: Path, options: Options) -> str:
    if reader.is_encrypted and not reader.decrypt(""):
        raise ReadingError(
            f"{printable(path)}: locked by a password", "Save it without a password."
        )
    if len(reader.pages) > options.max_pages:
        raise too_much(path, "pages", options.max_pages, "max_pages")
    deadline = time.monotonic() + _LONGEST_SECONDS
    pages: list[str] = []
    characters = 0
    for page in reader.pages:
        pages.append(page.extract_text())
        characters += len(pages[-1])
        if characters > options.max_file_bytes:
            raise too_much(path, "characters", options.max_file_bytes, "max_file_bytes")
        if time.monotonic() > deadline:
            raise ReadingError(
                f"{printable(path)}: takes longer than {_LONGEST_SECONDS:.0f} s to read",
                "Save it as text and read that.",
            )
    return "\n\n".join(pages)


def _stated(reader: PdfReader) -> tuple[dict[str, object], str | None]:
    """What the PDF's information says, and the day on which it was made."""
    info = reader.metadata
    if info is None:
        return {}, None
    title, author = one_line(str(info.title or "")), one_line(str(info.author or ""))
    made = _PDF_DATE.match(str(info.get("/CreationDate", "")))
    stated: dict[str, object] = {
        "title": None if _NO_TITLE.match(title) else title,
        "author": None if _NO_AUTHOR.match(author) else author,
    }
    return stated, "-".join(made.groups()) if made else None
