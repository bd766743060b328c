"""What came into the store since words and vectors were written: a few passages, kept in memory.

Their BM25 scores use the statistics of the written ones (how rare a term is, how long a passage
is), so that the two can be compared; as in Lucene's segments, these lag a little behind.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from assistant.index.lexical import Lexical, passage_terms
from assistant.index.state import State
from assistant.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Reading a passage takes a tenth of a millisecond at every start; writing all anew after a tenth of
# them changed costs each of these ten passages' worth.
MOST = 1000
SHARE = 10


def is_little(store: Store, state: State) -> bool:
    """Whether what changed since `state.written_at` may stay in memory."""
    changes = store.changes_since(state.written_at)
    count = len(changes.added) + len(changes.removed)
    return bool(state.written) and count <= min(MOST, state.passages // SHARE)


class Recent:
    """The passages added, and the ids of those gone or replaced, between writing and `state`."""

    def __init__(self, store: Store, state: State, written: Lexical) -> None:
        """written: gives the statistics."""
        self._written = written
        self._postings: dict[str, list[tuple[int, float]]] = {}
        with store.reading():
            changes = store.changes_since(state.written_at, state.version)
            found = store.passages(changes.added)
            self.ids = list(found)
            self.vectors: NDArray[np.float32] = store.vectors(self.ids)
        self.gone = changes.removed + changes.added
        for number, (passage, article) in enumerate(found.values()):
            terms = passage_terms(article.title, article.text[passage.start : passage.end])
            for term, count in Counter(terms).items():
                weight = written.saturation(count, len(terms))
                self._postings.setdefault(term, []).append((number, weight))

    def scores(self, terms: list[str]) -> NDArray[np.float32]:
        """As `Lexical.scores`, for the passages of `ids`."""
        import numpy as np

        scores = np.zeros(len(self.ids), np.float32)
        for term in terms:
            for number, weight in self._postings.get(term, ()):
                scores[number] += self._written.rarity(term) * weight
        return scores

    def document_frequency(self, term: str) -> int:
        return len(self._postings.get(term, ()))
