"""One article a line, each a JSON object: how agencies and exports deliver many at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from assistant.errors import ReadingError
from assistant.reading.encodings import Decoded, NotText, decoded
from assistant.reading.files import opened, printable
from assistant.reading.options import Options
from assistant.reading.records import BadRecord, days_come_first, record_article
from assistant.types import Article, Failure

_CHUNK = 1 << 20
_OPEN_DATE = re.compile(rb'"\s*\d{1,2}[/-]\d{1,2}[/-]\d')
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read(path: Path, *, article_id: str, options: Options) -> Iterator[Article | Failure]:
    """For each line that is not blank its article or a Failure, in order.

    The file is read a line at a time. Raises ReadingError if it is binary or has no such line.
    """
    seen: set[str] = set()
    any_line = False
    with opened(path) as file:
        _check_encoding(file, path)
        day_first = days_come_first(_with_open_dates(file, options), options.columns)
        _check_encoding(file, path)  # to the start again
        for number, line in _lines(file, options.max_file_bytes):
            any_line = True
            try:
                content = _decoded(line, options)
                key, article = record_article(
                    _object(content.text), number, article_id, options.columns, day_first=day_first
                )
                if key in seen:
                    raise BadRecord(f"its id {key!r} is that of an earlier line")
            except BadRecord as error:
                where = f"{printable(path)}:{number}"
                yield Failure(where, str(error), "Fix this line; the others were read.")
            else:
                seen.add(key)
                yield article
                yield from content.notes(f"{printable(path)}:{number}")
    if not any_line:
        raise ReadingError(f"{printable(path)}: empty", "Put articles in, or remove it.")


def _with_open_dates(file: BinaryIO, options: Options) -> Iterator[dict[str, object]]:
    """The objects of the lines in which a date such as 05/06/2024 may stand."""
    for _, line in _lines(file, options.max_file_bytes):
        if line and _OPEN_DATE.search(line):
            with suppress(BadRecord):  # named where the lines are read
                yield _object(_decoded(line, options).text)


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


def _decoded(line: bytes | None, options: Options) -> Decoded:
    """The text of one line. Raises BadRecord."""
    if line is None:
        raise BadRecord(f"longer than {options.max_file_bytes:,} bytes (setting max_file_bytes)")
    try:
        return decoded(line)
    except NotText as error:
        raise BadRecord(str(error)) from None


def _object(line: str) -> dict[str, object]:
    """The JSON object in `line`, its keys in lower case. Raises BadRecord."""
    try:
        values = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadRecord(
            f"no valid JSON: {error.msg.removesuffix(' at')} at character {error.colno}"
        ) from None
    except RecursionError:
        raise BadRecord("JSON nested too deeply") from None
    except ValueError:  # a number of more digits than Python converts
        raise BadRecord("holds a number that is too long") from None
    if not isinstance(values, dict):
        raise BadRecord("no JSON object: a line must be {...}")
    return {key.lower(): value for key, value in values.items()}
