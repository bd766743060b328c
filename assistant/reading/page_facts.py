"""What a web page says of its article: headline, writer, day, outlet, address and language.

What is stated for programs comes first: JSON-LD, then OpenGraph and other `<meta>` elements
(ogp.me), then microdata. Of what is shown only the lines around the headline and below the text
count: what stands in menus, in teasers of other stories and below comments is of something else.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.reading import metadata, names
from assistant.reading.dates import parse_date
from assistant.reading.linked_data import linked_data
from assistant.reading.markup import BLOCKS, UNREAD
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
        *("date", "dc.date", "dc.date.issued", "dcterms.date", "dcterms.issued", "pubdate"),
        *("parsely-pub-date", "sailthru.date", "publish-date", "publish_date", "published_time"),
        *("publication_date", "publication-date", "date_published", "originalpublicationdate"),
        *("cxenseparse:recs:publishtime", "citation_publication_date", "article_date_original"),
    ),
    "source": ("og:site_name", "application-name", "dc.publisher"),
    "url": ("og:url",),
}
_OTHER = re.compile(
    r"related|teaser|recommend|comment|sidebar|newsletter|promo|latest|trending|popular|most-read"
    r"|read-more|more-(?:news|stories|from)|footer|breadcrumb|menu|share|social|cookie|consent",
    re.IGNORECASE,
)
_ELSEWHERE = ("nav", "aside", "footer", "form", "figure", "ul", "ol", "table", "dialog", "button")
_WRITER = re.compile(r"author|byline|contributor", re.IGNORECASE)
_PARAGRAPH = 160  # characters, which no line about an article has
_BEFORE, _AFTER, _BELOW = 2, 8, 3  # lines


def page_facts(root: HtmlElement) -> dict[str, object]:
    """The fields that the page states or shows, under the names of `fields.article_fields`."""
    heading = _heading(root)
    headline = one_line(heading.text_content()) if heading is not None else _page_title(root)
    stated: dict[str, object] = {}
    for source in (linked_data(root, headline), _meta(root), _links(root)):
        for key, value in source.items():
            if value and key not in stated:
                stated[key] = value
    organisation = stated.pop("organisation", None)
    story = _story(heading) if heading is not None else root
    shown = _shown(story, heading, str(stated.get("language") or ""))
    if not parse_date(stated.get("published")):
        stated["published"] = _marked_day(root, story) or shown.published
    writer = stated.get("author")
    # An outlet is no writer where a person is named; its own pages name it as their outlet.
    if not writer or (isinstance(writer, str) and _is_outlet(writer, stated.get("source"))):
        own = writer if writer != stated.get("source") else None
        stated["author"] = _marked_writer(story) or shown.author or organisation or own
    return stated


def _is_outlet(writer: str, source: object) -> bool:
    return writer == source or names.is_outlet(writer) or tidy_writers(writer) is None


def _meta(root: HtmlElement) -> dict[str, object]:
    values: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = one_line(element.get("content") or "")
        if content and not _is_elsewhere(element):
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


def _page_title(root: HtmlElement) -> str:
    title = next(root.iter("title"), None)
    return one_line(title.text_content()) if title is not None else ""


def _heading(root: HtmlElement) -> HtmlElement | None:
    """The headline that the page shows."""
    headings = [h for h in root.iter("h1") if one_line(h.text_content()) and not _is_elsewhere(h)]
    inner = [h for h in headings if next(h.iterancestors("article", "main"), None) is not None]
    return next(iter(inner or headings), None)


def _is_elsewhere(element: HtmlElement) -> bool:
    return any(_is_other(e) for e in element.iterancestors())


def _is_other(element: HtmlElement) -> bool:
    """Whether an element is about something else than the article."""
    if element.tag in ("html", "body", "article", "main"):
        return False
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    return element.tag in _ELSEWHERE or bool(_OTHER.search(named))


def _story(heading: HtmlElement) -> HtmlElement:
    """The smallest element around the headline that also holds a paragraph."""
    for element in heading.iterancestors():
        texts = (one_line(p.text_content()) for p in element.iter("p"))
        if element.tag in ("article", "main", "body") or any(len(t) > _PARAGRAPH for t in texts):
            return element
    return heading


def _shown(story: HtmlElement, heading: HtmlElement | None, language: str) -> metadata.Clues:
    """Writer and day as a reader of the page sees them around the headline and below the text."""
    before, after = _lines(story, heading)
    text = next((n for n, line in enumerate(after) if len(line) > _PARAGRAPH), len(after))
    around = [*before[-_BEFORE:], *after[:text][:_AFTER], *after[text:][-_BELOW:]]
    lines = [line for line in around if len(line) <= _PARAGRAPH]
    return metadata.clues_around(lines, language or None, "\n".join(after))


def _lines(story: HtmlElement, heading: HtmlElement | None) -> tuple[list[str], list[str]]:
    """The text of each block of the story, before the headline and after it. A `<time>` is the
    day that it states for programs."""
    before: list[str] = []
    found: list[str] = []
    line: list[str] = []
    apart = False  # whether an element has just ended: what begins now is shown apart from it
    waiting = [(story, True)]
    while waiting:
        element, entering = waiting.pop()
        if element.tag in BLOCKS:
            found.append(one_line("".join(line)))
            line = []
            apart = False
        if element is heading:
            before, found = found, []
            line.append(element.tail or "")
            continue
        if not entering:
            line.append(element.tail or "")
            apart = not element.tail
            continue
        waiting.append((element, False))
        day = parse_date(element.get("datetime")) if element.tag == "time" else None
        line.append(" | " if apart or day else "")
        apart = False
        line.append(f"{day} | " if day else element.text or "")
        if not day:
            waiting.extend((child, True) for child in reversed(element) if _is_part(child, heading))
    found.append(one_line("".join(line)))
    return [each for each in before if each], [each for each in found if each]


def _is_part(element: HtmlElement, heading: HtmlElement | None) -> bool:
    """Whether an element belongs to the story, rather than to one that is advertised in it."""
    if not isinstance(element.tag, str) or element.tag in UNREAD:
        return False
    around = heading is not None and element in heading.iterancestors()
    return around or not (_is_other(element) or element.tag in ("article", "header"))


def _marked_day(root: HtmlElement, story: HtmlElement) -> str | None:
    """The day in an element that is marked as that of publication (schema.org's microdata)."""
    for element in root.iter("time", "span", "p", "div", "meta", "abbr"):
        marked = "datePublished" in (element.get("itemprop") or "").split()
        day = element.get("datetime") or element.get("content") or element.get("title")
        if marked and day and parse_date(day) and _is_of(element, story):
            return day
    return None


def _marked_writer(story: HtmlElement) -> str | None:
    """The writer in the smallest element that is marked as holding one."""
    marked: list[str] = []
    for element in story.iter():
        if not isinstance(element.tag, str) or not _is_of(element, story):
            continue
        named = f"{element.get('class') or ''} {element.get('rel') or ''}"
        if _WRITER.search(f"{named} {element.get('itemprop') or ''}"):
            marked.append(one_line(element.text_content()))
    writers = [tidy_writers(text) for text in marked if 0 < len(text) <= _PARAGRAPH]
    known = [w for w in writers if w and all(_is_person(name) for name in w.split(", "))]
    return min(known, key=len, default=None)


def _is_person(name: str) -> bool:
    return names.is_name(name) and not names.is_outlet(name) and not names.is_role(name)


def _is_of(element: HtmlElement, story: HtmlElement) -> bool:
    """Whether an element is not within another story, nor beside this one."""
    article = next(element.iterancestors("article"), None)
    own = article is None or article in (story, *story.iterancestors())
    return own and not _is_other(element) and not _is_elsewhere(element)
