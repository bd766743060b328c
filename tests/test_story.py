"""Overviews are dated quotes of the articles that are about the matter, and of no others."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.reading import ReadHit, whole
from assistant.answering.story import by_day, lead, originals, story
from assistant.answering.timeline import MOST_WORDS, timeline
from assistant.passages import sentence_spans
from assistant.types import Article, Hit, Passage, SentenceScore


def read(rank: int, title: str, text: str, day: date | None, late: float = 0.6) -> ReadHit:
    article = Article(f"{rank}.txt", title, text, published=day, source="The Gazette")
    spans = tuple(sentence_spans(text))
    passage = Passage(f"p{rank}", article.id, 0, spans[0].start, spans[-1].end, spans)
    scores = tuple(SentenceScore(late - 0.01 * n, 0.5, 0.5) for n in range(len(spans)))
    return ReadHit(Hit(rank, -float(rank), passage, article, scores), spans[0], spans[0])


VOTE = read(
    1,
    "Council votes for a tunnel",
    "After four hours the council voted for the tunnel, by 21 votes to 9. Rain fell outside.",
    date(2024, 3, 13),
)
OPENED = read(
    2,
    "Tunnel opens at last",
    "The tunnel opened on Saturday, a year late, to 3,000 people. A band played in the rain.",
    date(2026, 6, 20),
)
PASSING = read(
    3,
    "Fish prices rise",
    "Cod has become dearer again at the harbour market. Some blame the works near the quay.",
    date(2025, 1, 2),
    late=0.45,
)


def test_an_article_that_is_not_about_the_matter_is_left_out() -> None:
    assert story("timeline of the tunnel", [OPENED, VOTE, PASSING]) == [OPENED, VOTE]


def test_the_timeline_is_of_exact_quotes_oldest_first() -> None:
    told = timeline("timeline of the tunnel", [OPENED, VOTE], [OPENED, VOTE, PASSING])
    days = [s.article.published for s in told]
    assert days == sorted(d for d in days if d)
    assert {s.article.title for s in told} == {VOTE.hit.article.title, OPENED.hit.article.title}
    assert any("21 votes" in s.text for s in told) and any(
        "opened on Saturday" in s.text for s in told
    )
    assert sum(len(s.text.split()) for s in told) <= MOST_WORDS


def test_one_article_alone_fills_the_timeline_with_more_of_it() -> None:
    told = timeline("timeline of the tunnel", [VOTE], [VOTE])
    assert len(told) == 1, "the second sentence has too few words to say anything"
    text = (
        "The council voted for the tunnel on Tuesday. It had to. You would have voted for it, too. "
        "The tunnel will be 900 metres long, engineers said."
    )
    both = read(1, "Council votes", text, None)
    quoted = [s.text for s in timeline("the tunnel", [both], [both])]
    assert quoted == [text[:44], text[-51:]]


def test_the_lead_is_no_byline() -> None:
    text = "By Jack Torrance-Reed in Lanford for us.\n\nThe ferry sank on Tuesday with 12 cars."
    article = Article("a", "Ferry sinks", text)
    first = lead(article, "What happened to the ferry?")
    assert first and text[first.start : first.end].startswith("The ferry sank")
    assert lead(Article("b", "Nothing", ""), "What?") is None


def test_what_two_papers_print_is_read_once() -> None:
    text = "The council voted for the tunnel on Tuesday evening by 21 votes to 9 after four hours."
    one, again = read(1, "A", text, None), read(2, "B", text + " More tomorrow.", None)
    assert originals([one, again]) == [one]


def test_a_sentence_that_points_back_comes_with_the_one_before() -> None:
    text = "The tunnel was dear. It cost 2.4 million crowns. Nobody complained."
    spans = sentence_spans(text)
    both = whole(text, spans, spans[1])
    assert text[both.start : both.end] == "The tunnel was dear. It cost 2.4 million crowns."
    assert whole(text, spans, spans[2]) == spans[2]
    assert whole(text, spans, spans[0]) == spans[0]


@given(st.lists(st.one_of(st.none(), st.dates()), max_size=6))
def test_by_day_loses_nothing(days: list[date | None]) -> None:
    reads = [read(n, "T", "A sentence of some words.", day) for n, day in enumerate(days, 1)]
    assert sorted(r.hit.rank for r in by_day(reads)) == [r.hit.rank for r in reads]
