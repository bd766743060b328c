"""The lexical index: BM25 over the stemmed terms of every passage and the title over it.

Its scores are computed when it is written, and mapped into memory when it is opened: a search
reads the few pages that hold its terms, and nothing is rebuilt.
"""

from __future__ import annotations

import json
import math
from array import array
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.index.state import Broken, sync
from assistant.lexical import terms as terms_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LENGTH = "mean_length.json"


def passage_terms(title: str, text: str) -> list[str]:
    """The terms by which a passage is found: those of its article's title, then its own."""
    return [*_title_terms(title), *terms_of(text)]


@lru_cache(maxsize=1)  # passages come article by article
def _title_terms(title: str) -> tuple[str, ...]:
    return tuple(terms_of(title))


class _Documents:
    """The terms of each passage as numbers, four bytes a term, in the form that bm25s reads.

    As lists of strings those of a hundred thousand passages take half a gigabyte.
    """

    def __init__(self) -> None:
        self.vocab: dict[str, int] = {}
        self._numbers = array("I")
        self._ends = array("Q")

    def append(self, terms: list[str]) -> None:
        vocab = self.vocab
        self._numbers.extend(vocab.setdefault(term, len(vocab)) for term in terms)
        self._ends.append(len(self._numbers))

    @property
    def terms(self) -> int:
        """How many there are in all passages together."""
        return len(self._numbers)

    @property
    def ids(self) -> _Documents:
        return self

    def __len__(self) -> int:
        return len(self._ends)

    def __iter__(self) -> Iterator[list[int]]:
        start = 0
        for end in self._ends:
            yield self._numbers[start:end].tolist()
            start = end


class Lexical:
    """The BM25 index as it was written. Passages are numbered as the store listed them then."""

    def __init__(self, scorer: Any, passages: int, mean_length: float) -> None:
        """scorer: a `bm25s.BM25`, or None where no passage has any term. mean_length: in terms."""
        self._scorer = scorer
        self._passages = passages
        self._mean_length = mean_length

    @staticmethod
    def build(folder: Path, passages: Iterator[tuple[str, str, str]]) -> list[str]:
        """Write the index of (id, title, text) to the new `folder`; returns the ids in order.

        Needs a folder that is not there yet.
        """
        import bm25s  # type: ignore[import-untyped]

        ids: list[str] = []
        documents = _Documents()
        for passage_id, title, text in passages:
            ids.append(passage_id)
            documents.append(passage_terms(title, text))
        folder.mkdir(parents=True)
        if documents.vocab:
            scorer = bm25s.BM25()
            scorer.index(documents, show_progress=False)
            Lexical(scorer, len(ids), documents.terms / len(ids)).save(folder)
        return ids

    def save(self, folder: Path) -> None:
        """Write what `load` reads. An index without any term is an empty folder, not this."""
        self._scorer.save(folder, show_progress=False)
        (folder / LENGTH).write_text(json.dumps(self._mean_length), encoding="ascii")
        for path in folder.iterdir():
            sync(path)

    @classmethod
    def load(cls, folder: Path, passages: int) -> Lexical:
        """passages: how many it must have. Raises Broken for files missing or without sense."""
        import bm25s

        scorer, mean_length = None, 1.0
        try:
            if (folder / "params.index.json").exists():
                scorer = bm25s.BM25.load(folder, load_corpus=False, mmap=True, show_progress=False)
                if scorer.scores["num_docs"] != passages:
                    raise ValueError("its files do not belong together")
                mean_length = float(json.loads((folder / LENGTH).read_text(encoding="ascii")))
        except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
            raise Broken(f"lexical index: {error}") from error
        return cls(scorer, passages, mean_length)

    def scores(self, terms: list[str]) -> NDArray[np.float32]:
        """The score of each passage, 0 or more. A term given twice counts twice."""
        import numpy as np

        known = self._scorer.get_tokens_ids(terms) if self._scorer else []
        if not known:
            return np.zeros(self._passages, np.float32)
        scores: NDArray[np.float32] = self._scorer.get_scores_from_ids(known)
        return scores

    def document_frequency(self, term: str) -> int:
        if self._scorer is None:
            return 0
        columns, number = self._scorer.scores["indptr"], self._scorer.vocab_dict.get(term)
        return 0 if number is None else int(columns[number + 1] - columns[number])

    # The two factors of a score, for passages that came later but are compared with these

    def rarity(self, term: str) -> float:
        """The inverse document frequency of a term, as bm25s computes it (Lucene's form)."""
        frequency = self.document_frequency(term)
        return math.log(1 + (self._passages - frequency + 0.5) / (frequency + 0.5))

    def saturation(self, count: int, length: int) -> float:
        """What `count` occurrences weigh in a passage of `length` terms, 0 to 1."""
        k1, b = (self._scorer.k1, self._scorer.b) if self._scorer else (1.5, 0.75)
        return float(count / (k1 * (1 - b + b * length / self._mean_length) + count))
