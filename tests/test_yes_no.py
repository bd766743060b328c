"""Yes or no is told from what the model leaned to, and is no part of what is verified."""

from __future__ import annotations

import pytest

from assistant.answering.yes_no import leaning, opening, without_opening


def test_no_is_meant_long_before_it_is_likelier() -> None:
    assert leaning({"Yes": 0.9, "No": 0.1}) > 0
    assert leaning({"Yes": 0.55, "No": 0.45}) < 0
    assert leaning({"Yes": 0.1, "No": 0.9}) < leaning({"Yes": 0.5, "No": 0.5})
    assert leaning({"The": 0.9}) == 0
    assert leaning({}) == 0


@pytest.mark.parametrize(
    ("text", "word", "rest"),
    [
        ("Yes, it opened.", "Yes", "It opened."),
        ("no. It did not open", "No", "It did not open"),
        ("No – it is shut.", "No", "It is shut."),
        ("No, because it is shut.", "No", "It is shut."),
        ("Yes, because the BBC News article states that it is open.", "Yes", "It is open."),
        ("It opened.", None, "It opened."),
        ("Nobody came.", None, "Nobody came."),
        ("", None, ""),
    ],
)
def test_the_opening_is_told_from_the_grounds(text: str, word: str | None, rest: str) -> None:
    assert opening(text) == word
    assert without_opening(text) == rest
