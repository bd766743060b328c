"""One question about two things becomes two; one thing stays one."""

# ruff: noqa: E501 - a question and its parts on one line read best
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.decomposition import parts

COMPLETED = """
When is the market and when is the fair? | When is the market? | When is the fair?
How tall is the mast, and how tall is the chimney? | How tall is the mast? | How tall is the chimney?
What share of voters turned out for the first round, and what share for the by-election in Oster? | What share of voters turned out for the first round? | What share of voters turned out for the by-election in Oster?
How many votes did Pell get in the first round, and how many after the recount? | How many votes did Pell get in the first round? | How many votes did Pell get after the recount?
What was the main reason for the delay in May 2022, and what was it in June 2023? | What was the main reason for the delay in May 2022? | What was the main reason for the delay in June 2023?
What was the price of bread in March, and what was it in May? | What was the price of bread in March? | What was the price of bread in May?
How many wolves were counted on Monday, and how many two days later? | How many wolves were counted on Monday? | How many wolves were counted two days after Monday?
What did the orchard yield in 2022, and how much a year later? | What did the orchard yield in 2022? | How much did the orchard yield a year after 2022?
How many bees died last winter, and how many the winter before? | How many bees died last winter? | How many bees died the winter before last winter?
How much rain fell in Arl in May, and how much in Best? | How much rain fell in Arl in May? | How much rain fell in Best in May?
How much rain fell in Arl in May, and how much in June? | How much rain fell in Arl in May? | How much rain fell in Arl in June?
From what day was the gas off in Arl after the storm, and from what day in Best the year after? | From what day was the gas off in Arl after the storm? | From what day was the gas off in Best the year after the storm?
In 2020, how many lynx lived there, and how many in 2024? | In 2020, how many lynx lived there? | In 2024, how many lynx lived there?
Nests on the cliff: how many were seen in April 2019 and how many at the end of that season? | Nests on the cliff: how many were seen in April 2019? | Nests on the cliff: how many were seen at the end of that season (2019)?
How many goals did Ferro score before the break, and how many after it? | How many goals did Ferro score before the break? | How many goals did Ferro score after the break?
What is the fee for adults and what for children? | What is the fee for adults? | What is the fee for children?
How long does the trip take by train, and how long by bus? | How long does the trip take by train? | How long does the trip take by bus?
At what time does the pool open on weekdays, and at what time on Sundays? | At what time does the pool open on weekdays? | At what time does the pool open on Sundays?
How wide is the canal at Lock One, and how wide at Lock Nine? | How wide is the canal at Lock One? | How wide is the canal at Lock Nine?
Which team won the cup in 2019, and which in 2020? | Which team won the cup in 2019? | Which team won the cup in 2020?
How many letters were sent from Arl, and how many from Best? | How many letters were sent from Arl? | How many letters were sent from Best?
How tall is the lighthouse, and when was it built? | How tall is the lighthouse? | When was the lighthouse built?
When was the ferry sold, and why? | When was the ferry sold? | Why was the ferry sold?
When was the ferry sold, and who bought it? | When was the ferry sold? | Who bought the ferry?
How many jobs were cut and why? | How many jobs were cut? | Why were jobs cut?
When does the library open, and when does it close? | When does the library open? | When does the library close?
What did the choir earn at the concert, and what did it spend on the hall? | What did the choir earn at the concert? | What did the choir spend on the hall?
How many jobs did Tern decide to cut, and how many people will its new owner hire? | How many jobs did Tern decide to cut? | How many people will Tern's new owner hire?
How many jobs did Tern cut, and how many people will it take back? | How many jobs did Tern cut? | How many people will Tern take back?
How much did the Oak Fund hold in May, and how much had it paid by June? | How much did the Oak Fund hold in May? | How much had the Oak Fund paid by June?
What did Arlo Brandt and Mira Sable each pay? | What did Arlo Brandt pay? | What did Mira Sable pay?
How old are the oak and the lime respectively? | How old is the oak? | How old is the lime?
How many visitors came in 2023 and in 2024? | How many visitors came in 2023? | How many visitors came in 2024?
How many staff did it have before and after the merger? | How many staff did it have before the merger? | How many staff did it have after the merger?
Compare the price of a day ticket in 2021 with that in 2024. | What was the price of a day ticket in 2021? | What was the price of a day ticket in 2024?
Compare the height of the mast with the height of the tower. | What is the height of the mast? | What is the height of the tower?
"""


@pytest.mark.parametrize(
    "line", COMPLETED.strip().splitlines(), ids=lambda line: line.partition(" | ")[0]
)
def test_each_part_can_be_asked_and_searched_alone(line: str) -> None:
    question, *expected = line.split(" | ")
    found = parts(question)
    assert [p.asked for p in found] == expected
    assert [p.searched.casefold() for p in found] == [e.casefold() for e in expected]


@pytest.mark.parametrize(
    "question",
    [
        "Who closed the mine, and why?",
        "Who won the men's race, and who the women's?",
        "How high was the dam planned to be, and how high is it now?",
    ],
)
def test_a_part_that_cannot_be_completed_is_asked_after_the_first(question: str) -> None:
    """Rather the whole question than half of one."""
    first, second = parts(question)
    assert second.asked.startswith(f"{first.asked} And ")


def test_a_part_without_a_name_of_its_own_keeps_those_of_the_first() -> None:
    _, second = parts("What did Sarn Mill have in May, and what basic rate did the union ask?")
    assert "Sarn Mill" in second.searched and second.asked.endswith("(Sarn Mill)")


@pytest.mark.parametrize(
    "question",
    [
        "Who said that bread and butter are dear?",
        "How many people work for Brandt and Sable?",
        "Which towns and villages were flooded?",
        "bridge opening date",
        "How many shops closed between 2019 and 2021?",
        "Which of the roads in and out of Arl are shut?",
        "",
    ],
)
def test_a_question_about_one_thing_stays_whole(question: str) -> None:
    assert [p.asked for p in parts(question)] == [question]


@given(st.text(max_size=200))
def test_any_text_gives_at_least_one_part(text: str) -> None:
    assert parts(text)


WORDS = (
    "how many what when where why who is was did does the an it they their that in on by after "
    "before to of 2021 May Arl Best first later two days year each and , : ? compare with sold"
).split()


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=16))
def test_no_order_of_words_gives_an_empty_part(order: list[str]) -> None:
    assert all(p.asked.strip() and p.searched.strip() for p in parts(" ".join(order)))
