"""The program as it is against the committed baselines: CI's own check.

Without a language model everything is deterministic: finding with the real embedding model, and
answers quoted from what was found. With the one that ships, thirty questions as people type them
are asked, which takes minutes. Each baseline names the commands that renew it after a change that
is meant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.models import find as find_model
from assistant.models import pull
from assistant.settings import Settings
from evals.gate import (
    BASELINE,
    MODEL_BASELINE,
    MODEL_QUESTIONS,
    MODEL_SPLIT,
    Regressed,
    gate,
    read_baseline,
)
from evals.records import Record
from evals.run import plan, run
from evals.runs import Run
from evals.scores import Scores, score
from evals.suites import find, in_split, sampled

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, models_folder: Path) -> Run:
    folder = tmp_path_factory.mktemp("gate")
    settings = Settings(
        store=folder / "store", corpus=folder, models=models_folder, llm="none", threads=1
    )
    return run(plan([find("sample")], ["ours"], settings, folder=folder / "run"))


def scores(finished: Run, records: Sequence[Record]) -> Scores:
    return score(finished.items("sample"), records, finished.articles("sample"))


def test_the_program_is_not_worse_than_the_baseline(finished: Run) -> None:
    records = finished.records("sample", "ours")
    assert len(records) == 150
    gate(scores(finished, records), read_baseline(BASELINE))


def test_reading_only_the_first_passage_would_be_caught(finished: Run) -> None:
    """The same replies with one passage each: the gate would see that change in the real data."""
    records = [replace(r, retrieved=r.retrieved[:1]) for r in finished.records("sample", "ours")]
    with pytest.raises(Regressed, match="recall@5"):
        gate(scores(finished, records), read_baseline(BASELINE))


def test_answers_that_nothing_supports_would_be_caught(finished: Run) -> None:
    """As if the check and with it silence were gone: every silence becomes an invention."""
    records = [
        replace(r, status="answered", text="Nine hundred zebras") if not r.text else r
        for r in finished.records("sample", "ours")
    ]
    with pytest.raises(Regressed, match="declined right"):
        gate(scores(finished, records), read_baseline(BASELINE))


# -- with the model that ships ----------------------------------------------------------------


def test_the_thirty_questions_are_of_every_kind_and_many_stories() -> None:
    """What is not asked is not guarded."""
    asked = sampled(in_split(find("people").items, MODEL_SPLIT), MODEL_QUESTIONS)
    kinds = Counter(item.kind for item in asked)
    assert len(asked) == MODEL_QUESTIONS
    assert len(kinds) == 9 and min(kinds.values()) >= 3
    assert len({item.cluster for item in asked}) >= 8


@pytest.mark.skipif(not MODEL_BASELINE.exists(), reason="no baseline of the model was written yet")
def test_the_model_that_ships_is_not_worse_than_the_baseline(
    tmp_path: Path, models_folder: Path
) -> None:
    settings = Settings(store=tmp_path / "store", corpus=tmp_path, models=models_folder)
    pull(find_model(settings.llm.removeprefix("embedded:")), models_folder)
    done = run(
        plan(
            [find("people")],
            ["ours"],
            settings,
            folder=tmp_path / "run",
            split=MODEL_SPLIT,
            n=MODEL_QUESTIONS,
        )
    )
    records = done.records("people", "ours")
    assert len(records) == MODEL_QUESTIONS
    found = score(done.items("people"), records, done.articles("people"))
    gate(found, read_baseline(MODEL_BASELINE))
