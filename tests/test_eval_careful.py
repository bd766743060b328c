"""A careful reading: what is drawn for it, and what is made of the verdicts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from eval_runs import make

from assistant.cli import main
from assistant.errors import AssistantError
from evals import careful
from evals.runs import Run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return make(tmp_path / "run", better=True)


def test_suites_take_turns_and_each_question_gives_one_first(run: Run) -> None:
    """Else the hundred would be the sentences of the longest answers of the largest suite."""
    drawn = careful.draw([run], 100, system=run.systems[0])
    suites = [line["suite"] for line in drawn]
    assert len(set(suites)) == 2 and suites[0] != suites[1]
    for suite in set(suites):
        turns = [line["statement"] for line in drawn if line["suite"] == suite]
        assert turns == sorted(turns)
    places = [(line["suite"], line["item"], line["statement"]) for line in drawn]
    assert len(set(places)) == len(places)
    assert careful.draw([run], 3, system=run.systems[0]) == drawn[:3]


def test_a_line_has_what_a_reader_needs_and_no_verdict(run: Run) -> None:
    for line in careful.draw([run], 100, system=run.systems[0]):
        articles = run.articles(line["suite"])
        assert line["question"] and line["text"]
        for cited in line["cites"]:
            text = articles[cited["article"]].text
            assert text[cited["start"] : cited["end"]] == cited["quote"]
        assert line["stated"] is None and line["supported"] is None


def test_a_line_without_a_verdict_is_named(run: Run, tmp_path: Path) -> None:
    """A statement that nobody judged must count neither for nor against."""
    first, second, *_ = careful.draw([run], 2, system=run.systems[0])
    path = tmp_path / "read.jsonl"
    verdict = {"stated": True, "supported": False, "why": "a plan, not what happened"}
    path.write_text(f"{json.dumps(first | verdict)}\n{json.dumps(second)}\n")
    with pytest.raises(AssistantError, match=r"read\.jsonl:2: 'stated'"):
        careful.judged(path)
    path.write_text(f"{json.dumps(first | verdict)}\n{json.dumps(second | verdict)}\n")
    counts = careful.counts(careful.judged(path))
    assert (counts["all"].n, counts["all"].stated, counts["all"].supported) == (2, 2, 0)


def test_no_words_of_an_article_are_kept(run: Run) -> None:
    verdict = {"stated": True, "supported": True, "why": ""}
    first = careful.draw([run], 1, system=run.systems[0])[0] | verdict
    [line] = map(json.loads, careful.kept([first]))
    assert set(line) == {"suite", "item", "statement", "cites", "stated", "supported", "why"}
    assert set(line["cites"][0]) == {"article", "start", "end"}


def test_command_draws_and_counts(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drawn, keep = tmp_path / "to-read.jsonl", tmp_path / "kept.jsonl"
    folder = str(run.folder)
    with pytest.raises(SystemExit) as done:
        main(["eval", "reading", "draw", folder, "-o", str(drawn), "--n", "2"])
    assert done.value.code == 0
    lines = [json.loads(line) for line in drawn.read_text().splitlines()]
    verdict = {"stated": True, "supported": True}
    drawn.write_text("".join(json.dumps(line | verdict) + "\n" for line in lines))
    with pytest.raises(SystemExit):
        main(["eval", "reading", "count", str(drawn), "--keep", str(keep)])
    assert "all: borne out 1.00" in capsys.readouterr().out
    assert len(keep.read_text().splitlines()) == 2
