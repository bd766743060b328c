"""Numbers as values: written in digits or words, with scales, units and signs."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.quantities import extended, quantities, values
from assistant.types import Span

ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
ONES += "fifteen sixteen seventeen eighteen nineteen"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


def spelled(number: int) -> str:
    """`number` in English words, in the British way."""
    if number < 20:
        return ONES.split()[number]
    if number < 100:
        tens, one = divmod(number, 10)
        return TENS.split()[tens - 2] + (f"-{spelled(one)}" if one else "")
    for scale, word in ((10**9, "billion"), (10**6, "million"), (1000, "thousand")):
        if number >= scale:
            high, rest = divmod(number, scale)
            joint = " and " if 0 < rest < 100 else ", "
            return f"{spelled(high)} {word}" + (f"{joint}{spelled(rest)}" if rest else "")
    high, rest = divmod(number, 100)
    return f"{spelled(high)} hundred" + (f" and {spelled(rest)}" if rest else "")


def read(text: str) -> list[tuple[str, str, str]]:
    """The value, unit and wording of each number in `text`."""
    return [(f"{q.value:f}", q.unit, text[q.span.start : q.span.end]) for q in quantities(text)]


@given(st.integers(0, 10**12 - 1))
def test_every_number_in_english_words_has_its_value(number: int) -> None:
    assert values(f"In all {spelled(number)} people came.") == {Decimal(number).normalize()}
    assert values(spelled(number).upper()) == {Decimal(number).normalize()}


@given(st.integers(0, 10**15), st.sampled_from(["{}", "{:,}", "${:,}", "about {:,} people."]))
def test_digits_have_their_value_with_and_without_commas(number: int, form: str) -> None:
    assert values(form.format(number)) == {Decimal(number).normalize()}


@pytest.mark.parametrize(
    "text",
    ["3.6 million", "3,600,000", "$3.6m", "3.6-million", "3 600 000", "3\u00a0600\u00a0000"],
)
def test_ways_to_write_the_same_number_have_the_same_value(text: str) -> None:
    assert values(text) == {Decimal(3_600_000).normalize()}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("one and two", [("1", "", "one"), ("2", "", "two")]),
        ("between one and two million", [("1", "", "one"), ("2000000", "", "two million")]),
        ("one, two, three", [("1", "", "one"), ("2", "", "two"), ("3", "", "three")]),
        ("the twenty-first floor", [("21", "", "twenty-first")]),
        ("the 21st and third", [("21", "", "21st"), ("3", "", "third")]),
        ("May 5 2019", [("5", "", "5"), ("2019", "", "2019")]),
        ("2019–2020, 10-12", [(n, "", n) for n in ("2019", "2020", "10", "12")]),
        ("-5 °C, not 5 °C", [("-5", "°c", "-5"), ("5", "°c", "5")]),
        ("minus five degrees", [("-5", "degree", "minus five")]),
        ("6 per cent", [("6", "%", "6")]),
        ("6 percentage points", [("6", "percentagepoint", "6")]),
        ("a 5m wall", [("5", "metre", "5")]),
        ("a £5m wall", [("5000000", "", "5m")]),
        ("5 months, 5 meetings", [("5", "month", "5"), ("5", "", "5")]),
        ("12 kilometers, 12 km", [("12", "kilometre", "12"), ("12", "kilometre", "12")]),
        ("3½ years, 12 ½", [("3.5", "year", "3½"), ("12", "", "12")]),
        ("3½ mln dlrs", [("3500000.0", "dollar", "3½ mln")]),
        ("1.2 bln stg, up 15 pct", [("1200000000.0", "", "1.2 bln"), ("15", "%", "15")]),
        ("At first it was the first of two", [("1", "", "first"), ("2", "", "two")]),
        ("opened at ten", [("10", "", "ten")]),
        ("none, someone, tent", []),
    ],
)
def test_numbers_and_units_as_a_reader_would_take_them(
    text: str, found: list[tuple[str, str, str]]
) -> None:
    assert read(text) == found


@pytest.mark.parametrize(
    ("text", "answer", "whole"),
    [
        ("It cost 24.9 million crowns.", "24.9", "24.9 million crowns"),
        ("It cost $3.6m.", "3.6", "$3.6m"),
        ("It cost £15 then.", "15", "£15"),
        ("A wall of 6.42 metres.", "6.42", "6.42 metres"),
        ("About 12 meetings.", "12", "12"),
        ("Some forty-two days.", "forty", "forty-two days"),
    ],
)
def test_an_answer_grows_to_the_whole_number_with_currency_and_unit(
    text: str, answer: str, whole: str
) -> None:
    at = text.index(answer)
    start, end = extended(text, Span(at, at + len(answer)))
    assert text[start:end] == whole


PIECES = st.sampled_from(
    [
        "5",
        "1,200",
        "3.6",
        "-",
        " ",
        "million",
        "two",
        "and",
        "hundred",
        "m",
        "km",
        "$",
        "%",
        ".",
        ",",
    ]
)


@given(st.lists(PIECES, max_size=15).map("".join), st.data())
def test_spans_are_in_order_apart_and_growing_keeps_what_there_was(
    text: str, data: st.DataObject
) -> None:
    spans = [q.span for q in quantities(text)]
    assert all(0 <= s.start < s.end <= len(text) for s in spans)
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
    start = data.draw(st.integers(0, len(text)))
    span = Span(start, data.draw(st.integers(start, len(text))))
    grown = extended(text, span)
    assert 0 <= grown.start <= span.start <= span.end <= grown.end <= len(text)
