"""Two readings of one question: the newer holds, two papers contradict, the surer corrects."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from assistant.types import Answer, Article, Evidence, EvidenceSentence, Span, Statement
from assistant.weighing import Reading, answers_otherwise, may_matter, weigh

QUESTION = "What will the bridge cost?"


def reading(text: str, confidence: float, day: date | None, source: str = "The Gazette") -> Reading:
    body = f"The bridge will cost {text}."
    article = Article(f"{source}/{day}", "Bridge", body, published=day, source=source)
    sentence = EvidenceSentence(1, article, "p", Span(0, len(body)), 1.0)
    evidence = Evidence(QUESTION, (sentence,))
    answer = Answer(QUESTION, (Statement(text, (1,)),), found=0.9, model="m")
    return Reading(evidence, answer, confidence)


NONE = Evidence(QUESTION, ())
EARLY = reading("21.7 million crowns", 0.7, date(2024, 11, 20))


def test_what_the_same_paper_says_later_holds() -> None:
    assert (
        weigh(QUESTION, EARLY, reading("24.9 million crowns", 0.65, date(2025, 8, 14))) == "better"
    )


def test_what_it_said_earlier_does_not_even_where_the_model_is_surer() -> None:
    assert weigh(QUESTION, EARLY, reading("18.4 million crowns", 0.95, date(2024, 3, 13))) == "no"


def test_two_papers_of_one_week_are_shown_both_if_both_are_sure() -> None:
    other = reading("nearly 27 million crowns", 0.7, date(2024, 11, 22), "The Courier")
    unsure = reading("nearly 27 million crowns", 0.35, date(2024, 11, 22), "The Courier")
    assert weigh(QUESTION, EARLY, other) == "conflict"
    assert weigh(QUESTION, EARLY, unsure) == "no"


def test_an_article_read_alone_corrects_an_unsure_answer() -> None:
    unsure = reading("142 metres", 0.4, date(2024, 11, 20))
    assert (
        weigh(QUESTION, unsure, reading("24.9 million crowns", 0.8, None, "The Wire")) == "better"
    )


def test_what_came_after_the_time_asked_about_never_replaces_an_answer() -> None:
    """Also where the model is surer of it: it cannot tell what held then."""
    asked = "What was the bridge to cost in November 2024?"
    later = reading("24.9 million crowns", 0.99, date(2025, 8, 14))
    assert weigh(asked, EARLY, later) == "no"
    assert weigh(asked, reading("142 metres", 0.2, date(2024, 11, 20)), later) == "no"


def test_an_answer_is_another_one_only_in_kind_and_if_the_first_article_has_not_both() -> None:
    def said(text: str) -> Answer:
        return Answer(QUESTION, (Statement(text, (1,)),), found=0.9, model="m")

    assert answers_otherwise(QUESTION, EARLY, said("24.9 million crowns"), NONE)
    assert not answers_otherwise(QUESTION, EARLY, said("21.7 million"), NONE)
    assert not answers_otherwise(QUESTION, EARLY, said("because of the piles"), NONE)
    both = reading("21.7 million crowns and not 24.9 million crowns", 0.7, None)
    assert not answers_otherwise(QUESTION, both, said("24.9 million crowns"), NONE)


def test_a_lower_bound_is_no_other_answer() -> None:
    """First there are at least three dead, in the end nine: that is no contradiction."""
    first = reading("nine", 0.9, date(2024, 6, 20))
    body = "At least three people have died."
    article = Article("radio", "Flood", body, published=date(2024, 6, 12))
    evidence = Evidence(QUESTION, (EvidenceSentence(1, article, "p", Span(0, len(body)), 1.0),))
    three = Answer(QUESTION, (Statement("three", (1,)),), found=0.9, model="m")
    asked = "How many people died?"
    assert not answers_otherwise(asked, first, three, evidence)
    assert answers_otherwise(asked, reading("two", 0.9, date(2024, 6, 20)), three, evidence)


def test_where_the_latest_is_asked_for_a_later_paper_holds_though_it_is_another_one() -> None:
    older = reading("38 million crowns", 0.8, date(2024, 6, 14))
    newer = reading("61 million crowns", 0.75, date(2024, 6, 20), "The Wire")
    for asked in ("As of 20 June 2024, what was the damage put at?", "What is the latest figure?"):
        assert weigh(asked, older, newer) == "better"
        assert weigh(asked, newer, older) == "no"
    assert weigh("What was the damage put at?", older, newer) == "conflict"


TEXTS = ["21.7 million crowns", "24.9 million crowns", "142 metres", "Ana Ruiz", "Piet Maas"]
TEXTS += ["because of the piles", "a new deck", "1871", "nine"]
READINGS = st.builds(
    reading,
    st.sampled_from(TEXTS),
    st.floats(0, 1),
    st.none() | st.dates(date(2024, 1, 1), date(2024, 1, 1) + timedelta(days=200)),
    st.sampled_from(["The Gazette", "The Courier"]),
)


@given(
    st.sampled_from([QUESTION, "What does it cost now?", "What did it cost as of 2 May 2024?"]),
    READINGS,
    READINGS,
)
@example(QUESTION, EARLY, reading("24.9 million crowns", 0.65, date(2025, 8, 14)))
def test_an_article_that_is_not_read_could_have_changed_nothing(
    question: str, first: Reading, other: Reading
) -> None:
    article = other.evidence.sentences[0].article
    if answers_otherwise(question, first, other.answer, other.evidence) and not may_matter(
        question, first, article
    ):
        assert weigh(question, first, other) == "no"
