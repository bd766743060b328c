"""What a page states in JSON-LD (schema.org/Article) of the article on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from assistant.reading.text import one_line

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MOST_JSON = 1_000_000
# Some templates hide the JSON from browsers that were old in 1998.
_WRAPPING = re.compile(
    r"^\s*(?:/[*/]\s*)?(?:<!--|<!\[CDATA\[)(?:\s*\*/)?"
    r"|(?:/[*/]\s*)?(?:-->|\]\]>)(?:\s*\*/)?\s*$"
)
_LAST_COMMA = re.compile(r",(\s*[}\]])")
_ARTICLES = ("Article", "BlogPosting")
_ORGANISATIONS = ("Organization", "NewsMediaOrganization", "Corporation")


def linked_data(root: HtmlElement, headline: str) -> dict[str, object]:
    """The fields of the article among the page's objects, and "organisation" for an author that
    is none of a person.

    headline: as the page shows it. Where several articles are described, it tells which is meant;
    where it is that of none, nothing is taken.
    """
    items = [item for value in _values(root) for item in _objects(value)]
    articles = [item for item in items if _is_a(item, _ARTICLES, ends=True)]
    if len(articles) > 1:
        shown = _compared(headline)
        articles = [item for item in articles if shown and _compared(_title(item)) == shown]
    if not articles:
        return {}
    known = {str(item["@id"]): item for item in items if item.get("@id") and len(item) > 1}
    return _fields(articles[0], known)


def _values(root: HtmlElement) -> Iterator[object]:
    for script in root.iter("script"):
        source = script.text or ""
        kind = (script.get("type") or "").lower().split(";")[0].strip()
        if kind != "application/ld+json" or len(source) > _MOST_JSON:
            continue
        bare = _WRAPPING.sub("", source)
        for attempt in (bare, _LAST_COMMA.sub(r"\1", bare)):
            try:
                yield json.loads(attempt, strict=False)
                break
            except (ValueError, RecursionError):
                continue


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    """The objects of a JSON-LD document: one, a list, those under "@graph", and what they are
    about."""
    for item in listed(value):
        if isinstance(item, dict):
            for each in (item, *listed(item.get("@graph"))):
                if isinstance(each, dict):
                    yield each
                    yield from (e for e in listed(each.get("mainEntity")) if isinstance(e, dict))


def _fields(item: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> dict[str, object]:
    page = item.get("mainEntityOfPage")
    url = item.get("url") or (page.get("@id") if isinstance(page, dict) else page)
    stated = item.get("author") or item.get("creator")
    authors = [_referred(author, known) for author in listed(stated)]
    people = [author for author in authors if not _is_a(author, _ORGANISATIONS)]
    publisher = _referred(item.get("publisher"), known)
    return {
        "title": _title(item),
        "author": people,
        "organisation": None if people else authors,
        "published": item.get("datePublished") or item.get("dateCreated"),
        "source": publisher,
        "url": url,
        "language": item.get("inLanguage"),
    }


def _referred(value: object, known: Mapping[str, Mapping[str, Any]]) -> object:
    """`value`, or the object elsewhere in the page that it names by its "@id"."""
    if isinstance(value, dict) and "name" not in value:
        return known.get(str(value.get("@id")), value)
    return value


def name_of(value: object) -> object:
    """The name in an object, or else the value itself."""
    return value.get("name") if isinstance(value, Mapping) else value


def _is_a(item: object, kinds: tuple[str, ...], *, ends: bool = False) -> bool:
    stated = listed(item.get("@type")) if isinstance(item, Mapping) else []
    return any(str(kind).endswith(kinds) if ends else str(kind) in kinds for kind in stated)


def _title(item: Mapping[str, Any]) -> object:
    return item.get("headline") or item.get("name")


def _compared(title: object) -> str:
    return one_line(str(title or "")).casefold()


def listed(value: object) -> list[Any]:
    """A value of which there may be one or several as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
