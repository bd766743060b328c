"""When two articles disagree, and when one only rounds, converts or comes later."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.disagreement import Version, comparable, relation, same_answer


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("6.42 metres", "21 feet"),
        ("3.6 million", "3,600,000"),
        ("eight", "8 people"),
        ("2.4 hectares", "5.9 acres"),
        ("Owen Lindqvist", "Councillor Owen Lindqvist"),
        ("1,200 kg", "1.2 tonnes"),
    ],
)
def test_the_same_in_other_words_or_units_is_no_disagreement(first: str, second: str) -> None:
    assert same_answer(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("24.9 million crowns", "nearly 27 million crowns"),
        ("6.42 metres", "6.8 m"),
        ("arson", "an electrical fault"),
        ("three", "seven"),
    ],
)
def test_another_value_is_a_disagreement(first: str, second: str) -> None:
    assert not same_answer(first, second)


def test_far_apart_the_newer_holds_and_close_together_it_is_a_conflict() -> None:
    """What a paper says later holds; two papers of one week contradict each other."""
    first = Version("three", date(2024, 6, 12), "The Gazette")
    assert relation(first, Version("nine", date(2024, 9, 20), "The Courier")) == "newer"
    assert relation(Version("nine", date(2024, 9, 20)), first) == "older"
    assert relation(first, Version("nine", date(2024, 6, 20), "The Courier")) == "conflict"
    assert relation(first, Version("nine", date(2024, 6, 13), "The Gazette")) == "newer"
    assert relation(first, Version("nine", None)) == "conflict"
    assert relation(first, Version("3 people", date(2024, 6, 20))) == "same"


def test_names_can_contradict_each_other_and_phrases_cannot() -> None:
    assert comparable("Tampa, Florida", "Glendale, Arizona")
    assert not comparable("because of the rain", "Tampa, Florida")
    assert not comparable("because of the rain", "since half of them were ill")


def test_numbers_of_different_things_are_not_comparable() -> None:
    assert not comparable("20 days", "31 crowns")
    assert comparable("310", "520 workers")
