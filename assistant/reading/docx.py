"""A Word document: its paragraphs and tables in order, and its core properties."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.errors import ReadingError
from assistant.reading.assembly import assemble
from assistant.reading.files import printable
from assistant.reading.options import Options, needs
from assistant.reading.text import one_line
from assistant.reading.unpacking import opened_zip
from assistant.types import Article, Failure

# What python-docx and other programs write as the author of every document.
_NO_AUTHORS = ("python-docx", "author", "user", "microsoft office user", "un-named", "unknown")


def read(path: Path, *, article_id: str, options: Options) -> Iterator[Article | Failure]:
    """The one article of a .docx; a row of a table is a line. Raises ReadingError."""
    try:
        import docx
    except ImportError:
        raise needs(path, "python-docx", "docx") from None
    with opened_zip(path, options) as archive:
        largest = max((entry.file_size for entry in archive.infolist()), default=0)
        if largest > options.max_file_bytes:
            yield Failure(
                printable(path),
                f"a part of it is larger than {options.max_file_bytes:,} bytes",
                "Take out pictures or split it, or raise the setting max_file_bytes.",
            )
            return
    try:
        document = docx.Document(str(path))
        text = "\n\n".join(_blocks(document))
        stated, made = _stated(document)
    except Exception as error:  # python-docx and lxml raise many kinds on damaged files
        reason = one_line(str(error))[:200]
        if isinstance(error, KeyError):
            reason = "it lacks the parts that make one"
        elif "entity amplification" in reason:
            reason = "its XML defines entities, which can grow without end"
        raise ReadingError(
            f"{printable(path)}: cannot be read as a Word document: {reason}",
            "Open it in a word processor and save it again, or remove it.",
        ) from None
    article = assemble(article_id, text, stated, file_name=path.name, last_date=made)
    if article is None:
        raise ReadingError(
            f"{printable(path)}: no text in it", "Put the article's text in, or remove it."
        )
    yield article


def _blocks(document: Any) -> Iterator[str]:
    from docx.oxml.ns import qn
    from docx.table import Table

    for block in document.iter_inner_content():
        if isinstance(block, Table):
            # Not by `row.cells`: it repeats a cell as often as the file claims that it spans.
            for row in block._tbl.tr_lst:
                cells = ("".join(t.text or "" for t in c.iter(qn("w:t"))) for c in row.tc_lst)
                yield " | ".join(filter(None, map(one_line, cells)))
        else:
            yield block.text


def _stated(document: Any) -> tuple[dict[str, object], str | None]:
    """What the properties say, and the day on which the document was made."""
    properties = document.core_properties
    author = one_line(properties.author or "")
    title = one_line(properties.title or "")
    if not title:
        title = next(
            (
                one_line(p.text)
                for p in document.paragraphs[:5]
                if p.style is not None and p.style.name in ("Title", "Heading 1") and p.text.strip()
            ),
            "",
        )
    stated: dict[str, object] = {
        "title": "" if title == "Word Document" else title,
        "author": "" if author.lower() in _NO_AUTHORS else author,
        "language": properties.language,
    }
    # The template of python-docx was made on that day.
    made = properties.created
    return stated, None if made is None or made.year <= 2013 else made.date().isoformat()
