"""Hits -> the few sentences worth reading, labelled by us.

A small model reads five sentences better and three times faster than the passages they stand in.
Sentences of one passage stay together and in their order. Knows nothing of prompts.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.fusion import standardised, weighted_sum
from assistant.types import Evidence, EvidenceSentence, Hit

PASSAGES_READ = 5
LATE_WEIGHT, CONTEXTUAL_WEIGHT, LEXICAL_WEIGHT, PASSAGE_WEIGHT = 0.4, 0.3, 0.3, 0.4


def select(question: str, hits: Sequence[Hit], count: int) -> Evidence:
    """The `count` best sentences of the first hits.

    Labels count from 1 in reading order: passages by rank, sentences as they stand.
    """
    read = hits[:PASSAGES_READ]
    pool = [(hit, n) for hit in read for n in range(len(hit.passage.sentences))]
    if not pool:
        return Evidence(question, ())
    passage_scores = dict(
        zip([h.rank for h in read], standardised([h.score for h in read]), strict=True)
    )
    scores = weighted_sum(
        {
            "late": (LATE_WEIGHT, [h.sentences[n].late for h, n in pool]),
            "contextual": (CONTEXTUAL_WEIGHT, [h.sentences[n].contextual for h, n in pool]),
            "lexical": (LEXICAL_WEIGHT, [h.sentences[n].lexical for h, n in pool]),
        }
    ) + [PASSAGE_WEIGHT * passage_scores[h.rank] for h, _ in pool]
    best = sorted(range(len(pool)), key=lambda i: -scores[i])[:count]
    chosen = sorted(best, key=lambda i: (pool[i][0].rank, pool[i][1]))
    sentences = tuple(
        EvidenceSentence(
            label=label,
            article=pool[i][0].article,
            passage_id=pool[i][0].passage.id,
            span=pool[i][0].passage.sentences[pool[i][1]],
            score=float(scores[i]),
        )
        for label, i in enumerate(chosen, 1)
    )
    return Evidence(question, sentences, _signals(hits))


def _signals(hits: Sequence[Hit]) -> dict[str, float]:
    every = [s for h in hits for s in h.sentences]
    return {
        "late": max((s.late for s in every), default=0.0),
        "lexical": max((s.lexical for s in every), default=0.0),
    }
