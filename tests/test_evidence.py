"""What the model reads: whole sentences around the one that answers, oldest article first."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.answering.evidence import EXCERPTS, estimated_tokens, select
from assistant.answering.generate import whole_sentences
from assistant.answering.prompts import task
from assistant.answering.reading import ReadHit
from assistant.passages import sentence_spans
from assistant.types import Article, Hit, Kind, Passage, SentenceScore


def read(rank: int, day: date | None) -> ReadHit:
    text = " ".join(
        f"Speaker{rank}{n} praised{rank} tunnel{rank}{n} warmly{rank}{n}." for n in range(8)
    )
    article = Article(f"{rank}.txt", f"Tunnel {rank}", text, published=day, source="The Gazette")
    spans = tuple(sentence_spans(text))
    passage = Passage(f"p{rank}", article.id, 0, spans[0].start, spans[-1].end, spans)
    scores = tuple(SentenceScore(0.6, 0.5, 0.5) for _ in spans)
    return ReadHit(Hit(rank, -float(rank), passage, article, scores), spans[3], spans[3])


READ = [read(n, date(2030 - n, 1, 1)) for n in range(1, 9)]


@pytest.mark.parametrize("kind", ["fact", "yes_no", "why", "said", "list", "change", "overview"])
def test_excerpts_are_few_whole_sentences_and_oldest_first(kind: Kind) -> None:
    excerpts = select("What of the Tunnel?", kind, READ, 300).excerpts
    assert 1 <= len(excerpts) <= EXCERPTS[kind]
    days = [e.article.published for e in excerpts]
    assert days == sorted(d for d in days if d)
    for excerpt in excerpts:
        assert excerpt.best in excerpt.sentences, "the sentence that answers is among them"
        assert excerpt.span.start == excerpt.sentences[0].start
        assert excerpt.span.end == excerpt.sentences[-1].end
    assert sum(estimated_tokens(e.text) for e in excerpts) <= 300


def test_for_news_the_newest_article_is_read_from_its_beginning() -> None:
    excerpts = select("any news on the Tunnel?", "latest", READ, 200).excerpts
    assert {e.article.id for e in excerpts} == {"1.txt"}
    assert excerpts[0].span.start == 0


def test_undated_news_is_read_from_the_article_that_fits_best() -> None:
    undated = [read(n, None) for n in range(1, 5)]
    excerpts = select("any news on the Tunnel?", "latest", undated, 200).excerpts
    assert {e.article.id for e in excerpts} == {"1.txt"}


def test_a_change_is_read_from_the_first_article_to_the_last() -> None:
    """Eight fit, six are read: the oldest and the newest are among them though they fit worst."""
    middle = [read(n, date(2024, n, 1)) for n in range(1, 7)]
    ends = [read(7, date(2020, 1, 1)), read(8, date(2029, 1, 1))]
    excerpts = select("How has the Tunnel changed?", "change", [*middle, *ends], 600).excerpts
    assert len(excerpts) == EXCERPTS["change"]
    ids = [e.article.id for e in excerpts]
    assert (ids[0], ids[-1]) == ("7.txt", "8.txt")


def test_a_sentence_longer_than_the_budget_is_read_all_the_same() -> None:
    assert select("What?", "fact", READ[:1], 1).excerpts[0].text


def test_nothing_found_is_nothing_read() -> None:
    assert select("What?", "fact", [], 300).excerpts == ()


def test_the_model_sees_headline_outlet_and_day() -> None:
    excerpts = select("What of the Tunnel?", "fact", READ[:1], 300).excerpts
    shown = task(excerpts, "What of it?", "Answer.")
    assert shown.startswith("Tunnel 1 (The Gazette, 1 January 2029)\n")
    assert shown.endswith("Question: What of it?\nAnswer.")


def test_a_draft_that_was_cut_off_ends_with_a_whole_sentence() -> None:
    """Half a sentence has only words that the article has, so the check would let it pass."""
    assert whole_sentences("It opens in June. The others by") == "It opens in June."
    assert whole_sentences("It opens in") == "It opens in"
