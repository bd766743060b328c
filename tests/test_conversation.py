"""Follow-up questions: those that lean on the last one get it, those that stand alone do not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.conversation import standalone

BRIDGE = ("How much will the new bridge in Bote cost?", "24.9 million crowns [1]")


@pytest.mark.parametrize(
    "question",
    [
        *("When does it open?", "Who built it?", "And the old one?", "Why?", "What about Harlow?"),
        *("Since when?", "Did they vote on that?", "How tall is the same bridge?", "Who?"),
    ],
)
def test_a_question_that_leans_on_the_last_one_comes_with_it(question: str) -> None:
    full = standalone(question, [BRIDGE])
    assert full == (
        f"How much will the new bridge in Bote cost (24.9 million crowns [1]). {question}"
    )


@pytest.mark.parametrize(
    "question",
    [
        "How many people came to the harbour festival?",
        "Who won the mayoral election in Harlow?",
        "Is there a new mayor in Harlow?",
        "Were there protests in Weststadt?",
        "Did the council of Harlow vote on closing its swimming pool?",
    ],
)
def test_a_question_that_names_its_own_subject_is_left_alone(question: str) -> None:
    assert standalone(question, [BRIDGE]) == question


def test_the_subject_is_that_of_the_last_question_which_stood_alone() -> None:
    history = [BRIDGE, ("When does it open?", "In June 2026")]
    full = standalone("Who built it?", history)
    assert full.startswith("How much will the new bridge in Bote cost")
    assert "(In June 2026)" in full


def test_without_an_answer_before_only_the_question_is_put_in_front() -> None:
    assert standalone("Why?", [("Who resigned?", "")]) == "Who resigned? Why?"


def test_of_a_long_answer_only_the_beginning_is_kept() -> None:
    full = standalone("Why?", [("Who resigned?", "word " * 100)])
    assert full.count("word") == 12


@given(st.text(), st.lists(st.tuples(st.text(), st.text()), max_size=3))
def test_the_question_is_never_lost_and_the_first_is_never_changed(
    question: str, history: list[tuple[str, str]]
) -> None:
    assert standalone(question, []) == question
    assert standalone(question, history).endswith(question)
