"""Which articles are copies of each other: the same agency story in five papers is one story.

Two articles are compared by their five-word runs ("shingles": Broder, 1997), counted exactly: what
share of the shorter one stands in the other cannot be had from MinHash signatures. In a large
archive only the shingles whose hash falls into one of `m` classes are counted, which estimates the
same share.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from assistant.lexical import words
from assistant.types import Article, Hit, Nearest

WORDS = 5
# Of the shorter text's shingles, how many the other must have: a copy that was cut, or has a line
# of its own, counts; two reports of one event with a quote in common do not.
CONTAINED = 0.8
# A notice of two lines inside a page of notices is no copy of that page.
CUT_TO = 0.5
# A run of words that so many different texts share is a footer, not a story.
BOILERPLATE = 100
MOST_SHINGLES = 2_000_000

# Shingles shared, those of the one, those of the other -> whether they are copies.
SameStory = Callable[[int, int, int], bool]


def printed_again(shared: int, one: int, other: int) -> bool:
    """Whether two articles with so many shingles are one story, the shorter perhaps cut."""
    shorter, longer = sorted((one, other))
    return shared >= CONTAINED * shorter and shorter >= CUT_TO * longer


def stories(articles: Sequence[Article]) -> list[tuple[str, ...]]:
    """Groups of ids of two or more articles that are copies, each in the order of `articles`.

    Articles of fewer words than a shingle are copies only if their words are the same.
    """
    together = groups(articles, printed_again)
    order = {article.id: n for n, article in enumerate(articles)}
    found = {tuple(sorted(ids, key=order.__getitem__)) for ids in together.values() if len(ids) > 1}
    return sorted(found, key=lambda ids: order[ids[0]])


def collapsed(hits: Sequence[Hit]) -> list[Hit]:
    """`hits` with one article for each story, its best, which names the others; ranked anew.

    Only the articles among the hits are compared.
    """
    articles = {hit.article.id: hit.article for hit in hits}  # in the order of their best hits
    together = groups(articles.values(), printed_again)
    best = {together[i]: i for i in reversed(articles)}
    kept = [hit for hit in hits if best[together[hit.article.id]] == hit.article.id]
    return [
        replace(hit, rank=rank, also_in=_others(hit.article.id, articles, together))
        for rank, hit in enumerate(kept, 1)
    ]


def _others(
    article_id: str, articles: dict[str, Article], together: dict[str, tuple[str, ...]]
) -> tuple[Nearest, ...]:
    others = (articles[i] for i in articles if i != article_id and i in together[article_id])
    return tuple(Nearest(a.id, a.title, a.source, a.published) for a in others)


def groups(articles: Iterable[Article], same: SameStory) -> dict[str, tuple[str, ...]]:
    """For each article's id the ids of its group, itself included, sorted.

    A copy of a copy is in the group. The result does not depend on the order of the articles.
    """
    shingles = {a.id: word_runs(a.text) for a in articles}
    leader = {article_id: article_id for article_id in sorted(shingles)}

    def find(article_id: str) -> str:
        while leader[article_id] != article_id:
            leader[article_id] = leader[leader[article_id]]
            article_id = leader[article_id]
        return article_id

    first: dict[frozenset[int], str] = {}
    for article_id in leader:
        if shingles[article_id]:
            leader[article_id] = first.setdefault(shingles[article_id], article_id)
    different = _sampled({i: shingles[i] for i in first.values()})
    for (a, b), shared in _shared(different).items():
        if same(shared, len(different[a]), len(different[b])):
            one, other = sorted((find(a), find(b)))
            leader[other] = one
    members: dict[str, list[str]] = defaultdict(list)
    for article_id in leader:
        members[find(article_id)].append(article_id)
    return {i: tuple(group) for group in members.values() for i in group}


def word_runs(text: str) -> frozenset[int]:
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
