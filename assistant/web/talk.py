"""What happens in the chat: asking, trying again, rating. Values for Gradio, nothing of its look.

The messages come in pairs, a question and what was answered. Every answer is on disk before the
next question can be asked; one that was stopped or failed is on the screen only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from markupsafe import Markup

from assistant import render
from assistant.dialogue import Thumb, Turn
from assistant.engine import Engine
from assistant.errors import AssistantError, StoreError
from assistant.render.html import WAITING, error_html, question_html, waiting_html
from assistant.turns import Turns
from assistant.types import Filters
from assistant.web.answering import Asked, answering, shown_again
from assistant.web.conversations import Conversations, Summary, user_folder
from assistant.web.feedback import give
from assistant.web.stopping import Stop, until

Message = dict[str, Any]


@dataclass(frozen=True)
class Session:
    """Where one browser tab is.

    conversation: id, "" before the first question. turns: for each answer on the screen the number
    of its turn on disk, None where it was not kept. question: the last one, as it was typed.
    replacing: the next answer takes the place of the last one, whose question is being edited or
    tried again. rated: number of the turn that got the last thumb, None before one. stop: of the
    answer that is being made.
    """

    conversation: str = ""
    turns: tuple[int | None, ...] = ()
    question: str = ""
    replacing: bool = False
    rated: int | None = None
    stop: Stop = field(default_factory=Stop, compare=False)


@dataclass(frozen=True)
class Talk:
    """The engine, whose turn it is, and where conversations are kept."""

    engine: Engine
    turns: Turns
    folder: Path

    def conversations(self, user: str) -> Conversations:
        return Conversations(user_folder(self.folder, user))

    def begin(
        self, question: str, messages: list[Message], session: Session
    ) -> tuple[list[Message], Session]:
        """The question on the screen at once, and that something is being done."""
        asked = _message("user", question_html(question))
        waiting = _message("assistant", waiting_html("Making ready …"))
        return [*messages, asked, waiting], replace(session, question=question, stop=Stop())

    def answer(
        self,
        messages: list[Message],
        session: Session,
        filters: Filters,
        careful: float | None,
        *,
        user: str,
        who: str,
    ) -> Iterator[tuple[list[Message], Session]]:
        """The screen again and again until the answer to `session.question` is there and kept.

        After a stop: what was checked by then, marked as not finished.
        """
        kept = self.conversations(user)
        asked = Asked(session.question, who, self._history(kept, session), filters, careful)
        before = messages[:-1]
        for shown, answer in until(session.stop, answering(self.engine, self.turns, asked)):
            if answer is not None:
                turn = Turn(asked.question, answer, datetime.now(UTC).isoformat(), filters)
                try:
                    session = _keep(kept, session, turn)
                except StoreError as error:
                    session = _not_kept(session)
                    shown += error_html(f"This answer was not kept. {error.message}", error.hint)
            messages = [*before, _message("assistant", shown)]
            yield messages, session
        if self.waits(messages, session):
            yield _stopped(messages) if session.stop.wanted else messages, _not_kept(session)

    def waits(self, messages: list[Message], session: Session) -> bool:
        """Whether there is a question on the screen that has no answer yet."""
        return len(session.turns) < len(messages) // 2

    def failed(
        self, messages: list[Message], session: Session, error: AssistantError
    ) -> tuple[list[Message], Session]:
        """The screen with an error in place of the answer."""
        shown = _message("assistant", error_html(error.message, error.hint))
        return [*messages[:-1], shown], _not_kept(session)

    def stop(self, session: Session) -> None:
        """Whoever waits for this answer wants it no longer. Does nothing where it is there."""
        session.stop.wanted = True

    def take_back(self, messages: list[Message], session: Session) -> tuple[list[Message], Session]:
        """The screen without its last pair. The next answer takes that one's place on disk."""
        kept = bool(session.turns) and session.turns[-1] is not None
        left = replace(session, turns=session.turns[:-1], replacing=session.replacing or kept)
        return messages[:-2], left

    def opened(self, conversation: str, user: str) -> tuple[list[Message], Session]:
        """A conversation from disk. Raises as `Conversations.open`."""
        turns = self.conversations(user).open(conversation).turns
        messages = []
        for turn in turns:
            messages.append(_message("user", question_html(turn.question)))
            messages.append(_message("assistant", shown_again(self.engine, turn.answer)))
        last = turns[-1].question if turns else ""
        return messages, Session(conversation, tuple(range(len(turns))), last)

    def rate(
        self, session: Session, position: int, liked: bool, note: str, *, user: str
    ) -> Session:
        """Keep what a person thinks of the answer at `position` among the messages."""
        number = session.turns[position // 2] if position // 2 < len(session.turns) else None
        if number is not None:
            self._rate(session, number, "up" if liked else "down", note, user)
        return replace(session, rated=number)

    def add_note(self, session: Session, note: str, *, user: str) -> None:
        """A note on the thumb given last."""
        if session.rated is not None:
            turn = self.conversations(user).open(session.conversation).turns[session.rated]
            self._rate(session, session.rated, turn.thumb or "down", note, user)

    def _rate(self, session: Session, number: int, thumb: Thumb, note: str, user: str) -> None:
        kept = self.conversations(user)
        kept.rate(session.conversation, number, thumb, note)
        turn = kept.open(session.conversation).turns[number]
        give(self.folder, turn, thumb == "up", note)

    def found(self, text: str, user: str) -> list[Summary]:
        """The conversations in which `text` stands, or all of them, newest first."""
        kept = self.conversations(user)
        return kept.search(text) if text.strip() else kept.list()

    def _history(self, kept: Conversations, session: Session) -> list[tuple[str, str]]:
        if not session.conversation:
            return []
        turns = kept.open(session.conversation).turns
        if session.replacing:
            turns = turns[:-1]
        return [(t.question, render.answer_line(t.answer)) for t in turns]


def _keep(kept: Conversations, session: Session, turn: Turn) -> Session:
    """The turn on disk, and the session that knows it."""
    conversation = session.conversation or kept.new().id
    if session.replacing:
        kept.replace_last(conversation, turn)
    else:
        kept.append(conversation, turn)
    number = len(kept.open(conversation).turns) - 1
    return Session(conversation, (*session.turns, number), session.question)


def _not_kept(session: Session) -> Session:
    """After an answer that was stopped or failed. What it was to replace is still there."""
    return replace(session, turns=(*session.turns, None))


def _stopped(messages: list[Message]) -> list[Message]:
    checked, _, _ = _text(messages[-1]).partition(WAITING)
    return [*messages[:-1], _message("assistant", Markup(checked) + waiting_html("Stopped."))]


def _message(role: str, content: Markup) -> Message:
    return {"role": role, "content": str(content)}


def _text(message: Message) -> str:
    """Gradio hands messages back with their content as a list of parts."""
    content = message["content"]
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content if isinstance(part, dict))
