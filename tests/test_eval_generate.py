"""Questions from articles that nobody labelled: what is kept, what falls, and what is a copy."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from pydantic import PrivateAttr
from scripted import ScriptedLLM

from assistant.copies import groups
from assistant.reading import find_sources, read
from assistant.types import Article
from evals.generate import LEFT_OUT, MOST_TRIES, Tally, generate, leaks
from evals.items import as_json, parse
from evals.metrics.spans import gives
from evals.question_rules import (
    Proposal,
    broken,
    longest_run,
    self_contained,
    similarity,
    taken,
    well_formed,
)

CORPUS = Path(__file__).parent.parent / "corpus"
TOWNS = "Aldry Brenmoor Corley Dunsop Elmhurst Farnell Gresty Holme".split()
WORDS = st.text(alphabet="abc ", max_size=30)


class Writer(ScriptedLLM):
    """Proposes what a function makes of the sentence it is shown."""

    reply: Any = ""
    _write: Callable[[str], Any] = PrivateAttr()

    def __init__(self, write: Callable[[str], Any]) -> None:
        super().__init__()
        self._write = write

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        task = messages[-1].content or ""
        sentence = task.rpartition("Sentence: ")[2]
        said = self._write(sentence)
        text = said if isinstance(said, str) else json.dumps(said)
        return ChatResponse(message=ChatMessage(role="assistant", content=text))


def archive() -> list[Article]:
    """Eight towns with a bridge each, and a paper that prints the first two again, shortened."""
    articles = []
    for number, town in enumerate(TOWNS):
        own = " ".join(f"{town.lower()}{n}" for n in range(18))  # what no other article says
        text = (
            f"The old crossing was closed in spring.\n\nIn {town} they spoke of {own}.\n\n"
            f"Workers from Quellhof finished the stone arch at {town} for {30 + number} million "
            f"crowns while nobody in {town} slept."
        )
        articles.append(Article(f"gazette/{town}.md", f"A bridge for {town}", text))
    for original in articles[:2]:
        short = original.text.partition("\n\n")[2]
        articles.append(Article(original.id.replace("gazette", "wire"), "From the wire", short))
    return articles


def about_cost(sentence: str) -> dict[str, str]:
    """A good question to the sentence with the cost, a poor one to any other."""
    found = re.search(r"at (\w+) for (\d+ million crowns)", sentence)
    if found is None:
        return {"answer": sentence.split()[0], "question": "What is it?"}
    town, answer = found.groups()
    return {"answer": answer, "question": f"How much did {town} pay for its replacement span?"}


def run(
    articles: list[Article], write: Callable[[str], Any], n: int = 8, seed: int = 3
) -> tuple[list[Any], Tally]:
    told: list[Tally] = []
    found = list(generate(articles, Writer(write), n, seed, told.append))
    return found, told[-1]


def test_what_is_kept_has_a_verbatim_answer_in_verbatim_evidence() -> None:
    articles = {a.id: a for a in archive()}
    found, tally = run(archive(), about_cost)
    assert len(found) == tally.kept == 8
    for item in found:
        assert item.evidence
        for quote in item.evidence:
            assert quote.quote in articles[quote.article_id].text
            for part in item.answers:
                assert part[0] in quote.quote and not gives(item.question, part)
        assert parse(json.dumps(as_json(item)), "here") == item


def test_the_tally_accounts_for_every_proposal() -> None:
    _, tally = run(archive(), about_cost)
    assert tally.proposed == tally.kept + sum(tally.fell.values())
    assert tally.fell["not a well-formed question"] > 0
    assert f"{tally.proposed} proposed, 8 kept of 8" in str(tally)


def test_the_same_seed_makes_the_same_questions_and_another_does_not() -> None:
    again = random.Random(1).sample(archive(), len(archive()))
    assert run(archive(), about_cost)[0] == run(again, about_cost)[0]
    assert run(archive(), about_cost, 4)[0] != run(archive(), about_cost, 4, seed=4)[0]


def test_an_unanswerable_question_leaves_out_every_article_that_answers_it() -> None:
    articles = archive()
    found = [item for seed in range(6) for item in run(articles, about_cost, seed=seed)[0]]
    left_out = [i for i in found if i.kind == LEFT_OUT]
    assert len(left_out) == 2 * 6
    assert any(len(i.without) == 2 for i in left_out), "no seed left out a near-copy"
    for item in left_out:
        assert not item.answerable and not item.answers and not item.gold
        cost = re.search(r"\d+ million", item.evidence[0].quote)
        town = re.search(r"did (\w+) pay", item.question)
        assert cost and town
        for article in articles:
            if article.id not in item.without:
                assert not (cost.group() in article.text and town.group(1) in article.text)


def test_near_copies_are_one_story_any_of_them_serves_and_one_is_asked_about() -> None:
    found = [i for seed in range(6) for i in run(archive(), about_cost, seed=seed)[0]]
    of_aldry = [i for i in found if "Aldry" in i.question]
    assert {i.cluster for i in of_aldry} == {"gazette/Aldry.md"}
    for item in of_aldry:
        assert set((item.gold or (item.without,))[0]) == {"gazette/Aldry.md", "wire/Aldry.md"}
    for seed in range(6):
        questions = [i.question for i in run(archive(), about_cost, seed=seed)[0]]
        assert len(set(questions)) == len(questions)


def test_a_question_that_another_article_may_answer_otherwise_falls() -> None:
    def vague(sentence: str) -> dict[str, str]:
        found = re.search(r"for (\d+ million crowns)", sentence)
        answer = found.group(1) if found else "nothing"
        return {"answer": answer, "question": "What did workers from Quellhof get for the arch?"}

    found, tally = run(archive(), vague)
    assert not found
    assert tally.fell["another article may answer it otherwise"] > 0


@pytest.mark.parametrize("said", ["no JSON at all", {"question": "Who?"}, ["a", "list"]])
def test_a_model_that_cannot_do_it_is_given_up(said: Any) -> None:
    many = [
        Article(f"a{n}", "t", archive()[0].text.replace("Aldry", f"Place{n}")) for n in range(40)
    ]
    found, tally = run(many, lambda _: said, n=1)
    assert not found and tally.proposed <= MOST_TRIES
    assert tally.fell == {"the model did not keep to the form": tally.proposed}


ARTICLE = Article(
    "a", "t", "The council of Aldry chose Mara Quill as head of the new library on Monday. Bye."
)
QUOTE = ARTICLE.text.removesuffix(" Bye.")


@pytest.mark.parametrize(
    ("question", "answer", "reason"),
    [
        ("Who leads the public reading rooms of Aldry?", "Mara Quill", None),
        ("Tell me who leads the library of Aldry.", "Mara Quill", "not a well-formed question"),
        ("Who leads? And why?", "Mara Quill", "not a well-formed question"),
        ("Who leads the rooms of Aldry?", "the", "the answer says nothing"),
        ("Who leads the rooms of Aldry?", "Ada Brisk", "the answer is not in the sentence"),
        ("Who leads the rooms of Aldry?", "Quil", "the answer is not in the sentence"),
        ("Who leads the rooms of Aldry?", QUOTE, "the answer is half the sentence"),
        ("What does Mara Quill lead in Aldry?", "Mara Quill", "the question holds the answer"),
        ("Who did they choose in the end?", "Mara Quill", "the question cannot stand alone"),
        ("Who leads Aldry, says the article?", "Mara Quill", "the question cannot stand alone"),
        ("Who was the best of all?", "Mara Quill", "too little to look for"),
        (
            "Who did the council choose as head of the new library on Monday?",
            "Mara Quill",
            "the question repeats the sentence",
        ),
    ],
)
def test_each_rule_lets_the_good_question_pass_and_names_what_is_wrong(
    question: str, answer: str, reason: str | None
) -> None:
    assert broken(Proposal(question, answer, QUOTE, ARTICLE)) == reason


def test_a_sentence_that_is_not_in_the_article_falls() -> None:
    proposal = Proposal("Who leads the rooms of Aldry?", "Mara Quill", "Mara Quill leads.", ARTICLE)
    assert broken(proposal) == "the sentence is not in the article"


def test_a_pronoun_is_allowed_after_the_name_it_stands_for() -> None:
    assert self_contained("What did Mara Quill say when she left?")
    assert not self_contained("What did she say when Mara Quill left?")
    assert not self_contained("What did Mara Quill say yesterday?")
    assert not self_contained("What does our council plan for Aldry?")


@settings(deadline=None)
@given(WORDS, WORDS)
def test_the_longest_run_is_symmetric_and_no_longer_than_either(a: str, b: str) -> None:
    run_length = longest_run(a, b)
    assert run_length == longest_run(b, a)
    assert run_length <= min(len(a.split()), len(b.split()))
    assert longest_run(a, a) == len(a.split())


@settings(deadline=None)
@given(WORDS, WORDS, WORDS)
def test_the_share_taken_is_a_share_and_all_of_it_when_the_sentence_is_repeated(
    question: str, sentence: str, answer: str
) -> None:
    assert 0 <= taken(question, sentence, answer) <= 1
    assert taken(sentence, sentence, answer) == 1


@settings(deadline=None)
@given(st.frozensets(st.text(max_size=2)), st.frozensets(st.text(max_size=2)))
def test_similarity_is_symmetric_and_one_only_for_equals(
    a: frozenset[str], b: frozenset[str]
) -> None:
    assert similarity(a, b) == similarity(b, a)
    assert (similarity(a, b) == 1) == (a == b)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_at_all_is_judged_without_an_error(text: str) -> None:
    for question in (text, f"Who {text}?"):
        if question:
            well_formed(question)
        assert self_contained(question) in (True, False)
        broken(Proposal(question or "?", text, text, Article("a", "t", text)))


def test_the_copies_planted_in_the_sample_corpus_are_found_and_nothing_else() -> None:
    articles = [
        each
        for source in find_sources(CORPUS)
        for each in read(source.path, article_id=source.article_id)
        if isinstance(each, Article)
    ]
    found = {group for group in groups(articles, leaks).values() if len(group) > 1}
    assert found == {
        (
            "courier/2024-06-12-flood-breaking.txt",
            "gazette/2024-06-12-sarn-flood-three-dead.md",
            "radio/2024-06-12-flood.txt",
            "wire/b-emergencies.jsonl#b-001",
        ),
        ("radio/2024-10-20-runoff.txt", "wire/a-politics.jsonl#nw-241020-22"),
        ("radio/2025-05-13-halden-jobs.txt", "wire/c-life.jsonl#nw-2025-0513-07"),
    }


@settings(deadline=None)
@given(st.lists(st.text(alphabet="ab ", max_size=40), max_size=6), st.randoms())
def test_groups_of_copies_divide_the_articles_whatever_their_order(
    texts: list[str], rng: random.Random
) -> None:
    articles = [Article(str(n), "t", text) for n, text in enumerate(texts)]
    found = groups(articles, leaks)
    shuffled = list(articles)
    rng.shuffle(shuffled)
    assert groups(shuffled, leaks) == found
    assert set(found) == {a.id for a in articles}
    for article_id, group in found.items():
        assert article_id in group and all(found[other] == group for other in group)
    for a in articles:
        for b in articles:
            if len(a.text.split()) >= 1 and a.text.split() == b.text.split():
                assert found[a.id] == found[b.id]
