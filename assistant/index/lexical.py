"""The lexical index: BM25 over the stemmed terms of every passage and the title over it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.index.state import Broken, sync
from assistant.lexical import terms as terms_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Lexical:
    """One generation of the BM25 index, in memory."""

    def __init__(self, generation: str, ids: list[str], scorer: Any) -> None:
        """scorer: a `bm25s.BM25`, or None where no passage has any term."""
        self.generation = generation
        self._ids = ids
        self._scorer = scorer

    @staticmethod
    def build(folder: Path, passages: Iterator[tuple[str, str, str]]) -> list[str]:
        """Write the index of (id, title, text) to the new `folder`; returns the ids in order."""
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
        (folder / "passages.json").write_text(json.dumps(ids), encoding="utf-8")
        for path in folder.iterdir():
            sync(path)
        return ids

    @classmethod
    def load(cls, folder: Path, generation: str) -> Lexical:
        """Raises Broken for files that are missing or make no sense."""
        import bm25s

        path = folder / generation
        try:
            ids = json.loads((path / "passages.json").read_text(encoding="utf-8"))
            scorer = None
            if (path / "params.index.json").exists():
                scorer = bm25s.BM25.load(path, load_corpus=False, show_progress=False)
                if scorer.scores["num_docs"] != len(ids):
                    raise ValueError("its files do not belong together")
        except (OSError, ValueError, KeyError, TypeError, EOFError) as error:
            raise Broken(f"lexical index: {error}") from error
        return cls(generation, ids, scorer)

    def _scores(self, terms: list[str]) -> NDArray[np.float32] | None:
        if self._scorer is None:
            return None
        known = self._scorer.get_tokens_ids(terms)
        if not known:
            return None
        scores: NDArray[np.float32] = self._scorer.get_scores_from_ids(known)
        return scores

    def search(
        self, terms: list[str], k: int, within: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        import numpy as np

        scores = self._scores(terms)
        if scores is None:
            return []
        hits = np.flatnonzero(scores > 0)
        if within is not None:
            hits = hits[[self._ids[i] in within for i in hits]]
        best = hits[np.argsort(-scores[hits], kind="stable")[:k]]
        return [(self._ids[i], float(scores[i])) for i in best]

    def document_frequency(self, terms: list[str]) -> list[int]:
        if self._scorer is None:
            return [0] * len(terms)
        columns, vocabulary = self._scorer.scores["indptr"], self._scorer.vocab_dict
        numbers = (vocabulary.get(term) for term in terms)
        return [0 if n is None else int(columns[n + 1] - columns[n]) for n in numbers]

    def finds(self, passage_id: str, terms: list[str]) -> bool:
        """Whether a passage is among the ten best, ties included, for its own terms."""
        if not terms:
            return True
        top = self.search(terms, len(self._ids))
        scores = dict(top)
        return passage_id in scores and scores[passage_id] >= top[:10][-1][1]
