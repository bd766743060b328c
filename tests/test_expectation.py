"""What kind of answer is expected, and whether a sentence has one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.expectation import Expected, answers_in_kind, closeness, expected, fits


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When did the mill burn down?", "time"),
        ("In which year was it built?", "year"),
        ("town hall closing time on Friday", "time"),
        ("What was the bridge to cost when it was voted for?", "money"),
        ("What was the budget for the hall when it was announced?", "money"),
        ("How much severance pay did they get?", "money"),
        ("How long is the comb?", "number"),
        ("How broad is the bridge?", "number"),
        ("What was the runner-up's vote count?", "number"),
        ("How much was the fund expected to raise?", "money"),
        ("How long will the road be closed?", "time"),
        ("How many people were hurt?", "number"),
        ("What was the turnout?", "number"),
        ("How high did the river rise?", "number"),
        ("Who won?", "name"),
        ("Which company runs the ferry?", "name"),
        ("Why was the marathon called off?", "any"),
        ("Is the pool open?", "any"),
        ("", "any"),
    ],
)
def test_the_words_of_a_question_tell_the_kind_of_answer(question: str, kind: Expected) -> None:
    assert expected(question) == kind


@pytest.mark.parametrize(
    ("kind", "yes", "no"),
    [
        ("time", "It burned down in 1998.", "It burned down quickly."),
        ("time", "It opens in May.", "It may open soon."),
        ("time", "They left on 3 March.", "They march on the town hall."),
        ("time", "It took 6 weeks.", "It took a while."),
        ("time", "It ended on Tuesday.", "It ended in tears."),
        ("year", "It burned down in 1998.", "It burned down on Friday."),
        ("time", "It shuts at 12:30.", "It shuts early."),
        ("time", "It shuts at half past noon.", "It shuts late."),
        ("number", "Twelve were hurt.", "Nobody was hurt."),
        ("number", "It cost 24.9 million.", "It cost a lot."),
        ("name", "The vote went to Selma Hart.", "The vote went to nobody."),
    ],
)
def test_a_sentence_with_an_answer_of_that_kind_fits(kind: Expected, yes: str, no: str) -> None:
    assert (fits(kind, yes), fits(kind, no)) == (1.0, 0.0)


@given(st.text())
def test_where_any_answer_would_do_no_sentence_is_preferred(sentence: str) -> None:
    assert fits("any", sentence) == 0.5


def test_a_sum_of_money_is_no_number_of_people() -> None:
    assert not answers_in_kind("number", "16.9 million crowns")
    assert answers_in_kind("number", "26 passengers")
    assert answers_in_kind("number", "59 per cent")
    assert not answers_in_kind("number", "59 cents")
    assert not answers_in_kind("time", "on a length of 22 meters")
    assert answers_in_kind("time", "at 1.15")
    assert answers_in_kind("time", "three weeks")
    assert answers_in_kind("money", "16.9 million crowns")
    assert not answers_in_kind("year", "on Friday")


@pytest.mark.parametrize(
    ("question", "better", "worse"),
    [
        ("How broad is the bridge?", "It is 14.2 metres wide.", "The vote was 21 to 9."),
        ("How tall is the mast?", "It rises to 96 ft.", "It cost 96 crowns."),
        ("What was the turnout?", "Of all voters 54 per cent came.", "There were 12 stalls."),
        ("What was the weight of the bell?", "It has 85 kilos.", "It is 85 years old."),
        ("What was the area?", "They dug 1.6 hectares.", "They dug for 6 weeks."),
        ("How hot did it get?", "It reached 36 degrees.", "It lasted 36 minutes."),
        ("How many people marched?", "By noon 310 had come.", "It began at 6 am on 4 June 2025."),
        ("How many were hurt?", "Some 40 were hurt.", "About 40 per cent were."),
        ("How high was the fine?", "He paid 300 crowns.", "He paid nothing."),
    ],
)
def test_a_number_in_the_measure_asked_for_is_closer(
    question: str, better: str, worse: str
) -> None:
    assert closeness(question, better) > closeness(question, worse)


def test_a_question_for_years_may_be_answered_in_years() -> None:
    assert closeness("How many years did it take?", "It took six years.") == 1.0


@given(st.text(), st.text())
def test_closeness_is_a_share_and_never_more_than_the_kind_allows(
    question: str, sentence: str
) -> None:
    assert 0 <= closeness(question, sentence) <= fits(expected(question), sentence)
