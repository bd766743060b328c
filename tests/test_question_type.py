"""The kind of a question chooses evidence and form: those below must not be confused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.question_type import as_read, kind_of, subject
from assistant.answering.sub_questions import sub_questions


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How long is the harbour tunnel?", "fact"),
        ("who runs the ferry", "fact"),
        ("ferry fares 2024", "fact"),
        ("What happened to the missing boat?", "fact"),
        ("Could you tell me when the ferry leaves?", "fact"),
        ("How much did fares change in June?", "fact"),
        ("Has the tunnel opened?", "yes_no"),
        ("did they sink it", "yes_no"),
        ("Is it a tunnel or a bridge?", "fact"),
        ("Why was the ferry late?", "why"),
        ("how did the fire start", "why"),
        ("what caused the fire", "why"),
        ("What did Selma Hart say about the fares?", "said"),
        ("reaction of the union to the offer", "said"),
        ("Which ports were closed in the storm?", "list"),
        ("list the ports that were closed", "list"),
        ("Who were the candidates?", "list"),
        ("How has the fare changed?", "change"),
        ("fares 2023 vs 2024", "change"),
        ("compare the two offers", "change"),
        ("How many ferries sailed at first, and how many sail now?", "change"),
        ("the old fare and the new one", "change"),
        ("What is the captain's wife called?", "fact"),
        ("What has the captain called the council?", "said"),
        ("fares before and after the strike", "change"),
        ("Who built the Old Mill Bridge after 1931?", "fact"),
        ("How much will the Old Mill Bridge cost now?", "fact"),
        ("Who was the first to leave after the vote?", "fact"),
        ("how did the number of passengers go up", "change"),
        ("what was the last thing that happened with the ferry", "latest"),
        ("any news on the tunnel?", "latest"),
        ("What's the latest on the strike?", "latest"),
        ("Summarise the tunnel affair", "overview"),
        ("what happened in Lanford", "overview"),
        ("timeline of the strike", "overview"),
        ("Tell me about the ferry company", "overview"),
    ],
)
def test_kinds(question: str, kind: str) -> None:
    assert kind_of(question) == kind


@given(st.text(max_size=200))
def test_any_text_has_a_kind(text: str) -> None:
    assert kind_of(text)
    assert isinstance(subject(text), list)


def test_the_subject_is_what_remains_without_the_words_of_the_kind() -> None:
    assert subject("What is the latest news on the Lanford ferry?") == ["lanford", "ferri"]
    assert subject("summary please") == subject("Summary please"), "never empty where words are"
    assert subject("summary please")


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Who won?", ["Who won?"]),
        ("Who won and by how many votes?", ["Who won?", "By how many votes?"]),
        ("Who owns the ferry? When was it built?", ["Who owns the ferry?", "When was it built?"]),
        ("What do Hart and Maas want?", ["What do Hart and Maas want?"]),
        ("How old is the mill, and who runs it?", ["How old is the mill?", "Who runs it?"]),
    ],
)
def test_two_questions_in_one_are_both_asked(question: str, parts: list[str]) -> None:
    assert sub_questions(question) == parts


def test_of_a_change_each_article_is_asked_what_it_is() -> None:
    assert as_read("How has the ferry fare changed?", "change") == "What is the ferry fare?"
    assert as_read("How has the ferry fare changed?", "fact") == "How has the ferry fare changed?"
    assert as_read("fares 2023 vs 2024", "change") == "fares 2023 vs 2024"
