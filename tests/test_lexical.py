"""Terms: both sides of a search are normalised alike, so that spellings of one word meet."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.lexical import STOP_WORDS, fold, terms, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Zürich", "Zurich"),
        ("Zu\u0308rich", "Zürich"),
        ("the U.S. press", "the US press"),
        ("1,200", "1200"),
        ("the mayor's", "the mayor"),
        ("the mayor’s", "the mayor's"),
        ("bridges", "bridge"),
        ("flooding", "flooded"),
        ("ﬁre", "fire"),
        ("STRASSE", "Straße"),
        ("U.N.", "UN"),
        ("COVID疫情", "疫情 covid"),
    ],
)
def test_spellings_of_one_word_meet(one: str, other: str) -> None:
    assert sorted(terms(one)) == sorted(terms(other))
    assert terms(one), "and not because nothing is left"


@pytest.mark.parametrize("acronym", ["IT", "US", "WHO"])
def test_acronyms_are_not_taken_for_stop_words(acronym: str) -> None:
    assert terms(acronym)
    assert not terms(acronym.lower())
    assert terms(acronym) != terms(acronym.title())


@pytest.mark.parametrize("text", ["市长辞职", "한국 대통령", "น้ำท่วม"])
def test_scripts_without_spaces_are_found_by_parts_of_words(text: str) -> None:
    """Whoever asks for two characters finds the longer word that has them."""
    assert len(terms(text)) >= 4
    assert set(terms(text[:2])) <= set(terms(text))


def test_decimals_and_grouped_numbers_stay_whole() -> None:
    assert terms("24.9 million, 1,200,000 in 2024") == ["24.9", "million", "1200000", "2024"]


def test_stop_words_go_and_the_order_stays() -> None:
    assert terms("How many bridges does the town of Bote have?") == ["bridg", "town", "bote"]
    assert words("How many bridges") == ["how", "many", "bridges"]


@given(st.text())
def test_composed_and_decomposed_text_have_the_same_terms(text: str) -> None:
    assert terms(unicodedata.normalize("NFC", text)) == terms(unicodedata.normalize("NFD", text))


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_terms_have_no_space_and_no_stop_word(text: str) -> None:
    assert all(t and t == t.strip() and " " not in t for t in terms(text))
    assert not set(words(text)) & {""}


@given(st.lists(st.sampled_from(["bridge", "Zürich", "the", "1,200", "市长", "U.S."]), max_size=8))
def test_text_side_by_side_has_the_terms_of_its_parts(parts: list[str]) -> None:
    assert terms(" ; ".join(parts)) == [t for p in parts for t in terms(p)]


def test_a_stop_word_is_written_as_folding_leaves_it() -> None:
    """One that folding changes would never be met."""
    assert {w for w in STOP_WORDS if fold(w) != w} == set()
