"""How much of a question an article has."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.coverage import covered, missing_names

TEXT = "The Port Ellin swing bridge reopened on 3 May after repairs that cost 18.9 million crowns."


def test_a_name_or_number_that_the_article_lacks_is_found() -> None:
    """What gives away a question about something else."""
    assert missing_names("What did repairs of the Old Mill Bridge cost?", [TEXT]) == ["Old", "Mill"]
    assert missing_names("Why did it cost 36 million?", [TEXT]) == ["36000000"]


def test_what_the_article_has_is_not_missing() -> None:
    assert missing_names("What did the Port Ellin bridge cost on May 3?", [TEXT]) == []
    assert missing_names("Bridge repairs?", [TEXT]) == []  # the first word is no name


def test_the_share_of_the_questions_words() -> None:
    assert covered("What did the swing bridge cost?", [TEXT]) == 1.0
    assert covered("Who designed the swing bridge?", [TEXT]) < 1.0


@given(st.text(), st.lists(st.text(), max_size=3))
def test_a_question_has_all_of_its_own_words(question: str, texts: list[str]) -> None:
    assert 0.0 <= covered(question, texts) <= 1.0
    assert covered(question, [*texts, question]) == 1.0
    assert missing_names(question, [*texts, question]) == []
