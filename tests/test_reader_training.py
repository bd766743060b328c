"""Training the reader: what it is taught is what it should be, and a kill costs nothing."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from evals.reader import exchange, plans
from evals.reader.cropping import crop, holds
from evals.reader.items import QUESTION, STATEMENT, Item, load_items, save_items
from evals.reader.negatives import Maker
from evals.reader.similar import Similar
from evals.reader.sources import Asked, Library, Paragraph
from evals.reader.wording import as_typed, reworded

SENTENCES = (
    "The Old Mill Bridge was opened by Anna Berg in Kelderby in 1990.",
    "It was designed by Nils Harkness of Aldmoor.",
    "In 2004 the town of Brannoc paid for a second lane.",
    "The Harbour Bridge was opened by Peter Lang in 1975.",
)


def library() -> Library:
    paragraphs = [
        Paragraph("test", "Bridges", "Bridges of Kelderby", SENTENCES),
        Paragraph(
            "test",
            "Bridges",
            "Bridges of Kelderby",
            (
                "The New Bridge was built by Stellan Roke in 1931.",
                "The Old Mill Bridge was opened by night as well.",
                "It was painted green in 1950.",
            ),
        ),
    ]
    questions = [
        ("Who opened the Old Mill Bridge in Kelderby?", 0, "Anna Berg"),
        ("When was the Old Mill Bridge opened?", 0, "1990"),
        ("Who designed the bridge?", 1, "Nils Harkness"),
        ("Which town paid for a second lane in 2004?", 2, "Brannoc"),
    ]
    asked = [
        Asked("test", q, 0, n, SENTENCES[n].index(a), SENTENCES[n].index(a) + len(a), (a,))
        for q, n, a in questions
    ]
    return Library(paragraphs, asked)


@pytest.fixture(scope="module")
def made() -> list[Item]:
    """Everything that is made of the questions, over many draws."""
    found = library()
    similar = Similar(found)
    return [i for seed in range(60) for i in Maker(found, similar, Random(seed)).items()]


def test_the_place_of_an_answer_is_where_it_stands(made: list[Item]) -> None:
    answers = {"Anna Berg", "1990", "Nils Harkness", "Brannoc"}
    assert {i.text[i.start : i.end] for i in made if i.answered} == answers


def test_what_is_called_unanswered_lacks_the_answer_or_asks_for_another_thing(
    made: list[Item],
) -> None:
    for item in made:
        if item.kind in ("passage", "neighbour"):
            assert not holds(item.text, ("Anna Berg",)) or "opened" not in item.asked
        if not item.answered:
            assert (item.start, item.end) == (-1, -1)


def test_no_kind_of_edit_belongs_to_one_label_only(made: list[Item]) -> None:
    """Exchanges and plans are found on both sides, or they would give the label away."""
    kinds = {(i.kind, i.label) for i in made}
    assert {("exchanged", "no"), ("exchanged in both", "yes")} <= kinds
    assert {("plan", "no"), ("plan asked", "yes")} <= kinds


def test_an_exchange_takes_another_of_the_same_type() -> None:
    near = exchange.pool(["Anna Berg met Peter Lang in 1975 and 1990."])
    assert near["year"] == ["1975", "1990"]
    changed = exchange.exchanged("What did Peter Lang open?", near, Random(1))
    assert changed is not None
    assert changed[1:] == ("Peter Lang", "Anna Berg")


def test_a_plan_and_the_question_for_it() -> None:
    told, asked = plans.planned(
        "When was the bridge opened?", "The bridge was opened in 1990.", Random(3)
    ) or ("", "")
    assert "was opened" not in told
    assert told.endswith("opened in 1990.")
    assert asked.startswith("When ")
    assert "was the bridge opened" not in asked


def test_a_crop_keeps_the_sentence_that_it_is_for() -> None:
    for seed in range(50):
        text = crop(SENTENCES, 2, Random(seed), without=[1])
        assert text is not None
        assert text.text[text.starts[2] :].startswith(SENTENCES[2])
        assert SENTENCES[1] not in text.text


def test_carelessly_typed_questions_stay_questions() -> None:
    for seed in range(200):
        random = Random(seed)
        assert len(as_typed(reworded("Which town is the biggest?", random), random).split()) >= 2


def items() -> list[Item]:
    texts = [f"The bridge number {n} was opened in {1900 + n} by Anna Berg." for n in range(24)]
    asked = [
        Item(QUESTION, "t", "k", f"When was bridge {n} opened?", "", t, t.index("19"), 0, "yes")
        for n, t in enumerate(texts)
    ]
    return [
        *(Item(**{**i.__dict__, "end": i.start + 4}) for i in asked),
        *(Item(QUESTION, "t", "k", "Who closed it?", "News", t, -1, -1, "no") for t in texts),
        *(Item(STATEMENT, "t", "k", "It was opened.", "", t, -1, -1, "e/enc") for t in texts),
    ]


def test_items_come_back_as_they_were_saved(tmp_path: Path) -> None:
    save_items(tmp_path / "items.jsonl.gz", items())
    assert load_items(tmp_path / "items.jsonl.gz") == items()


@pytest.mark.models
def test_killed_and_started_again_it_ends_with_the_same_weights(tmp_path: Path) -> None:
    import torch

    from assistant.models import embedding_folder
    from evals.reader.prepare import FILE
    from evals.reader.train import Plan, train

    save_items(tmp_path / FILE, items())

    def run(name: str, stop: int) -> dict[str, torch.Tensor]:
        plan = Plan(tmp_path / name, 10_000, batch=256, parts=2, workers=1, stop_after=stop)
        state: dict[str, torch.Tensor] = train(
            plan, tmp_path, embedding_folder()
        ).model.state_dict()
        return state

    whole = run("whole", 6)
    run("killed", 3)
    resumed = run("killed", 6)
    assert all(torch.equal(value, resumed[name]) for name, value in whole.items())
