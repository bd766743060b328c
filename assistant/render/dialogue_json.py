"""Conversations <-> JSON: for the file on disk, and to take along and bring back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, cast

from assistant.dialogue import Conversation, Thumb, Turn
from assistant.errors import AssistantError
from assistant.render.json_fields import Fields, wrong
from assistant.render.objects import answer_json
from assistant.render.parsing import answer_of
from assistant.safety import one_line
from assistant.types import Filters

FORMAT = "article-assistant conversation"
VERSION = 1
LONGEST_NAME = 200
# Far more than a person types in a chat, and little enough to hold in memory several times.
MOST_BYTES = 20_000_000
MOST_TURNS = 2_000
LONGEST_QUESTION = 20_000
LONGEST_NOTE = 5_000

_HINT = "Choose a file that was exported here as JSON, and that was not changed since."


def turn_json(turn: Turn) -> dict[str, Any]:
    """All of a turn; `answer` is the object of `ask --json`."""
    return {
        "question": turn.question,
        "asked_at": turn.asked_at,
        "filters": {
            "articles": sorted(turn.filters.articles),
            "sources": sorted(turn.filters.sources),
            "authors": sorted(turn.filters.authors),
            "since": _iso(turn.filters.since),
            "until": _iso(turn.filters.until),
        },
        "thumb": turn.thumb,
        "note": turn.note,
        "answer": answer_json(turn.answer),
    }


def turn_of(fields: Fields) -> Turn:
    """The turn that `turn_json` wrote, its answer as in `parse_answer`. Raises AssistantError."""
    filters = fields.object("filters")
    thumb = fields.optional_text("thumb")
    if thumb not in (None, "up", "down"):
        raise fields.wrong("thumb", "must be up, down or null")
    return Turn(
        question=_short(fields, "question", LONGEST_QUESTION),
        answer=answer_of(fields.object("answer")),
        asked_at=time_of(fields, "asked_at"),
        filters=Filters(
            articles=frozenset(filters.texts("articles")),
            sources=frozenset(filters.texts("sources")),
            authors=frozenset(filters.texts("authors")),
            since=filters.optional_day("since"),
            until=filters.optional_day("until"),
        ),
        thumb=cast(Thumb | None, thumb),
        note=_short(fields, "note", LONGEST_NOTE),
    )


def conversation_json(conversation: Conversation) -> dict[str, Any]:
    """All of a conversation but its id, which belongs to the folder where it is kept."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "name": conversation.name,
        "started": conversation.started,
        "turns": [turn_json(turn) for turn in conversation.turns],
    }


def parse_conversation(text: str) -> Conversation:
    """The conversation that `conversation_json` wrote, without an id.

    Raises AssistantError that names what is wrong: not JSON, not this format, a newer version, a
    missing or wrong key, or more than a conversation can hold.
    """
    if len(text) > MOST_BYTES or len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise AssistantError(
            f"the file is larger than {MOST_BYTES // 1_000_000} MB, too large for a conversation",
            _HINT,
        )
    with json_errors():
        fields = Fields(json.loads(text.removeprefix("\ufeff")), _HINT)  # some editors add one
    check_format(fields)
    turns = list(fields.objects("turns"))
    if len(turns) > MOST_TURNS:
        raise fields.wrong("turns", f"are {len(turns)}, but {MOST_TURNS} is the most")
    return Conversation(
        id="",
        name=one_line(_short(fields, "name", LONGEST_NAME)),
        started=time_of(fields, "started"),
        turns=tuple(map(turn_of, turns)),
    )


def check_format(fields: Fields) -> None:
    """Raises AssistantError where an object does not say that it is a conversation of ours."""
    fields.one_of("format", (FORMAT,))
    if fields.count("version") != VERSION:
        hint = "Export it again with this version of the program, or update this one."
        raise wrong("version", f"must be {VERSION}, the only one this program reads", hint)


def time_of(fields: Fields, key: str) -> str:
    """A time in UTC, as it was written."""
    said = fields.text(key)
    try:
        utc = datetime.fromisoformat(said).utcoffset() == UTC.utcoffset(None)
    except ValueError:
        utc = False
    if not utc:
        raise fields.wrong(key, "must be a time in UTC such as 2025-08-12T09:30:00+00:00")
    return said


@contextmanager
def json_errors() -> Iterator[None]:
    """What `json.loads` raises for bad input, as AssistantError."""
    try:
        yield
    except RecursionError:
        raise wrong("", "is nested too deeply", _HINT) from None
    except ValueError as error:
        raise AssistantError(f"this is not JSON: {error}", _HINT) from None


def _short(fields: Fields, key: str, longest: int) -> str:
    text = fields.text(key)
    if len(text) > longest:
        raise fields.wrong(key, f"is longer than {longest} characters")
    return text


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
