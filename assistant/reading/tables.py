"""A table in a .csv or .tsv: one article a row, the first row naming the columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import ReadingError
from assistant.reading.files import printable, read_bytes
from assistant.reading.options import Options
from assistant.reading.plain import canonical_text
from assistant.reading.records import BODY_KEYS, BadRecord, days_come_first, record_article
from assistant.reading.text import decode
from assistant.types import Article, Failure

_DELIMITERS = ",;\t|"


def read(path: Path, *, article_id: str, options: Options) -> Iterator[Article | Failure]:
    """For each row that is not blank its article or a Failure, in order.

    Raises ReadingError if it is binary, empty, or no column holds text.
    """
    data = read_bytes(path, options.max_file_bytes)
    if isinstance(data, Failure):
        yield data
        return
    canonical_text(data, path)  # says what is wrong with a file that is no text
    # Not the canonical form: white space within a quoted field is for the article to tidy.
    content = decode(data).replace("\0", "")
    # Raised and not lowered again: a second thread may be reading.
    csv.field_size_limit(max(csv.field_size_limit(), options.max_file_bytes))
    first_line = content.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first_line.count)
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
    header = [name.strip().lower() for name in _first(rows)]
    bodies = (*BODY_KEYS, options.columns.get("text", "text").lower())
    if not any(name in bodies for name in header):
        raise ReadingError(
            f"{printable(path)}: no column is called {', '.join(BODY_KEYS)}",
            f'Name the one with the text in the settings file: columns = "text=NAME". '
            f"The columns are: {', '.join(printable(name) for name in header[:12])}.",
        )
    day_first = _days_come_first(content, delimiter, header, options)
    yield from _articles(rows, header, path, article_id, options, day_first)


def _days_come_first(
    content: str, delimiter: str, header: list[str], options: Options
) -> bool | None:
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter)
    records = (dict(zip(header, row, strict=False)) for row in rows)
    try:
        return days_come_first(records, options.columns)
    except csv.Error:  # named where the rows are read
        return None


def _first(rows: Iterator[list[str]]) -> list[str]:
    try:
        return next((row for row in rows if any(row)), [])
    except csv.Error:
        return []


def _articles(
    rows: Iterator[list[str]],
    header: list[str],
    path: Path,
    article_id: str,
    options: Options,
    day_first: bool | None,
) -> Iterator[Article | Failure]:
    seen: set[str] = set()
    number = 1
    while True:
        number += 1
        try:
            row = next(rows, None)
            if row is None:
                return
            if not any(field.strip() for field in row):
                continue
            values: dict[str, object] = dict(zip(header, row, strict=False))
            key, article = record_article(
                values, number, article_id, options.columns, day_first=day_first
            )
            if key in seen:
                raise BadRecord(f"its id {key!r} is that of an earlier row")
        except (BadRecord, csv.Error) as error:
            where = f"{printable(path)}: row {number}"
            yield Failure(where, str(error), "Mend this row; the others were read.")
        else:
            seen.add(key)
            yield article
