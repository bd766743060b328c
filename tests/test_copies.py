"""Copies: one story in several papers is found, and two stories that look alike stay two."""

from __future__ import annotations

import random

import tiny

from assistant.copies import collapsed, stories
from assistant.types import Hit, Passage

WORDS = "river bridge mill council boat ferry price road school winter flood mayor train".split()


def text(seed: int, words: int = 200) -> str:
    chance = random.Random(seed)
    return " ".join(f"{chance.choice(WORDS)}{chance.randrange(50)}" for _ in range(words))


def test_exact_changed_and_cut_copies_are_one_story_and_others_are_none() -> None:
    original = text(1)
    words = original.split()
    changed = " ".join([*words[:100], "corrected", *words[101:]])
    articles = [
        tiny.article("a", original),
        tiny.article("other", text(2)),
        tiny.article("same", original.upper().replace(" ", ",\n")),
        tiny.article("changed", changed),
        tiny.article("cut", " ".join(words[:150])),
        tiny.article("with a line of its own", "By our own desk. " + original),
    ]
    assert stories(articles) == [("a", "same", "changed", "cut", "with a line of its own")]


def test_two_reports_with_one_quote_in_common_are_two_stories() -> None:
    quote = text(3, words=60)
    one, two = (tiny.article(f"{n}", f"{text(n)} {quote}") for n in (4, 5))
    assert stories([one, two]) == []


def test_the_order_of_articles_does_not_change_who_belongs_together() -> None:
    articles = [tiny.article(f"{n}-{seed}", text(seed)) for seed in range(6) for n in range(3)]
    expected = {frozenset(f"{n}-{seed}" for n in range(3)) for seed in range(6)}
    for seed in range(3):
        random.Random(seed).shuffle(articles)
        assert {frozenset(group) for group in stories(articles)} == expected


def test_short_articles_are_copies_only_if_their_words_are_the_same() -> None:
    articles = [tiny.article(n, t) for n, t in (("a", "It is."), ("b", "It is!"), ("c", "It was."))]
    assert stories(articles) == [("a", "b")]
    assert stories([]) == []


def test_a_search_shows_a_story_once_and_names_who_else_prints_it() -> None:
    """Every passage of the article that fits best stays; those of its copies go."""
    one, copy, other = (
        tiny.article(n, text(s)) for n, s in (("one", 1), ("copy", 1), ("other", 2))
    )
    found = [
        Hit(rank, -rank, Passage(f"{rank}", a.id, 0, 0, 9, ()), a)
        for rank, a in enumerate((one, copy, other, one, copy), 1)
    ]
    shown = collapsed(found)
    assert [(h.rank, h.article.id) for h in shown] == [(1, "one"), (2, "other"), (3, "one")]
    assert [[n.article_id for n in h.also_in] for h in shown] == [["copy"], [], ["copy"]]
    assert collapsed([]) == []
