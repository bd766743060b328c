"""One question about two things becomes two; one thing stays one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.decomposition import parts


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        (
            "How many jobs did Halden cut, and how many people will it take back?",
            "How many jobs did Halden cut?",
            "how many people will it take back?",
        ),
        (
            "From what day was the water boiled in Wick, and from what day in the town?",
            "From what day was the water boiled in Wick?",
            "from what day in the town?",
        ),
    ],
)
def test_two_questions_are_asked_one_after_the_other(
    question: str, first: str, second: str
) -> None:
    one, two = parts(question)
    assert one.asked == first
    assert two.asked.endswith(second)


def test_the_second_part_keeps_the_names_it_leans_on() -> None:
    _, second = parts("What did the Sarn Fund have in June, and how much later?")
    assert "Sarn" in second.searched and "Sarn" in second.asked


@pytest.mark.parametrize(
    "question",
    [
        "Who said that bread and butter are dear?",
        "How many people work for Brandt and Sable?",
        "Which towns and villages were flooded?",
        "bridge opening date",
        "",
    ],
)
def test_a_question_about_one_thing_stays_whole(question: str) -> None:
    assert [p.asked for p in parts(question)] == [question]


@given(st.text(max_size=200))
def test_any_text_gives_at_least_one_part(text: str) -> None:
    assert parts(text)
