"""The news quiz: its files, the days of its articles, and when an open answer makes a choice."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from assistant.errors import AssistantError
from evals.items import Item
from evals.metrics.answers import answered_right
from evals.records import Record
from evals.suites import DataMissing, Documents, find
from evals.suites.realtime import day, forms, split_of

ARTICLES = (
    {
        "url": "https://n.example/2023/08/25/sarn/",
        "title": "Sarn lands",
        "text": "The Sarn landed.",
    },
    {"url": "https://n.example/undated", "title": "Fair", "text": "The fair opens."},
)


def question(
    gold: str, *others: str, text: str = "Which?", answerable: bool = True
) -> dict[str, object]:
    return {
        "id": "20230825_1",
        "question": text,
        "choices": [*others, gold],
        "gold": gold,
        "answerable": answerable,
    }


def folder(path: Path, *questions: dict[str, object]) -> Path:
    for name, values in (("articles", ARTICLES), ("questions", questions)):
        text = "".join(json.dumps(value) + "\n" for value in values)
        (path / f"{name}.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    return path


def asked(path: Path, one: dict[str, object]) -> Item:
    [item] = find("realtime", data=folder(path, one)).items
    return item


def right(item: Item, text: str) -> bool:
    return answered_right(item, Record("realtime", "x", item.id, text, "answered"))


def test_articles_carry_the_day_and_address_that_are_known(tmp_path: Path) -> None:
    suite = find("realtime", data=folder(tmp_path, question("India", "Italy")))
    assert isinstance(suite.corpus, Documents)
    first, second = suite.corpus.documents
    assert (first.published, first.url) == ("2023-08-25", "https://n.example/2023/08/25/sarn/")
    assert second.published == ""
    assert len({first.key, second.key}) == 2


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://n.example/2023/08/25/moon/", "2023-08-25"),
        ("https://n.example/2023/8/5/moon/", "2023-08-05"),
        ("https://n.example/2023/13/25/moon/", ""),
        ("https://n.example/news/956279/moon", ""),
    ],
)
def test_day_of_an_address(url: str, expected: str) -> None:
    assert day(url) == expected


def test_an_answer_must_make_the_right_choice_and_no_other(tmp_path: Path) -> None:
    item = asked(tmp_path, question("India", "Italy", "Russia"))
    assert right(item, "India did, on Wednesday.")
    assert not right(item, "India or Italy.")
    assert not right(item, "Italy.")
    assert not right(item, "A spacecraft landed.")


@pytest.mark.parametrize(
    ("gold", "others", "text"),
    [
        ("Florida Gov. Ron DeSantis", ["Sen. Anna Carter", "Rep. Bob Miller"], "DeSantis leads."),
        ('"Leave it to Beaver"', ['"I Love Lucy"'], "He was in Leave It to Beaver."),
        ("USA", ["France", "England"], "The U.S. lost on penalties."),
        ("38 miles", ["11 miles", "62 miles"], "He went thirty-eight miles."),
        ("Walnuts", ["Almonds", "Pecans"], "A walnut product."),
        ("New York City", ["Chicago", "Miami"], "In New York."),
        ("352-65", ["217-200"], "By 352 to 65."),
        ("Cleveland Browns", ["Dallas Cowboys", "Las Vegas Raiders"], "The Browns."),
    ],
)
def test_people_shorten_names(tmp_path: Path, gold: str, others: list[str], text: str) -> None:
    item = asked(tmp_path, question(gold, *others))
    assert right(item, text)
    assert not right(item, f"{text} No: {others[0]}.")


def test_last_words_that_two_choices_share_are_no_name() -> None:
    assert "Open" not in forms("US Open", ["US Open", "French Open", "Australian Open"])
    assert "Station" not in forms("Space Station", ["Space Station", "Moon", "Mars"])


def test_what_the_question_says_itself_is_no_choice(tmp_path: Path) -> None:
    text = "Who beat Donald Trump in Iowa?"
    item = asked(tmp_path, question("Nikki Haley", "Donald Trump", "Tim Scott", text=text))
    assert right(item, "Nikki Haley beat Donald Trump.")
    assert not right(item, "Nikki Haley and Tim Scott did.")


def test_a_choice_that_is_a_word_of_any_answer_is_not_held_against_it(tmp_path: Path) -> None:
    item = asked(tmp_path, question('"Moana"', '"Up"', '"Coco"'))
    assert right(item, "Moana is coming up.")


def test_what_no_article_answers_is_to_be_left_unanswered(tmp_path: Path) -> None:
    item = asked(tmp_path, question("India", "Italy", answerable=False))
    assert not item.answerable and item.kind == "unanswerable"
    assert not right(item, "India.")


def test_the_half_is_that_of_the_id_alone(tmp_path: Path) -> None:
    """sha256 of the id, even for tune: another program that reads this data can do the same."""
    assert split_of("20230825_10") == "report"
    assert split_of("20231117_7") == "tune"
    assert {split_of(f"20230825_{n}") for n in range(8)} == {"tune", "report"}
    item = asked(tmp_path, question("India", "Italy"))
    assert item.split == split_of(item.id)


def test_bad_files_are_named(tmp_path: Path) -> None:
    bad = question("India", "Italy") | {"gold": "Spain"}
    with pytest.raises(AssistantError, match="'Spain' is not one of its choices"):
        find("realtime", data=folder(tmp_path, bad))
    with pytest.raises(AssistantError, match=r"questions\.jsonl\.gz:1: has no 'question'"):
        find("realtime", data=folder(tmp_path, {"id": "x"}))
    (tmp_path / "questions.jsonl.gz").unlink()
    with pytest.raises(DataMissing, match="RealTimeQA's questions"):
        find("realtime", data=tmp_path)
