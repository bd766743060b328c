"""The conversations of one user, kept in a folder: a file each, and the removed ones beside them.

A turn is acknowledged when it is on the disk, so that a kill loses at most the turn in hand.
Several threads and processes may use one folder at once.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from assistant.dialogue import Conversation, Thumb, Turn
from assistant.errors import StoreError, UsageError
from assistant.locks import read_only
from assistant.render import parse_conversation
from assistant.render.dialogue_json import LONGEST_NAME, LONGEST_NOTE
from assistant.safety import one_line
from assistant.web import conversation_file as file
from assistant.web.conversation_file import UNNAMED, Kept
from assistant.web.lines import append, disk_errors, locked, sync_folder, write_new
from assistant.web.searching import found_in

UNREADABLE = "Unreadable conversation"
UNDO_DAYS = 30
_ID = re.compile(r"[0-9a-f]{32}")
_SAFE_USER = re.compile(r"[a-z0-9_-]{1,40}")
# Names that Windows keeps for devices.
_DEVICE = re.compile(r"con|prn|aux|nul|com\d|lpt\d")


@dataclass(frozen=True)
class Summary:
    """A conversation in a list.

    updated: when its last question was asked, in UTC as ISO 8601. turns: how many it has.
    snippet: the words around what was searched for, "" where the name has it or nothing was.
    unreadable: why it cannot be opened, else "".
    """

    id: str
    name: str
    updated: str
    turns: int
    snippet: str = ""
    unreadable: str = ""


Summaries = list[Summary]


def user_folder(store: Path, user: str) -> Path:
    """Where the conversations of a user are kept: never outside of `store`, and never one folder
    for two names."""
    if _SAFE_USER.fullmatch(user) and not _DEVICE.fullmatch(user):
        return store / "conversations" / user
    # No safe name has a point, so this one is nobody else's.
    digest = hashlib.sha256(user.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    readable = re.sub(r"[^a-z0-9]+", "-", user.lower())[:20].strip("-")
    return store / "conversations" / f"{digest}.{readable or 'user'}"


class Conversations:
    """The conversations in `folder`, which is made with the first one.

    Methods raise UsageError for an id or index that is not there, StoreDamaged for a file that
    cannot be read, StoreFull and other StoreErrors where the disk fails.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._removed = folder / "removed"

    def new(self) -> Conversation:
        """An empty conversation. It comes on the disk, and into the list, with its first turn."""
        return Conversation(secrets.token_hex(16), UNNAMED, _now())

    def list(self) -> Summaries:
        """All of them, the one with the latest question first."""
        return self._summaries("")

    def search(self, text: str) -> Summaries:
        """Those that have each word of `text` in their name, questions or answers, as in `list`.
        Letter case and accents do not count. Unreadable ones are left out."""
        return self._summaries(text) if text.strip() else self.list()

    def open(self, id: str) -> Conversation:
        """The conversation; what of its file is damaged is left out and counted in `skipped`."""
        path = self._existing(id)
        with self._lock(to_read=True):
            kept = self._kept(path) if path.exists() else None
        if kept is None:
            raise _not_there()
        return kept.conversation(id)

    def append(self, id: str, turn: Turn) -> None:
        """Add a turn to the conversation, or make it the first one of a new conversation."""
        with self._lock():
            path = self._path(id)
            if (self._removed / path.name).exists():
                raise UsageError(
                    "that conversation was removed", "Undo that, or start a new conversation."
                )
            kept = self._kept(path) if path.exists() else None
            start = [] if kept else [file.first_line(turn.asked_at)]
            place = kept.places[-1] + 1 if kept and kept.places else 0
            append(path, [*start, file.turn_line(place, turn)])

    def replace_last(self, id: str, turn: Turn) -> None:
        """Put `turn` in place of the last one, which was edited or tried again."""
        with self._lock():
            path = self._existing(id)
            append(path, [file.turn_line(self._place(path, -1), turn)])

    def rate(self, id: str, turn_index: int, thumb: Thumb | None, note: str) -> None:
        """Keep what the person thought of a turn; None takes an earlier thumb back.

        turn_index: its place in `Conversation.turns`.
        """
        if len(note) > LONGEST_NOTE:
            raise UsageError(
                f"the note is longer than {LONGEST_NOTE} characters", "Shorten it, please."
            )
        with self._lock():
            path = self._existing(id)
            append(path, [file.rating_line(self._place(path, turn_index), thumb, note)])

    def rename(self, id: str, name: str) -> None:
        """Name it so, on one line of at most 200 characters; "" names it after its first question
        again."""
        with self._lock():
            append(self._existing(id), [file.name_line(one_line(name)[:LONGEST_NAME].rstrip())])

    def remove(self, id: str) -> None:
        """Take it out of the list. `restore` brings it back for 30 days."""
        with self._lock():
            path = self._existing(id)
            with disk_errors(path):
                os.utime(path)  # its 30 days begin now
            self._move(path, self._removed)
            self._forget_old()

    def restore(self, id: str) -> None:
        """Undo `remove`."""
        with self._lock():
            path = self._removed / self._path(id).name
            if not path.exists():
                raise UsageError(
                    "that conversation is not among the removed ones",
                    f"They are kept for {UNDO_DAYS} days.",
                )
            self._move(path, self._folder)

    def import_(self, json_text: str) -> Conversation:
        """Take in what was exported as JSON, as a new conversation. Raises AssistantError that
        names what is wrong with the text."""
        conversation = replace(parse_conversation(json_text), id=secrets.token_hex(16))
        with self._lock():
            write_new(self._path(conversation.id), file.all_lines(conversation))
        return self.open(conversation.id)

    def _summaries(self, wanted: str) -> Summaries:
        if not self._folder.exists():
            return []
        with self._lock(to_read=True):
            found = [self._summary(path, wanted) for path in self._folder.glob("*.jsonl")]
        return sorted(
            (summary for summary in found if summary),
            key=lambda summary: datetime.fromisoformat(summary.updated),
            reverse=True,
        )

    def _summary(self, path: Path, wanted: str) -> Summary | None:
        """The summary of one file, None where it is not to be listed."""
        if not _ID.fullmatch(path.stem):
            return None
        try:
            kept = self._kept(path)
        except StoreError as error:
            changed = datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat()
            summary = Summary(path.stem, UNREADABLE, changed, 0, unreadable=error.message)
            return None if wanted else summary
        if kept is None or not kept.turns:
            return None
        held = kept.conversation(path.stem)
        snippet = found_in(held, wanted) if wanted else ""
        if snippet is None:
            return None
        return Summary(held.id, held.name, held.turns[-1].asked_at, len(held.turns), snippet)

    def _kept(self, path: Path) -> Kept | None:
        with disk_errors(path):
            stat = path.stat()
        return _read(path, (stat.st_mtime_ns, stat.st_size, stat.st_ino))

    def _place(self, path: Path, turn_index: int) -> int:
        """Where in the file the turn with that index is; -1 is the last one."""
        kept = self._kept(path)
        places = kept.places if kept else []
        if not -1 <= turn_index < len(places) or not places:
            raise UsageError("that conversation has no such turn", "Open it again.")
        return places[turn_index]

    def _path(self, id: str) -> Path:
        """Raises UsageError for anything but an id that could be ours, so that no path is made of
        what comes from outside."""
        if not _ID.fullmatch(id):
            raise _not_there()
        return self._folder / f"{id}.jsonl"

    def _existing(self, id: str) -> Path:
        path = self._path(id)
        if not path.exists():
            raise _not_there()
        return path

    def _lock(self, *, to_read: bool = False) -> AbstractContextManager[None]:
        if to_read and read_only(self._folder):  # no lock can be made there
            return nullcontext()
        return locked(self._folder / "lock")

    def _move(self, path: Path, folder: Path) -> None:
        with disk_errors(path):
            folder.mkdir(exist_ok=True)
            path.replace(folder / path.name)
            sync_folder(folder)
            sync_folder(path.parent)

    def _forget_old(self) -> None:
        """Delete what was removed so long ago that nobody wants it back."""
        with disk_errors(self._removed):
            for path in self._removed.glob("*.jsonl"):
                if path.stat().st_mtime < time.time() - UNDO_DAYS * 86_400:
                    path.unlink()


@lru_cache(maxsize=1024)
def _read(path: Path, signature: tuple[int, int, int]) -> Kept | None:
    """What the file holds; read again only when its `signature` is another, since the list looks
    at every file."""
    return file.read(path)


def _not_there() -> UsageError:
    return UsageError(
        "there is no such conversation", "Choose one of the list, or start a new one."
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
