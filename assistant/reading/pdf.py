"""A PDF with text in it. A scan has none; recognising letters in pictures is not done here."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ReadingError
from assistant.reading import metadata, names, plain
from assistant.reading.assembly import assemble
from assistant.reading.fields import article_fields
from assistant.reading.files import opened, printable
from assistant.reading.options import Options, needs, too_much
from assistant.reading.pdf_columns import body_size, in_reading_order
from assistant.reading.pdf_joining import flowing, joined, vocabulary
from assistant.reading.pdf_pages import PAGE_NUMBER, without_margins
from assistant.reading.pdf_paragraphs import Block, blocks_of, is_leftwards
from assistant.reading.pdf_words import TooMany, Word, words_of_page
from assistant.reading.placeholders import author_told, title_told
from assistant.reading.settling import settled
from assistant.reading.text import canonical, one_line
from assistant.types import Article, Failure

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

# Names that programs write where a person wrote none.
_LONGEST_SECONDS = 120.0  # of one file
_HEAD = 1024  # bytes within which viewers look for the mark of a PDF
_HEADLINE = 1.2  # times the height of the text
_HEADLINE_WITHIN = 6  # blocks
_LONGEST_HEADLINE = 250
_PDFIUM = threading.Lock()  # PDFium works for one thread at a time


def read(path: Path, *, article_id: str, options: Options) -> Iterator[Article | Failure]:
    """The one article of a PDF: its paragraphs, whole over lines, columns and pages, with blank
    lines between them; and a Failure that names the pages on which something is drawn but no text.

    Raises ReadingError for one that is damaged, locked by a password, without text, or too long.
    """
    try:
        import pypdfium2
    except ImportError:
        raise needs(path, "pypdfium2", "pdf") from None
    with opened(path) as file:
        if path.stat().st_size > options.max_file_bytes:
            yield Failure(
                printable(path),
                f"larger than {options.max_file_bytes:,} bytes",
                "Split the file, or raise the setting max_file_bytes.",
            )
            return
        data = file.read()
    if b"%PDF-" not in data[:_HEAD]:
        raise ReadingError(
            f"{printable(path)}: is no PDF, whatever its name says",
            "Name it after what it is, such as .html, or remove it.",
        )
    with _PDFIUM:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            raise _unreadable(path, error) from None
        try:
            pages, without_text = _pages(document, path, options)
            info = document.get_metadata_dict()
        except pypdfium2.PdfiumError as error:
            raise _unreadable(path, error) from None
        finally:
            document.close()
    article = _article(article_id, pages, info, path)
    if article is None:
        raise ReadingError(
            f"{printable(path)}: no text in it; it may be a scan",
            "Run it through OCR (for example ocrmypdf) and read the result.",
        )
    yield article
    if data.rfind(b"%%EOF") < data.rfind(b" obj"):
        yield Failure(
            printable(path),
            "damaged: its end is missing; what is left was read",
            "Make or fetch it again; the rest may hold more pages.",
        )
    if without_text:
        yield _no_text_on(path, without_text, len(pages))


def _unreadable(path: Path, error: Exception) -> ReadingError:
    reason = one_line(str(error))[:200]
    if "password" in reason.lower():
        return ReadingError(
            f"{printable(path)}: locked by a password", "Save it without a password."
        )
    return ReadingError(
        f"{printable(path)}: cannot be read as a PDF: {reason}",
        "Open it in a viewer and save it again, or remove it.",
    )


def _no_text_on(path: Path, pages: list[int], number: int) -> Failure:
    listed = ", ".join(map(str, pages[:20])) + (", …" if len(pages) > 20 else "")
    return Failure(
        printable(path),
        f"no text on {len(pages)} of {number} pages ({listed}); they may be scans or pictures",
        "The other pages were read. Run it through OCR (for example ocrmypdf) and read the result.",
    )


_Page = tuple[list[list[Word]], float, float]  # words by direction, and the upper and lower edge


def _pages(document: PdfDocument, path: Path, options: Options) -> tuple[list[_Page], list[int]]:
    """The words of every page, and the numbers of those on which things are drawn but no text."""
    if len(document) > options.max_pages:
        raise too_much(path, "pages", options.max_pages, "max_pages")
    deadline = time.monotonic() + _LONGEST_SECONDS
    pages: list[_Page] = []
    without_text: list[int] = []
    characters = 0
    for number in range(len(document)):
        if time.monotonic() > deadline:
            raise ReadingError(
                f"{printable(path)}: takes longer than {_LONGEST_SECONDS:.0f} s to read",
                "Save it as text and read that.",
            )
        page = document[number]
        try:
            groups = words_of_page(page)
        except TooMany as error:
            raise ReadingError(
                f"{printable(path)}: page {number + 1} {error}, more than anyone can read",
                "Save it as text and read that.",
            ) from None
        characters += sum(len(word.text) + 1 for words in groups for word in words)
        if characters > options.max_file_bytes:
            raise too_much(path, "characters", options.max_file_bytes, "max_file_bytes")
        if not any(map(len, groups)) and next(iter(page.get_objects(max_depth=1)), None):
            without_text.append(number + 1)
        ys = [word.y for words in groups[:1] for word in words]
        upper, lower = _edges(page, groups)
        pages.append((groups, min([upper, *ys]), max([lower, *ys])))
        page.close()
    return pages, without_text


def _edges(page: object, groups: list[list[Word]]) -> tuple[float, float]:
    left, bottom, right, top = page.get_bbox()  # type: ignore[attr-defined]
    if groups and groups[0] and not -top - 1 <= groups[0][0].y <= -bottom + 1:
        return (left, right) if groups[0][0].y >= 0 else (-right, -left)
    return -top, -bottom


def _article(
    article_id: str, pages: list[_Page], info: dict[str, str], path: Path
) -> Article | None:
    main = [(groups[0] if groups else [], upper, lower) for groups, upper, lower in pages]
    margins = without_margins(main)
    every = [word for words in margins.pages for word in words]
    size, leftwards = body_size(every), is_leftwards(every)
    blocks: list[Block] = []
    for number, words in enumerate(margins.pages):
        regions = in_reading_order(words, size, leftwards=leftwards)
        found = [block for region in regions for block in blocks_of(region, size)]
        for other in pages[number][0][1:]:  # written on the side, such as a photographer's name
            for region in in_reading_order(other, size, leftwards=leftwards):
                found += [replace(block, aside=True) for block in blocks_of(region, size)]
        blocks += found
    known = vocabulary(blocks)
    asides = [joined(block.lines, known) for block in blocks if block.aside]
    blocks = flowing([block for block in blocks if not block.aside], size)
    texts = ["\n".join(b.lines) if b.is_table else joined(b.lines, known) for b in blocks]
    stated = _stated(info)
    title = None if stated["title"] else _title(blocks, texts, size)
    text = canonical("\n\n".join([*margins.head, *texts, *margins.foot]))
    if title is None:
        article = assemble(article_id, text, stated, file_name=path.name)
    elif text:
        fields, clues = article_fields(stated), metadata.clues(text)
        article = settled(article_id, title, text, clues, stated=fields, file_name=path.name)
    else:
        article = None
    if article is None or not asides:
        return article
    # What is written on its side, or across the page, tells nothing of the article.
    return replace(article, text=canonical("\n\n".join([article.text, *asides])))


def _title(blocks: list[Block], texts: list[str], size: float) -> str:
    """The headline, which is taken out of `texts`, or else the first words."""
    at = _headline(blocks, texts, size)
    if at is not None and len(texts) > 1:
        return texts.pop(at)
    headline, body = plain.split_headline(canonical("\n\n".join(texts)))
    if headline:
        texts[:] = [body]
    return plain.headline_text(headline) or plain.first_words(body)


def _headline(blocks: list[Block], texts: list[str], size: float) -> int | None:
    """Where the headline is: the first block near the top that is set larger than the text."""
    large = [
        at
        for at, block in enumerate(blocks[:_HEADLINE_WITHIN])
        if block.size >= _HEADLINE * size
        and 3 < len(texts[at]) <= _LONGEST_HEADLINE
        and not metadata.is_about(texts[at])
        and not names.is_outlet(texts[at].title())
        and not PAGE_NUMBER.fullmatch(texts[at])
    ]
    if not large:
        return None
    first = large[0]
    # A kicker may stand above it.
    following = first + 1
    if following in large and blocks[following].size > blocks[first].size:
        return following
    return first


def _stated(info: dict[str, str]) -> dict[str, object]:
    """Title and author of the PDF's information. The day on which the file was made says nothing
    of the day on which the text appeared."""
    title, author = one_line(info.get("Title", "")), one_line(info.get("Author", ""))
    return {
        "title": title_told(title),
        "author": author_told(author),
    }
