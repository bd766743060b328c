"""Writer and day as a reader of a page sees them: around the headline, and below the text.

What stands in menus, in teasers of other stories and in comments is of something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from assistant.reading import metadata, names
from assistant.reading.dates import parse_date
from assistant.reading.markup import BLOCKS, UNREAD
from assistant.reading.text import one_line
from assistant.reading.writers import tidy_writers

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_OTHER = re.compile(
    r"(?!(?:with|has|no|show|hide|is|js)[_-])(?:\w+[_-]+)*?(?:related|teaser|recommend|comment|sidebar"
    r"|newsletter|promo|latest|trending|popular|most-?read|read-?(?:more|next|also)|also-?read"
    r"|more-?(?:news|stories|from|on)|footer|breadcrumb|menu|share|sharing|social|cookie|consent)",
    re.IGNORECASE,
)
_ELSEWHERE = ("nav", "aside", "footer", "form", "figure", "ul", "ol", "table", "dialog", "button")
_OWN = re.compile(r"(?:\w+[_-]+)*?(?:meta|byline|info|date|author)", re.IGNORECASE)
_UPDATED = re.compile(r"(?:^|[ _-]|date)(?:updated?|modified|revised)(?:$|[ _-])", re.IGNORECASE)
_WRITER = re.compile(r"author|byline|contributor", re.IGNORECASE)
_LONG_LINE, _LONG_SENTENCE, _SHORT_PARAGRAPH = 160, 60, 20  # characters
_SENTENCE = re.compile(r"[.!?][\"”’»)]?$")
_FULL_STOP = re.compile(r"[。！？।॥]")  # of scripts that say more in fewer characters
_BEFORE, _AFTER, _BELOW = 2, 8, 3  # lines
# Beyond these a page is no article, or was made to do harm.
_MOST_LINES, _MOST_HEADINGS, _MOST_ANCESTORS, _MOST_PIECES = 5_000, 50, 10, 40


@dataclass
class _Line:
    """A block of the story. opens: whether it is a heading. writers: marked as such in it."""

    pieces: list[str] = field(default_factory=list)
    opens: bool = False
    writers: list[str] = field(default_factory=list)

    @cached_property
    def text(self) -> str:
        return one_line("".join(self.pieces))

    @property
    def is_short(self) -> bool:
        return len(self.text) <= _LONG_LINE

    @property
    def is_prose(self) -> bool:
        text = self.text
        if _FULL_STOP.search(text):
            return len(text) > _SHORT_PARAGRAPH
        return len(text) > (_LONG_SENTENCE if _SENTENCE.search(text) else _LONG_LINE)


def heading_of(root: HtmlElement) -> HtmlElement | None:
    """The headline that the page shows; None where it shows none."""
    title = next(map(short_text, root.iter("title")), "").casefold()
    for tag in ("h1", "h2"):
        found = [
            h
            for h in islice(root.iter(tag), _MOST_HEADINGS)
            if short_text(h)
            and next(h.iterancestors("nav", "aside", "footer", "dialog"), None) is None
        ]
        inner = [h for h in found if next(h.iterancestors("article", "main"), None) is not None]
        of_title = [h for h in inner or found if short_text(h).casefold() in title]
        if tag == "h1" or of_title:
            for heading in of_title or inner or found:
                return heading
    return None


def around_headline(heading: HtmlElement, language: str | None) -> metadata.Clues:
    """The writer and the day; each None where the lines do not say.

    language: as the page states it; it tells what 05/06/2024 means.
    """
    before, after = _lines(story_of(heading), heading)
    head = [line for line in (*before[-_BEFORE:], *_head(after)[:_AFTER]) if line.is_short]
    below = [line.text for line in _below(after)[:_BELOW] if line.is_short]
    text = "\n".join(line.text for line in after)
    clues = metadata.clues_around([line.text for line in head], below, language, text)
    marked = (tidy_writers(writer) for line in head for writer in line.writers)
    writer = next((w for w in marked if w and all(map(names.is_person, w.split(", ")))), None)
    return metadata.Clues(author=writer or clues.author, published=clues.published)


def _head(after: list[_Line]) -> list[_Line]:
    """The lines between the headline and the text. One sentence among them is a subtitle."""
    for number, line in enumerate(after):
        following = after[number + 1] if number + 1 < len(after) else None
        if line.opens or (line.is_prose and (following is None or following.is_prose)):
            return after[:number]
    return after


def _below(after: list[_Line]) -> list[_Line]:
    """The lines right below the text, up to the heading of something else."""
    last = max((number for number, line in enumerate(after) if line.is_prose), default=len(after))
    below = after[last + 1 :]
    return below[: next((n for n, line in enumerate(below) if line.opens), len(below))]


def story_of(heading: HtmlElement) -> HtmlElement:
    """The smallest element around the headline that also holds a paragraph."""
    story = heading
    for story in islice(heading.iterancestors(), _MOST_ANCESTORS):
        texts = map(short_text, islice(story.iter("p"), _MOST_LINES))
        if story.tag in ("article", "main", "body") or any(len(t) > _LONG_LINE for t in texts):
            break
    return story


def short_text(element: HtmlElement) -> str:
    """The text of an element, or the start of it where it is long."""
    return one_line("".join(islice(element.itertext(), _MOST_PIECES))[: _LONG_LINE * 4])


def _lines(story: HtmlElement, heading: HtmlElement) -> tuple[list[_Line], list[_Line]]:
    """The blocks of the story before the headline and after it. A `<time>` is the day that it
    states for programs."""
    before: list[_Line] = []
    found = [_Line()]
    apart = near = False  # whether an element has just ended, so that the next is shown apart
    around = set(heading.iterancestors())
    waiting = [(story, True)]
    while waiting and len(found) < _MOST_LINES:
        element, entering = waiting.pop()
        if element.tag in BLOCKS:
            found.append(_Line(opens=entering and element.tag in ("h2", "h3", "h4")))
            apart = False
        if element is heading:
            before, found = found, [_Line()]
            found[-1].pieces.append(element.tail or "")
            continue
        if not entering:
            found[-1].pieces.append(element.tail or "")
            apart = not element.tail
            near = not (element.tail or "").strip()
            continue
        waiting.append((element, False))
        day = parse_date(element.get("datetime")) if element.tag == "time" else None
        marks = _marks(element)
        aside = near and parse_date(element.text or "")  # "Transport" and "3 November 2024"
        found[-1].pieces.append(" | " if apart or day or aside else "")
        found[-1].pieces.append("| Updated: " if _UPDATED.search(marks) else "")
        found[-1].pieces.append(f"{day} | " if day else element.text or "")
        found[-1].writers += _marked_writers(element)
        apart = near = False
        if not day:
            parts = (c for c in element if c in around or c is heading or _is_part(c))
            waiting.extend((child, True) for child in reversed(list(parts)))
    return [line for line in before if line.text], [line for line in found if line.text]


def _marked_writers(element: HtmlElement) -> Iterator[str]:
    text = short_text(element) if _WRITER.search(_marks(element)) else ""
    if 0 < len(text) <= _LONG_LINE:
        yield text


def _marks(element: HtmlElement) -> str:
    return " ".join(element.get(name) or "" for name in ("class", "rel", "itemprop"))


def _is_part(element: HtmlElement) -> bool:
    """Whether an element belongs to a story, rather than to one that is advertised in it."""
    if not isinstance(element.tag, str) or element.tag in UNREAD or element.tag == "article":
        return False
    is_page_header = element.tag == "header" and element.getparent().tag == "body"
    return not is_page_header and not is_other(element)


def is_other(element: HtmlElement) -> bool:
    """Whether an element is named as something else than an article."""
    named = f"{element.get('class') or ''} {element.get('id') or ''}".split()
    if element.tag in ("ul", "ol") and any(map(_OWN.match, named)):
        return False
    return element.tag in _ELSEWHERE or any(map(_OTHER.match, named))
