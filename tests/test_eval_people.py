"""Questions as people type them: what the suite holds, and when an answer to one is right."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.types import Article, Passage, SentenceScore, Span
from assistant.types import Hit as FoundPassage
from evals.items import Item, ItemError, as_json, parse
from evals.metrics.abstention import declined_right, right
from evals.metrics.answers import answered_right, opening
from evals.metrics.citations import cited_has_answer
from evals.metrics.kinds import KINDS
from evals.performance import corpora
from evals.records import Cited, Record, Status
from evals.scores import score
from evals.suites import find
from evals.systems.quotes import QUOTED, best
from evals.tables import table

PEOPLE = find("people")
SAID = Path(__file__).parent / "people_said.jsonl"
TOLD = Item(
    "bridge",
    "timeline of the bridge",
    (("18.4 million",), ("21.7 million",), ("24.9 million",), ("June 2026", "20 June")),
    needed=3,
    kind="overview",
)
CLOSED = Item(
    "library",
    "did they close the library",
    (("24 hours", "will stay"),),
    opening="no",
    kind="yes_no",
)


def said(text: str, item: Item = TOLD, kind: str = "") -> Record:
    status: Status = "answered" if text else "abstained"
    return Record("people", "x", item.id, text, status, kind=kind)


# -- the questions ----------------------------------------------------------------------------


def test_every_kind_has_its_share_in_both_halves() -> None:
    """A kind with too few questions would have a figure that says nothing."""
    counts = Counter((item.split, item.kind) for item in PEOPLE.items)
    kinds = (*KINDS, "unanswerable")
    assert set(counts) == {(half, kind) for half in ("tune", "report") for kind in kinds}
    assert min(counts.values()) >= 10


def test_no_story_is_in_both_halves_nor_in_the_other_half_of_the_sample() -> None:
    """What was learned on the tune half cannot have been learned about a story to report."""
    halves = defaultdict(set)
    for item in (*PEOPLE.items, *find("sample").items):
        halves[item.cluster].add(item.split)
    assert not [cluster for cluster, of in halves.items() if len(of) > 1]


def test_what_is_quoted_as_evidence_stands_in_the_articles() -> None:
    articles = {article.id: article for article in corpora.sample()}
    assert len(articles) == 78
    for item in PEOPLE.items:
        assert all(name in articles for members in item.gold for name in members), item.id
        for quote in item.evidence:
            assert quote.quote in articles[quote.article_id].text, item.id


def test_half_of_the_yes_no_questions_want_a_no() -> None:
    """Else a system that says yes to everything looks good."""
    wanted = Counter(item.opening for item in PEOPLE.items if item.kind == "yes_no")
    assert set(wanted) == {"yes", "no"}
    assert abs(wanted["yes"] - wanted["no"]) <= 2


def test_an_items_own_forms_are_right_by_its_own_rules() -> None:
    """A wrong value that stands in a right form, or a form that nothing matches, spoils an item."""
    for item in PEOPLE.items:
        begin = f"{item.opening}, " if item.opening else ""
        text = begin + "; ".join(forms[0] for forms in item.answers or (item.correction,) if forms)
        if text:
            assert right(item, said(text, item)), item.id


# -- when an answer is right ------------------------------------------------------------------


def test_an_overview_is_right_with_as_many_facts_as_it_needs() -> None:
    most = "First 18.4 million, then 21.7 million; it opens in June 2026."
    assert answered_right(TOLD, said(most))
    assert not answered_right(TOLD, said("First 18.4 million; it opens in June 2026."))
    assert not answered_right(replace(TOLD, needed=0), said(most)), "all four of them"
    assert not answered_right(
        replace(TOLD, false_answers=("is open",)), said(f"{most} The bridge is open.")
    )


def test_facts_count_as_cited_by_the_same_rule() -> None:
    articles = {"a": Article("a", "Bridge", "From 18.4 million to 21.7 million. June 2026.")}
    cited = (Cited("a", 0, 34, "From 18.4 million to 21.7 million."), Cited("a", 35, 45, "June"))
    record = replace(said("x"), citations=cited)
    assert cited_has_answer(TOLD, record, articles)
    assert not cited_has_answer(TOLD, replace(record, citations=cited[:1]), articles)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("No. It will stay.", True),
        ("No, it is open for 24 hours a week.", True),
        ("It will stay, for 24 hours a week.", True),
        ("Yes, it will stay.", False),
        ("No.", False),
    ],
)
def test_the_wrong_one_of_yes_and_no_is_wrong_whatever_follows(text: str, expected: bool) -> None:
    record = said(text, CLOSED)
    assert answered_right(CLOSED, record) is expected
    told = score([CLOSED], [record], {})["yes or no told right"]
    assert told.value == text.startswith("No")


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("Yes.", "yes"),
        ("“No”, he said", ""),
        ("NO – it stays", "no"),
        ("No it does not", "no"),
        ("No one was hurt.", ""),
        ("Nobody", ""),
        ("Yesterday", ""),
        ("", ""),
    ],
)
def test_only_an_answer_of_its_own_is_an_opening(text: str, begins: str) -> None:
    assert opening(text) == begins


def test_a_false_premise_may_be_corrected_in_any_form() -> None:
    asked = Item("fp", "why did it fail", answerable=False, correction=("passed", "did not fail"))
    assert declined_right(asked, said("It did not fail.", asked))
    assert declined_right(asked, said("", asked))
    assert not declined_right(asked, said("Because of the cold.", asked))


def test_right_and_wrong_answers_are_told_apart_in_other_words_than_the_items() -> None:
    """Forms too narrow fail who answers well, forms too wide pass who answers something else: these
    answers were written from the articles, none by the program."""
    items = {item.id: item for item in PEOPLE.items}
    lines = [json.loads(line) for line in SAID.read_text(encoding="utf-8").splitlines()]
    judged = [(line, right(items[line["item"]], said(line["text"]))) for line in lines]
    assert not [line for line, verdict in judged if verdict != line["right"]]
    assert {line["right"] for line in lines} == {True, False}


# -- the format -------------------------------------------------------------------------------


def test_what_is_needed_survives_being_written_and_read() -> None:
    for item in (TOLD, CLOSED, Item("c", "why", answerable=False, correction=("a", "b"))):
        known = replace(item, cluster=item.id)
        assert parse(json.dumps(as_json(known)), "here:1") == known


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ('"needed": 3', "'needed'"),
        ('"needed": true', "'needed'"),
        ('"opening": "maybe"', "'opening'"),
        ('"correction": [1]', "'correction'"),
    ],
)
def test_a_bad_line_is_refused(more: str, message: str) -> None:
    line = '{"id": "x", "question": "?", "answers": ["a", "b"], "match": "all", ' + more + "}"
    with pytest.raises(ItemError, match=f"here:1: {message}"):
        parse(line, "here:1")


# -- figures ----------------------------------------------------------------------------------


def test_the_table_says_what_is_right_of_each_kind_and_what_was_taken_for_what() -> None:
    silent = Item("tesla", "tesla stock price", answerable=False, kind="unanswerable")
    records = [
        said("18.4 million, 21.7 million, 24.9 million", TOLD, kind="overview"),
        said("Yes, it will stay.", CLOSED, kind="fact"),
        said("", silent, kind="fact"),
    ]
    scores = score([TOLD, CLOSED, silent], records, {})
    assert scores["right"].value == pytest.approx(2 / 3)
    assert scores["kind recognised"].n == 2, "no answer tells what kind an unanswerable one is"
    assert scores["kind recognised"].value == 0.5
    shown = " ".join(table([("ours", scores)]).split())
    assert "right, by kind of question overview 1.00" in shown
    assert "unanswerable 1.00" in shown
    assert "ours took: yes_no as fact 1" in shown


# -- the best sentences, quoted ---------------------------------------------------------------


def test_the_best_sentences_are_quoted_each_once() -> None:
    """Papers print an agency's words again; three times the same sentence is one quote."""
    texts = ("Three died. Rain fell. Mud dried. It was June.", "Three died. Nobody slept.")
    late = ((0.9, 0.1, 0.5, 0.2), (0.8, 0.7))
    hits = [found(str(n), text, of) for n, (text, of) in enumerate(zip(texts, late, strict=True))]
    quoted = [sentence.quote for sentence in best(hits)]
    assert [q.quote for q in quoted] == ["Three died.", "Nobody slept.", "Mud dried."]
    assert len(quoted) == QUOTED
    assert [q.article_id for q in quoted] == ["0", "1", "0"]
    assert all(texts[int(q.article_id)][q.start : q.end] == q.quote for q in quoted)


def found(key: str, text: str, late: tuple[float, ...]) -> FoundPassage:
    spans, start = [], 0
    for part in text.split(". "):
        end = min(start + len(part) + 1, len(text))
        spans.append(Span(start, end))
        start = end + 1
    passage = Passage(key, key, 0, 0, len(text), tuple(spans))
    scores = tuple(SentenceScore(each, 0.0, 0.0) for each in late)
    return FoundPassage(1, 1.0, passage, Article(key, key, text), scores)
