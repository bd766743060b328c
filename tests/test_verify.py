"""What may be shown as said by an article: numbers, names, days, words, negation (invariant 3)."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.answering.verify import Beside, adds_nothing, missing, missing_names, unsaid
from assistant.types import Article

TEXT = (
    "The bridge will cost 24.9 million crowns, Devran Halloway said. It opens in June 2026. "
    "The mayor did not resign on Tuesday. The river stood at 6.42 metres at the Old Mill gauge."
)
ARTICLE = Article(
    "a.txt", "Bridge dearer again", TEXT, published=date(2025, 8, 14), source="The Gazette"
)


@pytest.mark.parametrize(
    "statement",
    [
        "24.9 million crowns",
        "24,900,000 crowns",
        "The bridge will cost 24.9 million crowns.",
        "It opens in June 2026",
        "the mayor did not resign",
        "6.42 m",
        "On 14 August 2025 the Gazette said that the bridge will cost 24.9 million crowns.",
        "In 2025, the bridge was to cost 24.9 million crowns.",
        "The bridge gets dearer because it will cost 24.9 million crowns.",
    ],
)
def test_what_the_text_and_its_heading_say_passes(statement: str) -> None:
    assert missing(statement, [TEXT], Beside([ARTICLE])) is None


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("27 million crowns", "number 27"),
        ("The bridge will cost 24.9 thousand crowns", "number 24900"),
        ("The bridge will cost 24.9 million crowns, Nils Harkness said", "name"),
        ("The mayor resigned on Tuesday", "negation"),
        ("The council praised a lovely piece of engineering", "too few"),
        ("It opens in July 2026", "name July"),
        ("On 15 August 2025 the bridge was to cost 24.9 million crowns", "number 15"),
        ("In 2024 the bridge was to cost 24.9 million crowns", "number 2024"),
    ],
)
def test_a_wrong_number_name_day_or_negation_is_found(statement: str, why: str) -> None:
    assert why in (missing(statement, [TEXT], Beside([ARTICLE])) or "nothing is missing")


def test_each_clause_is_denied_or_said_as_in_the_text() -> None:
    """A long sentence with one "not" must neither pass as its opposite nor fail for its length."""
    text = "She said the sum would be met by a larger loan and not by higher taxes."
    assert (
        missing("She said the sum would be met by a larger loan and not by taxes", [text]) is None
    )
    turned = "She said the sum would not be met by a larger loan and by higher taxes"
    assert "negation" in (missing(turned, [text]) or "")


def test_words_of_the_question_may_be_repeated_but_are_no_answer() -> None:
    text = "In October a girl of nine was found after five hours, also by Biscuit."
    question = "What is the name of the search dog that found the ferryman?"
    beside = Beside(question=question)
    assert missing("The search dog that found the ferryman is Biscuit.", [text], beside) is None
    assert missing("The search dog is called Marlowe and lives there.", [text], beside) is not None


def test_a_word_that_no_cited_article_has_is_counted_though_the_question_has_it() -> None:
    """Who built the bridge is not who designed it, though both names stand in the text."""
    article = Article("a", "Contract", "Brandt & Sable has won the contract for the new bridge.")
    assert unsaid("Brandt & Sable designed the bridge.", [article]) == 0.25
    assert unsaid("Brandt & Sable has the contract for the bridge.", [article]) == 0


def test_a_name_may_stand_for_a_pronoun_only_where_the_article_has_it() -> None:
    sentence = "He will open it in June."
    article = Article("a", "Opening", f"Anselm Roke was there. {sentence}")
    said = "Then Roke will open it in June."
    assert missing(said, [sentence], Beside([article], article.text)) is None
    assert "Harkness" in (missing("Then Harkness will open it in June.", [sentence]) or "")


def test_a_name_is_known_in_another_form_and_in_the_words_of_the_question() -> None:
    text = "Striking seamen in Brazil said they would resign rather than end their strike."
    said = "The Brazilian seamen said they would resign."
    assert missing(said, [text]) is None
    asked = Beside(question="What did the Santos seamen say?")
    assert missing("The Santos seamen said they would resign.", [text], asked) is None
    assert "Santos" in (missing("The Santos seamen said they would resign.", [text]) or "")
    assert "Johnson" in (
        missing("Then Johnson spoke in Brazil.", ["Johnston spoke in Brazil."]) or ""
    )


def test_a_sentence_that_only_repeats_the_question_adds_nothing() -> None:
    question = "was roke ahead in the first round too"
    assert adds_nothing("Roke was not ahead in the first round.", question)
    assert not adds_nothing("Varga was ahead in the first round.", question)
    assert not adds_nothing("Roke was ahead by 12 votes in the first round.", question)


def test_a_sentence_in_another_language_is_compared_by_its_numbers_and_names() -> None:
    text = "A cambio les mandaremos un regalo que pesa 85 kilos: una campana de bronce de Tait."
    assert missing("The bell weighs 85 kilograms.", [text]) is None
    assert "number 80" in (missing("The bell weighs 80 kilograms.", [text]) or "")
    assert "Roke" in (missing("The bell comes from Roke.", [text]) or "")


def test_a_time_may_be_written_with_a_colon_or_a_full_stop() -> None:
    text = "From 2 January its counters open Monday to Thursday from 8.30 am to 4 pm."
    assert missing("The counters open from 8:30 am to 4 pm.", [text]) is None
    assert "number" in (missing("The counters open from 8:45 am to 4 pm.", [text]) or "")


def test_one_word_of_its_own_is_let_pass_beside_a_figure_that_is_there() -> None:
    text = "The recount has put his lead over Ilse Varga at 309, it was announced on Monday."
    asked = Beside(question="by how many votes did he win after the recount")
    assert missing("He won by 309 votes after the recount.", [text], asked) is None
    assert missing("He won by votes after the recount.", [text], asked) is not None


def test_a_number_may_stand_in_the_headline_that_is_shown_with_the_citation() -> None:
    article = Article("a", "Former premier dies aged 92", "The former premier has died.")
    said = "The former premier has died aged 92."
    assert missing(said, [article.text], Beside([article])) is None
    assert "92" in (missing(said, [article.text]) or "")


def test_names_and_numbers_of_a_question_that_no_text_has() -> None:
    assert missing_names("How much did Halloway pay for the 12 boats?", [TEXT]) == ["12"]
    assert missing_names("Did Penelope Quill pay?", [TEXT]) == ["Penelope", "Quill"]
    assert missing_names("Who pays?", [TEXT]) == []
