"""What people think of answers goes into the file that the evals read."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from test_export import conversations
from test_render import ABSTAINED, ANSWER, CONFLICT

from assistant.dialogue import Turn
from assistant.errors import UsageError
from assistant.render import answer_json
from assistant.types import CheckedAnswer, Filters
from assistant.web.feedback import give
from evals.suites import feedback as evals_feedback

ASKED, LATER = "2025-08-12T09:30:00+00:00", "2025-08-12T09:31:00+00:00"


def turn(answer: CheckedAnswer = ANSWER, question: str = "What does the bridge cost?") -> Turn:
    return Turn(question, answer, ASKED, Filters(articles=frozenset({"gazette/bridge.md"})))


def read(store: Path) -> list[evals_feedback.Feedback]:
    return evals_feedback.read(store / "feedback.jsonl")


def give_many(store: Path, who: int) -> None:
    for number in range(10):
        give(store, turn(question=f"{who}/{number}?"), True, "")


def test_a_liked_answer_is_read_by_the_evals_and_becomes_an_item(tmp_path):
    give(tmp_path, turn(), True, "exactly")
    (said,) = read(tmp_path)
    assert (said.liked, said.note, said.time) == (True, "exactly", ASKED)
    item = evals_feedback.item(said)
    assert item.question == "What does the bridge cost?"
    assert item.answers == ((answer_json(ANSWER)["answer"],),)
    assert item.answerable
    assert item.within == ("gazette/bridge.md",)
    assert item.gold == (("gazette/bridge.md",),)
    assert [quote.quote for quote in item.evidence] == [ANSWER.citations[0].quote]


@pytest.mark.parametrize(
    ("answer", "kind", "answerable"),
    [(CONFLICT, "conflict", True), (ABSTAINED, "unanswerable", False)],
)
def test_a_conflict_and_a_silence_become_items_of_their_kind(tmp_path, answer, kind, answerable):
    give(tmp_path, turn(answer), True, "")
    item = evals_feedback.item(*read(tmp_path))
    assert (item.kind, item.answerable) == (kind, answerable)


def test_a_disliked_answer_becomes_a_draft_that_somebody_completes(tmp_path):
    give(tmp_path, turn(), False, "it is 27 million")
    (draft,) = evals_feedback.drafts(read(tmp_path))
    assert "it is 27 million" in draft["complete"]


def test_a_changed_opinion_is_a_further_line_and_the_last_counts(tmp_path):
    give(tmp_path, turn(), False, "")
    give(tmp_path, turn(), True, "no, it is right")
    assert len((tmp_path / "feedback.jsonl").read_text().splitlines()) == 2
    (last,) = read(tmp_path)
    assert last.liked and last.note == "no, it is right"


def test_what_a_kill_left_of_a_line_does_not_spoil_the_file(tmp_path):
    give(tmp_path, turn(), True, "")
    with (tmp_path / "feedback.jsonl").open("ab") as file:
        file.write(b'{"time": "2025-08-12T09:31:00+00:00", "quest')
    give(tmp_path, replace(turn(CONFLICT), asked_at=LATER), True, "")
    assert [said.status for said in read(tmp_path)] == ["answered", "conflict"]


def test_a_line_added_by_hand_without_an_end_is_kept(tmp_path):
    give(tmp_path, turn(), True, "")
    path = tmp_path / "feedback.jsonl"
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    give(tmp_path, replace(turn(CONFLICT), asked_at=LATER), True, "")
    assert [said.status for said in read(tmp_path)] == ["answered", "conflict"]


@given(conversations())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_was_shown_the_evals_can_read_it(tmp_path, conversation):
    """One line that they refuse would spoil the whole file."""
    (tmp_path / "feedback.jsonl").unlink(missing_ok=True)
    rated = []
    for each in conversation.turns:
        try:
            give(tmp_path, each, each.thumb != "down", each.note)
            rated.append(each.question)
        except UsageError:
            assert not (each.question.strip() and answer_json(each.answer)["answer"].strip())
    if rated:
        assert [said.question for said in read(tmp_path)] == rated


def test_several_processes_lose_nothing(tmp_path):
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=give_many, args=(tmp_path, who)) for who in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
    assert len({said.question for said in read(tmp_path)}) == 30
