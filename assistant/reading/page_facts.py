"""What a web page says of its article: headline, writer, day, outlet, address and language.

What is stated for programs comes first: JSON-LD, then OpenGraph and other `<meta>` elements
(ogp.me), then microdata. Of what is shown only the lines around the headline and below the text
count: what stands in menus, in teasers of other stories and below comments is of something else.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from assistant.reading import metadata, names
from assistant.reading.around_headline import around_headline, heading_of, is_other, short_text
from assistant.reading.dates import parse_date
from assistant.reading.linked_data import linked_data, listed, name_of
from assistant.reading.text import one_line
from assistant.reading.writers import tidy_writers

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_META = {
    "title": ("og:title", "twitter:title", "dc.title", "headline"),
    "author": (
        *("author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "byl"),
        *("sailthru.author", "citation_author", "article:author_name"),
    ),
    "published": (
        *("article:published_time", "article:published", "og:published_time", "datepublished"),
        *(
            "date",
            "dc.date",
            "dc.date.issued",
            "dcterms.date",
            "dcterms.issued",
            "pubdate",
            "dcterms.created",
        ),
        *("parsely-pub-date", "sailthru.date", "publish-date", "publish_date", "published_time"),
        *("publication_date", "publication-date", "date_published", "originalpublicationdate"),
        *("cxenseparse:recs:publishtime", "citation_publication_date", "article_date_original"),
    ),
    "source": ("og:site_name", "application-name", "dc.publisher"),
    "url": ("og:url",),
}


def page_facts(root: HtmlElement) -> dict[str, object]:
    """The fields that the page states or shows, under the names of `fields.article_fields`."""
    heading = heading_of(root)
    shown_title = heading if heading is not None else next(root.iter("title"), None)
    headline = short_text(shown_title) if shown_title is not None else ""
    stated: dict[str, object] = {}
    for source in (linked_data(root, headline), _meta(root), _links(root)):
        for key, value in source.items():
            if value and key not in stated:
                stated[key] = value
    organisation = stated.pop("organisation", None)
    shown = metadata.Clues()
    if heading is not None:
        shown = around_headline(heading, str(stated.get("language") or "") or None)
    if not parse_date(stated.get("published")):
        day = shown.published.isoformat() if shown.published else None
        stated["published"] = _microdata_day(root, heading) or day
    # An outlet is no writer where a person is named, and on its own pages it is none at all.
    outlet = name_of(stated.get("source"))
    writers = listed(stated.get("author") or organisation)
    named = [str(name) for writer in writers if (name := name_of(writer)) and name != outlet]
    tidied = (tidy_writers(name) or "" for name in named)
    if not any(names.is_person(name) for text in tidied for name in text.split(", ")):
        named = listed(shown.author) or named
    return {**stated, "author": named}


def _meta(root: HtmlElement) -> dict[str, object]:
    values: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = one_line(element.get("content") or "")
        if content and not _is_beside(element):
            values.setdefault(name.strip().lower(), []).append(content)
    stated: dict[str, object] = {
        field: next((values[n][0] for n in names if n in values), None)
        for field, names in _META.items()
    }
    # Facebook's "article:author" is often the address of a profile; scholars name one each.
    authors = (list(filter(tidy_writers, values.get(name, []))) for name in _META["author"])
    days = (values[name][0] for name in _META["published"] if name in values)
    return {
        **stated,
        "author": next(filter(None, authors), None),
        "published": next(filter(parse_date, days), None),
    }


def _links(root: HtmlElement) -> dict[str, object]:
    url = next(
        (e.get("href") for e in root.iter("link") if (e.get("rel") or "").lower() == "canonical"),
        None,
    )
    return {
        "url": url,
        "language": root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang"),
    }


def _microdata_day(root: HtmlElement, heading: HtmlElement | None) -> str | None:
    """The day in an element that is marked as that of publication (schema.org's microdata)."""
    around = set(heading.iterancestors()) if heading is not None else set()
    for element in root.iter("time", "span", "p", "div", "meta", "abbr"):
        if "datePublished" not in (element.get("itemprop") or "").split():
            continue
        day = element.get("datetime") or element.get("content") or element.get("title")
        article = next(element.iterancestors("article"), None)
        of_another = article is not None and article not in around
        if day and parse_date(day) and not of_another and not _is_beside(element, around):
            return str(day)
    return None


def _is_beside(element: HtmlElement, around: Collection[HtmlElement] = ()) -> bool:
    """Whether an element is in a menu, a teaser or the like; `around` is known to be none."""
    outer = (e for e in element.iterancestors() if e not in around)
    return any(e.tag not in ("html", "body") and is_other(e) for e in outer)
