"""What belongs to an article and its extraction left out: lists, info boxes, captions.

An extractor looks for the run of paragraphs that is densest, and passes over the rest of the same
box. Here its result is held against the page, and what stands in the box with it is put back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.reading import markup
from assistant.reading.text import one_line

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# What stands about an article by what it is, or by what its makers call it.
_ABOUT = frozenset("nav footer form button menu select dialog header".split())
_CALLED = re.compile(
    r"(?:\A|[\s_-])(?:nav\w*|menu|breadcrumbs?|share|sharing|social|comments?|related|recommend\w*"
    r"|more|read-?more|most-?read|popular|teasers?|promos?|promotion|newsletter|subscri\w*|paywall"
    r"|adverts?|ads?|advertisement|sponsor\w*|anzeige|werbung|tags?|topics|sidebar|widget|footer"
    r"|copyright|author(?:-?(?:bio|box|info))?|bio|byline|meta|taboola|outbrain|cookie\w*|consent"
    r"|print|toolbar|pagination|pager|skip|hidden|sr-only|visually-?hidden|meistgelesen|mehr"
    r"|weitere\w*|empfehlung\w*)(?:\Z|[\s_-])",
    re.IGNORECASE,
)
_CAPTION = re.compile(r"caption|legende|bildunterschrift|bildtext", re.IGNORECASE)
_LINKED = 0.3  # share of links from which on a box leads elsewhere
_MENU = 3  # lines in a row
_LONG = 40  # characters of a block that is not there by chance
_MOST_MORE = 1.0  # as much again as was found, and not more, may be put back


@dataclass(frozen=True)
class _Block:
    """A paragraph, heading, item or caption of the page."""

    text: str
    element: HtmlElement


def completed(root: HtmlElement, text: str) -> str:
    """`text`, the article that was found on a page, with what it lacks of the box it stands in."""
    found = _key(text)
    blocks = [block for block in _blocks(root) if block.text]
    taken = [b for b in blocks if len(b.text) >= _LONG and _key(b.text) in found]
    if not taken:
        return text
    box = _box([block.element for block in taken], root, len(text))
    lines = text.split("\n")
    keys = [_key(line) for line in lines]
    position, added = 0, 0
    inside = [block for block in blocks if _is_in(block.element, box)]
    for block, below in zip(inside, [*inside[1:], None], strict=True):
        key = _key(block.text)
        at = _line_of(key, keys, position, block) if key in found else None
        if at is not None:
            position = at + 1
        elif _is_missing(block, found) or (
            _is_heading(block, found) and below is not None and _is_missing(below, found)
        ):
            added += len(block.text)
            if added > _MOST_MORE * len(text):
                return text  # that is no part of it, but the rest of the page
            lines.insert(position, f"- {block.text}" if block.element.tag == "li" else block.text)
            keys.insert(position, key)
            position += 1
    return "\n".join(lines)


def with_boxes(root: HtmlElement) -> None:
    """Make boxes that extractors pass over by their names into such as they read: an `<aside>`
    that tells something, be it the article itself, and the captions of pictures."""
    for element in list(root.iter("aside", "figure", "figcaption")):
        if element.tag == "aside" and _is_about(element):
            continue
        if element.tag == "figcaption":
            element.set("class", "caption")
        element.tag = "p" if element.tag == "figcaption" else "div"


def without_menus(root: HtmlElement, text: str) -> str:
    """`text` without the runs of links at its ends, as menus stand where no article was found."""
    links = {_key(link.text_content()) for link in root.iter("a")}
    lines = text.split("\n")
    menu = [not (key := _key(line)) or key in links for line in lines]
    first = next((n for n, is_link in enumerate(menu) if not is_link), len(lines))
    last = next((n for n, is_link in enumerate(reversed(menu)) if not is_link), 0)
    start = first if first >= _MENU else 0
    end = len(lines) - (last if last >= _MENU else 0)
    return "\n".join(lines[start:end])


def all_text(root: HtmlElement) -> str:
    """The text of a page in which no article was found, without menus and forms."""
    return "\n\n".join(block.text for block in _blocks(root) if block.text)


def _blocks(root: HtmlElement) -> Iterator[_Block]:
    """The blocks of a page in order, without those of menus, forms and teasers."""
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if not isinstance(element.tag, str) or element.tag in markup.UNREAD or _is_about(element):
            continue
        inner = [child for child in element if _holds_blocks(child)]
        if inner:
            direct = one_line(element.text or "")
            if len(direct) >= _LONG:
                yield _Block(direct, element)
            waiting.extend(reversed(inner))
        elif element.tag in markup.BLOCKS:
            for part in markup.block_text(element).split("\n\n"):
                yield _Block(part, element)


def _holds_blocks(element: HtmlElement) -> bool:
    return element.tag != "br" and next(iter(element.iter(*markup.BLOCKS)), None) is not None


def _is_about(element: HtmlElement) -> bool:
    if element.tag in _ABOUT and next(iter(element.iter("h1")), None) is None:
        return True
    if element.tag in ("html", "body", "article", "main", "p", "li"):
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if _CALLED.search(names) and next(iter(element.iter("h1", "article")), None) is None:
        return True
    if element.tag not in ("div", "section", "aside", "ul", "ol", "dl", "table"):
        return False
    text = one_line(element.text_content())
    heading = next(iter(element.iter("h2", "h3", "h4", "h5")), None)
    if heading is not None and text.startswith(one_line(heading.text_content())):
        link = next(iter(heading.iter("a")), next(heading.iterancestors("a"), None))
        if link is not None:
            return True  # it leads to another article
    length = len(text)
    linked = sum(len(link.text_content()) for link in element.iter("a"))
    return length > 0 and linked > _LINKED * length


def _box(elements: list[HtmlElement], root: HtmlElement, length: int) -> HtmlElement:
    """The smallest part of a page that holds all of `elements`, or the larger one around it that
    holds little else, as where each paragraph has a box of its own."""
    common = _path(elements[0])
    for element in elements[1:]:
        pairs = zip(common, _path(element), strict=False)
        same = [one for one, two in pairs if one is two]
        common = same or [root]
    box = common[-1]
    while (around := box.getparent()) is not None and around.tag not in ("body", "html"):
        if box.tag == "main" or (
            box.tag == "article" and sum(1 for _ in around.iter("article")) > 1
        ):
            break
        if sum(len(block.text) for block in _blocks(around)) > (1 + _MOST_MORE) * length:
            break
        box = around
    return box


def _path(element: HtmlElement) -> list[HtmlElement]:
    """An element and what it stands in, the outermost first."""
    return [element, *element.iterancestors()][::-1]


def _is_in(element: HtmlElement, box: HtmlElement) -> bool:
    return element is box or any(ancestor is box for ancestor in element.iterancestors())


def _line_of(key: str, keys: list[str], start: int, block: _Block) -> int | None:
    """The line of the text that has this block: a short one only where it is awaited."""
    if len(key) < _LONG:
        in_row = block.element.tag in ("td", "th") and start > 0  # of which others were found
        near = range(start - in_row, min(start + 4, len(keys)))
        return next((n for n in near if key and key in keys[n]), None)
    every = [*range(start, len(keys)), *range(start)]
    return next((n for n in every if key in keys[n]), None)


def _is_missing(block: _Block, found: str) -> bool:
    """Whether a block that was not found is an item, a caption or a sentence of the article."""
    element = block.element
    if _key(block.text) in found and len(block.text) > 3:
        return False
    if element.tag in ("li", "dd", "dt", "td", "th"):
        return len(block.text) > 1
    if _CAPTION.search(element.get("class") or ""):
        return True
    return len(block.text) >= _LONG and block.text.rstrip("\"'”’»)")[-1:] in (*".!?…:;。！？",)


def _is_heading(block: _Block, found: str) -> bool:
    headed = block.element.tag in ("h2", "h3", "h4", "h5", "h6") or block.text.endswith(":")
    bold = block.element.find("strong") is not None or block.element.tag == "strong"
    return (headed or bold) and _key(block.text) not in found


def _key(text: str) -> str:
    """What of a text is compared: letters and digits alone."""
    return "".join(character for character in text if character.isalnum())
