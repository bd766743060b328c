"""What the lines around an article's text say of it: headline tags, author, date, source, URL.

These are guesses made only where nothing better is known, from the places where newspapers put
such things: the first lines, the last lines, and a few fixed phrases.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.reading import dates, names
from assistant.reading.date_lines import Kind, LineDate, line_dates
from assistant.reading.language import likely_languages
from assistant.reading.month_names import day_comes_first

_TAG_WORDS = "UPDATED|UPDATE|BREAKING|CORRECTED|CORRECTION|EXCLUSIVE|VIDEOS?|PHOTOS?|LIVE|WATCH"
_TAG_FIRST = re.compile(
    rf"[\[(](?P<a>{_TAG_WORDS})[\])]\s*[:–—-]?\s*"
    rf"|(?P<b>{_TAG_WORDS})(?: \d)?\s*(?::|\||[–—]| ?- |-(?=\w))\s*"
    r"|(?P<c>(?i:correction|corrected|update|updated|breaking|exclusive)):\s+"
    rf"|(?P<d>{_TAG_WORDS})\s+"
)
# It starts where white space starts: a search from every space of a long row of them takes the
# square of their number.
_TAG_LAST = re.compile(
    rf"(?<!\s)(?:\s*[\[(](?P<a>{_TAG_WORDS})[\])]$"
    rf"|\s*(?:[:|–—]|(?<=\s)-)\s*(?P<b>{_TAG_WORDS})$"
    rf"|\s+(?P<d>{_TAG_WORDS})$)"
)

_URL = re.compile(r"https?://[^\s<>\"')\]]+", re.IGNORECASE)
_URL_LINE = re.compile(
    r"(?:(?:source|url|link|original|quelle|read more|via)\s*:\s*)?<?(https?://[^\s<>]+)>?", re.I
)
_SOURCE_LINE = re.compile(r"(?:source|outlet|publisher|quelle|fuente|fonte)\s*:\s*(.{2,80})", re.I)
_WEEKDAY = (
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
    r"|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag"
)
_CLOCK = re.compile(
    rf"\b(?:(?:{_WEEKDAY})\b[.,]?|T?\d{{1,2}}[.:]\d{{2}}(?::\d{{2}})?\s*(?:[ap]\.?m\.?|uhr|h|z|utc|gmt|cet)?"
    r"|\d{1,2} ?[ap]\.?m\.?|on|at|am|le|el|den|um|the)(?!\w)",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"\s+[-–—/]\s+|[|·•,;:()\[\]]")
_LONGEST_LABEL = 12  # characters, of a label in a script without capitals
_SMALL_PRINT = ("web", "desk", "online", "edition", "print", "newsroom", "staff", "and", "by")
_TOWARDS = ("by", "until", "till", "from", "before", "after", "since", "bis", "ab", "seit", "vom")
_DATELINE = re.compile(r"[^\n]{0,90}?(?:\s[-–—]{1,2}\s|[–—]|:\s)")
_ANCHOR = re.compile(
    rf"\b(?P<word>today|yesterday|heute|gestern|(?:on|this) (?:{_WEEKDAY})),? (?:the )?$",
    re.IGNORECASE,
)
_TO_COME = re.compile(r"\b(?:will|next|until|from|by|is to|are to|due)\b", re.IGNORECASE)
_HEAD, _TAIL, _CHRONICLE = 4, 3, 100  # lines
_OPENING, _SEARCHED = 600, 10_000  # characters


@dataclass(frozen=True)
class Clues:
    """What the lines of a text say of its origin; each None where they say nothing."""

    author: str | None = None
    published: date | None = None
    partial_date: str | None = None
    source: str | None = None
    url: str | None = None


def take_tags(title: str) -> tuple[str, tuple[str, ...]]:
    """`title` without marks such as "UPDATED" at either end, and those marks in capitals.

    In a headline set wholly in capitals a mark counts only with a bracket or a colon, since
    "LIVE MUSIC RETURNS" is just a headline.
    """
    tags: list[str] = []
    shouted = title == title.upper()
    while True:
        match = _TAG_FIRST.match(title) or _TAG_LAST.search(title)
        if not match or (shouted and match["d"]):
            break
        rest = (title[: match.start()] + title[match.end() :]).strip()
        if not rest:
            break
        tags.append(next(group for group in match.groupdict().values() if group).upper())
        title = rest[0].upper() + rest[1:]
    return title, tuple(dict.fromkeys(tags))


def is_about(line: str) -> bool:
    """Whether `line` tells of the article rather than being part of it: byline, date, URL."""
    return (
        bool(names.credits_of(line))
        or _outlet_line(line) is not None
        or _URL_LINE.fullmatch(line.strip()) is not None
        or _SOURCE_LINE.fullmatch(line.strip()) is not None
        or bool(_line_dates(line))
        or not any(character.isalnum() for character in line)
    )


def _line_dates(line: str, day_first: bool | None = None) -> list[LineDate]:
    return line_dates(line, _is_label, _is_credit, day_first=day_first)


def _outlet_line(line: str) -> str | None:
    """The outlet in a line that holds little else: "Sarn Valley Radio / Notices", "By Reuters"."""
    for credited in names.credits_of(line):
        if names.is_outlet(credited):
            return credited
    if len(line) > 120 or line.endswith((".", "?", "!")):
        return None
    rest = _CLOCK.sub(" ", _without_dates(line))
    segments = [part.strip(" .*_#") for part in _SEPARATORS.split(rest)]
    outlet = next((part for part in segments if names.is_outlet(part) and " " in part), None)
    return outlet if all(_is_label(part) for part in segments) else None


def _is_credit(segment: str) -> bool:
    return names.is_outlet(segment) or bool(names.credits_of(segment))


def _is_label(segment: str) -> bool:
    words = segment.split()
    if words and words[-1].lower() in _TOWARDS:
        return False  # "Apply by", "Valid from"
    if not words or names.is_outlet(segment) or names.byline(segment):
        return len(words) <= 6
    if not any(c.lower() != c.upper() for c in segment):  # of a script without capitals
        return len(words) <= 3 and len(segment) <= _LONGEST_LABEL and not segment[0].isdigit()
    return len(words) <= 3 and all(
        word[0].isupper() or word.lower() in _SMALL_PRINT for word in words
    )


def clues(text: str, headline: str = "", *, of_a_page: bool = False) -> Clues:
    """What `text`, in canonical form, says of its author, date, source and URL.

    headline: the line that was taken for the headline, which is no place to look.
    of_a_page: of a web page, whose lines around the text are known apart; where some are left in
        the text they are those of other stories.
    """
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if headline in lines:
        lines.remove(headline)
    edges = lines[:_HEAD] + lines[max(_HEAD, len(lines) - _TAIL) :]
    if of_a_page:
        edges = []
    day_first = _day_comes_first(None, text)
    told = [] if of_a_page else _told_at_the_edges(lines, day_first)
    published, partial = _date(text, lines, told, day_first)
    return Clues(
        author=None if of_a_page else _author(edges, lines),
        published=published,
        partial_date=partial,
        source=_source(text, lines, edges),
        url=next((m[1] for line in edges if (m := _URL_LINE.fullmatch(line))), None),
    )


def clues_around(
    head: Sequence[str], below: Sequence[str], language: str | None, text: str
) -> Clues:
    """The writer and the day that the lines around a text tell, as a web page shows them.

    below: lines below the text. Teasers of other stories are not far, so a day counts there only
    if it is said to be that of publication.
    language: as stated, such as "en-GB"; it, or else the text, tells what 05/06/2024 means.
    """
    day_first = _day_comes_first(language, text)
    told = sorted((d for line in head for d in _line_dates(line, day_first)), key=lambda d: d.kind)
    told = [dated for dated in told if dated.kind is not Kind.UPDATED]
    last = (dated for line in below for dated in _line_dates(line, day_first))
    told += [dated for dated in last if dated.kind is Kind.PUBLISHED]
    writers = (names.byline(_without_dates(line)) for line in (*head, *below))
    return Clues(
        author=next(filter(None, writers), None),
        published=next(filter(None, (dated.found.full for dated in told)), None),
    )


def _day_comes_first(language: str | None, text: str) -> bool | None:
    likely = [language] if language else likely_languages(text)
    return True if likely and all(map(day_comes_first, likely)) else None


def settle_date(clues: Clues, file_name: str) -> tuple[date | None, str | None]:
    """`published` and `partial_date` of an article, from its text and the name of its file.

    A file name's date stands in where the text gives no year. The year is never taken alone: a
    day and month in the text that do not agree with the file name's are not completed by it.
    """
    if clues.published:
        return clues.published, None
    in_name = dates.file_name_date(file_name)
    return in_name, None if in_name else clues.partial_date


def _without_dates(line: str) -> str:
    for dated in reversed(_line_dates(line)):
        line = line[: dated.found.start] + "|" + line[dated.found.end :]
    return line.strip(" |")


def _author(edges: list[str], lines: list[str]) -> str | None:
    for line in edges:
        if author := names.byline(_without_dates(line)):
            return author
    for line in reversed(lines[-_TAIL:]):
        # A bare name counts only below a text: a signature.
        if (line.endswith(")") or line not in lines[:1]) and (author := names.signature(line)):
            return author
    return None


def _source(text: str, lines: list[str], edges: list[str]) -> str | None:
    for line in edges:
        match = _SOURCE_LINE.fullmatch(line)
        if match and not _URL.search(match[1]):
            return names.tidy_outlet(match[1].strip())
    for line in edges:
        if outlet := _outlet_line(line):
            return names.tidy_outlet(outlet)
    for line in lines[:_HEAD]:
        if source := names.outlet_of_dateline(line):
            return source
    return names.attributed_outlet(text)


def _told_at_the_edges(lines: list[str], day_first: bool | None) -> list[LineDate]:
    """The days in the first lines and in those that follow the text.

    A day without a label that follows a sentence is none if more such lines come: a chronicle.
    """
    told: list[LineDate] = []
    after_text = False
    for line in lines[:_HEAD]:
        found = _line_dates(line, day_first)
        if after_text and any(map(_is_bare_day, lines[_HEAD : _HEAD + _CHRONICLE])):
            found = [dated for dated in found if dated.kind is not Kind.UNSAID]
        told += found
        after_text = after_text or not is_about(line)
    for line in reversed(lines[max(_HEAD, len(lines) - _TAIL) :]):
        if not is_about(line) and names.signature(line) is None:
            break
        told += _line_dates(line, day_first)
    return told


def _is_bare_day(line: str) -> bool:
    return any(dated.kind is Kind.UNSAID for dated in _line_dates(line))


def _date(
    text: str, lines: list[str], told: list[LineDate], day_first: bool | None
) -> tuple[date | None, str | None]:
    """The day of publication, or else the ``--MM-DD`` of one without a year."""
    candidates = [
        dated.found
        for dated in sorted(told, key=lambda dated: dated.kind)
        if dated.kind is not Kind.UPDATED
    ]
    for line in lines[:_HEAD]:
        # A dateline: "KELDERBY, 12 June 2024 (Northern Wire) - ", places and names and no more.
        match = _DATELINE.match(line)
        prefix = match[0] if match else ""
        for found in dates.find_dates(prefix, day_first=day_first):
            rest = _CLOCK.sub(" ", prefix[: found.start] + " " + prefix[found.end :])
            if not any(word[0].islower() for word in re.findall(r"[^\W\d_]+", rest)):
                candidates.append(found)
    for found in candidates:
        if found.full:
            return found.full, None
    searched = text if len(text) <= _SEARCHED else text[:_SEARCHED] + text[-_SEARCHED:]
    today = _anchored(searched, ("today", "yesterday", "heute", "gestern"))
    if isinstance(today, date):
        return today, None
    if candidates:
        return None, candidates[0].partial
    if today:
        return None, today
    weekday = _anchored("\n".join(lines)[:_OPENING], ("on", "this"))
    return None, weekday if isinstance(weekday, str) else None


def _anchored(text: str, words: tuple[str, ...]) -> date | str | None:
    """The day that a mention such as "today, November 17" gives, with or without its year."""
    for found in dates.find_dates(text):
        before = text[max(0, found.start - 30) : found.start]
        anchor = _ANCHOR.search(before)
        word = anchor["word"].lower() if anchor else ""
        if not word.startswith(words):
            continue
        if word.startswith(("on", "this")):
            sentence = re.split(r"[.!?]\s|\n", text[: found.start])[-1]
            if found.year or _TO_COME.search(sentence):
                continue
        # Without a year any will do that has the day: 2001, or for 29 February a leap year.
        year = found.year or (2000 if (found.month, found.day) == (2, 29) else 2001)
        later = timedelta(days=word in ("yesterday", "gestern"))
        day = date(year, found.month, found.day) + later
        return day if found.year else f"--{day:%m-%d}"
    return None
