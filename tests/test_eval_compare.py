"""A difference is called one only where it is, and what changed can be found item by item."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from simulated import articles_of, run, sample_items

from assistant.errors import AssistantError
from evals.compare import compare, compare_scores, table
from evals.gate import INVARIANT, Regressed, gate, read_baseline, write_baseline
from evals.items import Item
from evals.records import Cited, Record
from evals.scores import Scores, measured, paired, score

ITEMS = sample_items()
ARTICLES = articles_of(ITEMS)


def scores(records: Sequence[Record]) -> Scores:
    """What the gate looks at; the intervals of all figures, which it does not, are left out."""
    pairs = paired(ITEMS, {r.item: r for r in records})
    clusters = {p.item.id: p.item.cluster for p in pairs}
    return Scores((), measured(pairs, ARTICLES), clusters, (), {})


@pytest.fixture(scope="module")
def base() -> list[Record]:
    return run(ITEMS)


@pytest.fixture
def baseline(base: list[Record], tmp_path: Path) -> Path:
    path = tmp_path / "baseline" / "sample.json"
    write_baseline(scores(base), path, "make it anew")
    return path


class TestCompare:
    def test_the_same_run_has_no_difference(self, base: list[Record]) -> None:
        found = compare(ITEMS, base, list(reversed(base)), ARTICLES)
        assert found.items == 150 and not found.flips
        assert {c.verdict for c in found.changes} == {"no difference shown"}
        assert {c.difference for c in found.changes} == {0}
        right = next(c for c in found.changes if c.name == "answered right")
        assert right.said.startswith("no difference shown; this n could show ±.")
        assert right.smallest and right.smallest >= 6 / 99

    def test_the_first_passage_alone_is_worse(self, base: list[Record]) -> None:
        found = compare(ITEMS, base, run(ITEMS, passages=1), ARTICLES)
        worse = {c.name for c in found.changes if c.verdict == "worse"}
        assert {"answered right", "recall@5", "right passage in five"} <= worse
        assert not [c for c in found.changes if c.verdict == "better" and c.group == "retrieval"]
        assert found.flips[0].worse and found.flips[0].before == "right and cited right"

    def test_without_the_check_silence_is_worse(self, base: list[Record]) -> None:
        found = compare(ITEMS, base, run(ITEMS, checked=False), ARTICLES)
        worse = {c.name for c in found.changes if c.verdict == "worse"}
        assert {"declined right", "truthfulness", "citation precision (our check)"} <= worse

    def test_turned_round_it_is_better(self, base: list[Record]) -> None:
        found = compare(ITEMS, run(ITEMS, passages=1), base, ARTICLES)
        assert next(c for c in found.changes if c.name == "recall@5").verdict == "better"
        assert "better" in table(found, "old", "new")

    def test_items_that_only_one_has_are_counted_and_named(self, base: list[Record]) -> None:
        found = compare(ITEMS, base[1:], base[:-2], ARTICLES)
        assert found.items == 147
        assert found.only_a == tuple(sorted(r.item for r in base[-2:]))
        assert found.only_b == (base[0].item,)
        shown = table(found, "a", "b")
        assert base[0].item in shown and "2 items only in A" in shown
        assert max(map(len, shown.splitlines())) <= 100

    def test_the_reply_to_another_question_is_not_compared(self, base: list[Record]) -> None:
        """Aligned by item, whatever the order and whatever else is in the file."""
        stray = replace(base[0], item="elsewhere", text="x", status="answered")
        assert compare(ITEMS, base, [*reversed(base), stray], ARTICLES).only_b == ("elsewhere",)

    def test_regressions_come_first(self) -> None:
        right, wrong = _reply("14"), _reply("9")
        asked = [_item(n) for n in "abc"]
        before = [replace(right, item="a"), replace(wrong, item="b"), replace(right, item="c")]
        after = [replace(right, item="a"), replace(right, item="b"), replace(wrong, item="c")]
        found = compare(asked, before, after, {})
        assert [(f.item, f.worse) for f in found.flips] == [("c", True), ("b", False)]
        assert found.flips[0].after == "wrong"

    def test_three_items_cannot_show_anything(self) -> None:
        """All three turn wrong, and it still says that it can't tell."""
        asked = [_item(n) for n in "abc"]
        before = [replace(_reply("14"), item=i.id) for i in asked]
        after = [replace(_reply("9"), item=i.id) for i in asked]
        found = compare(asked, before, after, {})
        change = next(c for c in found.changes if c.name == "answered right")
        assert change.difference == -1
        assert change.said == "no difference shown; this n could show ±1.00"

    def test_figures_that_are_the_same_do_not_hide_one_that_is_not(
        self, base: list[Record]
    ) -> None:
        """Only the order of what was found changes: the other figures can't be found different."""
        turned = [replace(r, retrieved=r.retrieved[::-1]) for r in base]
        found = {c.name: c for c in compare(ITEMS, base, turned, ARTICLES).changes}
        testable = [c for c in found.values() if c.least_p <= 0.05]
        assert len(testable) < len(found) / 3
        assert found["MRR"].verdict == "worse"
        assert found["answered right"].least_p == found["answered right"].p == 1

    def test_seconds_are_shown_but_not_judged(self, base: list[Record]) -> None:
        slow = [replace(r, seconds=replace(r.seconds, total=9.0)) for r in base]
        fast = [replace(r, seconds=replace(r.seconds, total=1.0)) for r in base]
        found = compare(ITEMS, fast, slow, ARTICLES)
        change = next(c for c in found.changes if c.name == "whole answer, p50")
        assert change.difference == 8
        assert change.verdict == "no difference shown" and change.said.startswith("not judged")

    def test_what_only_one_of_them_has_is_no_difference(self, base: list[Record]) -> None:
        unsure = [replace(r, confidence=None) for r in base]
        names = {c.name for c in compare_scores(scores(base), scores(unsure))}
        assert "AUROC" not in names and "answered right" in names

    def test_as_json_is_json(self, base: list[Record]) -> None:
        found = compare(ITEMS, base, run(ITEMS, passages=1), ARTICLES)
        assert json.loads(json.dumps(found.as_json()))["flips"][0]["worse"] is True
        assert json.loads(json.dumps(score(ITEMS, base, ARTICLES).as_json()))["items"] == 150


class TestGate:
    def test_a_run_passes_against_itself(self, base: list[Record], baseline: Path) -> None:
        passed = gate(scores(base), read_baseline(baseline))
        assert {c.name for c in passed} > set(INVARIANT)

    def test_a_run_is_no_hair_different_from_itself(
        self, base: list[Record], baseline: Path
    ) -> None:
        """A baseline that rounds .6309298 up makes every such item worse by nothing, and many
        items that are all worse by nothing are significant."""
        found = gate(scores(base), read_baseline(baseline))
        assert {c.name: c.difference for c in found if c.difference} == {}

    @pytest.mark.slow
    def test_a_change_that_does_nothing_passes_twenty_times(self, baseline: Path) -> None:
        """Runs of a language model fall out a little otherwise; none of these is a regression."""
        kept = read_baseline(baseline)
        differing, jitter = 0, 0
        while differing < 20:  # a jitter that changes no figure shows nothing
            jitter += 1
            passed = gate(scores(run(ITEMS, jitter=jitter)), kept)
            differing += any(c.difference for c in passed)
            assert jitter < 30, "the jitter is there"

    @pytest.mark.parametrize(
        ("hurt", "named"),
        [({"passages": 1}, "recall@5"), ({"checked": False}, "declined right")],
    )
    def test_a_change_that_hurts_is_caught_and_named(
        self, baseline: Path, hurt: dict[str, int], named: str
    ) -> None:
        for jitter in range(5):
            with pytest.raises(Regressed, match=named) as caught:
                gate(scores(run(ITEMS, jitter=jitter, **hurt)), read_baseline(baseline))
            assert caught.value.exit_code == 1
            assert "make it anew" in caught.value.hint

    @pytest.mark.parametrize("lost", [3, 4])
    def test_of_thirty_questions_no_more_than_a_tenth_may_be_lost(
        self, tmp_path: Path, lost: int
    ) -> None:
        """A test at the gate's level would pass one that loses five of them."""
        asked = [Item(f"q{n}", "?", (("yes",),), cluster=f"s{n % 8}") for n in range(29)]
        asked.append(Item("none", "?", answerable=False, kind="unanswerable"))
        right = [Record("s", "x", i.id, "yes" if i.answerable else "", "answered") for i in asked]
        right[-1] = replace(right[-1], status="abstained")
        fewer = [replace(r, text="no") if n < lost else r for n, r in enumerate(right)]
        path = tmp_path / "thirty.json"
        write_baseline(score(asked, right, {}), path, "make it anew")
        if lost == 3:
            assert gate(score(asked, fewer, {}), read_baseline(path))
            return
        with pytest.raises(Regressed, match=r"right 1\.00 -> \.87"):
            gate(score(asked, fewer, {}), read_baseline(path))

    def test_what_must_always_hold_fails_at_once(self, base: list[Record], baseline: Path) -> None:
        """One forged quote is no statistical matter."""
        answered = next(n for n, r in enumerate(base) if r.citations)
        exact = [_exact(r) for r in base]
        write_baseline(scores(exact), baseline, "make it anew")
        forged = replace(exact[answered].citations[0], quote="We never wrote this.")
        one = replace(exact[answered], citations=(forged, *exact[answered].citations[1:]))
        broken = [*exact[:answered], one, *exact[answered + 1 :]]
        with pytest.raises(Regressed, match="quoted span verbatim"):
            gate(scores(broken), read_baseline(baseline))
        failed = [replace(base[0], status="failed", text=""), *exact[1:]]
        with pytest.raises(Regressed, match="failed"):
            gate(scores(failed), read_baseline(baseline))

    def test_nothing_passes_by_not_being_measured(self, base: list[Record], baseline: Path) -> None:
        with pytest.raises(Regressed, match="no reply to 1 items"):
            gate(scores(base[1:]), read_baseline(baseline))
        blind = [replace(r, retrieved=()) for r in base]
        with pytest.raises(Regressed, match="has no figure 'recall@5'"):
            gate(scores(blind), read_baseline(baseline))

    def test_better_is_not_a_regression(self, base: list[Record], tmp_path: Path) -> None:
        path = tmp_path / "worse.json"
        write_baseline(scores(run(ITEMS, passages=1)), path, "x")
        assert any(c.verdict == "better" for c in gate(scores(base), read_baseline(path)))

    @pytest.mark.parametrize("content", ["", "[]", '{"format": 99}', '{"format": 1}'])
    def test_another_file_is_refused_with_its_name(self, tmp_path: Path, content: str) -> None:
        path = tmp_path / "b.json"
        path.write_text(content)
        with pytest.raises(AssistantError, match="is not a baseline"):
            read_baseline(path)


def _item(id: str) -> Item:
    return Item(id, "How wide?", (("14",),), cluster=id)


def _reply(text: str) -> Record:
    return Record("s", "x", "a", text, "answered")


def _exact(record: Record) -> Record:
    """The same with quotes that are what stands there."""
    quoted = [
        Cited(c.article_id, c.start, c.end, ARTICLES[c.article_id].text[c.start : c.end])
        for c in record.citations
    ]
    return replace(record, citations=tuple(quoted))
