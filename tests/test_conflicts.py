"""The same question asked of each article: where outlets disagree on one day it is shown."""

from __future__ import annotations

from datetime import date

from assistant.answering.conflicts import conflicting, superseding
from assistant.answering.reading import ReadHit
from assistant.passages import sentence_spans
from assistant.types import Article, Hit, Passage, SentenceScore, Span


def read(
    text: str, answer: str, day: date | None, outlet: str = "The Gazette", fit: float = 0.7
) -> ReadHit:
    article = Article(f"{outlet} {day} {text}", "A headline", text, published=day, source=outlet)
    spans = tuple(sentence_spans(text))
    passage = Passage("p", article.id, 0, spans[0].start, spans[-1].end, spans)
    start = text.index(answer)
    scores = tuple(SentenceScore(fit, 0.5, 0.5) for _ in spans)
    return ReadHit(
        Hit(1, 1.0, passage, article, scores), spans[0], Span(start, start + len(answer))
    )


FIRST = read("It will cost 18.4 million crowns.", "18.4 million crowns", date(2024, 3, 13))
NOW = read("It will cost 24.9 million crowns.", "24.9 million crowns", date(2025, 8, 14))


def test_a_figure_that_changed_is_no_conflict() -> None:
    assert conflicting([NOW, FIRST]) == ()


def test_two_outlets_of_about_one_day_are_a_conflict() -> None:
    other = read(
        "It will cost 31 million crowns.", "31 million crowns", date(2025, 8, 16), "Courier"
    )
    assert [v.read for v in conflicting([other, FIRST, NOW])] == [NOW, other]


def test_an_outlet_that_says_otherwise_the_next_day_corrects_itself() -> None:
    corrected = read("It will cost 25.6 million crowns.", "25.6 million crowns", date(2025, 8, 15))
    assert conflicting([NOW, corrected]) == ()


def test_a_rounded_figure_is_no_conflict() -> None:
    rounded = read(
        "It will cost 25 million crowns.", "25 million crowns", date(2025, 8, 16), "Courier"
    )
    assert conflicting([NOW, rounded]) == ()


def test_what_does_not_fit_or_is_no_number_or_of_another_unit_says_nothing() -> None:
    day = date(2025, 8, 15)
    unsure = read("It cost 99 million crowns.", "99 million crowns", day, "Courier", fit=0.3)
    words = read("The cost is unknown.", "unknown", day, "Courier")
    metres = read("It is 142 metres long.", "142 metres", day, "Courier")
    assert conflicting([NOW, unsure, words, metres]) == ()
    assert conflicting([]) == () and conflicting([words]) == ()


def test_articles_without_a_day_cannot_be_of_one_day() -> None:
    one = read("It will cost 31 million crowns.", "31 million crowns", None, "Courier")
    other = read("It will cost 24 million crowns.", "24 million crowns", None, "Gazette")
    assert conflicting([one, other]) == ()


def test_a_figure_of_the_same_matter_is_superseded_by_the_newest() -> None:
    found = superseding("The bridge will cost 18.4 million crowns.", [NOW, FIRST])
    assert found is None, "the newer sentence says it of something that it does not name"
    named = read(
        "The bridge will cost 24.9 million crowns.", "24.9 million crowns", date(2026, 8, 14)
    )
    newer = superseding("The bridge will cost 18.4 million crowns.", [named, FIRST])
    assert newer is not None and newer.read is named
    assert superseding("The bridge will cost 24.9 million crowns.", [named, FIRST]) is None
    piles = read("The piles will cost 2 million crowns.", "2 million crowns", date(2026, 8, 14))
    assert superseding("The bridge will cost 18.4 million crowns.", [piles, FIRST]) is None
