"""Which other articles are worth a reading of their own: those that may say otherwise."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.decomposition import Part
from assistant.evidence import select
from assistant.passages import sentence_spans
from assistant.rivals import other_articles
from assistant.types import Answer, Article, Hit, Passage, SentenceScore, Statement
from assistant.weighing import Reading

QUESTION = "How many people died in the flood?"


def hit(rank: int, text: str, late: float, day: date = date(2024, 6, 12)) -> Hit:
    spans = tuple(sentence_spans(text))
    article = Article(f"{rank}.txt", f"Title {rank}", text, published=day)
    passage = Passage(f"p{rank}", article.id, 0, spans[0].start, spans[-1].end, spans)
    scores = tuple(SentenceScore(late, late, late) for _ in spans)
    return Hit(rank, -float(rank), passage, article, scores)


def rivals(answer: str, first: str, *others: Hit, question: str = QUESTION) -> list[str]:
    """The ids of the articles to read alone, after `answer` was read in an article with `first`."""
    hits = [hit(1, first, 0.6), *others]
    said = Answer(question, (Statement(answer, (1,)),), found=0.9, model="m")
    evidence = select(question, hits[:1], 260)
    found = other_articles(Part(question, question), hits, Reading(evidence, said, 0.7))
    return [each.sentences[0].article.id for each in found]


def test_another_number_of_the_same_kind_is_a_reason_to_read() -> None:
    assert rivals("Nine", "Nine people died.", hit(2, "The flood claimed eight lives.", 0.45)) == [
        "2.txt"
    ]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("Nine people lost their lives in the night.", id="says the same"),
        pytest.param("The flood came on a Wednesday.", id="has no number"),
        pytest.param("It was the worst since 1951.", id="has only a year"),
        pytest.param("The river stood at 6.42 metres.", id="has only a measure"),
        pytest.param("1,150 people lost their homes.", id="counts something else"),
        pytest.param("At least three people died.", id="leaves room for it"),
        pytest.param("Up to twenty are feared dead.", id="leaves room for it, from above"),
    ],
)
def test_an_article_that_cannot_say_another_number_is_not_read(other: str) -> None:
    assert rivals("Nine", "Nine people died.", hit(2, other, 0.6)) == []


def test_a_year_may_differ_from_a_year() -> None:
    asked = "In which year was the mill built?"
    other = hit(2, "The mill was built in 1876.", 0.6)
    assert rivals("1871", "The mill dates from 1871.", other, question=asked) == ["2.txt"]


def test_what_fits_the_question_far_less_is_not_read() -> None:
    assert rivals("Nine", "Nine people died.", hit(2, "Eight firms applied.", 0.3)) == []


def test_names_must_fit_nearly_as_well_since_any_other_name_would_differ() -> None:
    asked = "Who won the race?"
    others = [hit(2, "Ana Ruiz won the race.", 0.55), hit(3, "Piet Maas was there.", 0.45)]
    found = rivals("Selma Hart", "Selma Hart won the race.", *others, question=asked)
    assert found == ["2.txt"]


def test_an_explanation_has_no_rival_because_two_papers_put_it_differently_anyway() -> None:
    long = "because half of the stewards were ill on Sunday"
    assert rivals(long, f"It was off {long}.", hit(2, "Eight were ill.", 0.6)) == []


def test_the_newest_is_read_first_where_the_question_asks_for_what_holds_now() -> None:
    asked = "How many graves have been found so far?"
    others = [
        hit(2, "Twelve graves are open.", 0.6, date(2025, 4, 9)),
        hit(3, "There are 31 graves.", 0.5, date(2025, 10, 25)),
    ]
    found = rivals("seven graves", "Seven graves were found.", *others, question=asked)
    assert found == ["3.txt", "2.txt"]


@pytest.mark.parametrize(
    ("day", "read"),
    [
        pytest.param(date(2024, 6, 1), ["2.txt"], id="of the same time"),
        pytest.param(date(2025, 1, 1), ["2.txt"], id="newer"),
        pytest.param(date(2023, 1, 1), [], id="an older state"),
    ],
)
def test_an_article_whose_answer_could_change_nothing_is_not_read(
    day: date, read: list[str]
) -> None:
    other = hit(2, "The flood claimed eight lives.", 0.6, day)
    assert rivals("Nine", "Nine people died.", other) == read
