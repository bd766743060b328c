"""Markdown with or without YAML front matter. The body stays the Markdown that is in the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from assistant.errors import ReadingError
from assistant.reading import metadata, plain
from assistant.reading.encodings import file_text
from assistant.reading.fields import article_fields
from assistant.reading.files import printable, read_bytes
from assistant.reading.options import Options
from assistant.reading.settling import settled
from assistant.reading.text import canonical, one_line
from assistant.types import Article, Failure

_MOST_FRONT_MATTER = 64_000
_FENCE = re.compile(r"---\n(?:(?P<yaml>.*?)\n)?(?:---|\.\.\.)(?:\n|\Z)", re.DOTALL)
_KEY = re.compile(r"---\n+[\w-]+ *:")
_ATX_HEADING = re.compile(r"#[ \t]+(.+?)(?:[ \t]+#+)?")
_SETEXT_HEADING = re.compile(r"[^\s#>|*-].*\n=+")
_LONGEST_HEADING = 300
_MARKUP = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)|[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}")


class _FrontMatterLoader(yaml.BaseLoader):
    """Plain strings, lists and mappings only: no objects, no `no` -> False, and no aliases.

    Aliases let a few lines stand for gigabytes, and no front matter of an article needs one.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("it uses a YAML alias (*name)")
        return super().compose_node(parent, index)


def read(path: Path, *, article_id: str, options: Options) -> Iterator[Article | Failure]:
    """The one article of a Markdown file, then a Failure if its front matter had to be ignored.

    Raises ReadingError if there is no text in it.
    """
    data = read_bytes(path, options.max_file_bytes)
    if isinstance(data, Failure):
        yield data
        return
    found = file_text(data, path)
    values, body, problem = split_front_matter(canonical(found.text))
    stated = article_fields(values)
    body = canonical(without_comments(body))
    heading, below = _split_heading(body)
    if heading and (stated.title is None or stated.title.lower() == heading.lower()):
        body = below
    if not body.strip():
        raise ReadingError(
            f"{printable(path)}: no text below its heading",
            "Put the article's text in, or remove it.",
        )
    title = stated.title or heading or _without_markup(body)
    clues = metadata.clues(body)
    yield settled(article_id, title, body, clues, stated=stated, file_name=path.name)
    yield from found.notes(path)
    if problem:
        yield Failure(
            printable(path),
            f"front matter ignored: {problem}",
            "The article was read, with guesses instead. Fix the lines between the two ---.",
        )


def split_front_matter(content: str) -> tuple[dict[str, object], str, str]:
    """The values of the front matter, the rest of the text, and why it was ignored ("" if not).

    Text between two rules that is no list of keys is no front matter and stays in the text; broken
    front matter is left out; an unclosed one cannot be told from the text and stays.
    """
    match = _FENCE.match(content)
    if not match:
        return {}, content, "no closing ---" if _KEY.match(content) else ""
    source, rest = match["yaml"] or "", content[match.end() :]
    if len(source) > _MOST_FRONT_MATTER:
        return {}, rest, f"longer than {_MOST_FRONT_MATTER:,} characters"
    try:
        # BaseLoader builds nothing but strings, lists and dicts: narrower than safe_load.
        values = yaml.load(source, Loader=_FrontMatterLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        return {}, rest, one_line(f"{error.problem or error.context} (line {line})")
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # a bad \U escape: the last two
        return {}, rest, one_line(str(error))
    except RecursionError:
        return {}, rest, "nested too deeply"
    if isinstance(values, dict):
        return values, rest, ""
    return {}, rest if not source.strip() else content, ""


def without_comments(content: str) -> str:
    """`content` without its HTML comments; one that is never closed stays."""
    kept, position = [], 0
    while (start := content.find("<!--", position)) >= 0:
        end = content.find("-->", start + 4)
        if end < 0:
            break
        kept.append(content[position:start])
        position = end + 3
    return "".join(kept) + content[position:]


def _split_heading(body: str) -> tuple[str, str]:
    """The title in a leading heading of the first level, or "", and the text below it."""
    lines = body.split("\n", 2)
    if len(lines[0]) > _LONGEST_HEADING:
        return "", body
    if match := _ATX_HEADING.fullmatch(lines[0]):
        return _without_markup(match[1]), canonical("\n".join(lines[1:]))
    if _SETEXT_HEADING.fullmatch("\n".join(lines[:2])):
        return _without_markup(lines[0]), canonical("\n".join(lines[2:]))
    return "", body


def _without_markup(text: str) -> str:
    """A title of `text` without links and emphasis."""
    return plain.first_words(_MARKUP.sub(r"\1", text[:2_000]))
