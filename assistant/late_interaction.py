"""Late interaction (ColBERT: Khattab and Zaharia, 2020) with the token vectors of MiniLM.

For each word piece of the question the best cosine among the word pieces of a text; the mean of
these, weighted by how rare the piece's word is in the corpus. Pure functions on arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.types import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Interaction:
    """Scores, -1 to 1, of one text: as a whole and for each of the spans asked for."""

    whole: float
    spans: tuple[float, ...]


def interact(
    question: NDArray[np.float32],
    weights: NDArray[np.float32],
    text: NDArray[np.float32],
    token_offsets: Sequence[Span],
    spans: Sequence[Span],
) -> Interaction:
    """
    question: (q, d) and text: (t, d), rows of length 1; weights: (q,), not negative.
    token_offsets: the characters of each of the t word pieces; spans: the sentences, likewise.
    """
    total = float(weights.sum())
    if not len(text) or not len(question) or total <= 0:
        return Interaction(0.0, tuple(0.0 for _ in spans))
    cosines = question @ text.T
    whole = float(weights @ cosines.max(axis=1)) / total
    scores = []
    for span in spans:
        inside = tokens_inside(token_offsets, span)
        best = cosines[:, inside].max(axis=1) if inside else None
        scores.append(float(weights @ best) / total if best is not None else 0.0)
    return Interaction(whole, tuple(scores))


def tokens_inside(token_offsets: Sequence[Span], span: Span) -> list[int]:
    """Indexes of the word pieces that begin within `span`."""
    return [i for i, o in enumerate(token_offsets) if span.start <= o.start < span.end]
