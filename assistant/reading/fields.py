"""Named values, from front matter or a JSON object, as the fields of an `Article`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from assistant.reading.dates import parse_date
from assistant.reading.text import one_line

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


def article_fields(values: Mapping[str, object]) -> Fields:
    """The fields that `values` states, under the names that are common for them, in any case."""
    lower = {str(key).strip().lower(): value for key, value in values.items()}

    def first(*names: str) -> str | None:
        return next((text for name in names if (text := _text(lower.get(name)))), None)

    stated_date = first("published", "published_at", "date", "pubdate", "date_published")
    url = first("url", "link", "canonical_url")
    return Fields(
        title=first("title", "headline"),
        author=first("author", "authors", "byline"),
        published=parse_date(stated_date) if stated_date else None,
        source=first("source", "outlet", "publisher", "site_name"),
        # Anything else, such as "javascript:", must not become a link.
        url=url if url and re.match(r"https?://\S+$", url, re.IGNORECASE) else None,
        language=_language(first("language", "lang")),
    )


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
