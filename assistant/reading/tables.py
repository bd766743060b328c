"""A table in a .csv or .tsv: one article a row, the first row naming the columns."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from assistant.errors import ReadingError
from assistant.reading.delimited import Row, table
from assistant.reading.encodings import file_text
from assistant.reading.files import printable, read_bytes
from assistant.reading.options import Options
from assistant.reading.records import BODY_KEYS, BadRecord, days_come_first, record_article
from assistant.types import Article, Failure


def read(path: Path, *, article_id: str, options: Options) -> Iterator[Article | Failure]:
    """For each row that is not blank its article or a Failure, in order.

    Raises ReadingError if it is binary, empty, or no column holds text.
    """
    data = read_bytes(path, options.max_file_bytes)
    if isinstance(data, Failure):
        yield data
        return
    found = file_text(data, path)
    # Not the canonical form: white space within a quoted field is for the article to tidy.
    content = found.text.replace("\0", "")
    # Raised and not lowered again: a second thread may be reading.
    csv.field_size_limit(max(csv.field_size_limit(), options.max_file_bytes))
    bodies = (*BODY_KEYS, options.columns.get("text", "text").lower())
    header, rows = table(content, bodies)
    if not any(name in bodies for name in header):
        raise ReadingError(
            f"{printable(path)}: no column is called {', '.join(BODY_KEYS)}",
            f'Name the one with the text in the settings file: columns = "text=NAME". '
            f"The columns are: {', '.join(printable(name) for name in header[:12])}.",
        )
    for name in bodies:
        if header.count(name) > 1:
            raise ReadingError(
                f"{printable(path)}: two columns are called {name}",
                "Give the one that is not the text of the article another name.",
            )
    records = (dict(zip(header, row.fields, strict=False)) for row in rows)
    day_first = days_come_first(records, options.columns)
    yield from _articles(rows, header, path, article_id, options, day_first)
    yield from found.notes(path)


def _articles(
    rows: Iterable[Row],
    header: list[str],
    path: Path,
    article_id: str,
    options: Options,
    day_first: bool | None,
) -> Iterator[Article | Failure]:
    seen: set[str] = set()
    for number, row in enumerate(rows, 2):
        where = f"{printable(path)}: row {number}"
        if row.problem:
            yield Failure(where, row.problem, row.hint)
            continue
        if not any(field.strip() for field in row.fields):
            continue
        try:
            values: dict[str, object] = dict(zip(header, row.fields, strict=False))
            key, article = record_article(
                values, number, article_id, options.columns, day_first=day_first
            )
            if key in seen:
                raise BadRecord(f"its id {key!r} is that of an earlier row")
        except BadRecord as error:
            yield Failure(where, str(error), "Fix this row; the others were read.")
        else:
            seen.add(key)
            yield article
