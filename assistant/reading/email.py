"""A mail as an article: the subject is the headline. What is attached to it is not read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path

from assistant.errors import ReadingError
from assistant.reading import html, markup
from assistant.reading.assembly import assemble
from assistant.reading.files import printable, read_bytes
from assistant.reading.options import Options
from assistant.reading.text import one_line
from assistant.types import Article, Failure


def read(path: Path, *, article_id: str, options: Options) -> Iterator[Article | Failure]:
    """The one article of a .eml. Raises ReadingError where there is no text in it."""
    data = read_bytes(path, options.max_file_bytes)
    if isinstance(data, Failure):
        yield data
        return
    try:
        message = message_from_bytes(data, policy=policy.default)
        stated = _stated(message)
        article = _article(message, stated, article_id, path)
    except ReadingError:
        raise
    except Exception as error:  # the parser of headers raises many kinds on damaged ones
        raise ReadingError(
            f"{printable(path)}: cannot be read as a mail: {one_line(str(error))[:200]}",
            "Save its text as .txt, or remove it.",
        ) from None
    if article is None:
        raise ReadingError(
            f"{printable(path)}: no text in this mail", "Save what is attached to it as files."
        )
    yield article


def _article(
    message: EmailMessage, stated: dict[str, object], article_id: str, path: Path
) -> Article | None:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return None
    content = part.get_content()
    if not isinstance(content, str):
        return None
    if part.get_content_type() != "text/html":
        return assemble(article_id, content, stated)
    root = markup.tree(content, path)
    if root is None:
        return None
    return assemble(article_id, html.page_text(root, path)[0], stated)


def _stated(message: EmailMessage) -> dict[str, object]:
    name, address = parseaddr(str(message.get("From", "")))
    day = str(message.get("Date", ""))
    with suppress(ValueError, TypeError):  # not as mails have it, but perhaps a date all the same
        day = parsedate_to_datetime(day).date().isoformat()
    return {
        "title": str(message.get("Subject", "")),
        "author": name or address,
        "published": day,
        "url": str(message.get("Archived-At", "")).strip("<> "),
        "language": str(message.get("Content-Language", "")).split(",")[0],
    }
