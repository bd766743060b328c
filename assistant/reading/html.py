"""A web page: its article without menus and footers, and what the page states of it.

What is stated is taken from JSON-LD (schema.org/Article) first, then from OpenGraph and other
`<meta>` elements (ogp.me), then from what trafilatura (Barbaresi, ACL 2021) finds in the page;
it also finds the text. Only the page itself is read: nothing it names is fetched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import ReadingError
from assistant.reading import markup
from assistant.reading.assembly import assemble
from assistant.reading.consent import drop_consent, is_all_consent
from assistant.reading.encodings import file_text
from assistant.reading.files import printable, read_bytes
from assistant.reading.main_text import all_text, completed, with_boxes, without_menus
from assistant.reading.options import Options, needs
from assistant.reading.stated_encoding import stated_encoding
from assistant.reading.text import one_line
from assistant.types import Article, Failure

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# trafilatura takes seconds for a page of this many elements, and no news page has a tenth of it.
_MOST_ELEMENTS = 20_000
_MOST_JSON = 1_000_000
# Without any of these there is no menu, footer or advertisement to be told from the article, and
# trafilatura has taken paragraphs for one.
_LAYOUT = ("div", "section", "nav", "header", "footer", "aside", "table", "ul", "ol", "form")
_META = {
    "title": ("og:title", "twitter:title", "dc.title", "headline"),
    "author": ("author", "article:author", "dc.creator", "parsely-author", "byl"),
    "published": (
        *("article:published_time", "datepublished", "date", "dc.date", "dc.date.issued"),
        *("pubdate", "parsely-pub-date", "sailthru.date", "publish-date"),
    ),
    "source": ("og:site_name", "application-name", "dc.publisher"),
    "url": ("og:url",),
}


def read(path: Path, *, article_id: str, options: Options) -> Iterator[Article | Failure]:
    """The one article of a page. Raises ReadingError where the page has no text."""
    data = read_bytes(path, options.max_file_bytes)
    if isinstance(data, Failure):
        yield data
        return
    content = file_text(data, path, stated_encoding(data))
    root = markup.tree(content.text, path)
    article = None
    if root is not None:
        article = page_article(root, article_id, path)
    if article is None:
        raise ReadingError(
            f"{printable(path)}: no text of an article on the page",
            "A page that scripts fill in, or that first asks for consent, must be saved from a "
            "browser after that.",
        )
    yield article
    yield from content.notes(path)


def page_article(root: HtmlElement, article_id: str, path: Path) -> Article | None:
    """The article of a parsed page, or None where there is no text on it."""
    stated = _stated(root)
    text, found = page_text(root, path)
    stated = {**{key: value for key, value in found.items() if value}, **stated}
    return assemble(article_id, text, stated, file_name=path.name)


def page_text(root: HtmlElement, path: Path) -> tuple[str, dict[str, object]]:
    """The text of the article on a parsed page, and what is found of its origin in the page.

    What asks for consent is taken out of `root`.
    """
    text, found, asked = "", dict[str, object](), False
    if sum(1 for _ in root.iter()) <= _MOST_ELEMENTS:
        asked = drop_consent(root)
        with_boxes(root)
        text, found = _extracted(root, path)
    if not any(True for _ in root.iter(*_LAYOUT)):
        text = ""  # paragraphs and nothing around them: all of it is the article
    if not any(True for _ in root.iter("title", "h1", "h2", "meta")):
        found.pop("title", None)  # it is the first paragraph, which would then be no text
    text = without_menus(root, text)
    text = completed(root, text) if text else all_text(root)
    if not asked and not text:
        text = markup.block_text(root)
    return "" if is_all_consent(text) else text, found


def _extracted(root: HtmlElement, path: Path) -> tuple[str, dict[str, object]]:
    """The text that trafilatura takes for the article, and what it finds of its origin."""
    try:
        from trafilatura import bare_extraction
    except ImportError:
        raise needs(path, "trafilatura", "html") from None
    from copy import deepcopy

    try:
        found: Any = bare_extraction(deepcopy(root), with_metadata=True, include_comments=False)
    except Exception:  # a third party's heuristics on hostile pages: the plain text will do
        found = None
    if found is None:
        return "", {}
    author = found.author.replace("; ", ", ") if found.author else None
    return found.text or "", {
        "title": found.title,
        "author": author,
        "published": found.date,
        "source": found.sitename,
        "language": found.language,
    }


def _stated(root: HtmlElement) -> dict[str, object]:
    """What the page's head states, under the names of `fields.article_fields`."""
    stated: dict[str, object] = {}
    for source in (_json_ld(root), _meta(root), _microdata(root), _links(root)):
        for key, value in source.items():
            if value and key not in stated:
                stated[key] = value
    return stated


def _meta(root: HtmlElement) -> dict[str, object]:
    values: dict[str, str] = {}
    for element in root.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = one_line(element.get("content") or "")
        if content:
            values.setdefault(name.strip().lower(), content)
    # Facebook's "article:author" is often the address of a profile.
    authors = [values[n] for n in _META["author"] if n in values]
    return {
        **{
            field: next((values[n] for n in names if n in values), None)
            for field, names in _META.items()
        },
        "author": next((a for a in authors if not a.lower().startswith(("http:", "https:"))), None),
    }


def _microdata(root: HtmlElement) -> dict[str, object]:
    """The day in an element that is marked as that of publication (schema.org's microdata).

    Taken before trafilatura's guess, which believes an address such as /2019/06/21 more.
    """
    for element in root.iter("time", "span", "p", "div"):
        day = element.get("datetime") or element.get("content")
        if day and "datePublished" in (element.get("itemprop") or "").split():
            return {"published": day}
    return {}


def _links(root: HtmlElement) -> dict[str, object]:
    url = next(
        (e.get("href") for e in root.iter("link") if (e.get("rel") or "").lower() == "canonical"),
        None,
    )
    return {
        "url": url,
        "language": root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang"),
    }


def _json_ld(root: HtmlElement) -> dict[str, object]:
    """What the first JSON-LD object that is an article states."""
    for script in root.iter("script"):
        source = script.text or ""
        if (script.get("type") or "").lower() != "application/ld+json" or len(source) > _MOST_JSON:
            continue
        try:
            value = json.loads(source, strict=False)
        except (ValueError, RecursionError):
            continue
        for item in _objects(value):
            kinds = item.get("@type")
            if any(str(k).endswith(("Article", "BlogPosting")) for k in _listed(kinds)):
                return _article_object(item)
    return {}


def _article_object(item: Mapping[str, object]) -> dict[str, object]:
    page = item.get("mainEntityOfPage")
    url = item.get("url") or (page.get("@id") if isinstance(page, dict) else page)
    return {
        "title": item.get("headline") or item.get("name"),
        "author": item.get("author") or item.get("creator"),
        "published": item.get("datePublished") or item.get("dateCreated"),
        "source": item.get("publisher"),
        "url": url,
        "language": item.get("inLanguage"),
    }


def _objects(value: object) -> Iterator[Mapping[str, object]]:
    """The objects of a JSON-LD document: one, a list, or those under "@graph"."""
    for item in _listed(value):
        if isinstance(item, dict):
            yield item
            yield from (part for part in _listed(item.get("@graph")) if isinstance(part, dict))


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]
