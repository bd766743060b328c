"""Where the words of an answer stand: what is located reads the same as the answer."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.grounding import locate
from assistant.quantities import values

TEXT = (
    "The bridge — 1,200 metres long — will cost 24.9 million crowns, “not a crown more”, Devran\n"
    "Halloway's office in Zürich said. In 2024 only 5.3 percent of U.S. tourists came; it's 12 "
    "fewer than on 12.03.2023 (or £15.8m).\tNach 3½ Jahren: der Fluß, die Straße. "
    "市长周二宣布辞职。"
)
WORD = st.sampled_from(
    [
        *(
            "The",
            "river",
            "Zürich",
            "Fluß",
            "it's",
            "U.S.",
            "“late”",
            "(so)",
            "-",
            "—",
            "市长",
            "e\u0301",
        ),
        *(
            "5",
            "5.3",
            "1,200",
            "24.9",
            "million",
            "crowns",
            "$3.6m",
            "12.03.2023",
            "3½",
            "two",
            "km",
        ),
    ]
)
SPACE = st.sampled_from([" ", "  ", "\n", "\t", "\u00a0"])


def place(value: str, text: str = TEXT) -> str | None:
    """What `locate` finds, as text."""
    span = locate(value, text)
    return None if span is None else text[span.start : span.end]


def plain(text: str) -> str:
    """A slow, obvious folding: no accents, quote marks, dashes, case or runs of white space."""
    text = re.sub("[“”„]", '"', re.sub("[’‘]", "'", re.sub("[–—]", "-", text)))
    text = "".join(
        c
        for c in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        if not unicodedata.combining(c)
    )
    return " ".join(text.split())


@given(st.lists(st.tuples(WORD, SPACE), min_size=1, max_size=12), st.data())
def test_a_word_aligned_piece_is_located_and_the_place_reads_the_same(
    parts: list[tuple[str, str]], data: st.DataObject
) -> None:
    text = "".join(word + space for word, space in parts)
    ends = [0]
    for word, space in parts:
        ends.append(ends[-1] + len(word + space))
    first = data.draw(st.integers(0, len(parts) - 1))
    last = data.draw(st.integers(first, len(parts) - 1))
    value = text[ends[first] : ends[last] + len(parts[last][0])].strip().strip(".,;:")
    assume(value)
    assert plain(value) in plain(place(value, text) or "")


@given(st.text(alphabet="ab 5.,$mé'-", max_size=12), st.text(alphabet="ab 5.,$mé'-", max_size=30))
def test_whatever_is_located_has_the_letters_or_the_number_of_the_value(
    value: str, text: str
) -> None:
    found = place(value, text)
    if found is not None:
        wanted = plain(value.strip().strip(".,;:"))
        assert wanted in plain(found) or values(value) & values(found)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("devran halloway", "Devran\nHalloway"),
        ('"not a crown more"', "“not a crown more”"),
        ("Zurich", "Zürich"),
        ("halloway’s office", "Halloway's office"),
        ("the  bridge - 1,200", "The bridge — 1,200 metres"),
        ("24.9", "24.9 million crowns"),
        ("24.9 million crowns.", "24.9 million crowns"),
        ("24,900,000 crowns", "24.9 million crowns"),
        ("15.8 million pounds", "£15.8m"),
        ("twelve", "12"),
        ("2023", "2023"),
        ("STRASSE", "Straße"),
        ("宣布辞职", "宣布辞职"),
    ],
)
def test_found_in_spite_of_spelling(value: str, found: str) -> None:
    assert place(value) == found


@pytest.mark.parametrize(
    "value",
    [
        *("5", "200", "3", "24", "9 million", "53", "1200 days", "5.3 km", "15.8 million dollars"),
        *("ridge", "Hallow", "tourist", "", " ", ".", "the bridges", "26.9 million crowns"),
    ],
)
def test_not_found_where_the_text_does_not_say_it(value: str) -> None:
    """Half a word, half a number, another unit or currency is not what the text says."""
    assert place(value) is None


def test_an_accent_of_its_own_belongs_to_the_letter_before() -> None:
    assert place("cafe", "a cafe\u0301\u0323 there") == "cafe\u0301\u0323"
