"""Late interaction against the same thing written with loops."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.late_interaction import interact, tokens_inside
from assistant.types import Span


def unit_rows(count: int, seed: int) -> NDArray[np.float32]:
    rows = np.random.default_rng(seed).normal(size=(count, 8))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def slowly(
    question: NDArray[np.float32], weights: NDArray[np.float32], text: NDArray[np.float32]
) -> float:
    """The weighted mean, over the question's pieces, of the best cosine in the text."""
    total = 0.0
    for piece, weight in zip(question, weights, strict=True):
        total += float(weight) * max(float(np.dot(piece, other)) for other in text)
    return total / float(sum(weights))


@settings(deadline=None)
@given(
    asked=st.integers(1, 5), cuts=st.lists(st.integers(0, 12), max_size=5), seed=st.integers(0, 99)
)
def test_scores_are_those_of_the_slow_way(asked: int, cuts: list[int], seed: int) -> None:
    question, text = unit_rows(asked, seed), unit_rows(12, seed + 1)
    weights = np.random.default_rng(seed).uniform(0.1, 5, asked).astype(np.float32)
    offsets = [Span(3 * i, 3 * i + 2) for i in range(12)]
    bounds = sorted(cuts)
    spans = [Span(3 * a, 3 * b) for a, b in itertools.pairwise(bounds)]
    result = interact(question, weights, text, offsets, spans)
    assert result.whole == pytest.approx(slowly(question, weights, text), abs=1e-5)
    assert len(result.spans) == len(spans)
    for (start, end), score in zip(spans, result.spans, strict=True):
        part = text[start // 3 : end // 3]
        expected = slowly(question, weights, part) if len(part) else 0.0
        assert score == pytest.approx(expected, abs=1e-5)
        assert score <= result.whole + 1e-5 or not len(part)


def test_a_text_fits_itself_perfectly() -> None:
    text = unit_rows(6, 1)
    weights = np.ones(6, dtype=np.float32)
    assert interact(text, weights, text, [], []).whole == pytest.approx(1.0, abs=1e-5)


def test_a_piece_without_weight_does_not_count() -> None:
    question, text = np.eye(8, dtype=np.float32)[:2], np.eye(8, dtype=np.float32)[:1]
    assert interact(question, np.array([1, 1], np.float32), text, [], []).whole == 0.5
    assert interact(question, np.array([1, 0], np.float32), text, [], []).whole == 1.0


@pytest.mark.parametrize(("asked", "read", "weight"), [(0, 3, 1.0), (3, 0, 1.0), (3, 3, 0.0)])
def test_nothing_to_compare_scores_nothing(asked: int, read: int, weight: float) -> None:
    weights = np.full(asked, weight, dtype=np.float32)
    offsets = [Span(i, i + 1) for i in range(read)]
    result = interact(unit_rows(asked, 0), weights, unit_rows(read, 1), offsets, [Span(0, 3)])
    assert (result.whole, result.spans) == (0.0, (0.0,))


def test_a_piece_belongs_to_the_span_it_begins_in() -> None:
    offsets = [Span(0, 3), Span(3, 5), Span(6, 9), Span(9, 9)]
    assert tokens_inside(offsets, Span(0, 4)) == [0, 1]
    assert tokens_inside(offsets, Span(4, 9)) == [2]
    assert tokens_inside(offsets, Span(10, 20)) == []
