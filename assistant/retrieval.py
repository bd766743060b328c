"""Question -> ranked `Hit`s: dense and lexical candidates, fused, then reranked.

The first stage takes the nearest passages by vector and by BM25 and adds their standardised
scores. The second reads the best of them again by late interaction, sentence by sentence, which
finds the sentence that answers and not only the passage that is about the same thing. Its weights
served best on questions about SQuAD articles (see evals/README.md).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from assistant.embedding import Embedder, TokenVectors
from assistant.fusion import weighted_sum
from assistant.late_interaction import interact, tokens_inside
from assistant.lexical import STOP_WORDS, terms, words
from assistant.passages import context_line
from assistant.timing import in_present_tense, period, timeliness, wants_latest
from assistant.types import Article, Filters, Hit, Passage, SentenceScore, Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assistant.index import Index
    from assistant.store import Store

CANDIDATES = 50
RERANKED = 20
DENSE_WEIGHT, LEXICAL_WEIGHT = 0.6, 0.4
SENTENCE_WEIGHT, PASSAGE_WEIGHT, FIRST_STAGE_WEIGHT = 0.45, 0.25, 0.3
# What a date is worth, in standard deviations of the fused score: where the question names a
# time, where it asks for the latest in words or by its tense, and where it leaves the time open.
NAMED_TIME_WEIGHT, LATEST_WEIGHT, PRESENT_WEIGHT, OPEN_TIME_WEIGHT = 0.8, 0.8, 0.4, 0.2
# A stop word of the question still says a little: "who won" is not "won who".
STOP_WORD_WEIGHT = 0.1


@dataclass(frozen=True)
class Candidate:
    passage: Passage
    article: Article
    score: float


def retrieve(
    question: str,
    *,
    store: Store,
    index: Index,
    embedder: Embedder,
    k: int = 10,
    filters: Filters | None = None,
) -> list[Hit]:
    """The `k` best passages for `question`, best first; fewer where the corpus has fewer."""
    vector = embedder.encode([question])[0]
    candidates = first_stage(
        question, vector, store=store, index=index, filters=filters, most=max(RERANKED, k)
    )
    return rerank(question, vector, candidates, index=index, embedder=embedder)[:k]


def first_stage(
    question: str,
    vector: NDArray[np.float32],
    *,
    store: Store,
    index: Index,
    filters: Filters | None = None,
    most: int | None = None,
) -> list[Candidate]:
    """Candidates from both searches in the order of their fused score; `most` of them, or all."""
    scores = index.candidates(vector, terms(question), CANDIDATES, filters)
    with store.reading():  # an ingest may be replacing articles at this moment
        days = store.published(list(scores))
        ids = [i for i in scores if i in days]
        fused = weighted_sum(
            {
                "dense": (DENSE_WEIGHT, [scores[i].cosine for i in ids]),
                "lexical": (LEXICAL_WEIGHT, [scores[i].lexical for i in ids]),
            }
        )
        fused = fused + timed(question, [days[i] for i in ids])
        order = sorted(range(len(ids)), key=lambda n: (-fused[n], ids[n]))[:most]
        found = store.passages([ids[n] for n in order])
    return [Candidate(*found[ids[n]], score=float(fused[n])) for n in order]


def rerank(
    question: str,
    vector: NDArray[np.float32],
    candidates: Sequence[Candidate],
    *,
    index: Index,
    embedder: Embedder,
) -> list[Hit]:
    """The candidates as hits in the order of the second stage."""
    if not candidates:
        return []
    weights = TermWeights(question, index)
    asked = embedder.encode_tokens([question])[0]
    piece_weights = weights.of_pieces(asked)
    prefixes = [context_line(c.article) + ". " for c in candidates]
    texts = [p + _text(c) for p, c in zip(prefixes, candidates, strict=True)]
    wholes, scored = [], []
    for candidate, prefix, read in zip(
        candidates, prefixes, embedder.encode_tokens(texts), strict=True
    ):
        shift = len(prefix) - candidate.passage.start
        spans = [Span(s.start + shift, s.end + shift) for s in candidate.passage.sentences]
        result = interact(asked.vectors, piece_weights, read.vectors, read.offsets, spans)
        wholes.append(result.whole)
        scored.append(
            tuple(
                SentenceScore(
                    late=late,
                    contextual=_contextual(vector, read, span),
                    lexical=weights.share(terms(candidate.article.text[own.start : own.end])),
                )
                for late, span, own in zip(
                    result.spans, spans, candidate.passage.sentences, strict=True
                )
            )
        )
    fused = weighted_sum(
        {
            "sentence": (SENTENCE_WEIGHT, [max(s.late for s in each) for each in scored]),
            "passage": (PASSAGE_WEIGHT, wholes),
            "first": (FIRST_STAGE_WEIGHT, [c.score for c in candidates]),
        }
    )
    fused = fused + timed(question, [c.article.published for c in candidates])
    order = sorted(range(len(candidates)), key=lambda n: (-fused[n], candidates[n].passage.id))
    return [
        Hit(rank, float(fused[n]), candidates[n].passage, candidates[n].article, scored[n])
        for rank, n in enumerate(order, 1)
    ]


def timed(question: str, days: Sequence[date | None]) -> NDArray[np.float64]:
    """What the day of publication of each article adds to its score."""
    import numpy as np

    weight = OPEN_TIME_WEIGHT
    if period(question):
        weight = NAMED_TIME_WEIGHT
    elif wants_latest(question):
        weight = LATEST_WEIGHT
    elif in_present_tense(question):
        weight = PRESENT_WEIGHT
    fit = timeliness(question, days)
    return weight * np.asarray(fit, dtype=np.float64)


class TermWeights:
    """How much each word of a question counts: its inverse document frequency in the corpus."""

    def __init__(self, question: str, index: Index) -> None:
        asked = list(dict.fromkeys(terms(question)))
        size, frequencies = index.document_frequency(asked)
        self.by_term = {
            t: math.log(1 + (max(size, 1) - df + 0.5) / (df + 0.5))
            for t, df in zip(asked, frequencies, strict=True)
        }
        self._question = question

    def share(self, text_terms: Sequence[str]) -> float:
        """The share, 0 to 1, of the question's weight that occurs among `text_terms`."""
        total = sum(self.by_term.values())
        present = set(text_terms)
        return sum(w for t, w in self.by_term.items() if t in present) / total if total else 0.0

    def of_pieces(self, asked: TokenVectors) -> NDArray[np.float32]:
        """The weight of each word piece: that of its word; next to nothing for punctuation."""
        import numpy as np

        weights = []
        for span in asked.offsets:
            start, end = span
            while start > 0 and self._question[start - 1].isalnum():
                start -= 1
            while end < len(self._question) and self._question[end].isalnum():
                end += 1
            word = self._question[start:end]
            term = next(iter(terms(word)), None)
            if term is not None and term in self.by_term:
                weights.append(self.by_term[term])
            else:
                spoken = any(w in STOP_WORDS for w in words(word))
                weights.append(STOP_WORD_WEIGHT if spoken else 0.0)
        return np.asarray(weights, dtype=np.float32)


def _text(candidate: Candidate) -> str:
    return candidate.article.text[candidate.passage.start : candidate.passage.end]


def _contextual(vector: NDArray[np.float32], read: TokenVectors, span: Span) -> float:
    import numpy as np

    inside = tokens_inside(read.offsets, span)
    if not inside:
        return 0.0
    mean = read.vectors[inside].mean(axis=0)
    return float(mean @ vector / max(float(np.linalg.norm(mean)), 1e-9))
