"""Which articles are copies of each other, but for edits: they must not be told apart by a test.

Two articles are near-copies when a good part of the shorter one's five-word runs ("shingles") stand
in the other too: containment (Broder, 1997), and not resemblance, because a paper that cuts an
agency's story in half has printed a copy of it. Containment cannot be had from MinHash signatures,
so the shingles are counted exactly; in a large archive only those whose hash falls into one of
`m` classes are, which estimates the same share.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable

from assistant.lexical import words
from assistant.types import Article

WORDS = 5
# In the sample corpus the copies that were planted share .35 and more with one of their group,
# independent reports of one event .03 and less.
CONTAINED = 0.2
# A run of words that so many articles share is a footer, not a story.
BOILERPLATE = 100
MOST_SHINGLES = 2_000_000


def groups(articles: Iterable[Article]) -> dict[str, tuple[str, ...]]:
    """For each article's id the ids of its group, itself included, sorted.

    A copy of a copy is in the group. The result does not depend on the order of the articles.
    """
    shingles = _sampled({a.id: _shingles(a.text) for a in articles})
    leader = {article_id: article_id for article_id in sorted(shingles)}

    def find(article_id: str) -> str:
        while leader[article_id] != article_id:
            leader[article_id] = leader[leader[article_id]]
            article_id = leader[article_id]
        return article_id

    for (a, b), shared in _shared(shingles).items():
        if shared >= CONTAINED * min(len(shingles[a]), len(shingles[b])):
            first, second = sorted((find(a), find(b)))
            leader[second] = first
    members: dict[str, list[str]] = defaultdict(list)
    for article_id in leader:
        members[find(article_id)].append(article_id)
    return {i: tuple(group) for group in members.values() for i in group}


def _shingles(text: str) -> frozenset[int]:
    """Hashes of the runs of five words; a shorter text is one run."""
    said = words(text)
    runs = (said[n : n + WORDS] for n in range(max(1, len(said) - WORDS + 1)))
    return frozenset(
        int.from_bytes(hashlib.blake2b(" ".join(run).encode(), digest_size=8).digest())
        for run in runs
        if run
    )


def _sampled(shingles: dict[str, frozenset[int]]) -> dict[str, frozenset[int]]:
    """One class of hashes of m, the same for every article, where all would be too many."""
    classes = sum(map(len, shingles.values())) // MOST_SHINGLES + 1
    if classes == 1:
        return shingles
    return {i: frozenset(h for h in own if h % classes == 0) for i, own in shingles.items()}


def _shared(shingles: dict[str, frozenset[int]]) -> Counter[tuple[str, str]]:
    holders: dict[int, list[str]] = defaultdict(list)
    for article_id in sorted(shingles):
        for shingle in shingles[article_id]:
            holders[shingle].append(article_id)
    shared: Counter[tuple[str, str]] = Counter()
    for ids in holders.values():
        if 1 < len(ids) <= BOILERPLATE:
            shared.update((a, b) for n, a in enumerate(ids) for b in ids[n + 1 :])
    return shared
