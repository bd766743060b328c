"""Intervals cover as often as they say, tests are those of the books, and nothing is random."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, permutation_test

from evals.statistics import (
    Rows,
    difference,
    f1,
    holm,
    interval,
    mcnemar,
    mean,
    median,
    percentile_95,
    wilson,
)

YES_NO = st.lists(st.integers(0, 1), min_size=1, max_size=60)


def rows(values: list[float] | list[int]) -> Rows:
    return np.array([(v, 1.0) for v in values], dtype=np.float64)


def apart(count: int) -> list[str]:
    """Every item a cluster of its own."""
    return [f"{n:04}" for n in range(count)]


def test_statistics_by_hand() -> None:
    assert mean(np.array([[1, 1], [0, 0], [1, 2]], dtype=float)) == pytest.approx(2 / 3)
    assert math.isnan(mean(np.zeros((2, 2))))
    assert f1(np.array([[1, 1, 1], [0, 1, 0], [0, 0, 1]], dtype=float)) == 0.5
    assert math.isnan(f1(np.zeros((1, 3))))
    assert median(np.array([[1.0], [2.0], [9.0]])) == 2
    assert percentile_95(np.array([[float(n)] for n in range(21)])) == 19


@given(st.integers(0, 200), st.integers(1, 200))
def test_wilson_equals_scipy(successes: int, n: int) -> None:
    if successes > n:
        return
    expected = binomtest(successes, n).proportion_ci(0.95, method="wilson")
    assert wilson(successes, n) == pytest.approx((expected.low, expected.high))


def test_wilson_of_nothing_is_everything() -> None:
    assert wilson(0, 0) == (0, 1)


@settings(deadline=None)
@given(YES_NO)
def test_a_proportion_of_items_that_stand_alone_gets_wilson(values: list[int]) -> None:
    expected = wilson(sum(values), len(values))
    assert interval(rows(values), apart(len(values)), mean) == pytest.approx(expected)


def test_dependence_widens_the_interval() -> None:
    """Forty items of which each ten say the same are four items, not forty."""
    values = [1] * 10 + [0] * 10 + [1] * 10 + [1] * 10
    alone = interval(rows(values), apart(40), mean)
    together = interval(rows(values), [str(n // 10) for n in range(40)], mean)
    assert alone and together
    assert together[1] - together[0] > 1.8 * (alone[1] - alone[0])


def test_all_right_is_not_certain() -> None:
    """A bootstrap of equal rows has no width; three stories of ten can't prove 100 %."""
    clusters = [str(n // 10) for n in range(30)]
    assert interval(rows([1] * 30), clusters, mean) == pytest.approx((wilson(3, 3)[0], 1.0))
    assert interval(rows([1] * 30), ["one"] * 30, mean) == pytest.approx((wilson(1, 1)[0], 1.0))


def test_one_story_leaves_nothing_to_draw_from() -> None:
    seconds = np.array([[1.0], [2.0]])
    assert interval(seconds, ["one", "one"], median, share=False) is None
    assert interval(np.empty((0, 2)), [], mean) is None


def test_items_without_weight_do_not_narrow_it() -> None:
    some = np.array([[1, 1], [0, 1], [1, 1], [1, 1]], dtype=float)
    more = np.vstack([some, np.zeros((50, 2))])
    assert interval(more, apart(54), mean) == interval(some, apart(4), mean)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 5)), min_size=2, max_size=30),
    st.randoms(use_true_random=False),
)
def test_any_interval_holds_within_bounds_and_in_any_order(
    drawn: list[tuple[float, int]], shuffle: object
) -> None:
    """The same each time, and whichever way the items are sorted within their clusters' names."""
    values, clusters = [v for v, _ in drawn], [str(c) for _, c in drawn]
    found = interval(rows(values), clusters, mean)
    assert found is not None
    assert -1e-9 <= found[0] <= found[1] <= 1 + 1e-9
    assert interval(rows(values), clusters, mean) == found
    again = interval(rows(values[::-1]), clusters[::-1], mean)
    assert again == pytest.approx(found)


def test_the_interval_covers_about_as_often_as_it_says() -> None:
    """200 worlds of 30 stories whose items share a mood; the truth is .6. At least 88 % are hit,
    where an interval that takes items for independent hits far less."""
    random = np.random.default_rng(1)
    clusters = [str(n // 5) for n in range(150)]
    hit = naive = 0
    for _ in range(200):
        mood = np.repeat(random.beta(1.2, 0.8, 30), 5)
        values = rows([float(v) for v in random.random(150) < mood])
        found = interval(values, clusters, mean)
        assert found
        hit += found[0] <= 0.6 <= found[1]
        low, high = wilson(values[:, 0].sum(), 150)
        naive += low <= 0.6 <= high
    assert hit >= 176
    assert naive < 170


@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_by_definition(only_a: int, only_b: int) -> None:
    """Twice the smaller tail of a fair coin, at most 1."""
    n, k = only_a + only_b, min(only_a, only_b)
    tail = sum(math.comb(n, i) for i in range(k + 1)) / 2**n
    assert mcnemar(only_a, only_b) == pytest.approx(min(1.0, 2 * tail))


def test_yes_no_with_one_item_a_cluster_is_mcnemar() -> None:
    a, b = rows([1] * 9 + [0] + [1] * 20), rows([0] * 9 + [1] + [1] * 20)
    assert difference(a, b, apart(30), mean).p == pytest.approx(mcnemar(9, 1))


def test_swapping_clusters_equals_scipys_permutation_test() -> None:
    """With every way tried, on numbers that are not yes or no."""
    random = np.random.default_rng(3)
    a, b = random.random(10), random.random(10) + 0.2
    expected = permutation_test(
        (a, b), lambda x, y: y.mean() - x.mean(), permutation_type="samples", n_resamples=5000
    )
    assert expected.null_distribution.size == 2**10
    found = difference(rows(list(a)), rows(list(b)), apart(10), mean)
    assert found.p == pytest.approx(expected.pvalue)


def test_a_whole_story_counts_once() -> None:
    """Ten items worse in one story could be chance; in ten stories it could not."""
    a, b = rows([1] * 40), rows([0] * 10 + [1] * 30)
    one_story = ["s"] * 10 + apart(30)
    assert difference(a, b, one_story, mean).p == 1
    assert difference(a, b, apart(40), mean).p == pytest.approx(2 / 2**10)


def test_a_statistic_that_is_no_mean_is_paired_too() -> None:
    random = np.random.default_rng(5)
    a = random.random((40, 1))
    slower = difference(a, a + 0.5, apart(40), median)
    assert slower.value == pytest.approx(0.5)
    assert slower.low is not None and slower.low > 0
    assert slower.p < 0.01
    assert difference(a, a, apart(40), median).p == 1


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=2, max_size=30))
def test_a_difference_turns_its_sign_and_nothing_else(drawn: list[tuple[int, int]]) -> None:
    a, b = rows([x for x, _ in drawn]), rows([y for _, y in drawn])
    there, back = (difference(*s, apart(len(drawn)), mean) for s in ((a, b), (b, a)))
    assert there.value == pytest.approx(-back.value)
    assert there.p == pytest.approx(back.p)
    assert 0 < there.p <= 1
    assert there.low is not None and there.high is not None
    assert there.low <= there.value + 1e-9 and there.value - 1e-9 <= there.high


def test_equal_runs_cannot_show_everything() -> None:
    """No pair differs, so the standard error is 0; six of 60 must change before a test sees it."""
    same = rows([1, 0] * 30)
    assert difference(same, same, apart(60), mean).smallest == pytest.approx(6 / 60)


def test_the_smallest_difference_is_shown_in_eight_of_ten_trials() -> None:
    """Worlds in which the truth is that difference: about 80 % of them are found."""
    random = np.random.default_rng(7)
    n, up, down = 200, 0.16, 0.06

    def world() -> tuple[Rows, Rows]:
        draw = random.random(n)
        a = (draw >= up) & (random.random(n) < 0.5) | ((draw >= up) & (draw < up + down))
        b = np.where(draw < up, True, np.where(draw < up + down, False, a))
        return rows(list(a.astype(float))), rows(list(b.astype(float)))

    sizes = [difference(*world(), apart(n), mean).smallest for _ in range(10)]
    assert np.mean([s for s in sizes if s]) == pytest.approx(up - down, abs=0.02)
    found = sum(difference(*world(), apart(n), mean).p <= 0.05 for _ in range(100))
    assert 60 <= found <= 92


def test_holm_by_hand() -> None:
    """The example of any textbook: .01, .02, .03, .04 become .04, .06, .06, .06."""
    assert holm([0.03, 0.01, 0.04, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=20))
def test_holm_bounds(p_values: list[float]) -> None:
    corrected = holm(p_values)
    for raw, after in zip(p_values, corrected, strict=True):
        assert raw <= after <= min(1.0, raw * len(p_values)) + 1e-12
    assert [c for _, c in sorted(zip(p_values, corrected, strict=True))] == sorted(corrected)
