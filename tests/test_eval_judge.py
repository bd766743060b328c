"""The judge that is a language model: what it says, how far to trust it, who is told."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from eval_runs import make
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from scripted import ScriptedLLM

from assistant.errors import AssistantError, LLMNonsense
from assistant.llm import EmbeddedLLM
from evals.judge import (
    EXAMPLES,
    LABELS,
    VERDICTS,
    Calibration,
    Label,
    calibrate,
    calibration_file,
    calibration_text,
    cohen_kappa,
    judge,
    load_labels,
    objections,
    prompt_hash,
)
from evals.judging import Judged, judge_run, judged_text


class Oracle(ScriptedLLM):
    """Knows the labelled pairs by heart."""

    reply: Any = ""

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        task = messages[-1].content or ""
        self.asked.append(task)
        for label in load_labels(LABELS):
            answer = f"Answer: {' '.join(label.answer.split())}"
            if task.startswith(f"Question: {label.question}\n") and task.endswith(f"\n{answer}"):
                text = json.dumps({"verdict": label.verdict})
                return ChatResponse(message=ChatMessage(role="assistant", content=text))
        raise AssertionError(task)


def says(verdict: str) -> ScriptedLLM:
    return ScriptedLLM(reply={"verdict": verdict})


def nothing(done: int, total: int) -> None:
    assert 0 < done <= total


def test_the_verdict_is_the_models_and_an_empty_answer_is_not_even_asked_about() -> None:
    llm = says("partly")
    assert judge("Who?", "Mara Quill", "Mara", llm) == "partly"
    assert "Reference: Mara Quill\nAnswer: Mara" in llm.asked[0]
    assert judge("Who?", "Mara Quill", "  ", llm) == "no answer"
    assert len(llm.asked) == 1


@pytest.mark.parametrize("reply", ["good", {"verdict": "good"}, {"grade": "correct"}, ["correct"]])
def test_what_is_no_verdict_is_refused(reply: Any) -> None:
    with pytest.raises(LLMNonsense):
        judge("Who?", "Mara", "Mara", ScriptedLLM(reply=reply))


@pytest.mark.models
def test_an_embedded_model_can_only_give_a_verdict(smollm: Path) -> None:
    llm = EmbeddedLLM(path=smollm, name="smollm2-135m", threads=1)
    assert judge("Who leads it?", "Mara Quill", "Ada Brisk leads it.", llm) in VERDICTS
    llm.close()


def test_the_labelled_set_has_every_verdict_and_no_pair_that_the_prompt_shows() -> None:
    labels = load_labels(LABELS)
    assert len(labels) >= 40 and {label.verdict for label in labels} == set(VERDICTS)
    assert len(set(labels)) == len(labels)
    assert not {label.question for label in labels} & {example[0] for example in EXAMPLES}


def test_a_judge_that_agrees_always_has_kappa_one_and_no_objection() -> None:
    found = calibrate(load_labels(LABELS), Oracle(), nothing)
    assert found.accuracy == found.kappa == 1 and found.accuracy_low < 1
    assert sum(map(sum, found.confusion)) + found.no_verdict == found.n == len(load_labels(LABELS))
    assert objections(found, "scripted", ["another"]) == ()
    assert "not to be trusted" not in calibration_text(found, color=False)


def test_a_judge_that_always_says_the_same_is_worth_nothing() -> None:
    """Though it is right about as often as its verdict is right: accuracy alone would praise it."""
    labels = [Label("q", "r", f"a{n}", "correct" if n else "wrong") for n in range(10)]
    found = calibrate(labels, says("correct"), nothing)
    assert found.accuracy == 0.9 and found.kappa == 0
    assert "does not agree enough" in objections(found, "scripted", [])[0]
    assert "\x1b[31mToo little agreement" in calibration_text(found, color=True)


def test_a_judge_without_a_verdict_is_counted_as_wrong() -> None:
    labels = [Label("q", "r", "a", "correct"), Label("q", "r", "", "no answer")]
    found = calibrate(labels, ScriptedLLM(reply="?"), nothing)
    assert (found.no_verdict, found.accuracy) == (1, 0.5)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_kappa_is_that_of_the_reference_library(pairs: list[tuple[int, int]]) -> None:
    sklearn = pytest.importorskip("sklearn.metrics")
    rows = np.array(pairs, dtype=np.float64)
    ours = cohen_kappa(rows)
    assert -1 <= ours <= 1
    if len({v for pair in pairs for v in pair}) > 1:  # with one verdict the library has 0 by 0
        assert ours == pytest.approx(sklearn.cohen_kappa_score(rows[:, 0], rows[:, 1]))
    else:
        assert ours == 0


def test_kappa_by_hand() -> None:
    """Two raters, 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: (.7 - .5) / (1 - .5) = .4."""
    rows = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    assert cohen_kappa(np.array(rows, dtype=np.float64)) == pytest.approx(0.4)


def test_a_calibration_counts_for_its_own_model_and_prompt_only(tmp_path: Path) -> None:
    found = calibrate(load_labels(LABELS), Oracle(), nothing)
    path = calibration_file(tmp_path / "new", found.model)
    assert prompt_hash() in path.name and Calibration.read(path) is None
    found.write(path)
    assert Calibration.read(path) == found
    other = Calibration(**{**vars(found), "prompt": "0" * 16})
    assert "the calibration is of" in objections(other, "scripted", [])[0]
    assert "the calibration is of" in objections(found, "another", [])[0]
    assert objections(None, "scripted", []) == ("the judge scripted has not been calibrated",)
    assert "also gave the answers" in objections(found, "scripted", ["scripted"])[0]
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(AssistantError):
        Calibration.read(path)


def test_a_bad_label_is_named_by_its_line(tmp_path: Path) -> None:
    path = tmp_path / "labels.jsonl"
    good = json.dumps({"question": "q", "reference": "r", "answer": "a", "verdict": "correct"})
    for bad in (
        "{",
        good.replace("correct", "fine"),
        good.replace('"answer"', '"reply"'),
        "[]",
        good.replace('"a"', "7"),
    ):
        path.write_text(f"{good}\n{bad}\n", encoding="utf-8")
        with pytest.raises(AssistantError, match=r"labels.jsonl:2"):
            load_labels(path)
    path.write_text("\n", encoding="utf-8")
    with pytest.raises(AssistantError, match="no labelled pair"):
        load_labels(path)
    with pytest.raises(AssistantError, match="cannot be read"):
        load_labels(tmp_path / "missing.jsonl")


def test_a_run_is_judged_on_its_answerable_items_and_says_first_why_not_to_trust_it(
    tmp_path: Path,
) -> None:
    run = make(tmp_path / "run", better=True)
    llm = says("correct")
    judged = judge_run(run, llm, None, {"ours": "scripted"}, nothing)
    verdicts = judged.verdicts["sample"]["ours"]
    assert "q-silent" not in verdicts and verdicts["q-bridge"] == "correct"
    judged.write(run.folder)
    assert Judged.read(run.folder) == judged
    lines = judged_text(judged, run, color=True).splitlines()
    assert len(judged.objections) == 2
    assert all(line.startswith("\x1b[31mNOT TO BE TRUSTED") for line in lines[:2])
    assert "sample · ours · judged correct: 1.00" in judged_text(judged, run, color=False)


def test_a_verdict_that_never_came_is_left_out_of_the_figures(tmp_path: Path) -> None:
    run = make(tmp_path / "run", better=True)
    judged = judge_run(run, ScriptedLLM(reply="?"), None, {}, nothing)
    assert set(judged.verdicts["sample"]["ours"].values()) == {"no verdict"}
    assert judged.figures(run, "sample", "ours") == ()
