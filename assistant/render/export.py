"""A conversation as Markdown, and the words that it and the HTML share.

Words of articles and models stay words: whatever they contain, a reader of CommonMark or of
GitHub's dialect makes no link, image, HTML or heading of them.
"""

from __future__ import annotations

import re
from datetime import datetime

from assistant.dialogue import Conversation, Turn
from assistant.render.answers import day_heading
from assistant.render.layout import long_date, outlet_and_date
from assistant.render.statements import (
    ARTICLES_DISAGREE,
    ARTICLES_SILENT,
    CLOSEST_WORDS,
    FAILED,
    in_marks,
    timeline,
    verdict_words,
    words,
)
from assistant.safety import one_line
from assistant.types import CheckedAnswer, CheckedStatement, Citation, Filters, Nearest

# The characters of RFC 3986 but ', and no user name before the host, which makes an address look
# like another one.
_WEB_ADDRESS = re.compile(
    r"https?://[a-z0-9.:\[\]-]+(?:[/?#][a-z0-9!#$%&()*+,./:;=?@\[\]_~-]*)?",
    re.IGNORECASE | re.ASCII,
)
# Inline marks, entities, tables, attributes, mathematics; and what GitHub turns into links.
_SPECIAL = re.compile(r"[\\`*_\[\]<>&|~#$^{}@]|(?<=[a-z]):(?=\S)|(?<=www)\.", re.IGNORECASE)
_AT_LINE_START = re.compile(r"^(?:([-+=:%])|(\d+)([.)])(?=\s|$))")
THUMBS = {"up": "marked as right", "down": "marked as wrong"}


def conversation_markdown(conversation: Conversation) -> str:
    """Each question as a heading, the statements with their [n], then the sources: title, outlet,
    date, address, and the quoted words."""
    blocks = [f"# {markdown(conversation.name)}", markdown(about(conversation))]
    for turn in conversation.turns:
        blocks += _turn(turn)
    return "\n\n".join(blocks) + "\n"


def markdown(text: str) -> str:
    """`text` on one line as Markdown that shows exactly it."""
    text = _SPECIAL.sub(lambda match: "\\" + match.group(), one_line(text))
    return _AT_LINE_START.sub(
        lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\{match[3]}", text
    )


def _turn(turn: Turn) -> list[str]:
    answer = turn.answer
    blocks = [f"## {markdown(turn.question)}", *_answer(answer)]
    if answer.citations:
        blocks += ["**Sources**", "\n".join(map(_source, answer.citations))]
    return [*blocks, *(f"*{markdown(line)}*" for line in small_print(turn))]


def _answer(answer: CheckedAnswer) -> list[str]:
    told = timeline(answer)
    if answer.status == "abstained":
        return [ARTICLES_SILENT, *_closest(answer)]
    if answer.status == "conflict":
        listed = "\n".join(f"- {_statement(s, answer)}" for s in answer.statements)
        return [ARTICLES_DISAGREE, listed]
    if told:
        blocks = [_statement(s, answer) for s in told.opening]
        for day in told.days:
            blocks.append(f"### {markdown(day_heading(day))}")
            blocks += [_statement(s, answer) for s in day.statements]
        return blocks
    return [_statement(s, answer) for s in answer.statements]


def _closest(answer: CheckedAnswer) -> list[str]:
    """What helps on where the articles do not say."""
    blocks = []
    if answer.found:
        citation = answer.found.citation
        blocks += [CLOSEST_WORDS, f"> {markdown(citation.quote)}", _article(citation)]
    if answer.nearest:
        listed = "\n".join(f"- {_article(n)}" for n in answer.nearest)
        blocks.append(f"Closest articles:\n\n{listed}")
    return blocks


def _statement(statement: CheckedStatement, answer: CheckedAnswer) -> str:
    said, verdict = statement_words(statement, answer)
    markers = "".join(f" [{number}]" for number in statement.citations)
    return markdown(said) + markers + (f" — {markdown(verdict)}" if verdict else "")


def _article(item: Citation | Nearest) -> str:
    return markdown(item.title or item.article_id) + " — " + markdown(origin(item))


def _source(citation: Citation) -> str:
    url = web_address(citation.url)
    heading = f"{citation.number}. {_article(citation)}" + (f" — <{url}>" if url else "")
    return f"{heading}\n\n   > {markdown(citation.quote)}\n"


def statement_words(statement: CheckedStatement, answer: CheckedAnswer) -> tuple[str, str]:
    """What a statement says, quotes in quotation marks, and its verdict in words, "" where nothing
    speaks against it."""
    opening, text, quoted = words(statement, answer.citations)
    said = f"{opening} {in_marks(text) if quoted else text}".strip()
    failed = statement.verdict in FAILED
    verdict = verdict_words(statement) if failed or statement.answers is False else ""
    reason = one_line(statement.reason)
    if failed and reason:
        verdict += f": {reason}"
    return said, verdict


def origin(item: Citation | Nearest) -> str:
    """Outlet, day and author of an article."""
    said = outlet_and_date(item.source, item.published, item.article_id)
    author = item.author if isinstance(item, Citation) else None
    return f"{said}, by {one_line(author)}" if author else said


def web_address(url: str | None) -> str | None:
    """`url` where a person may be sent there, else None."""
    return url if url and _WEB_ADDRESS.fullmatch(url) else None


def about(conversation: Conversation) -> str:
    """When it was held and how long it is."""
    number = len(conversation.turns)
    questions = "1 question" if number == 1 else f"{number} questions"
    said = f"Started {moment(conversation.started)} · {questions}"
    if conversation.skipped:
        said += f" · {conversation.skipped} more could not be read from the disk"
    return said


def small_print(turn: Turn) -> list[str]:
    """When, by what and how long; where the search was limited; what the person thought of it."""
    model = "no language model" if turn.answer.model == "none" else one_line(turn.answer.model)
    seconds = f"{turn.answer.timings.total / 1000:.1f} s"
    lines = [f"{moment(turn.asked_at)} · {model} · {seconds}"]
    if turn.filters:
        lines.append(f"Asked only of {filters_words(turn.filters)}")
    if turn.thumb:
        note = one_line(turn.note)
        lines.append(f"{THUMBS[turn.thumb].capitalize()}{f': {note}' if note else ''}")
    return lines


def filters_words(filters: Filters) -> str:
    """Which articles were allowed, in words."""
    parts = []
    if filters.articles:
        parts.append("these articles: " + ", ".join(map(one_line, sorted(filters.articles))))
    for what, names in (("outlets", filters.sources), ("authors", filters.authors)):
        if names:
            parts.append(f"{what}: " + ", ".join(map(one_line, sorted(names))))
    if filters.since:
        parts.append(f"from {long_date(filters.since)}")
    if filters.until:
        parts.append(f"until {long_date(filters.until)}")
    return "; ".join(parts)


def moment(iso: str) -> str:
    """A time in UTC as people write it."""
    time = datetime.fromisoformat(iso)
    return f"{long_date(time.date())}, {time:%H:%M} UTC"
