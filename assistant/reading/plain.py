"""Plain text as it is found in the wild: a headline, a body, and hints strewn about it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from assistant.reading import metadata, text
from assistant.reading.encodings import file_text
from assistant.reading.files import read_bytes
from assistant.reading.options import Options
from assistant.reading.settling import settled
from assistant.types import Article, Failure

_LONGEST_HEADLINE = 200
_TITLE_WIDTH = 80
_LINES_BEFORE_HEADLINE = 4
_LINES_AFTER_HEADLINE = 20
_LABEL = re.compile(r"(?:#+\s+|(?:headline|title)\s*:\s*)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*$")
_ENDS_LIKE_TEXT = re.compile(r"(?<!\.\.)\.[\"'”’»)\]]*$|[,;-]$")
_FIRST_SENTENCE = re.compile(r".+?[.!?…][\"'”’»)\]]*(?=\s|$)", re.DOTALL)


def read(path: Path, *, article_id: str, options: Options) -> Iterator[Article | Failure]:
    """The one article of a .txt file. Raises ReadingError if there is no text in it."""
    data = read_bytes(path, options.max_file_bytes)
    if isinstance(data, Failure):
        yield data
        return
    found = file_text(data, path)
    content = text.canonical(found.text)
    headline, body = split_headline(content)
    title = headline_text(headline) or first_words(body)
    clues = metadata.clues(content, headline)
    yield settled(article_id, title, body, clues, file_name=path.name)
    yield from found.notes(path)


def split_headline(content: str) -> tuple[str, str]:
    """The line of canonical text that is the headline, and all the others as the body.

    Bylines, dates and links may stand before it. The headline is "" where no line looks like one;
    the body is then everything.
    """
    lines = content.split("\n")
    written = [number for number, line in enumerate(lines) if line.strip()]
    for position, number in enumerate(written[:_LINES_BEFORE_HEADLINE]):
        line = lines[number].strip()
        if metadata.is_about(line):
            continue
        followed = any(
            not metadata.is_about(lines[n]) for n in written[position + 1 :][:_LINES_AFTER_HEADLINE]
        )
        if followed and _is_headline(line) and not _is_wrapped(lines, number):
            body = text.canonical("\n".join(lines[:number] + lines[number + 1 :]))
            return line, body
        break
    return "", content


def headline_text(headline: str) -> str:
    """A headline without a label such as "Headline:" and with single spaces."""
    return text.one_line(_LABEL.sub("", headline, count=1))


def first_words(body: str) -> str:
    """A title for a text that has none: its first sentence, cut at a word to some 80 characters."""
    lines = [line for line in body[:4_000].split("\n") if line.strip()]
    told = (n for n, line in enumerate(lines[:10]) if not metadata.is_about(line))
    start = "\n".join(lines[next(told, 0) :])[:500]
    sentence = _FIRST_SENTENCE.match(start)
    title = text.one_line(sentence[0] if sentence else start)
    if len(title) <= _TITLE_WIDTH:
        return title
    cut = title[:_TITLE_WIDTH]
    return (cut[: cut.rfind(" ")] if " " in cut else cut).rstrip(",;:–—- ") + "…"


def _is_headline(line: str) -> bool:
    line = metadata.take_tags(text.one_line(line))[0]
    return len(line) <= _LONGEST_HEADLINE and not _ENDS_LIKE_TEXT.search(line)


def _is_wrapped(lines: list[str], number: int) -> bool:
    """Whether line `number` is the first of a paragraph that was wrapped at a fixed width."""
    block: list[str] = []
    for line in lines[number:]:
        # A byline right below a headline does not make the two a paragraph.
        if not line.strip() or (block and metadata.is_about(line)):
            break
        block.append(line.strip())
    if len(block) < 2:
        return False
    if block[1][0].islower():
        return True
    inner = block[1:-1]
    unfinished = sum(not _SENTENCE_END.search(line) for line in inner)
    return len(inner) > 0 and unfinished * 2 > len(inner) and len(block[0]) >= 50
