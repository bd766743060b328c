"""The pages that an RSS feed, an Atom feed or a sitemap names.

Read with the standard library behind defusedxml: all that is wanted of a feed is its links, and a
document with entities must never be expanded. A feed that is not well-formed is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

_KINDS = ("rss", "rdf", "feed", "urlset", "sitemapindex")


@dataclass(frozen=True)
class Listing:
    """pages: addresses of pages, each once, in order. listings: those of further sitemaps."""

    pages: tuple[str, ...]
    listings: tuple[str, ...] = ()


def listing(data: bytes, url: str) -> Listing | None:
    """What a feed or sitemap at `url` names; None where `data` is neither.

    Raises ValueError, also SyntaxError, for one that is broken or declares entities.
    """
    start = data[:2_000].lower()
    if not any(b"<" + kind.encode() in start or b":" + kind.encode() in start for kind in _KINDS):
        return None
    from defusedxml.ElementTree import fromstring

    root = fromstring(data, forbid_dtd=False)
    kind = _local(root.tag)
    if kind not in _KINDS:
        return None
    found: list[str] = []
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        name = _local(element.tag)
        if name in ("item", "entry", "url", "sitemap"):
            found += _links(element)[:1]
    absolute = (urljoin(url, link.strip()) for link in found)
    links = tuple(dict.fromkeys(link for link in absolute if link.startswith(("http:", "https:"))))
    return Listing((), links) if kind == "sitemapindex" else Listing(links)


def _links(item: object) -> list[str]:
    """The address of one entry: `<loc>`, `<link>URL</link>` or `<link rel="alternate" href>`."""
    links = []
    for child in item:  # type: ignore[attr-defined]
        name = _local(child.tag) if isinstance(child.tag, str) else ""
        if name == "loc" or (name == "link" and child.text and child.text.strip()):
            links.append(str(child.text or ""))
        elif name == "link" and child.get("rel", "alternate") == "alternate":
            links.append(child.get("href", ""))
    return [link for link in links if link.strip()]


def _local(tag: str) -> str:
    return tag.rsplit("}")[-1].lower()
