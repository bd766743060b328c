"""What a question says about which articles may answer it: outlets, and days from a clock."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.scope import within
from assistant.types import Filters

OUTLETS = ["The Gazette", "Coast Post", "Gazette of Lanford", "U.S. (Weekly)", "Kelder Gazette"]
WEDNESDAY = date(2024, 6, 12)


def asked(question: str, filters: Filters | None = None) -> Filters:
    return within(
        question, filters or Filters(until=WEDNESDAY), outlets=lambda: OUTLETS, dated=lambda: True
    )


@pytest.mark.parametrize(
    ("question", "outlets"),
    [
        ("According to the Gazette, who won?", {"The Gazette"}),
        ("What does the COAST POST say about it?", {"Coast Post"}),
        ("What did the Gazette of Lanford report?", {"Gazette of Lanford"}),
        ("Who won, according to the Gazette and Coast Post?", {"The Gazette", "Coast Post"}),
        ("What was printed in U.S. (Weekly)?", {"U.S. (Weekly)"}),
        ("Did the council report it?", set()),
        ("Who owns the Gazette?", set()),
        ("Did the Gazette close?", set()),
        ("According to the police, who won?", set()),
        ("According to the gazetteer, who won?", set()),
    ],
)
def test_only_an_outlet_to_which_the_answer_is_attributed_counts(
    question: str, outlets: set[str]
) -> None:
    assert asked(question).sources == outlets


@pytest.mark.parametrize(
    ("question", "outlets"),
    [
        ("According to the Gazette, who won?", {"The Kelder Gazette", "Lanford Gazette"}),
        ("According to the Kelder Gazette, who won?", {"The Kelder Gazette"}),
        ("What did the Mail say?", {"Daily Mail"}),
        ("What did the daily mail say?", {"Daily Mail"}),
        ("Who won, according to the mail?", set()),
        ("According to the Daily, who won?", set()),
    ],
)
def test_papers_are_called_by_the_end_of_their_name(question: str, outlets: set[str]) -> None:
    known = ["The Kelder Gazette", "Lanford Gazette", "Daily Mail", "Radio of the valley"]
    assert within(question, None, outlets=lambda: known, dated=lambda: True).sources == outlets


@pytest.mark.parametrize(
    ("question", "since"),
    [
        ("What burned down yesterday?", date(2024, 6, 11)),
        ("What did the council decide last week?", date(2024, 6, 3)),
        ("Who was elected this week?", date(2024, 6, 10)),
        ("What happened last month?", date(2024, 5, 1)),
        ("What opened this year?", date(2024, 1, 1)),
        ("What closed last year?", date(2023, 1, 1)),
        ("How many fires in the past three weeks?", date(2024, 5, 22)),
        ("Who won last year's election?", None),
        ("What happened in the last week of June?", None),
        ("Who was hurt in the last month of the war?", None),
        ("What shrank over the past four years?", None),
        ("What does a ticket cost today?", None),
    ],
)
def test_days_count_from_the_clock_and_names_of_things_do_not(
    question: str, since: date | None
) -> None:
    assert asked(question).since == since


def test_what_was_printed_some_days_after_the_week_may_tell_of_it() -> None:
    found = within(
        "What burned last year?",
        Filters(until=WEDNESDAY),
        outlets=lambda: OUTLETS,
        dated=lambda: True,
    )
    assert found.until is not None
    assert date(2023, 12, 31) < found.until < date(2024, 2, 1)


def test_filters_that_were_given_are_narrowed_and_never_overruled() -> None:
    given_ = Filters(
        sources=frozenset({"Coast Post"}), since=date(2024, 6, 11), until=WEDNESDAY,
        authors=frozenset({"A. B."}),
    )  # fmt: skip
    assert asked("What did the Gazette say last week, according to the Gazette?", given_) == given_


def test_outlets_are_looked_up_only_for_a_question_that_may_name_one() -> None:
    def never() -> Any:
        raise AssertionError("the store was asked")

    assert within("Who won the cup?", None, outlets=never, dated=never) == Filters()


@given(st.text(max_size=80), st.dates(min_value=date(1900, 1, 1)))
def test_no_question_breaks_it_and_the_days_are_in_order(question: str, today: date) -> None:
    asked(f"According to {question}", None)
    within(
        "According to the Gazette",
        None,
        outlets=lambda: [question, "The Gazette"],
        dated=lambda: True,
    )
    for end in ("", " yesterday", " last week", " this month", " in the past 999 months"):
        found = within(
            question + end, Filters(until=today), outlets=lambda: OUTLETS, dated=lambda: True
        )
        assert found.until is not None and found.until <= today
        assert found.since is None or found.since <= found.until
