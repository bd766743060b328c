"""One generation of the caches that are files of ours: words, vectors, and whose they are."""

from __future__ import annotations

import threading
from collections.abc import Collection
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.index import vectors
from assistant.index.lexical import Lexical
from assistant.index.state import Broken, State, sync
from assistant.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IDS = "passages.npy"


class Generation:
    """What `build` wrote for one state of the caches, mapped into memory."""

    def __init__(self, folder: Path, state: State) -> None:
        """folder: of all generations. Raises Broken for files missing or without sense."""
        import numpy as np

        self.name = state.generation
        own = folder / state.generation
        try:
            self._ids: NDArray[np.bytes_] = np.load(own / IDS)
        except (OSError, ValueError, EOFError) as error:
            raise Broken(f"passages: {error}") from error
        self._lexical = Lexical.load(own, state.passages)
        self._vectors = vectors.load(own)
        if not len(self._ids) == len(self._vectors) == state.passages:
            raise Broken("passages, words and vectors do not belong together")
        self._within: tuple[Collection[str], NDArray[np.intp]] | None = None
        self._lock = threading.Lock()

    @staticmethod
    def build(folder: Path, store: Store) -> list[str]:
        """Write the generation to the new `folder`; returns the ids of its passages in order."""
        import numpy as np

        ids = Lexical.build(folder, store.all_passages())
        np.save(folder / IDS, np.array([i.encode() for i in ids], dtype=np.bytes_))
        sync(folder / IDS)
        vectors.build(folder, ids, store)
        return ids

    def words(
        self, terms: list[str], k: int, within: Collection[str] | None
    ) -> list[tuple[str, float]]:
        """See `Index.lexical`."""
        among = None if within is None else self._numbers(within)
        return self._named(self._lexical.search(terms, k, among))

    def nearest(
        self, vector: NDArray[np.float32], k: int, within: Collection[str]
    ) -> list[tuple[str, float]]:
        """The `k` nearest of `within` as (passage id, cosine similarity), none overlooked."""
        return self._named(vectors.nearest(self._vectors, vector, k, self._numbers(within)))

    def document_frequency(self, terms: list[str]) -> list[int]:
        return self._lexical.document_frequency(terms)

    def finds(self, passage_id: str, terms: list[str]) -> bool:
        """Whether a passage is among the ten best, ties included, for its own terms."""
        number = self._number.get(passage_id.encode())
        return number is not None and self._lexical.finds(number, terms)

    @cached_property
    def _number(self) -> dict[bytes, int]:
        return {name: n for n, name in enumerate(self._ids.tolist())}

    def _named(self, found: list[tuple[int, float]]) -> list[tuple[str, float]]:
        return [(self._ids[n].decode(), score) for n, score in found]

    def _numbers(self, within: Collection[str]) -> NDArray[np.intp]:
        """The numbers of those that are here, ascending. One question asks twice for the same."""
        import numpy as np

        with self._lock:
            known = self._within
            if known is None or known[0] is not within:
                own = self._number
                numbers = [n for i in within if (n := own.get(i.encode())) is not None]
                self._within = known = (within, np.sort(np.asarray(numbers, dtype=np.intp)))
            return known[1]
