"""A false number in a question is named as such, and nothing else is."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.premise import denied
from assistant.types import Article, Evidence, EvidenceSentence, Span

TEXT = (
    "In 2019 some 3.6 million people left Westmark for the coast. "
    "The new bridge in Lanford cost 24.9 million crowns. "
    "Two firms had applied, and 40 trees, or 44 trees, fell in Lanford."
)


def evidence(question: str, text: str = TEXT) -> Evidence:
    article = Article("a.md", "Westmark in figures", text, published=date(2024, 5, 1))
    sentences, start = [], 0
    for label, part in enumerate(text.split(". "), 1):
        span = Span(start, start + len(part))
        sentences.append(EvidenceSentence(label, article, "p", span, 1.0 / label))
        start = span.end + 2
    return Evidence(question, tuple(sentences))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "Why did 36 million people leave Westmark for the coast?",
            "The articles say 3.6 million people, not 36 million people.",
        ),
        (
            "Who paid the 31 million crowns that the new bridge in Lanford cost?",
            "The articles say 24.9 million crowns, not 31 million crowns.",
        ),
    ],
)
def test_the_number_that_the_articles_have_is_said_with_its_sentence(
    question: str, said: str
) -> None:
    denial = denied(evidence(question))
    assert denial is not None and denial.text == said
    assert said.removeprefix("The articles say ").split(",")[0] in denial.sentence.text


@pytest.mark.parametrize(
    "question",
    [
        "Why did people leave Westmark for the coast?",  # takes no number for granted
        "Why did 3,600,000 people leave Westmark for the coast?",  # the same number
        "Why did 36 million people leave Eastmark for the coast?",  # another place
        "Why did 36 million birds leave Westmark for the coast?",  # another thing
        "Why did people leave Westmark for the coast in 2018?",  # a year dates the question
        "Why did 36 million people vote for a new mayor in Westmark?",  # another matter
        "Who paid 31 million euros for the new bridge in Lanford?",  # another unit
        "Which of the 50 trees fell in Lanford?",  # 40 or 44: which is meant?
        "Which one of 36 million people left 24 towns in Westmark?",  # two numbers
        "",
    ],
)
def test_what_is_not_plainly_the_same_matter_is_left_alone(question: str) -> None:
    assert denied(evidence(question)) is None


@given(st.text(max_size=60), st.text(min_size=1, max_size=60))
def test_any_text_is_read_without_an_error_and_the_sentence_is_one_of_the_evidence(
    question: str, text: str
) -> None:
    given_ = evidence(question, text)
    denial = denied(given_)
    assert denial is None or denial.sentence in given_.sentences
