"""When a question is about."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.timing import in_present_tense, period, timeliness, wants_latest


@pytest.mark.parametrize(
    ("question", "inside", "outside"),
    [
        ("What did it cost in August 2025?", date(2025, 8, 14), date(2025, 10, 1)),
        ("At the end of 2024, what was it to cost?", date(2024, 11, 20), date(2025, 8, 14)),
        ("As of 20 June 2024, what was the damage?", date(2024, 6, 18), date(2024, 6, 21)),
        ("What happened on June 12, 2024?", date(2024, 6, 13), date(2024, 7, 30)),
    ],
)
def test_an_article_of_the_time_asked_about_fits_better(
    question: str, inside: date, outside: date
) -> None:
    fit, other = timeliness(question, [inside, outside])
    assert fit > other


def test_what_was_published_after_an_as_of_date_is_put_back() -> None:
    assert timeliness("As of 20 June 2024, how many?", [date(2024, 7, 1)]) == [-1.0]


def test_a_year_alone_names_a_thing_and_not_a_time() -> None:
    assert period("How many died in the 2024 flood?") is None


def test_an_impossible_date_is_no_date() -> None:
    assert period("What was said on 31 February 2025?") is None


def test_words_that_ask_for_the_latest() -> None:
    assert wants_latest("How many graves have been found so far?")
    assert not wants_latest("How many graves were found?")


@given(st.lists(st.none() | st.dates(date(1990, 1, 1), date(2030, 1, 1)), max_size=8), st.text())
def test_timeliness_is_between_minus_one_and_one_and_newer_never_fits_worse_when_open(
    dates: list[date | None], question: str
) -> None:
    fits = timeliness(question, dates)
    assert len(fits) == len(dates) and all(-1 <= f <= 1 for f in fits)
    if period(question) is None:
        known = sorted((d, f) for d, f in zip(dates, fits, strict=True) if d)
        assert [f for _, f in known] == sorted(f for _, f in known)


@given(st.dates(date(1990, 1, 1), date(2030, 1, 1)))
def test_a_day_that_is_named_lies_in_its_period(day: date) -> None:
    found = period(f"What happened on {day.day} {day:%B} {day.year}?")
    assert found is not None
    assert found.start <= day <= found.end and found.end - found.start < timedelta(days=60)


@pytest.mark.parametrize(
    "question",
    [
        "How many died in the flood of June 2024?",
        "How many were driven out by the June 2024 flood?",
        "Who won the 6 October 2024 election?",
    ],
)
def test_a_date_that_tells_which_thing_is_meant_is_no_time_asked_about(question: str) -> None:
    assert period(question) is None


@pytest.mark.parametrize(
    ("question", "now"),
    [
        ("When is the bridge due to open?", True),
        ("What does a ticket cost?", True),
        ("When was the bridge due to open?", False),
        ("How many people were there when it is said to have begun?", False),
    ],
)
def test_a_question_in_the_present_tense_asks_for_the_latest(question: str, now: bool) -> None:
    assert in_present_tense(question) is now
