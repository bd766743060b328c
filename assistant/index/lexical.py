"""The lexical index: BM25 over the stemmed terms of every passage and the title over it.

Its scores are computed when it is written, and mapped into memory when it is opened: a search
reads the few pages that hold its terms, and nothing is rebuilt.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.index.state import Broken, sync
from assistant.index.vectors import best
from assistant.lexical import terms as terms_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Lexical:
    """One generation of the BM25 index. Passages are numbered as the store lists them."""

    def __init__(self, scorer: Any) -> None:
        """scorer: a `bm25s.BM25`, or None where no passage has any term."""
        self._scorer = scorer

    @staticmethod
    def build(folder: Path, passages: Iterator[tuple[str, str, str]]) -> list[str]:
        """Write the index of (id, title, text) to the new `folder`; returns the ids in order.

        Needs a folder that is not there yet.
        """
        import bm25s  # type: ignore[import-untyped]

        ids: list[str] = []
        documents: list[list[str]] = []
        titles: dict[str, list[str]] = {}
        for passage_id, title, text in passages:
            if title not in titles:
                titles = {title: terms_of(title)}  # passages come article by article
            ids.append(passage_id)
            documents.append(titles[title] + terms_of(text))
        folder.mkdir(parents=True)
        if any(documents):
            scorer = bm25s.BM25()
            scorer.index(documents, show_progress=False)
            scorer.save(folder, show_progress=False)
        for path in folder.iterdir():
            sync(path)
        return ids

    @classmethod
    def load(cls, folder: Path, passages: int) -> Lexical:
        """passages: how many it must have. Raises Broken for files missing or without sense."""
        import bm25s

        scorer = None
        try:
            if (folder / "params.index.json").exists():
                scorer = bm25s.BM25.load(folder, load_corpus=False, mmap=True, show_progress=False)
                if scorer.scores["num_docs"] != passages:
                    raise ValueError("its files do not belong together")
        except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
            raise Broken(f"lexical index: {error}") from error
        return cls(scorer)

    def _scores(self, terms: list[str]) -> NDArray[np.float32] | None:
        if self._scorer is None:
            return None
        known = self._scorer.get_tokens_ids(terms)
        if not known:
            return None
        scores: NDArray[np.float32] = self._scorer.get_scores_from_ids(known)
        return scores

    def search(
        self, terms: list[str], k: int, among: NDArray[np.intp] | None = None
    ) -> list[tuple[int, float]]:
        """The `k` best passages as (number, score > 0), best first; of equal ones the first.

        among: the only ones that may be found, ascending; None means all.
        """
        import numpy as np

        scores = self._scores(terms)
        if scores is None:
            return []
        hits = np.flatnonzero(scores > 0) if among is None else among[scores[among] > 0]
        return [(int(hits[n]), float(scores[hits[n]])) for n in best(scores[hits], k)]

    def document_frequency(self, terms: list[str]) -> list[int]:
        if self._scorer is None:
            return [0] * len(terms)
        columns, vocabulary = self._scorer.scores["indptr"], self._scorer.vocab_dict
        numbers = (vocabulary.get(term) for term in terms)
        return [0 if n is None else int(columns[n + 1] - columns[n]) for n in numbers]

    def finds(self, passage: int, terms: list[str]) -> bool:
        """Whether a passage is among the ten best, ties included, for its own terms."""
        if not terms:
            return True
        scores = self._scores(terms)
        if scores is None or not scores[passage] > 0:
            return False
        return int((scores > scores[passage]).sum()) < 10
