"""What may be shown: invariants 1 to 3 of the design, on the check alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.check import check, combine, judge, missing
from assistant.passages import sentence_spans
from assistant.types import Answer, Article, CheckedAnswer, Evidence, EvidenceSentence, Statement

TEXT = (
    "The bridge will cost 24.9 million crowns, Devran Halloway said. It opens in June 2026. "
    "The mayor did not resign on Tuesday. The river stood at 6.42 metres at the Old Mill gauge."
)


def evidence(text: str = TEXT, article_id: str = "a.txt") -> Evidence:
    article = Article(article_id, "A title", text)
    sentences = tuple(
        EvidenceSentence(n, article, f"p{n}", span, score=1.0 / n)
        for n, span in enumerate(sentence_spans(text), 1)
    )
    return Evidence("What?", sentences)


def checked(*statements: Statement, found: Evidence | None = None) -> CheckedAnswer:
    found = found or evidence()
    return check(Answer("What?", statements, 0.9, "m"), found, confidence=0.9)


class TestSupported:
    @pytest.mark.parametrize(
        ("text", "label"),
        [
            ("24.9 million crowns", 1),
            ("24,900,000 crowns", 1),
            ("The bridge will cost 24.9 million crowns.", 1),
            ("It opens in June 2026", 2),
            ("the mayor did not resign", 3),
            ("6.42 m", 4),
        ],
    )
    def test_what_the_sentence_says_passes_and_cites_it(self, text: str, label: int) -> None:
        finding = judge(Statement(text, (label,)), evidence())
        assert finding.verdict == "supported", finding.reason
        assert [s.label for s in finding.sentences] == [label]

    def test_the_sentence_that_says_it_is_cited_even_if_the_model_named_another(self) -> None:
        answer = checked(Statement("June 2026", (1,)))
        assert answer.citations[0].quote == "It opens in June 2026."
        assert "another sentence" in answer.statements[0].reason

    def test_a_bare_number_is_shown_with_its_unit(self) -> None:
        assert checked(Statement("24.9", (1,))).statements[0].text == "24.9 million crowns"


class TestRefused:
    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("27 million crowns", "number 27"),
            ("The bridge will cost 24.9 thousand crowns", "number 24900"),
            ("The bridge will cost 24.9 million crowns, Nils Harkness said", "name"),
            ("The mayor resigned on Tuesday", "negation"),
            ("The council praised a lovely piece of engineering", "too few"),
            ("It opens in July 2026", "name July"),
        ],
    )
    def test_a_wrong_number_name_date_or_negation_is_found(self, text: str, why: str) -> None:
        finding = judge(Statement(text, (1, 2, 3)), evidence())
        assert finding.verdict in ("unsupported", "contradicted")
        assert why in finding.reason

    def test_what_fails_is_replaced_by_a_quote_of_the_sentence_it_named(self) -> None:
        answer = checked(Statement("27 million crowns", (1,)))
        (statement,) = answer.statements
        assert statement.verdict == "quoted"
        assert statement.text == answer.citations[0].quote
        assert "27" not in statement.text

    def test_an_invented_label_makes_no_citation_and_is_named_in_the_reason(self) -> None:
        answer = checked(Statement("June 2026", (42,)))
        assert [c.quote for c in answer.citations] == ["It opens in June 2026."]
        assert "invented label 42" in answer.statements[0].reason

    def test_without_any_evidence_it_abstains(self) -> None:
        assert checked(Statement("June", (1,)), found=Evidence("What?", ())).status == "abstained"


@given(
    st.lists(
        st.tuples(st.text(max_size=60), st.lists(st.integers(-2, 12), max_size=4)), max_size=4
    ),
    st.text(min_size=1, max_size=400),
)
def test_whatever_a_model_writes_citations_are_exact_and_statements_checked(
    written: list[tuple[str, list[int]]], text: str
) -> None:
    """Invariants 1, 2 and 3: no text and no label of a model can break them."""
    statements = [Statement(words, tuple(labels)) for words, labels in written]
    answer = checked(*statements, found=evidence(f"{TEXT}\n{text}"))
    for citation in answer.citations:
        assert f"{TEXT}\n{text}"[citation.start : citation.end] == citation.quote
    numbers = {c.number for c in answer.citations}
    for statement in answer.statements:
        assert statement.verdict in ("supported", "quoted")
        assert set(statement.citations) <= numbers and statement.citations
        quotes = [c.quote for c in answer.citations if c.number in statement.citations]
        if statement.verdict == "quoted":
            assert statement.text in quotes
        else:
            assert missing(statement.text, quotes) is None


class TestCombine:
    def test_parts_share_citations_and_are_numbered_in_order(self) -> None:
        first, second = checked(Statement("June 2026", (2,))), checked(Statement("6.42", (4,)))
        both = combine("Both?", [first, second, first])
        assert [c.number for c in both.citations] == [1, 2]
        assert [s.citations for s in both.statements] == [(1,), (2,)]

    def test_a_part_without_answer_is_said_to_have_none(self) -> None:
        silent = check(Answer("And when?", (), 0.1, "m"), evidence(), confidence=0.1)
        both = combine("Both?", [checked(Statement("June 2026", (2,))), silent])
        assert both.status == "answered"
        assert "And when?" in both.statements[1].text
        assert both.statements[1].verdict == "unsupported"

    def test_two_versions_are_a_conflict(self) -> None:
        other = evidence("The bridge will cost nearly 27 million crowns.", "b.txt")
        versions = [
            checked(Statement("24.9 million", (1,))),
            checked(Statement("27 million", (1,)), found=other),
        ]
        both = combine("Cost?", versions, conflict=True)
        assert both.status == "conflict"
        assert [c.article_id for c in both.citations] == ["a.txt", "b.txt"]

    def test_nothing_answered_is_an_abstention_with_the_nearest_articles(self) -> None:
        silent = check(Answer("What?", (), 0.1, "m"), evidence(), confidence=0.1)
        both = combine("What?", [silent, silent])
        assert both.status == "abstained"
        assert [n.article_id for n in both.nearest] == ["a.txt"]
        assert not both.statements and not both.citations
