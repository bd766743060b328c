"""The pages that a feed (RSS, Atom, JSON) or a sitemap names, and what it says of them.

Many feeds are not well-formed: an entity of HTML, a bare `&`, a byte of another encoding. They are
put right before they are parsed, and what is still wrong then lxml passes over. A document that
declares entities is refused, since they must never be expanded.
"""

from __future__ import annotations

import gzip
import html
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from assistant.reading import markup
from assistant.reading.assembly import assemble
from assistant.reading.dates import parse_date
from assistant.reading.encodings import NotText, decoded
from assistant.reading.options import needs
from assistant.reading.text import one_line
from assistant.reading.writers import tidy_writers
from assistant.types import Article

if TYPE_CHECKING:
    from lxml.etree import _Element

# Root element -> what an entry in it is called.
_KINDS = {
    **{"rss": "item", "rdf": "item", "feed": "entry"},
    **{"urlset": "url", "sitemapindex": "sitemap"},
}
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,100}encoding=[\"']([\w-]{2,20})")
_BEFORE_ROOT = re.compile(
    r"\s*(?:<\?[^>]*>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[[^\]]*\]\s*)?>)", re.DOTALL
)
_ROOT = re.compile(r"\s*<(?:[\w.-]+:)?([\w.-]+)")
_MARKS = b"\xef\xbb\xbf\xff\xfe"  # byte order marks, of UTF-8 and UTF-16
_CDATA = "<![CDATA["
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ENTITY = re.compile(r"&(?!#\d{1,7};|#x[\da-fA-F]{1,6};|(?:amp|lt|gt|quot|apos);)(\w{1,32};)?")
_VOID = re.compile(r"<(br|hr|img|wbr)\b([^<>]*?)/?>", re.IGNORECASE)
_PUBLISHED = ("pubdate", "published", "issued", "publication_date", "created")


@dataclass(frozen=True)
class Entry:
    """An article that a feed names. url: of its page, or what tells it apart where it has none.

    text: HTML, empty where the feed holds only a summary. has_page: whether `url` can be fetched.
    """

    url: str
    title: str = ""
    author: str = ""
    published: date | None = None
    text: str = ""
    has_page: bool = True


@dataclass(frozen=True)
class Listing:
    """entries: those of a feed or sitemap, each once, in order. listings: addresses of further
    sitemaps. unusable: how many entries have neither an address nor a text."""

    entries: tuple[Entry, ...]
    listings: tuple[str, ...] = ()
    unusable: int = 0


def unpacked(data: bytes, max_bytes: int) -> bytes:
    """What a .gz holds, of other data itself. Raises ValueError for a damaged or too large one."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        content = gzip.GzipFile(fileobj=BytesIO(data)).read(max_bytes + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"damaged, not a whole .gz: {error}") from None
    if len(content) > max_bytes:
        raise ValueError(f"holds more than {max_bytes:,} bytes (setting max_file_bytes)")
    return content


def listing(data: bytes, url: str) -> Listing | None:
    """What a feed or sitemap at `url` names; None where `data` is neither.

    Raises ValueError for one that is broken beyond repair or declares entities.
    """
    if data[:200].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        found = _json_entries(data, url)
        return None if found is None else _collected(found)
    # Every page is looked at: of what is no feed the encoding is not searched for.
    if _root(data.replace(b"\0", b"").lstrip(_MARKS).decode("latin-1"))[0] not in _KINDS:
        return None
    try:
        text = _text(data)
    except NotText:
        return None
    kind, start = _root(text)
    if kind not in _KINDS:
        return None
    if "<!entity" in text[:start].lower():
        raise ValueError("Entities are declared in it, which can grow without end")
    root = _parsed(text[start:])
    found = [_entry(element, url) for element in root.iter() if _local(element) == _KINDS[kind]]
    if kind == "sitemapindex":
        return Listing((), tuple(dict.fromkeys(e.url for e in found if e.url)))
    return _collected(found)


def entry_article(entry: Entry) -> Article | None:
    """The article that the feed itself holds, or None where that is no text."""
    root = markup.tree(f"<body>{entry.text}</body>", Path("feed.html")) if entry.text else None
    if root is None:
        return None
    stated: dict[str, object] = {"title": entry.title, "author": entry.author}
    stated["published"] = entry.published.isoformat() if entry.published else None
    stated["url"] = entry.url if entry.has_page else None
    return assemble(entry.url, markup.block_text(root), stated)


def _root(text: str) -> tuple[str, int]:
    """The name of the root element in lower case, and where it begins."""
    start = 0
    while skipped := _BEFORE_ROOT.match(text, start):
        start = skipped.end()
    found = _ROOT.match(text, start)
    return found[1].lower() if found else "", start


def _collected(found: list[Entry]) -> Listing:
    usable = {entry.url: entry for entry in reversed(found) if entry.url}
    return Listing(tuple(reversed(usable.values())), (), sum(not entry.url for entry in found))


def _text(data: bytes) -> str:
    """As it says, or as UTF-8 with bytes of other encodings put right. Raises NotText."""
    declared = _DECLARED.match(data)
    label = declared[1].decode("ascii").lower() if declared else None
    if label and label.startswith("utf-16"):
        label = None  # what could be read in ASCII is none
    try:
        return decoded(data, label).text
    except NotText:
        # A NUL among letters does not make a feed binary.
        return decoded(data.replace(b"\0", b""), label).text


def _parsed(text: str) -> _Element:
    try:
        from lxml import etree
    except ImportError:
        raise needs(Path("feed.xml"), "lxml", "html") from None
    first, *others = _CONTROLS.sub("", text).split(_CDATA)
    pieces = [_put_right(first)]
    for data, end, after in (other.partition("]]>") for other in others):
        pieces += (_CDATA, data, end, _put_right(after))
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, huge_tree=False, encoding="utf-8"
    )
    try:
        root = etree.fromstring("".join(pieces).encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(one_line(str(error))[:200]) from None
    if root is None:
        raise ValueError("it is not well-formed")
    return root


def _put_right(text: str) -> str:
    return _VOID.sub(r"<\1\2/>", _ENTITY.sub(_without_entity, text))


def _without_entity(match: re.Match[str]) -> str:
    """An entity of HTML as its character, any other `&` as one."""
    character = html.unescape(match[0]) if match[1] else match[0]
    if character != match[0] and character not in ("&", "<", ">"):
        return character
    return f"&amp;{match[1] or ''}"


def _entry(element: _Element, feed_url: str) -> Entry:
    told: dict[str, list[str]] = {}
    for child in _within(element):
        name = _local(child)
        value = "".join(child.itertext()).strip() if name else ""
        if value:
            told.setdefault(name, []).append(value)
    address = _address(element, feed_url)
    title = one_line(html.unescape(next(iter(told.get("title", [])), "")))
    text = next(iter(told.get("encoded", [])), "") or _atom_content(element)
    key = one_line(next(iter(told.get("guid", told.get("id", []))), ""))
    if not address:
        text = text or next(iter(told.get("description", told.get("summary", []))), "")
    names = _atom_authors(element) or told.get("creator") or told.get("author") or []
    stated = [value for name in _PUBLISHED for value in told.get(name, [])]
    if _local(element) == "item":  # Dublin Core has one date, Atom's "updated" is another
        stated += told.get("date", [])
    return Entry(
        url=address or (f"{feed_url}#{key or title}" if text and (key or title) else ""),
        title=title,
        author=", ".join(filter(None, (tidy_writers(one_line(name)) for name in names))),
        published=next(filter(None, map(parse_date, map(one_line, stated))), None),
        text=text,
        has_page=bool(address),
    )


def _within(element: _Element) -> Iterator[_Element]:
    """What is in an entry, without the entries that ended up in it for want of an end tag."""
    waiting = [element]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend(child for child in reversed(here) if _local(child) != _local(element))


def _atom_authors(element: _Element) -> list[str]:
    authors = (child for child in element if _local(child) == "author")
    return [c.text or "" for author in authors for c in author if _local(c) == "name"]


def _atom_content(element: _Element) -> str:
    from lxml import etree

    for child in element:
        if _local(child) == "content" and child.get("src") is None:
            if child.get("type") == "xhtml":
                return str(etree.tostring(child, encoding="unicode", with_tail=False))
            return "".join(child.itertext())
    return ""


def _address(element: _Element, feed_url: str) -> str:
    """The address of one entry: `<loc>`, `<link>URL</link>`, `<link rel="alternate" href>`, or
    `<guid>` where that is one."""
    found: list[str] = []
    for child in element:
        name, value = _local(child), (child.text or "").strip()
        if name == "loc" or (name == "link" and value):
            found.append(value)
        elif name == "link" and child.get("rel", "alternate") == "alternate":
            found.append(child.get("href", ""))
    for child in element:
        if _local(child) in ("guid", "id") and (child.text or "").strip().startswith("http"):
            found.append((child.text or "").strip())
    base = next((b for e in (element, *element.iterancestors()) if (b := _base(e))), "")
    absolute = (urljoin(urljoin(feed_url, base), link) for link in found if link)
    return next((link for link in absolute if link.startswith(("http:", "https:"))), "")


def _base(element: _Element) -> str:
    return str(element.get("{http://www.w3.org/XML/1998/namespace}base") or "")


def _local(element: Any) -> str:
    return (
        element.tag.rsplit("}")[-1].rsplit(":")[-1].lower() if isinstance(element.tag, str) else ""
    )


def _json_entries(data: bytes, feed_url: str) -> list[Entry] | None:
    """Those of a JSON feed (jsonfeed.org); None for any other JSON."""
    try:
        feed = json.loads(decoded(data).text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(feed, dict) or "jsonfeed.org" not in str(feed.get("version")):
        return None
    items = feed.get("items")
    return list(_json_items(items if isinstance(items, list) else [], feed_url))


def _json_items(items: list[Any], feed_url: str) -> Iterator[Entry]:
    for item in items:
        if not isinstance(item, dict):
            continue
        link = urljoin(feed_url, str(item.get("url") or item.get("external_url") or ""))
        has_page = link != feed_url and link.startswith(("http:", "https:"))
        text = str(item.get("content_html") or html.escape(str(item.get("content_text") or "")))
        authors = item.get("authors") or [item.get("author")]
        names = [a.get("name") for a in authors if isinstance(a, dict)]
        yield Entry(
            url=link if has_page else f"{feed_url}#{item.get('id')}" if text else "",
            title=one_line(str(item.get("title") or "")),
            author=", ".join(str(name) for name in names if name),
            published=parse_date(item.get("date_published")),
            text=text,
            has_page=has_page,
        )
