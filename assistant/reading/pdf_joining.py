"""Lines and blocks put together to paragraphs: over line ends, hyphens, columns and pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from assistant.reading.pdf_paragraphs import Block

_HYPHENS = "-\u2010\u00ad"
_TAIL = re.compile(r"[\w'’]+(?:-[\w'’]+)*")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# "two- and three-year terms"
_SUSPENDED = frozenset("and or to und oder bis sowie et ou y o e of en och og i lub".split())
# First and second parts of words that keep their hyphen, where the text itself does not tell.
_FIRST = frozenset(
    "long short high low full part half well ill self ex non all cross medium mid two three four "
    "five six seven eight nine ten first second third old new hard soft far near left right".split()
)
_SECOND = frozenset(
    "term time standing range scale level speed quality profile rise income paid known based made "
    "year years old day week month hour minute mile metre meter storey story stage class hand half "
    "president elect style size lasting running reaching haul wing bit fold way party born built "
    "founded thirds quarters off existent profit governmental stop inclusive border minister chief "
    "mayor wife husband employed defence defense government".split()
)
_TENS = frozenset("twenty thirty forty fifty sixty seventy eighty ninety".split())
_ONES = frozenset(
    "one two three four five six seven eight nine "
    "first second third fourth fifth sixth seventh eighth ninth".split()
)
_CJK = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef\u3000-\u303f]")
_FLOATS = 4  # blocks such as captions that may stand in the middle of a sentence


def vocabulary(blocks: Iterable[Block]) -> frozenset[str]:
    """The words within the lines of a text, where no hyphen was added to them."""
    found: set[str] = set()
    for block in blocks:
        for line in block.lines:
            words = line.casefold().split()
            for word in words[1:-1]:
                found.update(_WORD.findall(word))
    return frozenset(found)


def joined(lines: Sequence[str], words: frozenset[str]) -> str:
    """One line out of those of a paragraph. words: see `vocabulary`."""
    text = ""
    for line in lines:
        text = _two(text, line.strip(), words)
    return text


def _two(before: str, after: str, words: frozenset[str]) -> str:
    if not before or not after:
        return before + after
    if before[-1] in _HYPHENS and before[-2:-1].strip():
        return _over_hyphen(before, after, words)
    if before[-1] in "–—" and before[-2:-1].strip():
        return before + after
    if _CJK.match(before[-1]) and _CJK.match(after):
        return before + after
    return f"{before} {after}"


def _over_hyphen(before: str, after: str, words: frozenset[str]) -> str:
    if before[-1] == "\u00ad":
        return before[:-1] + after
    head = before[:-1].rsplit(maxsplit=1)[-1].casefold().lstrip("“\"'(„«‘[")
    match = _TAIL.match(after)
    tail = match[0].casefold() if match else ""
    if tail in _SUSPENDED:
        return f"{before} {after}"
    both_capitals = before[-2:-1].isupper() and after[:2].isupper()
    if not head[-1:].isalpha() or not (after[0].islower() or both_capitals):
        return before + after  # 2024-25, Jean-Luc
    last = head.rsplit("-", 1)[-1]
    whole = head + tail
    if whole in words or last + tail in words:
        return before[:-1] + after
    if f"{head}-{tail}" in words or ("-" in head and last in words) or _keeps(head, tail):
        return before + after
    return before[:-1] + after


def _keeps(head: str, tail: str) -> bool:
    """Whether a word is one that is written with a hyphen wherever it stands."""
    if head in ("re", "pre", "co", "de", "anti", "semi") and head[-1] == tail[:1]:
        return True  # re-elected, co-operate
    if head in ("ex", "self", "non") or head[0].isdigit() or "-" in tail:
        return True
    if head in _TENS and tail in _ONES:
        return True
    return head in _FIRST and tail in _SECOND


def flowing(blocks: Sequence[Block], size: float) -> list[Block]:
    """`blocks` with those put together that one sentence runs through.

    size: of the text. What stands in between, such as a caption at the foot of a column, comes
        after them.
    """
    rest = list(blocks)
    told: list[Block] = []
    while rest:
        block = rest.pop(0)
        while (at := _goes_on_in(block, rest, size)) is not None:
            other = rest.pop(at)
            block = replace(
                other, lines=block.lines + other.lines, first=block.first, size=block.size
            )
        told.append(block)
    return told


def _goes_on_in(block: Block, rest: Sequence[Block], size: float) -> int | None:
    """Where in `rest` the sentence goes on with which `block` stops, if it does."""
    if block.is_table or block.ends:
        return None
    hyphen, over_headline = block.lines[-1][-1:] in _HYPHENS, False
    for at, other in enumerate(rest[: _FLOATS + 1]):
        alike = abs(other.size - block.size) < 0.08 * block.size and other.bold == block.bold
        if alike and not other.is_table:
            filled = block.room < other.first + 0.6 * block.size
            if other.starts_small and (at == 0 or filled or hyphen or len(block.lines) > 1):
                return at
            is_text = abs(block.size - size) < 0.08 * size and not block.bold
            if is_text and block.cut and filled and not over_headline:
                return at
            return at if hyphen else None
        over_headline |= other.size > block.size * 1.15
        if over_headline and not block.cut:
            return None
    return None
