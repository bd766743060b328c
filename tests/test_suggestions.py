"""The questions that an empty chat offers."""

from __future__ import annotations

from pathlib import Path

import tiny
from hypothesis import given
from hypothesis import strategies as st

from assistant.engine import Engine
from assistant.settings import load_settings
from assistant.web.suggestions import SAMPLE, from_headlines, three_questions

CORPUS = Path(__file__).parent.parent / "corpus"


def engine_of(tmp_path: Path, *articles: tuple[str, str]) -> Engine:
    engine = Engine(load_settings(flags={"llm": "none", "store": tmp_path}))
    for id, title in articles:
        tiny.put(engine.store, tiny.article(id, f"The text of {id}.", title))
    return engine


def test_the_sample_corpus_has_the_articles_that_answer_its_questions():
    assert all((CORPUS / article).is_file() for _, article in SAMPLE)


def test_with_the_sample_corpus_its_own_questions_are_offered(tmp_path):
    engine = engine_of(tmp_path, *((article, "Some headline or other") for _, article in SAMPLE))
    assert three_questions(engine) == [question for question, _ in SAMPLE]
    engine.close()


def test_any_other_corpus_is_asked_about_its_headlines(tmp_path):
    engine = engine_of(tmp_path, ("a", "LIVE: Storm closes harbour"), ("b", "Who pays the ferry?"))
    assert sorted(three_questions(engine)) == [
        "What do the articles say about “Storm closes harbour”?",
        "Who pays the ferry?",
    ]
    engine.close()


def test_an_empty_store_offers_nothing(tmp_path):
    engine = engine_of(tmp_path)
    assert three_questions(engine) == []
    engine.close()


def test_near_copies_are_asked_about_once():
    titles = [
        "Flood reaches Kelderby town",
        "Three dead as flood hits Kelderby",
        "Otters win again",
    ]
    assert from_headlines(titles) == [
        "What do the articles say about “Flood reaches Kelderby town”?",
        "What do the articles say about “Otters win again”?",
    ]


@given(st.lists(st.text(max_size=120), max_size=8))
def test_a_question_is_one_line_and_ends_as_one(titles):
    for question in from_headlines(titles):
        assert "\n" not in question
        assert len(question) < 140
        assert question.endswith("?")
