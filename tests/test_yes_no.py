"""Whether yes or no is said: by what the model meant, not by the yes that it begins with."""

from __future__ import annotations

import pytest

from assistant.answering.yes_no import meant, opening, without_opening


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ({"Yes": 0.9, "No": 0.1}, "Yes"),
        ({"Yes": 0.55, "No": 0.45}, "No"),
        ({"Yes": 0.1, "No": 0.9}, "No"),
        ({"Yes": 0.2}, "Yes"),
        ({"The": 0.9}, None),
        ({}, None),
    ],
)
def test_no_is_meant_long_before_it_is_likelier(first: dict[str, float], said: str | None) -> None:
    assert meant(first) == said


@pytest.mark.parametrize(
    ("text", "word", "rest"),
    [
        ("Yes, it opened.", "Yes", "It opened."),
        ("no. It did not open", "No", "It did not open"),
        ("No – it is shut.", "No", "It is shut."),
        ("It opened.", None, "It opened."),
        ("Nobody came.", None, "Nobody came."),
        ("", None, ""),
    ],
)
def test_the_opening_is_told_from_the_rest(text: str, word: str | None, rest: str) -> None:
    assert opening(text) == word
    assert without_opening(text) == rest
