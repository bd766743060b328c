"""A mail as an article: the subject is the headline. What is attached to it is not read."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path

from assistant.errors import ReadingError
from assistant.reading import markup
from assistant.reading.assembly import assemble
from assistant.reading.encodings import decoded
from assistant.reading.files import printable, read_bytes
from assistant.reading.options import Options
from assistant.reading.stated_encoding import stated_encoding
from assistant.reading.text import one_line
from assistant.types import Article, Failure

_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_WORD = re.compile(r"\w+")


def read(path: Path, *, article_id: str, options: Options) -> Iterator[Article | Failure]:
    """The one article of a .eml, and how its text was read where that is in doubt. Raises
    ReadingError where there is no text in it."""
    data = read_bytes(path, options.max_file_bytes)
    if isinstance(data, Failure):
        yield data
        return
    try:
        message = message_from_bytes(data.removeprefix(codecs.BOM_UTF8))
        notes: list[Failure] = []
        article = assemble(article_id, _text(message, path, notes), _stated(message))
    except ReadingError:
        raise
    except Exception as error:  # the parser of mails raises many kinds on damaged ones
        raise ReadingError(
            f"{printable(path)}: cannot be read as a mail: {one_line(str(error))[:200]}",
            "Save its text as .txt, or remove it.",
        ) from None
    if article is None:
        raise ReadingError(
            f"{printable(path)}: no text in this mail", "Save what is attached to it as files."
        )
    yield article
    yield from notes


def _text(part: Message, path: Path, notes: list[Failure]) -> str:
    """The text of a mail or of a part of it, "" for what is attached. Doubts go to `notes`."""
    kind = part.get_content_type()
    if part.is_multipart():
        if part.get_content_maintype() != "multipart":
            return ""  # a mail that is attached
        parts = [inner for inner in part.get_payload() if isinstance(inner, Message)]
        if kind == "multipart/alternative":
            return _of_alternatives(parts, path, notes)
        return "\n\n".join(filter(None, (_text(inner, path, notes) for inner in parts)))
    if kind not in ("text/plain", "text/html") or part.get_content_disposition() == "attachment":
        return ""
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    label = part.get_content_charset()
    if kind == "text/html":
        label = label or stated_encoding(data)
    content = decoded(data, label)
    notes += content.notes(path)
    if kind == "text/plain":
        return content.text
    root = markup.tree(content.text, path)
    if root is None:
        return ""
    for hidden in [each for each in root.iter() if _HIDDEN.search(each.get("style") or "")]:
        hidden.tag = "template"  # such as the words that a list of mails shows below the subject
    # All of it: what finds the article among the menus of a page takes headlines for menus here.
    return markup.block_text(root)


def _of_alternatives(parts: list[Message], path: Path, notes: list[Failure]) -> str:
    """The plain one, unless it only says that the mail is to be read as HTML."""
    plain, rich = "", ""
    for part in parts:
        text = _text(part, path, notes)
        if part.get_content_type() == "text/plain":
            plain = plain or text
        else:
            rich = text or rich  # the last is the one that the sender likes best
    said, shown = (set(_WORD.findall(text.casefold())) for text in (plain, rich))
    is_other_text = len(said & shown) * 2 < len(shown)
    is_stub = is_other_text and (len(shown) > len(said) or "html" in said)
    return rich if is_stub or not said else plain


def _stated(message: Message) -> dict[str, object]:
    name, address = parseaddr(_raw(message, "From"))
    day = _header(message, "Date")
    with suppress(ValueError, TypeError):  # not as mails have it, but perhaps a date all the same
        day = parsedate_to_datetime(day).date().isoformat()
    return {
        "title": _header(message, "Subject"),
        "author": _words(name) or address,
        "published": day,
        "url": _header(message, "Archived-At").strip("<> "),
        "language": _header(message, "Content-Language").split(",")[0],
    }


def _header(message: Message, name: str) -> str:
    return _words(_raw(message, name))


def _raw(message: Message, name: str) -> str:
    """A header as it stands there, its bytes read as any others where they are not ASCII."""
    values = (value for key, value in message.raw_items() if key.lower() == name.lower())
    return one_line(decoded(str(next(values, "")).encode("ascii", "surrogateescape")).text)


def _words(header: str) -> str:
    """A header with its "=?iso-8859-1?Q?...?=" as the text they stand for."""
    if "=?" not in header:
        return header
    try:
        parts = decode_header(header)
    except HeaderParseError:
        return header
    return "".join(
        part
        if isinstance(part, str)
        else decoded(part, label).text
        if label
        else part.decode("raw-unicode-escape", "replace")
        for part, label in parts
    )
