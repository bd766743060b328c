"""Each sentence of an answer points at the exact sentences behind it (invariants 1 and 2)."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from assistant.answering.attribute import attribute
from assistant.passages import sentence_spans
from assistant.types import Article, Excerpt, Span

BRIDGE = (
    "The bridge will cost 24.9 million crowns, Devran Halloway said. It opens in June 2026. "
    "Steel has become dearer."
)
ROADS = "Millgate must be widened for 1.9 million crowns. The town borrows the sum."


def excerpt(text: str, article_id: str = "a.txt") -> Excerpt:
    article = Article(article_id, "A headline", text, published=date(2025, 8, 14))
    spans = tuple(sentence_spans(text)) or (Span(0, len(text)),)
    return Excerpt(article, Span(spans[0].start, spans[-1].end), spans, spans[0])


EXCERPTS = [excerpt(BRIDGE), excerpt(ROADS, "b.txt")]


def quotes(statement: str) -> list[str]:
    return [s.text for s in attribute(statement, EXCERPTS).sources]


def test_one_sentence_that_says_it_all_is_cited_alone() -> None:
    assert quotes("It opens in June 2026.") == ["It opens in June 2026."]


def test_a_sentence_that_joins_two_facts_cites_both_places() -> None:
    found = attribute("The bridge will cost 24.9 million crowns and opens in June 2026.", EXCERPTS)
    assert found.lacks is None
    assert [s.text for s in found.sources] == [
        "The bridge will cost 24.9 million crowns, Devran Halloway said.",
        "It opens in June 2026.",
    ]


def test_two_articles_are_cited_where_it_takes_both() -> None:
    said = (
        "The bridge will cost 24.9 million crowns and Millgate is widened for 1.9 million crowns."
    )
    found = attribute(said, EXCERPTS)
    assert found.lacks is None
    assert {s.article.id for s in found.sources} == {"a.txt", "b.txt"}


def test_another_article_is_not_cited_for_a_word_of_it() -> None:
    """Any article has some of the words: cited for one it would say nothing of the matter."""
    other = excerpt("The programme has used half of its money.", "b.txt")
    sima = excerpt("It has 3.6 million people on its books.")
    found = attribute("SIMA is used by 3.6 million people.", [sima, other], "How many use SIMA?")
    assert {s.article.id for s in found.sources} == {"a.txt"}


def test_what_no_sentence_says_is_named() -> None:
    assert "31" in (attribute("The bridge will cost 31 million crowns.", EXCERPTS).lacks or "")
    assert attribute("Anything.", []).lacks


@given(st.text(max_size=120), st.text(min_size=1, max_size=300))
def test_whatever_is_written_the_sources_are_exact_characters(written: str, text: str) -> None:
    found = attribute(written, [excerpt(f"{BRIDGE}\n{text}")])
    for source in found.sources:
        assert source.text == source.article.text[source.span.start : source.span.end]
