"""The suite that measures speed: what it measures on, what it makes of the numbers, one command."""

from __future__ import annotations

import json
import statistics
from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from assistant.cli import app
from assistant.errors import AssistantError, UsageError
from assistant.settings import Settings
from assistant.store import Store
from evals.performance import Figure, Plan, corpora, measure, table
from evals.performance.figures import growth
from evals.performance.processes import alone
from evals.performance.words import VOCABULARY, ranks

positive = st.floats(0.001, 1e6)


class TestCorpora:
    @settings(max_examples=20)
    @given(count=st.integers(1, 60), more=st.integers(0, 40), seed=st.integers(0, 1000))
    def test_the_same_call_makes_the_same_articles_and_more_begin_with_them(
        self, count: int, more: int, seed: int
    ) -> None:
        made = list(corpora.articles(count, seed))
        assert made == list(islice(corpora.articles(count + more, seed), count))
        assert len(made) == len({a.id for a in made}) == len({a.text for a in made}) == count

    def test_articles_are_as_long_as_those_of_the_sample(self) -> None:
        real = [len(a.text.split()) for a in corpora.sample()]
        made = [len(a.text.split()) for a in corpora.articles(400)]
        assert statistics.mean(made) == pytest.approx(statistics.mean(real), rel=0.25)
        assert statistics.stdev(made) == pytest.approx(statistics.stdev(real), rel=0.4)

    def test_a_few_sentences_are_in_very_many_articles_and_most_in_few(self) -> None:
        """Zipf's law: of the ranks, each tenfold has about as many uses as the one before."""
        used = Counter(line for a in corpora.articles(1000) for line in a.text.split("\n\n")[1:])
        assert len(used) > 900, "paragraphs differ"
        words = Counter(w for a in corpora.articles(300) for w in a.text.split())
        counts = [n for _, n in words.most_common()]
        assert counts[0] > 10 * counts[99] > 20 * counts[999]

    def test_files_are_read_as_the_articles_they_were_made_from(self, tmp_path: Path) -> None:
        from assistant.reading import Options, read

        folder = corpora.write(tmp_path / "made", 5)
        for article in corpora.articles(5):
            path = folder / Path(article.id).name
            (found,) = read(path, article_id=article.id, options=Options())
            assert found.title == article.title
            assert (found.published, found.source) == (article.published, article.source)
            assert found.text.split() == article.text.split()

    @settings(max_examples=10, deadline=None)
    @given(count=st.integers(1, 40))
    def test_passages_have_their_characters_and_a_store_has_as_many_as_asked_for(
        self, count: int, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        store = Store(tmp_path_factory.mktemp("store"))
        corpora.fill(store, count)
        ids = store.passage_ids()
        assert len(ids) == len(set(ids)) == count
        assert np.linalg.norm(store.vectors(ids), axis=1) == pytest.approx(1.0, abs=1e-5)
        for passage, article in store.passages(ids).values():
            for span in passage.sentences:
                assert article.text[span.start : span.end].strip()
        store.close()

    def test_made_words_follow_their_law(self) -> None:
        drawn = ranks(np.random.default_rng(0), 200_000)
        assert drawn.min() >= 0 and drawn.max() < VOCABULARY
        seen = np.bincount(drawn, minlength=VOCABULARY)
        assert seen[0] / seen[80:120].mean() == pytest.approx(120 / 20, rel=0.15)


class TestFigures:
    @given(pairs=st.lists(st.tuples(positive, positive), min_size=1, max_size=9))
    def test_a_ratio_is_of_values_of_the_same_round(self, pairs: list[tuple[float, float]]) -> None:
        ours, theirs = zip(*pairs, strict=True)
        figure = Figure("x", "s", ours, against="peer", theirs=theirs)
        assert figure.ratios == tuple(a / b for a, b in pairs)
        assert min(figure.ratios) <= figure.value <= max(figure.ratios)

    @given(value=positive, target=positive)
    def test_at_least_and_at_most_agree_only_at_the_target(
        self, value: float, target: float
    ) -> None:
        most = Figure("x", "s", (value,), target=target)
        least = Figure("x", "s", (value,), target=target, at_least=True)
        assert most.reached or least.reached
        assert (most.reached and least.reached) == (value == target)

    def test_rounds_that_have_no_partner_are_refused(self) -> None:
        with pytest.raises(ValueError, match="zip"):
            _ = Figure("x", "s", (1.0, 2.0), against="peer", theirs=(1.0,)).ratios

    def test_the_table_says_what_was_reached_and_how_far_rounds_differ(self) -> None:
        text = table(
            [
                Figure(
                    "ingest", "passages", (40.0, 44.0, 60.0), size=1000, against="recipe",
                    theirs=(10.0, 10.0, 10.0), target=4.0, at_least=True, peak_mb=812.4,
                ),
                Figure("start", "s", (0.31,), target=0.2),
                Figure("opened", "s", (0.0,)),
            ]
        )  # fmt: skip
        first, second, third = text.splitlines()[2:]
        assert "| 1,000 | 44.0 (40.0 to 60.0) | recipe | 10.0 (10.0 to 10.0) |" in first
        assert "4.40 (4.00 to 6.00) | 812 | at least 4.00 | reached |" in first
        assert second.endswith("| 0.310 |  |  |  |  | at most 0.200 | **not reached** |")
        assert third.endswith("|  |  |"), "without a target nothing is reached or missed"

    @given(power=st.floats(-1, 2), first=positive)
    def test_growth_is_the_exponent_of_the_size(self, power: float, first: float) -> None:
        figures = [Figure("x", "s", (first * n**power,), size=n) for n in (10, 1000)]
        (line,) = growth(figures)
        shown = float(line.split("size^")[1].split(" ")[0])
        assert shown == pytest.approx(power, abs=0.006)
        assert growth(figures[:1]) == [], "one size says nothing about growth"


class TestProcesses:
    @pytest.fixture(autouse=True)
    def tasks_of_this_file(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))

    def test_memory_and_time_are_those_of_the_one_process(self) -> None:
        """Of two children in turn, the small one is not charged with what the large one took."""
        large = alone(hold, megabytes=200)
        small = alone(hold, megabytes=1)
        assert large.said == {"held": 200} and small.said == {"held": 1}
        assert 150 < large.peak_mb - small.peak_mb < 260
        assert 0 < small.cpu <= small.wall * 64

    def test_a_task_that_fails_says_why(self) -> None:
        with pytest.raises(AssistantError, match="ValueError: no such luck"):
            alone(fail)


def hold(megabytes: int) -> dict[str, int]:
    return {"held": len(b"x" * (megabytes << 20)) >> 20}


def fail() -> dict[str, int]:
    raise ValueError("no such luck")


def test_a_group_that_is_none_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no group 'speed'"):
        list(measure(Plan(Settings(), tmp_path / "out"), ["speed"]))
    assert not (tmp_path / "out").exists()


@pytest.mark.models
def test_the_command_measures_a_tiny_corpus_and_keeps_table_and_record(tmp_path: Path) -> None:
    arguments = ["eval", "performance", "--size", "3", "--words", "500", "--rounds", "1"]
    arguments += ["--llm", "none", "--threads", "1", "--quiet", "-o", str(tmp_path)]
    done = CliRunner().invoke(app, [*arguments, "--only", "ingest", "--only", "words"])
    assert done.exit_code == 0, done.output
    record = json.loads((tmp_path / "figures.json").read_text())
    assert record["machine"]["cores"] >= 1
    by_name = {(f["name"], f["unit"].split()[0]): f for f in record["figures"]}
    speed = by_name["ingest", "passages"]
    assert speed["ratios"][0] == pytest.approx(speed["ours"][0] / speed["theirs"][0])
    assert by_name["ingest, whole", "s"]["theirs"][0] > 0
    assert by_name["lexical search, p95", "ms"]["peak_mb"] > 10
    assert (tmp_path / "table.md").read_text() == done.output
