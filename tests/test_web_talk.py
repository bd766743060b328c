"""The chat without a browser: what is on the screen, and what is on disk, after each thing a person
does. Real engine, real queue, real files; a scripted model where it matters what is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from scripted import ScriptedLLM
from served import write_corpus

from assistant.engine import Engine
from assistant.errors import UsageError
from assistant.settings import load_settings
from assistant.turns import Turns
from assistant.types import Filters
from assistant.web.talk import Message, Session, Talk
from evals.suites.feedback import read

pytestmark = pytest.mark.models

COST = "The bridge will cost 24.9 million crowns."


@pytest.fixture(scope="module")
def quoting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("talk")
    engine = Engine(load_settings(flags={"llm": "none", "store": folder / "store"}))
    engine.ingest([write_corpus(folder / "corpus")])
    yield engine
    engine.close()


@pytest.fixture
def talk(quoting: Engine, tmp_path: Path) -> Talk:
    llm = ScriptedLLM(reply=COST, asked=[])
    return Talk(Engine(quoting.settings, llm=llm), Turns(), tmp_path)


def ask(
    talk: Talk,
    question: str,
    messages: list[Message] | None = None,
    session: Session | None = None,
    filters: Filters | None = None,
) -> tuple[list[Message], Session]:
    """As the page does: the question at once, then the screen until the answer is kept."""
    messages, session = talk.begin(question, messages or [], session or Session())
    for screen in talk.answer(messages, session, filters or Filters(), 0.0, user="ada", who="tab"):
        messages, session = screen
    return messages, session


def kept(talk: Talk, session: Session) -> list[str]:
    return [t.question for t in talk.conversations("ada").open(session.conversation).turns]


def test_an_answer_is_on_disk_when_it_is_on_the_screen_and_opens_again_as_it_was(
    talk: Talk,
) -> None:
    messages, session = ask(talk, "What will the bridge cost?")
    assert [m["role"] for m in messages] == ["user", "assistant"]
    assert "24.9 million crowns" in messages[1]["content"] and "[1]" in messages[1]["content"]
    again, reopened = talk.opened(session.conversation, "ada")
    assert again == messages
    assert reopened == session


def test_another_user_sees_nothing_of_it(talk: Talk) -> None:
    _, session = ask(talk, "What will the bridge cost?")
    assert talk.found("bridge", "ada") and not talk.found("bridge", "eve")
    with pytest.raises(UsageError):
        talk.opened(session.conversation, "eve")


def test_a_question_asked_again_takes_the_place_of_the_last(talk: Talk) -> None:
    """Retry and edit: the file holds what the screen shows."""
    messages, session = ask(talk, "What will the bridge cost?")
    messages, session = ask(talk, "When will it open?", messages, session)
    messages, session = talk.take_back(messages, session)
    assert len(messages) == 2
    messages, session = ask(talk, "When will the bridge open?", messages, session)
    assert kept(talk, session) == ["What will the bridge cost?", "When will the bridge open?"]
    assert len(messages) == 4 and session.turns == (0, 1)


def test_a_follow_up_is_asked_with_what_went_before(talk: Talk) -> None:
    messages, session = ask(talk, "What will the Old Mill Bridge cost?")
    ask(talk, "And when is it to open?", messages, session)
    llm = talk.engine.llm
    assert isinstance(llm, ScriptedLLM)
    assert "Old Mill Bridge cost" in llm.asked[-1]


def test_a_stop_keeps_nothing_and_the_next_question_goes_on(talk: Talk) -> None:
    messages, session = talk.begin("What will the bridge cost?", [], Session())
    screens = talk.answer(messages, session, Filters(), None, user="ada", who="tab")
    for messages, session in screens:  # noqa: B007
        talk.stop(session)
    assert "Stopped" in messages[-1]["content"] and session.turns == (None,)
    with talk.turns.take("tab") as ticket:
        assert ticket.wait(30), "whoever stops gives the turn back"
    messages, session = ask(talk, "What will the bridge cost?", messages, session)
    assert session.turns == (None, 0) and kept(talk, session) == ["What will the bridge cost?"]
    session = talk.rate(session, 3, True, "", user="ada")
    assert talk.conversations("ada").open(session.conversation).turns[0].thumb == "up"


def test_who_stops_while_waiting_leaves_the_queue(talk: Talk) -> None:
    with talk.turns.take("somebody else") as first:
        assert first.wait(1)
        messages, session = talk.begin("What will the bridge cost?", [], Session())
        talk.stop(session)  # even before the first screen
        *_, (messages, session) = talk.answer(
            messages, session, Filters(), None, user="ada", who="tab"
        )
        assert "Stopped" in messages[-1]["content"]
        with talk.turns.take("third") as third:
            for _ in range(300):
                if third.ahead > 1:
                    third.wait(0.1)
            assert third.ahead == 1


def test_a_closed_tab_gives_the_turn_back(talk: Talk) -> None:
    messages, session = talk.begin("What will the bridge cost?", [], Session())
    screens = talk.answer(messages, session, Filters(), None, user="ada", who="tab")
    next(screens)
    screens.close()  # type: ignore[attr-defined]
    with talk.turns.take("tab") as ticket:
        assert ticket.wait(30)


def test_an_error_is_shown_with_what_to_do_and_the_chat_goes_on(talk: Talk) -> None:
    nowhere = Filters(sources=frozenset({"The Nowhere Times"}))
    messages, session = ask(talk, "What will the bridge cost?", filters=nowhere)
    assert "The Gazette" in messages[1]["content"], "the hint names the outlets there are"
    assert session.turns == (None,)
    messages, session = ask(talk, "What will the bridge cost?", messages, session)
    assert "24.9 million" in messages[3]["content"]


def test_a_thumb_and_its_note_become_a_case_for_the_evals(talk: Talk) -> None:
    _, session = ask(talk, "What will the bridge cost?")
    session = talk.rate(session, 1, False, "", user="ada")
    talk.add_note(session, "It is the old estimate.", user="ada")
    (case,) = read(talk.folder / "feedback.jsonl")
    assert case.question == "What will the bridge cost?" and not case.liked
    assert case.note == "It is the old estimate."


def test_those_who_wait_are_told_how_many_are_before_them(talk: Talk) -> None:
    with talk.turns.take("somebody else") as first:
        assert first.wait(1)
        messages, session = talk.begin("What will the bridge cost?", [], Session())
        screens = talk.answer(messages, session, Filters(), 0.0, user="ada", who="tab")
        messages, session = next(screens)
        assert "1 question before yours" in messages[-1]["content"]
    *_, (messages, session) = screens
    assert session.turns == (0,)


@pytest.mark.parametrize(
    ("reply", "shown"),
    [("", 'class="error"'), ("The moon is made of green cheese.", 'class="statement quoted')],
)
def test_nonsense_from_the_model_is_never_shown(
    quoting: Engine, tmp_path: Path, reply: str, shown: str
) -> None:
    """Nothing at all is an error; what no article says gives way to a quote."""
    llm = ScriptedLLM(reply=reply, asked=[])
    talk = Talk(Engine(replace(quoting.settings), llm=llm), Turns(), tmp_path)
    messages, _ = ask(talk, "What will the bridge cost?")
    assert shown in messages[1]["content"] and "cheese" not in messages[1]["content"]


def test_what_was_found_is_on_the_screen_until_the_answer_is(talk: Talk) -> None:
    """Something to read while the model writes; the checked answer takes its place."""
    messages, session = talk.begin("What will the Old Mill Bridge cost?", [], Session())
    screens = talk.answer(messages, session, Filters(), 0.0, user="ada", who="tab")
    shown = [screen[-1]["content"] for screen, _ in screens]
    found = [s for s in shown if "Found so far" in s]
    assert any("Writing the answer …" in s for s in found), "while the model writes"
    assert all("<mark>" in s or "24.9 million" in s for s in found)
    assert "start=0" in found[0], "with a link to the words"
    assert "Found so far" not in shown[-1] and "24.9 million" in shown[-1]


def test_an_answer_that_cannot_be_kept_is_shown_and_that_it_is_not_kept(talk: Talk) -> None:
    """As on a read-only medium."""
    (talk.folder / "conversations").write_text("in the way of the folder")
    messages, session = ask(talk, "What will the bridge cost?")
    assert "24.9 million crowns" in messages[1]["content"]
    assert "This answer was not kept" in messages[1]["content"] and session.turns == (None,)
    (talk.folder / "conversations").unlink()
    _, session = ask(talk, "When does it open?", messages, session)
    assert kept(talk, session) == ["When does it open?"]
