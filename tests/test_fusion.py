"""Fusion: scores of different kinds on one scale, weighed and added."""

from __future__ import annotations

from statistics import fmean, pstdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.fusion import standardised, weighted_sum

SCORES = st.lists(st.floats(-1000, 1000).map(lambda x: round(x, 3)), min_size=1, max_size=20)


@given(SCORES)
def test_standardised_scores_are_z_scores(scores: list[float]) -> None:
    mean, deviation = fmean(scores), pstdev(scores)
    expected = [(s - mean) / deviation if deviation > 1e-9 else 0.0 for s in scores]
    assert standardised(scores) == pytest.approx(expected, abs=1e-6)


@given(SCORES, st.floats(0.1, 10), st.floats(-100, 100))
def test_neither_the_scale_nor_the_origin_of_a_score_matters(
    scores: list[float], scale: float, origin: float
) -> None:
    moved = [s * scale + origin for s in scores]
    assert standardised(moved) == pytest.approx(standardised(scores), abs=1e-4)


@pytest.mark.parametrize("scores", [[], [3.0], [0.7, 0.7, 0.7], [0.1 + 0.2, 0.3]])
def test_scores_that_do_not_differ_decide_nothing(scores: list[float]) -> None:
    assert standardised(scores).tolist() == [0.0] * len(scores)


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), min_size=1, max_size=12))
def test_the_weighted_sum_is_what_it_says(rows: list[tuple[float, float]]) -> None:
    one, other = [a for a, _ in rows], [b for _, b in rows]
    total = weighted_sum({"one": (0.6, one), "other": (0.4, np.asarray(other, dtype=np.float64))})
    assert total == pytest.approx(0.6 * standardised(one) + 0.4 * standardised(other))


def test_a_clear_lead_in_one_ranking_beats_a_small_one_in_another() -> None:
    """What reciprocal rank fusion cannot: it knows the places, not the distances."""
    total = weighted_sum({"a": (0.5, [10.0, 1.0, 0.9, 0.8]), "b": (0.5, [0.50, 0.52, 0.40, 0.30])})
    assert int(total.argmax()) == 0


def test_no_candidates_and_no_parts_are_no_error() -> None:
    assert weighted_sum({}).size == 0
    assert weighted_sum({"a": (0.5, []), "b": (0.5, [])}).size == 0
