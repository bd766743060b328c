"""The file of one conversation: JSON lines that are only ever added to.

The first line says what the file is. Each further line is one of

    {"at": 3, "turn": {...}}                        the fourth turn, in place of one before
    {"at": 3, "thumb": "up", "note": "..."}         what the person thought of it
    {"name": "..."}                                 a new name; "" for the first question again

A damaged line is left out and counted. A file whose first line is damaged cannot be read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from assistant.dialogue import Conversation, Thumb, Turn
from assistant.errors import AssistantError, StoreDamaged
from assistant.render.dialogue_json import (
    FORMAT,
    VERSION,
    check_format,
    time_of,
    turn_json,
    turn_of,
)
from assistant.render.json_fields import Fields
from assistant.safety import one_line
from assistant.web.lines import disk_errors

UNNAMED = "New conversation"
NAME_WIDTH = 60
_HINT = "The file was changed by hand or the disk damaged it: bring it back from a backup."


@dataclass
class Kept:
    """What the lines of a file add up to. turns: by their place, some of which may be missing."""

    started: str = ""
    name: str = ""
    turns: dict[int, Turn] = field(default_factory=dict)
    skipped: int = 0

    @property
    def places(self) -> list[int]:
        return sorted(self.turns)

    def conversation(self, id: str) -> Conversation:
        turns = tuple(self.turns[place] for place in self.places)
        name = self.name or (name_after(turns[0].question) if turns else UNNAMED)
        return Conversation(id, name, self.started, turns, self.skipped)


def first_line(started: str) -> dict[str, Any]:
    return {"format": FORMAT, "version": VERSION, "started": started}


def turn_line(place: int, turn: Turn) -> dict[str, Any]:
    return {"at": place, "turn": turn_json(turn)}


def rating_line(place: int, thumb: Thumb | None, note: str) -> dict[str, Any]:
    return {"at": place, "thumb": thumb, "note": note}


def name_line(name: str) -> dict[str, Any]:
    return {"name": name}


def all_lines(conversation: Conversation) -> list[dict[str, Any]]:
    """A whole conversation as the lines of a new file."""
    turns = [turn_line(place, turn) for place, turn in enumerate(conversation.turns)]
    return [first_line(conversation.started), name_line(conversation.name), *turns]


def read(path: Path) -> Kept | None:
    """What the file holds, None where a kill left it without one whole line.

    A last line without its end is one that was never acknowledged: it is counted as skipped.
    Raises StoreDamaged where it is no conversation or of a newer version, StoreError.
    """
    with disk_errors(path):
        lines = path.read_bytes().split(b"\n")
    if len(lines) == 1:
        return None
    try:
        header = Fields(json.loads(lines[0]), _HINT)
        check_format(header)
        kept = Kept(started=time_of(header, "started"))
    except (ValueError, RecursionError):
        raise StoreDamaged(f"{path.name}: its first line is not JSON", _HINT) from None
    except AssistantError as error:
        raise StoreDamaged(f"{path.name}: {error.message}", error.hint) from None
    for line in filter(None, lines[1:]):
        try:
            _take_in(kept, json.loads(line))
        except (AssistantError, ValueError, RecursionError):
            kept.skipped += 1
    return kept


def name_after(question: str) -> str:
    """A name of at most 60 characters: the question, cut at a word."""
    name = one_line(question)
    if len(name) <= NAME_WIDTH:
        return name or UNNAMED
    cut = name[: NAME_WIDTH - 1]  # room for one character: …
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,;:.–—-") + "…"


def _take_in(kept: Kept, raw: Any) -> None:
    """Add one line. Raises AssistantError where it is none of the three kinds."""
    fields = Fields(raw, _HINT)
    if "name" in raw:
        kept.name = fields.text("name")
        return
    place = fields.count("at")
    if "turn" in raw:
        kept.turns[place] = turn_of(fields.object("turn"))
    elif place in kept.turns:
        thumb = fields.one_of("thumb", ("up", "down")) if fields.optional_text("thumb") else None
        kept.turns[place] = replace(
            kept.turns[place], thumb=cast(Thumb | None, thumb), note=fields.text("note")
        )
    else:
        raise fields.wrong("at", "is the place of no turn")
