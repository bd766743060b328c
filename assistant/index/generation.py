"""One generation of the caches that are ours: words and vectors, as written and what came since."""

from __future__ import annotations

import math
import threading
from collections import Counter, OrderedDict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.index import vectors
from assistant.index.lexical import Lexical
from assistant.index.recent import Recent
from assistant.index.state import Broken, State, sync
from assistant.store import Store
from assistant.types import Filters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IDS = "passages.npy"
REMEMBERED_FILTERS = 16


class Generation:
    """The passages of one state of the caches: what `build` wrote, mapped into memory, then the
    recent ones, numbered on."""

    def __init__(self, folder: Path, state: State, store: Store) -> None:
        """folder: of all that was written. store: has what came since, and knows which passages
        filters allow.

        Raises Broken for files that are missing or make no sense.
        """
        import numpy as np

        self.name = state.generation
        own = folder / state.written
        try:
            written: NDArray[np.bytes_] = np.load(own / IDS)
        except (OSError, ValueError, EOFError) as error:
            raise Broken(f"passages: {error}") from error
        self._lexical = Lexical.load(own, len(written))
        self._vectors = vectors.load(own)
        if len(self._vectors) != len(written):
            raise Broken("passages, words and vectors do not belong together")
        self._recent = Recent(store, state, self._lexical)
        gone = np.array([i.encode() for i in self._recent.gone], dtype=np.bytes_)
        self._gone = np.flatnonzero(np.isin(written, gone))
        self._written = len(written)
        new = np.array([i.encode() for i in self._recent.ids], dtype=np.bytes_)
        self._ids = np.concatenate([written, new])
        # While an ingest runs the store is ahead, and may lack what was there in this state.
        if store.version == state.version and len(self) != state.passages:
            raise Broken("passages, words and vectors are not those of the store")
        self._store = store
        self._allowed: OrderedDict[Filters, NDArray[np.intp]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._ids) - len(self._gone)

    @staticmethod
    def build(folder: Path, store: Store) -> None:
        """Write words and vectors of all passages to the new `folder`."""
        import numpy as np

        ids = Lexical.build(folder, store.all_passages())
        np.save(folder / IDS, np.array([i.encode() for i in ids], dtype=np.bytes_))
        sync(folder / IDS)
        vectors.build(folder, ids, store)

    def words(
        self,
        terms: list[str],
        k: int,
        filters: Filters | None,
        vector: NDArray[np.float32] | None = None,
    ) -> list[tuple[str, float, float]]:
        """See `Index.lexical`; behind the score stands the cosine with `vector`, 0 without one."""
        import numpy as np

        scores = self._scores(terms)
        if filters:
            among = self.allowed(filters)
            hits = among[scores[among] > 0]
        else:
            hits = np.flatnonzero(scores > 0)
        best = hits[vectors.best(scores[hits], k)]
        cosines = np.zeros(len(best)) if vector is None else self._cosines(best, vector)
        return [
            (self._ids[n].decode(), float(scores[n]), float(cosine))
            for n, cosine in zip(best.tolist(), cosines, strict=True)
        ]

    def _cosines(
        self, numbers: NDArray[np.intp], vector: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Of the passages of these numbers."""
        import numpy as np

        rows = np.empty((len(numbers), len(vector)), np.float32)
        written = numbers < self._written
        if written.any():
            rows[written] = self._vectors[numbers[written]]
        if not written.all():
            rows[~written] = self._recent.vectors[numbers[~written] - self._written]
        return rows @ vector

    def _scores(self, terms: list[str]) -> NDArray[np.float32]:
        """The BM25 score of each passage; 0 for one that is gone."""
        import numpy as np

        scores = self._lexical.scores(terms)
        scores[self._gone] = 0
        if not self._recent.ids:
            return scores  # no copy of a million numbers
        return np.concatenate([scores, self._recent.scores(terms)])

    def nearest(
        self, vector: NDArray[np.float32], k: int, filters: Filters
    ) -> list[tuple[str, float]]:
        """The `k` nearest of those allowed, as (passage id, cosine similarity); none overlooked."""
        allowed = self.allowed(filters)
        written, recent = allowed[allowed < self._written], allowed[allowed >= self._written]
        found = vectors.nearest(self._vectors, vector, k, written)
        for number, cosine in vectors.nearest(
            self._recent.vectors, vector, k, recent - self._written
        ):
            found.append((number + self._written, cosine))
        found.sort(key=lambda hit: -hit[1])
        return [(self._ids[n].decode(), cosine) for n, cosine in found[:k]]

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
        """See `Index.document_frequency`."""
        both = (self._lexical, self._recent)
        return [sum(part.document_frequency(term) for part in both) for term in terms]

    def finds(self, passage_id: str, terms: list[str]) -> bool:
        """Whether a passage has the score that its own `terms` must give it.

        Its place among the others proves nothing: many can say the same words more often.
        """
        number = self._number.get(passage_id.encode())
        if number is None:
            return False
        counts, words = Counter(terms), self._lexical
        expected = sum(
            count * words.rarity(term) * words.saturation(count, len(terms))
            for term, count in counts.items()
        )
        return math.isclose(float(self._scores(terms)[number]), expected, rel_tol=1e-3)

    @cached_property
    def _number(self) -> dict[bytes, int]:
        # Of a passage that was written and came again the later number counts.
        return {name: n for n, name in enumerate(self._ids.tolist())}
