"""HTML as a tree, and the text of all its blocks: what the readers of marked-up text share.

lxml reads any bytes as HTML, opens nothing that the page names, and knows no entities but HTML's.
"""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.reading.options import needs
from assistant.reading.superscripts import in_line
from assistant.reading.text import one_line

if TYPE_CHECKING:
    from lxml.html import HtmlElement

BLOCKS = frozenset(
    "address article aside blockquote body br dd div dl dt figcaption figure footer form h1 h2 h3 "
    "h4 h5 h6 header hr html li main nav ol p pre section table tbody td tfoot th thead tr "
    "ul".split()
)
UNREAD = frozenset("head iframe math noscript object script style svg template title".split())
_RAISED = re.compile(r"vertical-align:\s*(?:super|text-top)", re.IGNORECASE)
_RAISED_CLASS = re.compile(r"(?:\A|[\s_-])(?:sup|superscript)(?:\Z|[\s_-])", re.IGNORECASE)
_NOTE_CLASS = re.compile(
    r"(?:foot|end)note|note-?ref|fn-?ref|(?:\A|\s)(?:reference|cite_ref)", re.IGNORECASE
)
_NOTE_MARK = re.compile(r"\W{0,3}(?:\d{1,3}|[a-z])?\W{0,3}")
_LONGEST_MARK = 20
_IN_LINE = "in-line"  # no tag of HTML
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


def tree(content: str, path: Path) -> HtmlElement | None:
    """The root of a page, or None where there is none; superscripts are written in the line.

    Raises ReadingError without lxml.
    """
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
    _write_in_line(found)
    etree.strip_tags(found, _IN_LINE)
    return found


def _write_in_line(root: HtmlElement) -> None:
    """Mark all that is set above the line as `_IN_LINE`, with the text that stands for it."""
    before = ""
    waiting: list[tuple[HtmlElement, bool]] = [(root, True)]
    while waiting:
        element, entering = waiting.pop()
        if element.tag in BLOCKS:
            before = ""
        if not entering:
            before = (before + (element.tail or ""))[-60:]
            continue
        if element is not root:
            waiting.append((element, False))
        if not isinstance(element.tag, str) or element.tag in UNREAD:
            continue
        is_note = _is_note(element, before)
        if is_note or _is_raised(element):
            mark = "".join(element.itertext())
            text = "" if is_note else in_line(mark, before, _following(element))
            for child in list(element):
                element.remove(child)
            element.tag, element.text = _IN_LINE, text
            before += text
            continue
        if element.tag == "sup":  # a sentence: set apart, not glued to a word
            element.text = f" {element.text or ''}"
        before = (before + (element.text or ""))[-60:]
        waiting.extend((child, True) for child in reversed(element))


def _is_raised(element: HtmlElement) -> bool:
    raised = (
        element.tag == "sup"
        or _RAISED.search(element.get("style") or "")
        or (element.tag == "span" and _RAISED_CLASS.search(element.get("class") or ""))
    )
    return bool(raised) and _is_short(element)


def _is_note(element: HtmlElement, before: str) -> bool:
    """Whether an element is the mark of a note, by where it leads or what it says that it is."""
    if element.tag not in ("sup", "a", "span"):
        return False
    says = " ".join(element.get(name) or "" for name in ("class", "role", "epub:type", "rel"))
    link = element if element.tag == "a" else next(iter(element.iter("a")), None)
    leads = link is not None and "#" in (link.get("href") or "")
    if not (leads or _NOTE_CLASS.search(says)) or not _is_short(element):
        return False
    raised = element.tag == "sup" or next(iter(element.iter("sup")), None) is not None
    glued = bool(before) and not before[-1].isspace()
    return raised or (glued and _NOTE_MARK.fullmatch("".join(element.itertext())) is not None)


def _is_short(element: HtmlElement) -> bool:
    length = 0
    for text in element.itertext():
        length += len(text)
        if length > _LONGEST_MARK:
            return False
    return True


def _following(element: HtmlElement) -> str:
    text = element.tail or ""
    after = element.getnext()
    if len(text) < 3 and after is not None and after.tag == "sub":
        text += after.text or ""
    return text[:20]


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
