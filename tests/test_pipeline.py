"""One question through the stages, with a scripted reader and a scripted model: what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import ScriptedLLM

from assistant.answering.pipeline import Answering
from assistant.answering.reading import Borne, Judged
from assistant.passages import sentence_spans
from assistant.stopwatch import Stopwatch
from assistant.types import (
    Article,
    CheckedAnswer,
    CheckedStatement,
    Found,
    Hit,
    Passage,
    SentenceScore,
    Span,
)


@dataclass(frozen=True)
class Read:
    answers: float
    span: Span | None


@dataclass(frozen=True)
class Bears:
    entails: float = 0.3
    contradicts: float = 0.0


class Sure:
    """Finds `word` wherever it stands, and is sure of nothing else; denies what `denied` says."""

    def __init__(self, word: str, denied: str = "\0") -> None:
        self.word, self.denied = word, denied

    def read(
        self, question: str, texts: Sequence[str], headlines: Sequence[str] | None = None
    ) -> Sequence[Judged]:
        places = [text.find(self.word) for text in texts]
        return [
            Read(0.95, Span(at, at + len(self.word))) if at >= 0 else Read(0.02, Span(0, 1))
            for at in places
        ]

    def bear(self, pairs: Sequence[tuple[str, str]]) -> Sequence[Borne]:
        return [Bears(0.0, 1.0) if self.denied in said else Bears() for _, said in pairs]


def hit(rank: int, text: str, day: date, outlet: str = "The Gazette") -> Hit:
    spans = tuple(sentence_spans(text))
    article = Article(f"{rank}.txt", f"Headline {rank}", text, published=day, source=outlet)
    passage = Passage(f"p{rank}", article.id, 0, spans[0].start, spans[-1].end, spans)
    scores = tuple(SentenceScore(0.7 - rank / 100, 0.5, 0.5) for _ in spans)
    return Hit(rank, -float(rank), passage, article, scores)


BRIDGE = hit(
    1,
    "The bridge will cost 24.9 million crowns, the works department said. It opens in June 2026.",
    date(2025, 8, 14),
)
ROADS = hit(
    2, "The bridge will cost 31 million crowns, we have learned.", date(2025, 8, 16), "Courier"
)
OLD = hit(3, "The bridge will cost 18.4 million crowns, it was said.", date(2024, 3, 13))


def ask(
    question: str,
    hits: Sequence[Hit],
    *,
    says: str | None = None,
    reader: Sure | None = None,
    least: float = 0.3,
) -> tuple[CheckedAnswer, list[object]]:
    llm = None if says is None else ScriptedLLM(reply=says)
    answering = Answering(lambda _, k: list(hits[:k]), llm, reader, 260, least, Stopwatch())
    *before, whole = answering.steps(question)
    assert isinstance(whole, CheckedAnswer)
    for citation in whole.citations:
        article = next(h.article for h in hits if h.article.id == citation.article_id)
        assert article.text[citation.start : citation.end] == citation.quote
    return whole, before


def test_a_sentence_that_the_text_bears_out_is_shown_with_its_exact_source() -> None:
    answer, before = ask(
        "When does the bridge open?",
        [BRIDGE],
        says="The bridge opens in June 2026.",
        reader=Sure("June 2026"),
    )
    (statement,) = answer.statements
    assert statement.verdict == "supported" and statement.answers is True
    assert answer.citations[-1].quote == "It opens in June 2026."
    assert [s for s in before if isinstance(s, CheckedStatement)] == [statement]


def test_what_was_found_is_shown_before_the_model_writes() -> None:
    answer, before = ask(
        "When does the bridge open?", [BRIDGE], says="In June 2026.", reader=Sure("June 2026")
    )
    found = next(s for s in before if isinstance(s, Found))
    assert found.text == "June 2026" and found.score > 0.5
    assert before.index(found) < len(before) - 1 and answer.found == found


def test_a_made_up_number_is_replaced_by_a_quote() -> None:
    answer, _ = ask(
        "What will the bridge cost?",
        [BRIDGE],
        says="The bridge will cost 31 million crowns.",
        reader=Sure("24.9 million"),
        least=0.0,
    )
    assert [s.verdict for s in answer.statements] == ["quoted"]
    assert "24.9" in answer.statements[0].text and "31" not in answer.statements[0].text


def test_what_the_reader_denies_is_not_shown() -> None:
    said = "The bridge opens in June 2026."
    answer, _ = ask(
        "When does the bridge open?",
        [BRIDGE],
        says=said,
        reader=Sure("June 2026", denied=said),
        least=0.0,
    )
    assert [s.verdict for s in answer.statements] == ["quoted"]


def test_where_nothing_answers_it_is_silent_and_shows_what_comes_closest() -> None:
    answer, _ = ask(
        "How old is the mayor?", [BRIDGE], says="He is 60 years old.", reader=Sure("aged")
    )
    assert answer.status == "abstained" and not answer.statements and not answer.citations
    assert answer.found is not None and answer.nearest


def test_two_papers_of_about_one_day_are_shown_as_a_conflict() -> None:
    answer, _ = ask(
        "What will the bridge cost?",
        [BRIDGE, ROADS],
        says="The bridge will cost 24.9 million crowns.",
        reader=Numbers(),
    )
    assert answer.status == "conflict"
    assert {c.article_id for c in answer.citations} == {"1.txt", "2.txt"}


class Numbers(Sure):
    """Finds the sum in every text."""

    def __init__(self) -> None:
        super().__init__("")

    def read(
        self, question: str, texts: Sequence[str], headlines: Sequence[str] | None = None
    ) -> Sequence[Judged]:
        found = []
        for text in texts:
            end = text.find(" crowns")
            start = text.rfind("cost ", 0, end) + 5
            found.append(Read(0.9, Span(start, end + 7)) if end > 0 else Read(0.02, Span(0, 1)))
        return found


def test_an_older_figure_from_the_model_gives_way_to_the_newest() -> None:
    answer, _ = ask(
        "What will the bridge cost?",
        [OLD, BRIDGE],
        says="The bridge will cost 18.4 million crowns.",
        reader=Numbers(),
    )
    assert answer.status == "answered"
    assert "24.9" in answer.statements[0].text


@pytest.mark.parametrize("reader", [None, Sure("June 2026")])
def test_without_a_model_the_sentence_that_answers_is_quoted(reader: Sure | None) -> None:
    answer, _ = ask("When does the bridge open?", [BRIDGE], reader=reader)
    assert answer.model == "none"
    assert [s.verdict for s in answer.statements] == ["quoted"]


def test_both_questions_in_one_are_answered_and_cited_through() -> None:
    answer, before = ask(
        "When does the bridge open, and what will it cost?",
        [BRIDGE],
        reader=Sure("24.9 million"),
    )
    shown = tuple(s for s in before if isinstance(s, CheckedStatement))
    assert shown == answer.statements


@given(st.text(max_size=200))
def test_whatever_a_model_writes_nothing_unverified_is_shown(written: str) -> None:
    """Invariants 1, 2 and 3: no text of a model can make a citation or pass unchecked."""
    said = written.strip() or "-"
    answer, _ = ask("What will the bridge cost?", [BRIDGE, OLD], says=said, least=0.0)
    numbers = {c.number for c in answer.citations}
    for statement in answer.statements:
        assert statement.verdict in ("supported", "quoted")
        assert statement.citations and set(statement.citations) <= numbers


def test_an_overview_needs_articles_about_the_matter_and_no_model() -> None:
    answer, _ = ask("timeline of the bridge", [OLD, BRIDGE], says="-", least=0.5)
    assert answer.status == "answered" and answer.kind == "overview"
    days = {c.number: c.published for c in answer.citations}
    shown = [days[s.citations[0]] for s in answer.statements]
    assert shown == sorted(d for d in shown if d) and len(set(shown)) == 2
    assert all(s.verdict == "quoted" for s in answer.statements)
    assert ask("timeline of the Mars mission", [OLD, BRIDGE], least=0.5)[0].status == "abstained"


def _of_each_day(shown: str) -> str:
    """Says of each article what it says; rewrites the question where it is shown nothing else."""
    if "Question:" not in shown:
        return "How much does the bridge cost?"
    cost = next(c for c in ("24.9", "31", "18.4", "21.7") if f"{c} million" in shown)
    return f"The bridge will cost {cost} million crowns."


def test_a_change_is_told_by_day_from_one_article_after_the_other() -> None:
    llm = ScriptedLLM(reply=_of_each_day)
    hits = [BRIDGE, ROADS, OLD]
    answering = Answering(lambda _, k: hits[:k], llm, None, 260, 0.3, Stopwatch())
    *_, whole = answering.steps("How has the cost of the bridge changed?")
    assert isinstance(whole, CheckedAnswer) and whole.kind == "change"
    assert [s.text for s in whole.statements] == [
        "13 March 2024: The bridge will cost 18.4 million crowns.",
        "14 August 2025: The bridge will cost 24.9 million crowns.",
        "16 August 2025: The bridge will cost 31 million crowns.",
    ]
    told = [
        next(c for c in whole.citations if c.number == s.citations[0]) for s in whole.statements
    ]
    assert [c.article_id for c in told] == ["3.txt", "1.txt", "2.txt"]
    shown = [a for a in llm.asked if "Question:" in a]
    assert all(a.count("Headline") == 1 for a in shown), "each article is read alone"


def test_an_old_figure_in_a_new_article_is_no_change_back() -> None:
    again = hit(4, "The bridge was to cost 18.4 million crowns at first.", date(2026, 1, 2))
    llm = ScriptedLLM(reply=_of_each_day)
    answering = Answering(lambda _, k: [BRIDGE, OLD, again][:k], llm, None, 260, 0.3, Stopwatch())
    *_, whole = answering.steps("How has the cost of the bridge changed?")
    assert isinstance(whole, CheckedAnswer)
    assert [s.text[:7] for s in whole.statements] == ["13 Marc", "14 Augu"]


def test_where_the_articles_tell_one_thing_only_the_question_is_asked_of_them_together() -> None:
    llm = ScriptedLLM(
        reply=lambda shown: (
            _of_each_day(shown)
            if "Question:" not in shown or shown.count("Headline") > 1
            else "Not in the articles."
        )
    )
    answering = Answering(lambda _, k: [BRIDGE, OLD][:k], llm, None, 260, 0.3, Stopwatch())
    *_, whole = answering.steps("How has the cost of the bridge changed?")
    assert isinstance(whole, CheckedAnswer)
    assert [s.text for s in whole.statements] == ["The bridge will cost 24.9 million crowns."]


def test_the_newest_word_is_quoted_where_what_was_made_of_it_is_not_believed() -> None:
    end = hit(4, "In the end 33 million was paid, which nobody had foreseen.", date(2026, 7, 1))

    def says(shown: str) -> str:
        if "33 million" in shown:
            return "The bridge will cost 33 million crowns."
        return _of_each_day(shown)

    hits = [BRIDGE, OLD, end]
    llm = ScriptedLLM(reply=says)
    answering = Answering(lambda _, k: hits[:k], llm, None, 260, 0.3, Stopwatch())
    *_, whole = answering.steps("How has the cost of the bridge changed?")
    assert isinstance(whole, CheckedAnswer)
    last = whole.statements[-1]
    assert last.text == end.article.text and last.verdict == "quoted"
    assert [s.text[:7] for s in whole.statements[:-1]] == ["13 Marc", "14 Augu"]
