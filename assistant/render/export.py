"""A conversation as Markdown, and the words that it and the HTML share.

Words of articles and models stay words: whatever they contain, a reader of CommonMark or of
GitHub's dialect makes no link, image, HTML or heading of them.
"""

from __future__ import annotations

import re
from datetime import datetime

from assistant.dialogue import Conversation, Turn
from assistant.render.layout import MARKER, long_date, outlet_and_date
from assistant.render.text import ARTICLES_DISAGREE, NOT_IN_CORPUS
from assistant.safety import one_line
from assistant.types import CheckedStatement, Citation, Filters, Nearest

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
    blocks = [f"## {markdown(turn.question)}"]
    if answer.status == "abstained":
        blocks.append(NOT_IN_CORPUS)
        if answer.nearest:
            blocks.append(
                "Closest articles:\n\n" + "\n".join(f"- {_article(n)}" for n in answer.nearest)
            )
    elif answer.status == "conflict":
        listed = "\n".join(f"- {_statement(s)}" for s in answer.statements)
        blocks += [ARTICLES_DISAGREE, listed]
    else:
        blocks += map(_statement, answer.statements)
    if answer.citations:
        blocks += ["**Sources**", "\n".join(map(_source, answer.citations))]
    return [*blocks, *(f"*{markdown(line)}*" for line in small_print(turn))]


def _statement(statement: CheckedStatement) -> str:
    words, verdict = statement_words(statement)
    markers = "".join(f" [{number}]" for number in statement.citations)
    return markdown(words) + markers + (f" — {markdown(verdict)}" if verdict else "")


def _article(item: Citation | Nearest) -> str:
    return markdown(item.title or item.article_id) + " — " + markdown(origin(item))


def _source(citation: Citation) -> str:
    url = web_address(citation.url)
    heading = f"{citation.number}. {_article(citation)}" + (f" — <{url}>" if url else "")
    return f"{heading}\n\n   > {markdown(citation.quote)}\n"


def statement_words(statement: CheckedStatement) -> tuple[str, str]:
    """What a statement says, and its verdict in words, "" where it is supported.

    Digits in brackets of its own become (n): only we make citations.
    """
    reason = one_line(statement.reason)
    verdict = {
        "supported": "",
        "quoted": "quoted word for word",
        "unsupported": "not confirmed",
        "contradicted": "contradicted by the articles",
    }[statement.verdict]
    if statement.verdict in ("unsupported", "contradicted") and reason:
        verdict += f": {reason}"
    return MARKER.sub(r"(\1)", one_line(statement.text)), verdict


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
