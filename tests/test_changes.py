"""The same question asked of each article: a figure that changed is told, a conflict shown."""

from __future__ import annotations

from datetime import date

from assistant.answering.changes import Told, values_by_day
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


def told(*reads: ReadHit) -> Told:
    return values_by_day(reads)


FIRST = read("It will cost 18.4 million crowns.", "18.4 million crowns", date(2024, 3, 13))
THEN = read("It will cost 21.7 million crowns.", "21.7 million crowns", date(2024, 11, 20))
NOW = read("It will cost 24.9 million crowns.", "24.9 million crowns", date(2025, 8, 14))


def test_the_newest_value_holds_and_the_earlier_ones_are_told_in_order() -> None:
    found = told(NOW, FIRST, THEN)
    assert [v.read for v in found.newest] == [NOW]
    assert [v.read for v in found.earlier] == [FIRST, THEN]
    assert not found.conflict


def test_two_outlets_of_about_one_day_are_a_conflict() -> None:
    other = read(
        "It will cost 31 million crowns.", "31 million crowns", date(2025, 8, 16), "Courier"
    )
    found = told(FIRST, NOW, other)
    assert found.conflict and [v.read for v in found.newest] == [NOW, other]


def test_an_outlet_that_says_otherwise_the_next_day_corrects_itself() -> None:
    corrected = read("It will cost 25.6 million crowns.", "25.6 million crowns", date(2025, 8, 15))
    assert not told(NOW, corrected).conflict


def test_a_rounded_figure_is_no_conflict() -> None:
    rounded = read(
        "It will cost 25 million crowns.", "25 million crowns", date(2025, 8, 16), "Courier"
    )
    found = told(NOW, rounded)
    assert not found.conflict and not found.earlier


def test_what_does_not_fit_or_is_no_number_or_of_another_unit_says_nothing() -> None:
    unsure = read("It cost 99 million crowns.", "99 million crowns", date(2026, 1, 1), fit=0.3)
    words = read("The cost is unknown.", "unknown", date(2026, 1, 1))
    metres = read("It is 142 metres long.", "142 metres", date(2026, 1, 1))
    assert told(NOW, unsure, words, metres) == told(NOW)
    assert told() == Told((), ())
    assert told(words) == Told((), ())
