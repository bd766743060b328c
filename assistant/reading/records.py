"""Articles out of records with named values: the lines of a .jsonl, the rows of a .csv."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from assistant.reading.assembly import assemble
from assistant.reading.fields import stated_date
from assistant.reading.text import canonical, one_line
from assistant.types import Article

BODY_KEYS = ("text", "body", "content")
_DAY_AND_MONTH = re.compile(r"\s*(\d{1,2})[/-](\d{1,2})[/-](?:\d{4}|\d{2})(?!\d)")


class BadRecord(ValueError):
    """Why a record holds no article."""


def days_come_first(
    records: Iterable[Mapping[str, object]], columns: Mapping[str, str]
) -> bool | None:
    """Whether 05/06/2024 in these records is the fifth of June: what their other dates settle.

    None where no date settles it, or one is the contrary of another. keys in lower case.
    """
    said: set[bool] = set()
    for values in records:
        match = _DAY_AND_MONTH.match(str(stated_date(_renamed(values, columns)) or ""))
        if match and max(int(match[1]), int(match[2])) > 12 >= min(int(match[1]), int(match[2])):
            said.add(int(match[1]) > 12)
    return said.pop() if len(said) == 1 else None


def record_article(
    values: Mapping[str, object],
    number: int,
    file_id: str,
    columns: Mapping[str, str],
    *,
    day_first: bool | None = None,
) -> tuple[str, Article]:
    """The key that tells the article apart within its file, and the article. Raises BadRecord.

    values: keys in lower case. number: of the line or row, the key where there is no "id".
    columns: field -> name of the value that holds it, as in `options.Options`.
    day_first: as `days_come_first` found it for all records of the file.
    """
    values = _renamed(values, columns)
    content = next((values[key] for key in BODY_KEYS if values.get(key)), None)
    if not isinstance(content, str) or not canonical(content).strip():
        raise BadRecord(
            f'no text: one of "{", ".join(BODY_KEYS)}" must be a string with text, or the '
            "setting columns must say which holds it"
        )
    key = _key(values.get("id"), number)
    article = assemble(f"{file_id}#{key}", content, values, day_first=day_first)
    if article is None:
        raise BadRecord("no text")
    return key, article


def _renamed(values: Mapping[str, object], columns: Mapping[str, str]) -> Mapping[str, object]:
    mapped = {
        field: values[name.lower()] for field, name in columns.items() if name.lower() in values
    }
    return {**values, **mapped}


def _key(stated: object, number: int) -> str:
    """What tells the article apart within its file: its "id", or else the number of its line."""
    if isinstance(stated, str | int) and not isinstance(stated, bool):
        return one_line(str(stated)) or str(number)
    return str(number)
