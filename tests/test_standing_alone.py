"""Sentences that an overview may quote: those that a stranger understands without the others."""

from __future__ import annotations

import pytest

from assistant.answering.standing_alone import stands_alone


@pytest.mark.parametrize(
    "sentence",
    [
        "The council voted for the tunnel on Tuesday, by 21 votes to 9.",
        "Selma Hart said that she would take her case to the county court.",
        "Tidewell Lines has sold its last ferry, the “Corley Queen”, to a museum.",
        'The head of the school called the plan "a gift that we never asked for".',
    ],
)
def test_a_whole_sentence_with_its_own_subject_stands_alone(sentence: str) -> None:
    assert stands_alone(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "It will be 900 metres long when the work is finished.",
        "– It will be 900 metres long when the work is finished.",
        "The company had bought the land for it in May, at twice the price.",
        "By her reckoning a flood of this size comes once in 180 years.",
        "On the wall behind the counter of her bakery runs a thin blue line.",
        "If you want to know how high the water stood, ask the baker.",
        "You ask Rosamund Tait for a seeded roll of bread.",
        "“We had the wettest May since 1931 under it, and no help.”",
        "Who is going to pay for the tunnel and the new road?",
        "## The little one is on time and under budget.",
        "*The Gazette regrets having repeated the figure in its editions.",
        "Lanford Radio - web desk - Wednesday 12 June 2024",
        "He left.",
    ],
)
def test_what_points_elsewhere_or_is_no_sentence_does_not(sentence: str) -> None:
    assert not stands_alone(sentence)
