"""Which articles are copies of each other: the same agency story in five papers is one story.

MinHash (Broder 1997) with locality-sensitive hashing, from datasketch, finds the pairs that may be
copies; their word sequences are then compared in full, so that no pair rests on an estimate.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from assistant.types import Article

SHINGLE_WORDS = 5
# Of the shorter text's word sequences, how many the other must have: a copy that was cut, or has a
# line of its own, counts; two reports of one event with a quote in common do not.
CONTAINED = 0.8
# Jaccard similarity at which a pair becomes a candidate. Below CONTAINED, as a cut copy is alike
# only in part.
_CANDIDATE = 0.5
_PERMUTATIONS = 128
_WORD = re.compile(r"\w+")


def stories(articles: Sequence[Article]) -> list[tuple[str, ...]]:
    """Groups of ids of two or more articles that are copies, each in the order of `articles`.

    Articles of fewer words than `SHINGLE_WORDS` are copies only if their words are the same.
    """
    from datasketch import MinHash, MinHashLSH

    parts = {article.id: _shingles(article.text) for article in articles}
    search = MinHashLSH(threshold=_CANDIDATE, num_perm=_PERMUTATIONS)
    leader = {article.id: article.id for article in articles}
    same: dict[frozenset[bytes], str] = {}
    for article in articles:
        mine = parts[article.id]
        if (first := same.setdefault(mine, article.id)) != article.id:
            _join(leader, first, article.id)
            continue
        sketch = MinHash(num_perm=_PERMUTATIONS, seed=1)
        sketch.update_batch(sorted(mine))
        for other in search.query(sketch):
            if _is_copy(mine, parts[other]):
                _join(leader, other, article.id)
        search.insert(article.id, sketch)
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for article in articles:
        groups[_leader(leader, article.id)].append(article.id)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def _shingles(text: str) -> frozenset[bytes]:
    words = [word.casefold() for word in _WORD.findall(text)]
    count = max(len(words) - SHINGLE_WORDS + 1, 1)
    return frozenset(" ".join(words[n : n + SHINGLE_WORDS]).encode() for n in range(count))


def _is_copy(one: frozenset[bytes], other: frozenset[bytes]) -> bool:
    return len(one & other) >= CONTAINED * min(len(one), len(other))


def _leader(leader: dict[str, str], article_id: str) -> str:
    while leader[article_id] != article_id:
        leader[article_id] = leader[leader[article_id]]
        article_id = leader[article_id]
    return article_id


def _join(leader: dict[str, str], one: str, other: str) -> None:
    leader[_leader(leader, other)] = _leader(leader, one)
