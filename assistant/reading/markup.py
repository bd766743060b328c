"""HTML as a tree, and the text of all its blocks: what the readers of marked-up text share.

lxml reads any bytes as HTML, opens nothing that the page names, and knows no entities but HTML's.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.reading.options import needs
from assistant.reading.text import one_line

if TYPE_CHECKING:
    from lxml.html import HtmlElement

BLOCKS = frozenset(
    "address article aside blockquote body br dd div dl dt figcaption figure footer form h1 h2 h3 "
    "h4 h5 h6 header hr html li main nav ol p pre section table tbody td tfoot th thead tr "
    "ul".split()
)
_HEAD = 20_000  # characters
_AT_ONCE = 5  # seconds
_UNSEEN = re.compile(r"<!--.*?-->|<(noscript|script)\b.*?</\1", re.DOTALL | re.IGNORECASE)
_REFRESH = re.compile(
    r"<meta\b[^>]{0,300}http-equiv\s*=\s*[\"']?refresh[^>]{0,3000}>", re.IGNORECASE
)
_REFRESH_TARGET = re.compile(
    r"content\s*=\s*(?P<quote>[\"']?)\s*(?P<seconds>\d{1,6}(?:\.\d{0,3})?)\s*[;,]\s*(?:url\s*=\s*)?"
    r"[\"']?(?P<url>[^\"'>\s]+)",
    re.IGNORECASE,
)
UNREAD = frozenset("head iframe math noscript object script style svg template title".split())


def tree(content: str, path: Path) -> HtmlElement | None:
    """The root of a page, or None where there is none. Raises ReadingError without lxml."""
    try:
        from lxml import etree
        from lxml import html as lxml_html
    except ImportError:
        raise needs(path, "lxml", "html") from None
    try:
        # As bytes: lxml refuses text that declares an encoding of its own.
        parser = lxml_html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
        found = lxml_html.document_fromstring(content.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    return found


def refresh_target(content: str) -> str | None:
    """Where a page sends its readers at once by `<meta http-equiv="refresh">`.

    None where it does not, or sends only those without scripts, or only after a while, as pages
    do that load themselves anew.
    """
    for element in _REFRESH.finditer(_UNSEEN.sub("", content[:_HEAD])):
        target = _REFRESH_TARGET.search(html.unescape(element[0]))
        if target and float(target["seconds"]) <= _AT_ONCE:
            return target["url"].strip()
    return None


def block_text(root: HtmlElement) -> str:
    """The text of each block of the tree as a paragraph, in order; scripts and styles left out."""
    blocks: list[list[str]] = [[]]
    # No recursion: a hostile page nests deeper than Python's stack.
    waiting: list[tuple[HtmlElement, bool]] = [(root, True)]
    while waiting:
        element, entering = waiting.pop()
        tag = element.tag if isinstance(element.tag, str) else ""
        if tag in BLOCKS:
            blocks.append([])
        if not entering:
            blocks[-1].append(element.tail or "")
            continue
        if element is not root:
            waiting.append((element, False))
        if tag and tag not in UNREAD:
            blocks[-1].append(element.text or "")
            waiting.extend((child, True) for child in reversed(element))
    paragraphs = (one_line("".join(block)) for block in blocks)
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)
