"""Named values, from front matter or a JSON object, as the fields of an `Article`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from assistant.reading.dates import parse_date
from assistant.reading.text import one_line
from assistant.reading.writers import tidy_writers

_LANGUAGE_NAMES = {
    "english": "en",
    "german": "de",
    "deutsch": "de",
    "french": "fr",
    "français": "fr",
    "spanish": "es",
    "español": "es",
    "italian": "it",
    "italiano": "it",
    "portuguese": "pt",
    "português": "pt",
    "dutch": "nl",
    "nederlands": "nl",
    "russian": "ru",
    "русский": "ru",
    "azerbaijani": "az",
    "turkish": "tr",
    "türkçe": "tr",
}


@dataclass(frozen=True)
class Fields:
    """What was stated of an article; None where it was not, or not in a usable form."""

    title: str | None = None
    author: str | None = None
    published: date | None = None
    source: str | None = None
    url: str | None = None
    language: str | None = None


_PUBLISHED = (
    *("published", "published_at", "date", "pubdate", "date_published", "datepublished"),
    *("publication_date", "publish_date", "pub_date", "published_date", "published_on"),
)


def article_fields(values: Mapping[str, object], *, day_first: bool | None = None) -> Fields:
    """The fields that `values` states, under the names that are common for them, in any case.

    day_first: what 05/06/2024 means in them, where that is known.
    """
    lower = {str(key).strip().lower(): value for key, value in values.items()}

    def first(*names: str) -> str | None:
        return next((text for name in names if (text := _text(lower.get(name)))), None)

    url = first("url", "link", "canonical_url")
    return Fields(
        title=first("title", "headline"),
        author=_writers(next(filter(None, map(lower.get, ("author", "authors", "byline"))), None)),
        published=parse_date(stated_date(lower), day_first=day_first),
        source=first("source", "outlet", "publisher", "site_name"),
        # Anything else, such as "javascript:", must not become a link.
        url=url if url and re.match(r"https?://\S+$", url, re.IGNORECASE) else None,
        language=_language(first("language", "lang")),
    )


def stated_date(values: Mapping[str, object]) -> object:
    """What `values`, their keys in lower case, say of the day; None where they say nothing."""
    value = next((values[name] for name in _PUBLISHED if values.get(name)), None)
    if isinstance(value, dict):  # as MongoDB exports it
        value = value.get("$date")
    return value if isinstance(value, int | float) else _text(value)


def _writers(value: object) -> str | None:
    if not isinstance(value, list):
        value = [value]
    found = (tidy_writers(text) for item in value if (text := _text(item)))
    return ", ".join(dict.fromkeys(name for name in found if name)) or None


def _text(value: object) -> str | None:
    """A value as one line of text; a list is joined by commas, and a person's "name" is taken."""
    match value:
        case str():
            return one_line(value) or None
        case list():
            return ", ".join(text for item in value if (text := _text(item))) or None
        case {"name": str(name)}:
            return one_line(name) or None
        case _:
            return None


def _language(stated: str | None) -> str | None:
    """The ISO 639-1 code in "en", "en-GB" or "English"."""
    if stated is None:
        return None
    code = re.match(r"([a-z]{2})(?:[-_]|$)", stated.lower())
    return code[1] if code else _LANGUAGE_NAMES.get(stated.lower())
