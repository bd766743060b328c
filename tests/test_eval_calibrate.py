"""What a signal tells is measured on stories it was not fitted on, alone and beside the others."""

from __future__ import annotations

import random

import pytest

from assistant.errors import AssistantError
from evals.calibrate import fit
from evals.items import Item
from evals.metrics.measure import Pair
from evals.records import Record


def replies(n: int) -> list[Pair]:
    """`found` tells right from wrong mostly, `in_kind` always, `late` never."""
    chance = random.Random(1)
    pairs = []
    for number in range(n):
        right = chance.random() < 0.5
        signals = {
            "found": chance.uniform(0.4, 1.0) if right else chance.uniform(0.0, 0.6),
            "in_kind": float(right),
            "late": chance.random(),
        }
        item = Item(
            id=f"q{number}",
            question="Which colour?",
            answers=(("red",),),
            gold=(("a",),),
            cluster=f"story {number % 20}",
        )
        text = "It is red." if right else "It is blue."
        pairs.append(Pair(item, Record("own", "ours", item.id, text, "answered", signals=signals)))
    return pairs


def test_each_signal_is_worth_what_it_tells_of_other_stories() -> None:
    found = fit(replies(200), ("found", "in_kind", "late"))
    assert found.auroc == pytest.approx(1.0)
    assert found.alone["in_kind"] == pytest.approx(1.0)
    assert 0.8 < found.alone["found"] < 1.0
    assert 0.35 < found.alone["late"] < 0.65
    assert found.without["in_kind"] < found.without["late"] == pytest.approx(1.0)
    assert found.weights["in_kind"] > 1 > abs(found.weights["late"])


def test_replies_that_are_all_right_are_refused() -> None:
    right = [pair for pair in replies(40) if "red" in pair.record.text]
    with pytest.raises(AssistantError, match="all are right"):
        fit(right, ("found",))


def test_one_signal_leaves_no_others() -> None:
    found = fit(replies(100), ("found",))
    assert set(found.alone) == {"found"} and found.without == {}
