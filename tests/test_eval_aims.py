"""The table of aims: every aim can be measured, and the run that counts is the right one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from eval_runs import BRIDGE, items, make, record

from evals import aims
from evals.aims import READ_ONE_BY_ONE, Aim, Row
from evals.runs import Run
from evals.scores import Figure, Scores, score


def figure(name: str, value: float) -> Figure:
    return Figure(name, "answers", value, 10, value - 0.1, value + 0.1, True)


def scores(**values: float) -> Scores:
    figures = tuple(figure(name.replace("_", " "), value) for name, value in values.items())
    return Scores(figures, {}, {}, (), {})


def run(folder: Path, *, careful: float) -> Run:
    made = make(folder, better=True)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest.setdefault("settings", {})["careful"] = careful
    path.write_text(json.dumps(manifest))
    return Run.open(made.folder)


def measured(aim: Aim, runs: list[Run], by_run: dict[str, dict[str, Scores]]) -> Row:
    """The row of one aim, where runs hold `by_run`: folder name -> system -> scores."""
    return aims.row(aim, runs, lambda r, suite, system: by_run[r.folder.name].get(system))


@pytest.fixture
def two(tmp_path: Path) -> list[Run]:
    """As it ships, and with nothing declined."""
    return [run(tmp_path / "ships", careful=0.4), run(tmp_path / "bold", careful=0.0)]


# The kinds of questions of each suite that the figures are made of.
KINDS = {
    "squad": ("single", "misleading", "elsewhere"),
    "rgb": ("noise_0", "noise_80", "only_noise", "conflict"),
    "sample": ("single", "unanswerable"),
    "people": ("yes_no", "unanswerable"),
    "realtime": ("fact", "unanswerable"),
}
NO_ANSWER = ("misleading", "elsewhere", "only_noise", "unanswerable")


def test_every_aim_names_a_figure_that_the_scores_can_have() -> None:
    """A misspelt name would say "not measured" for ever."""
    bridge = items()[0]
    for suite, kinds in KINDS.items():
        silent = replace(bridge, answerable=False, answers=(), gold=(), evidence=())
        asked = [
            replace(
                silent if kind in NO_ANSWER else bridge,
                kind=kind,
                id=kind,
                opening="yes" if kind == "yes_no" else "",
            )
            for kind in kinds
        ]
        replies = [
            record(suite, "ours", i, "18.4 million" if i.answerable else "", 0.5) for i in asked
        ]
        names = {f.name for f in score(asked, replies, {BRIDGE.id: BRIDGE}).figures}
        assert {a.figure for a in aims.aims() if a.suite == suite} <= names
    assert {a.suite for a in aims.aims()} == set(KINDS)


def test_what_needs_nothing_declined_is_read_from_such_a_run_only(two: list[Run]) -> None:
    aim = Aim("F1", two[0].suites[0], "token F1", reach=0.8, nothing_declined=True)
    by_run = {"ships": {"ours": scores(token_F1=0.9)}, "bold": {"ours": scores(token_F1=0.7)}}
    row = measured(aim, two, by_run)
    assert (row.value, row.run, row.reached) == (0.7, "bold", False)
    assert measured(aim, two[:1], by_run).reached is None


def test_the_first_run_with_the_figure_counts(two: list[Run]) -> None:
    aim = Aim("F1", two[0].suites[0], "token F1", reach=0.8)
    by_run = {"ships": {"ours": scores(token_F1=0.9)}, "bold": {"ours": scores(token_F1=0.7)}}
    assert measured(aim, two, by_run).run == "ships"
    assert measured(aim, two[::-1], by_run).run == "bold"


def test_a_ratio_is_of_one_run_since_machines_are_not_alike(two: list[Run]) -> None:
    aim = Aim("s", two[0].suites[0], "seconds", reach=0.5, at_most=True, against_plain=True)
    by_run = {
        "ships": {"ours": scores(seconds=1.0)},
        "bold": {"ours": scores(seconds=30.0), "plain": scores(seconds=50.0)},
    }
    row = measured(aim, two, by_run)
    assert (row.value, row.run, row.reached) == (0.6, "bold", False)


def test_the_plain_recipe_of_another_run_stands_beside_a_figure(two: list[Run]) -> None:
    aim = Aim("F1", two[0].suites[0], "token F1", reach=0.8)
    by_run = {
        "ships": {"ours": scores(token_F1=0.9)},
        "bold": {"plain": scores(token_F1=0.2)},
    }
    row = measured(aim, two, by_run)
    assert row.plain is not None and row.plain.value == 0.2


def test_the_weakest_is_the_kind_that_has_the_lowest_figure(two: list[Run]) -> None:
    """An average hides a kind of question that is always answered wrongly."""
    aim = Aim("weakest", "people", "right", reach=0.5, weakest=True)
    slices = {
        "kind: fact": (figure("right", 0.9),),
        "kind: why": (figure("right", 0.2), figure("other", 0.1)),
        "split: tune": (figure("right", 0.05),),
    }
    made = make(two[0].folder.parent / "people", better=True)
    by_run = {"people": {"ours": replace(scores(right=0.7), slices=slices)}}
    asked = replace(aim, suite=made.suites[0])
    assert measured(asked, [made], by_run).value == 0.2


def test_at_most_and_at_least_are_not_confused() -> None:
    aim = Aim("false alarms", "rgb", "x", reach=0.05, at_most=True)
    assert Row(aim, figure("x", 0.05)).reached and not Row(aim, figure("x", 0.06)).reached
    least = replace(aim, at_most=False)
    assert Row(least, figure("x", 0.05)).reached and not Row(least, figure("x", 0.04)).reached


def test_the_table_has_a_line_for_each_and_says_what_was_not_measured(two: list[Run]) -> None:
    found = aims.rows(two, lambda run, suite, system: None)
    lines = aims.table(found).splitlines()
    assert len(lines) == 2 + len(aims.aims()) + 2
    assert all("not measured" in line for line in lines[2:-2])
    assert {line.count("|") for line in lines} == {8}
    assert READ_ONE_BY_ONE.name == found[-1].run and found[-1].ours is not None
