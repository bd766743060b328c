"""Evidence: a few sentences, the best ones, labelled by us, in the order one would read them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.evidence import MOST_SENTENCES, PASSAGES_READ, select
from assistant.passages import sentence_spans
from assistant.types import Article, Hit, Passage, SentenceScore


def hit(rank: int, text: str, late: list[float] | None = None, score: float | None = None) -> Hit:
    """A hit whose sentences have the late-interaction scores `late`, else all the same."""
    spans = tuple(sentence_spans(text))
    article = Article(f"{rank}.txt", f"Title {rank}", text)
    passage = Passage(f"p{rank}", article.id, 0, spans[0].start, spans[-1].end, spans)
    scores = tuple(SentenceScore(x, x, x) for x in late or [0.5] * len(spans))
    return Hit(rank, -float(rank) if score is None else score, passage, article, scores)


TEXT = "The vote was close. The bridge cost 24.9 million. Nobody was hurt. It rained all day."


def test_the_best_sentence_is_there_however_small_the_budget() -> None:
    evidence = select("Was anybody injured?", [hit(1, TEXT, [0.1, 0.2, 0.9, 0.1])], tokens=1)
    assert [s.text for s in evidence.sentences] == ["Nobody was hurt."]


def test_a_question_for_a_number_prefers_a_sentence_with_one() -> None:
    evidence = select("How much did the bridge cost?", [hit(1, TEXT)], tokens=1)
    assert [s.text for s in evidence.sentences] == ["The bridge cost 24.9 million."]


def test_a_sentence_next_to_a_good_one_comes_before_one_that_stands_alone() -> None:
    """Articles say "it" in the next sentence."""
    found = select("Why?", [hit(1, TEXT, [0.3, 0.3, 0.3, 0.9])], tokens=20)
    assert [s.text for s in found.sentences] == ["Nobody was hurt.", "It rained all day."]


def test_a_short_reply_is_read_with_the_question_printed_before_it() -> None:
    """Interviews: "Thirty-one." has no word of the reader's question, and says nothing alone."""
    talk = "The dig is over. How many graves are there? Thirty-one. The work was hard. It rained."
    late = [0.5, 0.9, 0.0, 0.6, 0.6]
    found = select("How many graves have been found?", [hit(1, talk, late)], tokens=24)
    read = [s.text for s in found.sentences]
    assert read == ["How many graves are there?", "Thirty-one."]


def test_labels_follow_rank_and_position_not_score() -> None:
    hits = [hit(1, TEXT, [0.1, 0.2, 0.3, 0.9]), hit(2, TEXT, [0.9, 0.8, 0.7, 0.1])]
    evidence = select("Why?", hits, tokens=10_000)
    order = [(s.article.id, s.span.start) for s in evidence.sentences]
    assert order == sorted(order)
    assert [s.label for s in evidence.sentences] == list(range(1, len(order) + 1))
    assert evidence.by_label(1) is evidence.sentences[0]
    assert evidence.by_label(99) is None


def test_without_hits_there_is_no_evidence() -> None:
    evidence = select("Why?", [], tokens=260)
    assert (evidence.sentences, evidence.signals) == ((), {})


def test_signals_are_the_best_scores_anywhere() -> None:
    hits = [hit(1, TEXT, [0.1, 0.2, 0.3, 0.4]), hit(2, TEXT, [0.7, 0.6, 0.5, 0.4])]
    assert select("Why?", hits, tokens=20).signals == {"late": 0.7, "lexical": 0.7}


def test_a_string_without_spaces_and_chinese_count_for_what_they_cost() -> None:
    """As one word each they would overfill what the language model can read."""
    long = hit(1, f"It rained. {'9f86d081' * 100}. The end.", [0.9, 0.1, 0.8])
    assert all(len(s.text) < 100 for s in select("Why?", [long], tokens=100).sentences)
    chinese = hit(1, "市长周二宣布辞职并且离开了这座城市。" * 8)
    assert len(select("谁?", [chinese], tokens=60).sentences) <= 3


@settings(deadline=None, max_examples=60)
@given(
    scores=st.lists(st.lists(st.floats(0, 1), min_size=4, max_size=4), min_size=1, max_size=8),
    tokens=st.integers(1, 400),
)
def test_what_holds_for_all_hits(scores: list[list[float]], tokens: int) -> None:
    hits = [hit(rank, TEXT, late) for rank, late in enumerate(scores, 1)]
    evidence = select("Where?", hits, tokens)
    assert 1 <= len(evidence.sentences) <= MOST_SENTENCES
    places = [(s.passage_id, s.span) for s in evidence.sentences]
    assert len(set(places)) == len(places)
    known = {h.passage.id: h for h in hits[:PASSAGES_READ]}
    for sentence in evidence.sentences:
        assert sentence.span in known[sentence.passage_id].passage.sentences
        assert sentence.text == sentence.article.text[sentence.span.start : sentence.span.end]
    if len(evidence.sentences) > 1:
        words = sum(len(s.text.split()) for s in evidence.sentences)
        assert words <= tokens, "a token is never more than a word"
    more = select("Where?", hits, tokens + 100)
    assert len(more.sentences) >= len(evidence.sentences)
