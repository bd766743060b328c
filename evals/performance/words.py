"""Lexical search in an index of made-up words that follow Zipf's law, at a size no sample has."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.index.lexical import Lexical
from assistant.index.vectors import best
from evals.performance.figures import Figure
from evals.performance.plan import Plan
from evals.performance.processes import alone

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# A passage of the sample has 57 terms in the middle. English has some hundred thousand stems in
# use; the commonest stand in every third passage, since stop words are left out.
TERMS_A_PASSAGE, VOCABULARY = 57, 200_000
ZIPF, OFFSET = 1.0, 20.0
K1, B = 1.5, 0.75
ASKED, TERMS_A_QUESTION = 100, 6


def figures(plan: Plan) -> Iterator[Figure]:
    for size in plan.words:
        folder = plan.folder / f"words-{size}"
        if not (folder / "done").exists():
            alone(build, folder=str(folder), passages=size)
            (folder / "done").touch()
        done = [alone(search, folder=str(folder), passages=size) for _ in range(plan.rounds)]
        peak = max(m.peak_mb for m in done)
        yield Figure(
            "lexical search, p95",
            "ms of processor time",
            tuple(m.said["p95"] for m in done),
            size=size,
            target=50,
            peak_mb=peak,
        )
        yield Figure("lexical search, most memory", "MB", (peak,), size=size, target=1024)
        opened = tuple(m.said["opened"] for m in done)
        yield Figure("lexical index opened", "s of processor time", opened, size=size)


def ranks(chance: np.random.Generator, count: int) -> NDArray[np.int32]:
    """Numbers of words, the commonest 0, drawn by the law of Zipf and Mandelbrot."""
    import numpy as np

    weights = 1 / (np.arange(VOCABULARY) + OFFSET) ** ZIPF
    return np.searchsorted(np.cumsum(weights) / weights.sum(), chance.random(count)).astype(
        np.int32
    )


# -- each in a process of its own -----------------------------------------------------------------


def build(folder: str, passages: int) -> dict[str, Any]:
    """The index as bm25s would write it, with its scores (Lucene's BM25) made all at once: its own
    way over a million lists of words takes an hour."""
    import bm25s  # type: ignore[import-untyped]
    import numpy as np

    chance = np.random.default_rng(passages)
    words = ranks(chance, passages * TERMS_A_PASSAGE).astype(np.int64)
    places = np.repeat(np.arange(passages, dtype=np.int64), TERMS_A_PASSAGE)
    pairs, counts = np.unique(words * passages + places, return_counts=True)
    word, place = np.divmod(pairs, passages)
    seen = np.bincount(word, minlength=VOCABULARY)
    weight = np.log1p((passages - seen + 0.5) / (seen + 0.5))
    # All passages are of one length here, so that length changes nothing.
    scores = weight[word] * counts / (counts + K1 * (1 - B + B))
    scorer = bm25s.BM25()
    scorer.vocab_dict = {f"w{n}": n for n in range(VOCABULARY)}
    scorer.nonoccurrence_array = None
    scorer.scores = {
        "data": scores.astype(np.float32),
        "indices": place.astype(np.int32),
        "indptr": np.concatenate([[0], np.cumsum(seen)]).astype(np.int64),
        "num_docs": passages,
    }
    Lexical(scorer, passages, TERMS_A_PASSAGE).save(Path(folder))
    return {}


def search(folder: str, passages: int) -> dict[str, Any]:
    """Opened as the program opens it, and asked questions of six words as common as in passages."""
    import numpy as np

    begin = time.process_time()
    index = Lexical.load(Path(folder), passages)
    opened = time.process_time() - begin
    chance = np.random.default_rng(1)
    spent = []
    for _ in range(ASKED):
        terms = [f"w{n}" for n in ranks(chance, TERMS_A_QUESTION)]
        begin = time.process_time()
        best(index.scores(terms), 50)
        spent.append(1000 * (time.process_time() - begin))
    return {"opened": opened, "p95": sorted(spent)[int(0.95 * (ASKED - 1))]}
