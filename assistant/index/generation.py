"""One generation of the caches that are files of ours: words, vectors, and whose they are."""

from __future__ import annotations

import threading
from collections import OrderedDict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.index import vectors
from assistant.index.lexical import Lexical
from assistant.index.state import Broken, State, sync
from assistant.store import Store
from assistant.types import Filters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IDS = "passages.npy"
REMEMBERED_FILTERS = 16


class Generation:
    """What `build` wrote for one state of the caches, mapped into memory."""

    def __init__(self, folder: Path, state: State, store: Store) -> None:
        """folder: of all generations. store: knows which passages filters allow.

        Raises Broken for files that are missing or make no sense.
        """
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
        self._store = store
        self._allowed: OrderedDict[Filters, NDArray[np.intp]] = OrderedDict()
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

    def words(self, terms: list[str], k: int, filters: Filters | None) -> list[tuple[str, float]]:
        """See `Index.lexical`."""
        among = self.allowed(filters) if filters else None
        return self._named(self._lexical.search(terms, k, among))

    def nearest(
        self, vector: NDArray[np.float32], k: int, filters: Filters
    ) -> list[tuple[str, float]]:
        """The `k` nearest of those allowed, as (passage id, cosine similarity); none overlooked."""
        return self._named(vectors.nearest(self._vectors, vector, k, self.allowed(filters)))

    def allowed(self, filters: Filters) -> NDArray[np.intp]:
        """The numbers of the passages that may be found, ascending.

        Who filters once asks again: the database takes longer to list them than both searches.
        """
        import numpy as np

        with self._lock:
            if filters not in self._allowed:
                own = self._number
                ids = self._store.passage_ids_within(filters)
                numbers = [n for i in ids if (n := own.get(i.encode())) is not None]
                self._allowed[filters] = np.sort(np.asarray(numbers, dtype=np.intp))
            self._allowed.move_to_end(filters)
            while len(self._allowed) > REMEMBERED_FILTERS:
                self._allowed.popitem(last=False)
            return self._allowed[filters]

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
