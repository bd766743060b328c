"""One article a line, each a JSON object: how agencies and exports deliver many at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from assistant.errors import ReadingError
from assistant.reading import metadata, plain
from assistant.reading.fields import article_fields
from assistant.reading.files import opened, printable
from assistant.reading.language import guess_language
from assistant.reading.text import NotText, canonical, decode, one_line
from assistant.types import Article, Failure

_CHUNK = 1 << 20
_BODY_KEYS = ("text", "body", "content")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class _BadLine(ValueError):
    """Why a line holds no article."""


def read(path: Path, *, article_id: str, max_bytes: int) -> Iterator[Article | Failure]:
    """For each line that is not blank its article or a Failure, in order.

    The file is read a line at a time. Raises ReadingError if it is binary or has no such line.
    """
    seen: set[str] = set()
    any_line = False
    with opened(path) as file:
        _check_encoding(file, path)
        for number, line in _lines(file, max_bytes):
            any_line = True
            try:
                key, article = _article(line, number, article_id, max_bytes)
                if key in seen:
                    raise _BadLine(f"its id {key!r} is that of an earlier line")
            except _BadLine as error:
                where = f"{printable(path)}:{number}"
                yield Failure(where, str(error), "Mend this line; the others were read.")
            else:
                seen.add(key)
                yield article
    if not any_line:
        raise ReadingError(f"{printable(path)}: empty", "Put articles in, or remove it.")


def _check_encoding(file: BinaryIO, path: Path) -> None:
    start = file.read(4096)
    file.seek(len(_BYTE_ORDER_MARK) if start.startswith(_BYTE_ORDER_MARK) else 0)
    if b"\0" in start:
        raise ReadingError(
            f"{printable(path)}: contains NUL bytes, so it is binary, or not UTF-8",
            "Save it as UTF-8 text, or remove it.",
        )


def _lines(file: BinaryIO, max_bytes: int) -> Iterator[tuple[int, bytes | None]]:
    """The lines that are not blank with their numbers, from 1; None for one that is too long."""
    number = 0
    while line := file.readline(max_bytes + 2):
        number += 1
        content = line.rstrip(b"\r\n")
        if len(content) > max_bytes:
            while line and not line.endswith(b"\n"):
                line = file.readline(_CHUNK)
            yield number, None
        elif content.strip():
            yield number, content


def _article(line: bytes | None, number: int, file_id: str, max_bytes: int) -> tuple[str, Article]:
    """The key and the article of one line. Raises _BadLine."""
    if line is None:
        raise _BadLine(f"longer than {max_bytes:,} bytes (setting max_file_bytes)")
    values = _object(line)
    content = next((values[key] for key in _BODY_KEYS if values.get(key)), None)
    if not isinstance(content, str) or not (body := canonical(content)).strip():
        raise _BadLine(f'no text: one of "{", ".join(_BODY_KEYS)}" must be a string with text')
    stated = article_fields(values)
    headline = ""
    if stated.title is None:
        headline, body = plain.split_headline(body)
    title, tags = metadata.take_tags(
        stated.title or plain.headline_text(headline) or plain.first_words(body)
    )
    clues = metadata.clues(body)
    key = _key(values.get("id"), number)
    return key, Article(
        id=f"{file_id}#{key}",
        title=title,
        text=body,
        author=stated.author or clues.author,
        published=stated.published or clues.published,
        partial_date=None if stated.published else clues.partial_date,
        source=stated.source or clues.source,
        url=stated.url or clues.url,
        language=stated.language or guess_language(body),
        tags=tags,
    )


def _object(line: bytes) -> dict[str, object]:
    """The JSON object in `line`, its keys in lower case. Raises _BadLine."""
    try:
        values = json.loads(decode(line))
    except json.JSONDecodeError as error:
        raise _BadLine(f"no valid JSON: {error.msg} at character {error.colno}") from None
    except NotText as error:
        raise _BadLine(str(error)) from None
    except RecursionError:
        raise _BadLine("JSON nested too deeply") from None
    except ValueError:  # a number of more digits than Python converts
        raise _BadLine("holds a number that is too long") from None
    if not isinstance(values, dict):
        raise _BadLine("no JSON object: a line must be {...}")
    return {key.lower(): value for key, value in values.items()}


def _key(stated: object, number: int) -> str:
    """What tells the article apart within its file: its "id", or else the number of its line."""
    if isinstance(stated, str | int) and not isinstance(stated, bool):
        return one_line(str(stated)) or str(number)
    return str(number)
