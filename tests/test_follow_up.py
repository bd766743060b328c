"""Follow-up questions: those that lean on the last one are made whole, the others left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import ScriptedLLM

from assistant.answering.follow_up import standalone

BRIDGE = ("How much will the new bridge in Bote cost?", "24.9 million crowns [1]")


@pytest.mark.parametrize(
    "question",
    [
        *("When does it open?", "Who built it?", "And the old one?", "Why?", "What about Harlow?"),
        *("Since when?", "Did they vote on that?", "How tall is the same bridge?", "Who?"),
    ],
)
def test_without_a_model_the_question_before_is_put_in_front(question: str) -> None:
    full, _ = standalone(question, [BRIDGE])
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
        "Did the council of Harlow vote on closing its swimming pool last Monday?",
    ],
)
def test_a_question_that_names_its_own_subject_is_left_alone(question: str) -> None:
    """A change of subject must not be dragged back, nor cost a call of the model."""
    llm = ScriptedLLM(reply="What?")
    assert standalone(question, [BRIDGE], llm)[0] == question
    assert not llm.asked


def test_a_model_writes_the_follow_up_anew() -> None:
    whole = "How much will the old bridge in Bote cost?"
    full, _ = standalone("And the old one?", [BRIDGE], ScriptedLLM(reply=whole))
    assert full == whole


@pytest.mark.parametrize(
    "written",
    ["How much will the airport in Lanford cost?", "It will cost 24.9 million crowns.", "?"],
)
def test_what_a_model_adds_or_answers_is_not_taken(written: str) -> None:
    full, _ = standalone("And the old one?", [BRIDGE], ScriptedLLM(reply=written))
    assert full.endswith("And the old one?") and full.startswith("How much will the new bridge")


@given(st.text(), st.lists(st.tuples(st.text(), st.text()), max_size=3))
def test_the_question_is_never_lost_and_the_first_is_never_changed(
    question: str, history: list[tuple[str, str]]
) -> None:
    assert standalone(question, [])[0] == question
    assert standalone(question, history)[0].endswith(question)


@pytest.mark.parametrize("said", ["How much did the library cost?", "And the pool?"])
def test_a_model_that_says_the_old_question_or_the_new_one_again_is_not_believed(said: str) -> None:
    whole, _ = standalone(
        "And the pool?",
        [("How much did the library cost?", "It cost 2.1 million crowns.")],
        ScriptedLLM(reply=said),
    )
    assert whole == "How much did the library cost (It cost 2.1 million crowns). And the pool?"
