"""A stand-in for the embedding model: vectors drawn from a hash of each text, in microseconds.

For what has to do with how many articles there are and not with what they mean. A passage that is
searched for by its own text finds itself; anything else finds nothing sensible.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from assistant.embedding import DIMENSION, Embedder


class _Hashed:
    def load(self) -> None:
        """There is nothing to load."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """About as many word pieces as the model's own tokenizer makes of news text."""
        return [len(text.split()) * 4 // 3 + 1 for text in texts]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if not texts:
            return np.zeros((0, DIMENSION), np.float32)
        return np.stack([_vector(text) for text in texts])


def _vector(text: str) -> NDArray[np.float32]:
    seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
    drawn = np.random.default_rng(seed).standard_normal(DIMENSION, np.float32)
    return cast("NDArray[np.float32]", drawn / np.linalg.norm(drawn))


def hashed() -> Embedder:
    """One for `Engine(embedder=...)`; it can ingest and sync, not answer."""
    return cast(Embedder, _Hashed())
