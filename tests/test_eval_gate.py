"""The program as it is, without a language model, against the committed baseline: CI's own check.

Without one everything is deterministic: finding with the real embedding model, and answers quoted
from what was found. The baseline names the commands that renew it after a change that is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.settings import Settings
from evals.gate import BASELINE, Regressed, gate, read_baseline
from evals.records import Record
from evals.run import plan, run
from evals.runs import Run
from evals.scores import Scores, score
from evals.suites import find

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
