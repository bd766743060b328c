"""The figures are what their formulas say: by hand, against reference libraries, for any input."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.types import Article
from evals.items import Item, ItemError, Quote, parse
from evals.metrics import calibration, cost, robustness
from evals.metrics.abstention import declined_right, truthfulness
from evals.metrics.answers import answered_right, contains_answer, exact_match, token_f1
from evals.metrics.citations import alce, cited_has_answer, cited_right, verbatim
from evals.metrics.measure import Pair
from evals.metrics.retrieval import class_ranking, ranked
from evals.metrics.spans import touches
from evals.records import Cited, Place, Record, Said, Seconds, Status
from evals.scores import Scores, score
from evals.tables import table

BRIDGE = Article(
    "bridge",
    "The bridge",
    "The council met. The bridge will be 14.2 metres wide. It will cost 20 million crowns.",
)
COPY = Article("copy", "Bridge", "Read here: the bridge will be 14.2 metres wide, they say.")
FAIR = Article("fair", "The fair", "The fair opens on 3 May. About 1,200 people are expected.")
ARTICLES = {a.id: a for a in (BRIDGE, COPY, FAIR)}
WIDE = "The bridge will be 14.2 metres wide."


def item(id: str = "q1", **known: object) -> Item:
    filled: dict[str, object] = {
        "question": "How wide will the bridge be?",
        "answers": (("14.2 metres", "14.2 m"),),
        "gold": (("bridge", "copy"),),
        "evidence": (Quote("bridge", WIDE),),
        "cluster": id,
    }
    return Item(id, **{**filled, **known})  # type: ignore[arg-type]


def silent_item(id: str = "u1", **known: object) -> Item:
    blank: dict[str, object] = {"answers": (), "gold": (), "evidence": (), "answerable": False}
    return item(id, **{**blank, "kind": "unanswerable", **known})


def record(to: str = "q1", text: str = "14.2 metres", **known: object) -> Record:
    status: Status = "answered" if text else "abstained"
    return Record("s", "x", to, text, **{"status": status, **known})  # type: ignore[arg-type]


def place(article: Article, words: str) -> Place:
    start = article.text.index(words)
    return Place(article.id, start, start + len(words))


def cite(article: Article, words: str) -> Cited:
    return Cited(*place(article, words), quote=words)


def scored(pairs: Sequence[tuple[Item, Record]]) -> Scores:
    return score([i for i, _ in pairs], [r for _, r in pairs], ARTICLES)


class TestAnswers:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("It will be 14.2 metres wide.", True),
            ("14.2 m", True),
            ("142 metres", False),
            ("4.2 metres", False),
            ("", False),
        ],
    )
    def test_every_part_at_word_boundaries(self, text: str, expected: bool) -> None:
        assert answered_right(item(), record(text=text)) is expected

    def test_accents_case_and_the_way_of_writing_a_number_do_not_matter(self) -> None:
        assert answered_right(item(answers=(("São Tomé",),)), record(text="In SAO TOME."))
        assert answered_right(item(answers=(("1,200",),)), record(text="1200 people"))

    def test_an_article_before_the_form_does_not_matter(self) -> None:
        """Annotators of SQuAD mark "the Senate", answers say "Senate"; its exact match agrees."""
        assert answered_right(item(answers=(("The Senate",),)), record(text="Senate"))
        assert not answered_right(item(answers=(("The",),)), record(text="Senate"))
        assert not answered_right(item(answers=(("An A",),)), record(text="B"))

    def test_listing_everything_is_not_right(self) -> None:
        """Containment alone would reward it; the wrong value beside the right one costs."""
        asked = item(false_answers=("9 metres", "142 metres"))
        listing = record(text="9 metres, 142 metres or 14.2 metres")
        assert contains_answer(asked, listing)
        assert not answered_right(asked, listing)
        assert answered_right(replace(asked, kind="over_time"), listing)

    def test_a_wrong_value_inside_an_accepted_form_is_not_held_against_it(self) -> None:
        asked = item(answers=(("3 May 2024",),), false_answers=("May 2024",))
        assert answered_right(asked, record(text="On 3 May 2024."))

    def test_every_part_is_needed(self) -> None:
        asked = item(answers=(("Tampa",), ("Florida", "FL")))
        assert answered_right(asked, record(text="Tampa, FL"))
        assert not answered_right(asked, record(text="Tampa"))

    def test_a_failed_reply_is_neither_right_nor_silent(self) -> None:
        failed = record(text="", status="failed", error="boom")
        assert not answered_right(item(), failed)
        assert not declined_right(silent_item(), failed)
        assert truthfulness(silent_item(), failed) == 0

    @pytest.mark.parametrize(
        ("text", "forms", "f1", "exact"),
        [
            ("the cat sat", ["a cat sat"], 1.0, 1.0),
            ("the black cat", ["cat"], 2 / 3, 0.0),
            ("cat cat", ["cat"], 2 / 3, 0.0),
            ("dog", ["cat", "The Dog!"], 1.0, 1.0),
            ("", ["cat"], 0.0, 0.0),
            ("the", ["a"], 1.0, 1.0),
        ],
    )
    def test_squad_figures_by_hand(
        self, text: str, forms: list[str], f1: float, exact: float
    ) -> None:
        assert token_f1(text, forms) == pytest.approx(f1)
        assert exact_match(text, forms) == exact

    @settings(deadline=None)
    @given(st.text(), st.lists(st.text(), min_size=1, max_size=3))
    def test_bounds_and_the_perfect_case(self, text: str, forms: list[str]) -> None:
        assert 0 <= exact_match(text, forms) <= token_f1(text, forms) <= 1
        assert token_f1(text, [*forms, text]) == exact_match(text, [*forms, text]) == 1


class TestRetrieval:
    def test_near_copies_count_once(self) -> None:
        gold = (("bridge", "copy"), ("fair",))
        ranking = class_ranking(gold, ["copy", "bridge", "other", "fair"])
        assert ranking == ["class 0", "article other", "class 1"]

    def test_figures_by_hand(self) -> None:
        """Relevant at ranks 2 and 3 of two: DCG = 1/log2(3) + 1/log2(4), ideal 1 + 1/log2(3)."""
        found = ranked({"q": {"b": 1, "c": 1}}, {"q": ["a", "b", "c"]})
        dcg, ideal = 1 / math.log2(3) + 1 / 2, 1 + 1 / math.log2(3)
        assert found["nDCG@10"]["q"] == pytest.approx(dcg / ideal)
        assert found["MRR"]["q"] == 0.5
        assert found["recall@1"]["q"] == 0
        assert found["recall@5"]["q"] == 1

    def test_a_query_without_results_has_zero_and_is_not_left_out(self) -> None:
        found = ranked({"q": {"a": 1}, "p": {"a": 1}}, {"q": ["a"], "p": []})
        assert found["MRR"] == {"q": 1.0, "p": 0.0}

    @settings(deadline=None)
    @given(
        st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 4), min_size=2),
        st.permutations("abcdefghij"),
    )
    def test_ndcg_equals_scikit_learn(self, grades: dict[str, int], order: list[str]) -> None:
        """An independent implementation with the same linear gain, where something is relevant."""
        from sklearn.metrics import ndcg_score

        if not any(grades.values()):
            return
        ours = ranked({"q": grades}, {"q": order})["nDCG@10"]["q"]
        truth = [[grades.get(d, 0) for d in order]]
        assert ours == pytest.approx(ndcg_score(truth, [list(range(10, 0, -1))], k=10))

    def test_cranfields_convention_moves_the_same_run(self) -> None:
        """Its codes say 1 for a complete answer, 4 for little, 5 for no interest. Read as grades,
        or with 5 as relevant, one ranking gets quite different figures."""
        codes = {"a": 1, "b": 2, "c": 4, "d": 5, "e": 5, "f": 5}
        run = {"q": ["a", "x", "b", "y", "c", "z", "w"]}
        right = ranked({"q": {d: 5 - c for d, c in codes.items()}}, run)["nDCG@10"]["q"]
        as_grades = ranked({"q": codes}, run)["nDCG@10"]["q"]
        binary = ranked({"q": {d: int(c < 5) for d, c in codes.items()}}, run)["nDCG@10"]["q"]
        five_relevant = ranked({"q": dict.fromkeys(codes, 1)}, run)["nDCG@10"]["q"]
        assert right == pytest.approx((4 + 3 / 2 + 1 / math.log2(6)) / (4 + 3 / math.log2(3) + 0.5))
        assert right > binary > five_relevant > as_grades
        assert right - as_grades > 0.5

    def test_grades_of_an_item_reach_ndcg(self) -> None:
        graded = item(gold=(("bridge",), ("fair",)), grades=(1, 3), evidence=())
        found = scored([(graded, record(retrieved=(Place("bridge", 0, 9), Place("fair", 0, 9))))])
        expected = (1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3))
        assert found["nDCG@10"].value == pytest.approx(expected)
        with pytest.raises(ItemError, match="'grades'"):
            parse('{"id": "a", "question": "b", "gold": [["c"]], "grades": [0]}', "f:1")

    def test_passages_are_judged_by_their_evidence(self) -> None:
        wrong, right = place(BRIDGE, "The council met."), place(BRIDGE, WIDE)
        found = scored([(item(), record(retrieved=(wrong, right)))])
        assert found["recall@1"].value == 1, "the article is right"
        assert found["right passage first"].value == 0, "the passage is not"
        assert found["right passage in five"].value == 1

    def test_a_common_letter_at_the_edge_is_not_evidence(self) -> None:
        evidence = place(BRIDGE, WIDE)
        assert touches(evidence, evidence)
        assert touches(Place("bridge", 0, 200), evidence), "a longer passage that holds it"
        assert not touches(Place("bridge", 0, evidence.start + 1), evidence)
        assert not touches(Place("fair", evidence.start, evidence.end), evidence)

    def test_a_near_copy_serves_where_it_gives_the_answer(self) -> None:
        found = scored([(item(), record(retrieved=(place(COPY, "14.2 metres wide"),)))])
        assert found["right passage first"].value == 1
        found = scored([(item(), record(retrieved=(place(COPY, "Read here"),)))])
        assert found["right passage first"].value == 0


class TestCitations:
    def test_alce_by_hand(self) -> None:
        """Two statements, one supported by one of its two citations, the other by nothing: recall
        1/2; of three citations only the one that supports is of use: precision 1/3."""
        said = record(
            text="-",
            statements=(Said(WIDE, (0, 1)), Said("The fair opens on 9 June.", (2,))),
            citations=(
                cite(BRIDGE, WIDE),
                cite(BRIDGE, "The council met."),
                cite(FAIR, "The fair opens on 3 May."),
            ),
        )
        assert alce(said, ARTICLES) == (0.5, pytest.approx(1 / 3))

    def test_citations_that_only_support_together_are_both_of_use(self) -> None:
        text = "The bridge will be 14.2 metres wide, and about 1,200 people are expected."
        cited = (cite(BRIDGE, WIDE), cite(FAIR, "About 1,200 people are expected."))
        said = record(text=text, statements=(Said(text, (0, 1)),), citations=cited)
        assert alce(said, ARTICLES) == (1.0, 1.0)
        one = replace(said, statements=(Said(text, (0,)),))
        assert alce(one, ARTICLES) == (0.0, 0.0)

    def test_an_answer_without_citations_has_none_that_is_right(self) -> None:
        assert alce(record(statements=(Said(WIDE),)), ARTICLES) == (0.0, 0.0)

    def test_what_stands_there_is_asked_not_what_is_said_to(self) -> None:
        """A system could write its own evidence into the quote."""
        forged = replace(cite(BRIDGE, "The council met."), quote=WIDE)
        said = record(text=WIDE, statements=(Said(WIDE, (0,)),), citations=(forged,))
        assert not verbatim(forged, ARTICLES)
        assert alce(said, ARTICLES) == (0.0, 0.0)
        assert not cited_has_answer(item(), said, ARTICLES)
        assert not verbatim(Cited("nowhere", 0, 4, "some"), ARTICLES)
        assert not verbatim(Cited("bridge", -1, 4, "text"), ARTICLES)

    def test_cited_right_needs_every_class(self) -> None:
        both = item(
            gold=(("bridge", "copy"), ("fair",)),
            evidence=(Quote("bridge", WIDE), Quote("fair", "The fair opens on 3 May.")),
        )
        one = record(citations=(cite(BRIDGE, WIDE),))
        assert not cited_right(both, one, ARTICLES)
        two = record(citations=(cite(BRIDGE, WIDE), cite(FAIR, "The fair opens on 3 May.")))
        assert cited_right(both, two, ARTICLES)
        assert not cited_right(
            item(), record(citations=(cite(BRIDGE, "The council met."),)), ARTICLES
        )

    def test_figures_over_two_answers(self) -> None:
        good = record("q1", statements=(Said(WIDE, (0,)),), citations=(cite(BRIDGE, WIDE),))
        bad = record("q2", "9 metres", citations=(Cited("bridge", 0, 3, "xyz"),), invalid_labels=2)
        found = scored([(item("q1"), good), (item("q2"), bad)])
        assert found["quoted span verbatim"].value == 0.5
        assert found["answers with invented labels"].value == 0.5
        assert found["cited right"].value == 0.5
        assert found["cited where right"].value == 1.0
        assert found["cited text has the answer"].n == 1


class TestAbstention:
    def test_by_hand(self) -> None:
        """Declined: two of three unanswerable, one of two answerable. Precision 2/3, recall 2/3."""
        found = scored(
            [
                (item("q1"), record("q1")),
                (item("q2"), record("q2", "")),
                (silent_item("u1"), record("u1", "")),
                (silent_item("u2"), record("u2", "")),
                (silent_item("u3"), record("u3", "9 metres")),
            ]
        )
        assert found["abstention precision"].value == pytest.approx(2 / 3)
        assert found["abstention precision"].n == 3
        assert found["declined right"].value == pytest.approx(2 / 3)
        assert found["abstention F1"].value == pytest.approx(2 / 3)
        assert found["over-abstention"].value == 0.5
        assert found["truthfulness"].value == pytest.approx((1 + 0 + 1 + 1 - 1) / 5)

    def test_over_abstention_says_why(self) -> None:
        seen, unseen = (Place("bridge", 0, 9),), (Place("fair", 0, 9),)
        found = scored(
            [
                (item("q1"), record("q1", "", retrieved=seen)),
                (item("q2"), record("q2", "", retrieved=unseen)),
                (item("q3"), record("q3", retrieved=seen)),
                (item("q4"), record("q4", retrieved=unseen)),
            ]
        )
        assert found["over-abstention: not recognised"].value == 0.25
        assert found["over-abstention: not retrieved"].value == 0.25
        assert found["over-abstention"].value == 0.5

    def test_a_corrected_premise_is_right(self) -> None:
        premise = silent_item(kind="false_premise", correction=("14.2 metres",))
        assert declined_right(premise, record("u1", "No, it is 14.2 metres."))
        assert declined_right(premise, record("u1", ""))
        assert not declined_right(premise, record("u1", "Because of the river."))
        found = scored([(premise, record("u1", "It is 14.2 metres.")), (item(), record())])
        assert found["false premise corrected"].value == 1
        assert found["abstention precision"].value == 1

    def test_squads_unanswerable_is_meant_within_its_paragraph(self) -> None:
        """Elsewhere and misleading are never one figure only; a pooled one would flatter."""
        pairs = [
            (item("q1"), record("q1", confidence=0.5)),
            (silent_item("e1", kind="elsewhere"), record("e1", "", confidence=0.1)),
            (
                silent_item("m1", kind="misleading", within=("bridge",)),
                record("m1", confidence=0.9),
            ),
        ]
        found = scored(pairs)
        assert found["AUROC"].value == 0.5
        assert found["AUROC, elsewhere"].value == 1
        assert found["AUROC, misleading"].value == 0
        kinds = {name: {f.name: f.value for f in own} for name, own in found.slices.items()}
        assert kinds["kind: elsewhere"]["declined right"] == 1
        assert kinds["kind: misleading"]["declined right"] == 0


CONFIDENCES = st.lists(
    st.tuples(st.integers(0, 10).map(lambda n: n / 10), st.integers(0, 1)), min_size=1, max_size=40
)


class TestCalibration:
    def test_aurc_by_hand(self) -> None:
        """Right, wrong, right by falling confidence: risks 0, 1/2, 1/3."""
        rows = np.array([[0.9, 1, 1], [0.8, 0, 1], [0.7, 1, 1]])
        assert calibration.aurc(rows) == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)
        assert calibration.coverage_at_risk(rows) == pytest.approx(1 / 3)

    def test_equal_confidence_has_no_order(self) -> None:
        """Two tied, one of them wrong: half an error is expected among the first one."""
        rows = np.array([[0.5, 1, 1], [0.5, 0, 1]])
        assert calibration.aurc(rows) == pytest.approx((0.5 + 0.5) / 2)
        assert calibration.aurc(rows[::-1]) == calibration.aurc(rows)

    def test_what_abstained_comes_last_however_confident(self) -> None:
        """It has no text that could be right, so the curve beyond the answers is the worst case."""
        rows = np.array([[0.6, 1, 1], [0.99, 0, 0]])
        assert calibration.coverage_at_risk(rows) == 0.5
        assert calibration.aurc(rows) == pytest.approx((0 + 1 / 2) / 2)
        pairs = [Pair(item("q1"), record("q1", confidence=0.6))]
        pairs.append(Pair(item("q2"), record("q2", "", confidence=0.99)))
        assert [p.known for p in calibration.risk_coverage(pairs)] == [True, False]

    def test_declined_at_by_hand(self) -> None:
        """Of 20 answerable at most one (5 %) may be below: the threshold is the second lowest."""
        answerable = [[n / 20, 1] for n in range(20)]
        others = [[0.01, 0], [0.04, 0], [0.05, 0], [0.5, 0]]
        rows = np.array(answerable + others)
        assert calibration.declined_at(0.05)(rows) == 0.5
        assert calibration.declined_at(0.0)(rows) == 0.0
        assert calibration.declined_at(1.0)(rows) == 1.0

    @settings(deadline=None)
    @given(CONFIDENCES)
    def test_auroc_and_brier_equal_scikit_learn(self, drawn: list[tuple[float, int]]) -> None:
        from sklearn.metrics import brier_score_loss, roc_auc_score

        rows = np.array(drawn, dtype=float)
        if 0 < rows[:, 1].sum() < len(rows):
            assert calibration.auroc(rows) == pytest.approx(roc_auc_score(rows[:, 1], rows[:, 0]))
        else:
            assert math.isnan(calibration.auroc(rows))
        pairs = [
            (item(f"q{n}") if yes else silent_item(f"q{n}"), record(f"q{n}", confidence=c))
            for n, (c, yes) in enumerate(drawn)
        ]
        brier = brier_score_loss(rows[:, 1], rows[:, 0], labels=[0, 1])
        assert scored_calibration(pairs)["Brier score"] == pytest.approx(brier)

    @settings(deadline=None)
    @given(CONFIDENCES)
    def test_calibration_error_equals_bins_of_scikit_learn(
        self, drawn: list[tuple[float, int]]
    ) -> None:
        """calibration_curve gives the bins, not their sizes; the sizes are counted here."""
        from sklearn.calibration import calibration_curve

        # Inside a bin, for the two put an edge on different sides.
        rows = np.array([(min(c + 0.03, 0.97), y) for c, y in drawn], dtype=float)
        share, said = calibration_curve(rows[:, 1], rows[:, 0], n_bins=10)
        sizes = np.bincount((rows[:, 0] * 10).astype(int), minlength=10)
        expected = (np.abs(share - said) * sizes[sizes > 0]).sum() / len(rows)
        assert calibration.calibration_error(rows) == pytest.approx(expected)

    @settings(deadline=None)
    @given(CONFIDENCES, st.randoms(use_true_random=False))
    def test_bounds_and_order(self, drawn: list[tuple[float, int]], shuffle: random.Random) -> None:
        rows = np.array([(c, y, 1.0) for c, y in drawn])
        mixed = rows[shuffle.sample(range(len(rows)), len(rows))]
        for statistic in (calibration.aurc, calibration.coverage_at_risk):
            assert 0 <= statistic(rows) <= 1
            assert statistic(mixed) == pytest.approx(statistic(rows))
        perfect = np.array([(float(y), y, 1.0) for _, y in drawn])
        assert calibration.coverage_at_risk(perfect) >= perfect[:, 1].mean()
        assert calibration.calibration_error(perfect[:, :2]) == 0

    def test_a_system_without_confidence_has_none_of_it(self) -> None:
        found = scored([(item(), record()), (silent_item(), record("u1", ""))])
        assert not [f for f in found.figures if f.group == calibration.GROUP]


def scored_calibration(pairs: Sequence[tuple[Item, Record]]) -> dict[str, float]:
    """Only these figures and without intervals, for properties that draw many examples."""
    made = calibration.measures([Pair(*p) for p in pairs], ARTICLES)
    return {m.name: m.statistic(np.array([m.rows[k] for k in sorted(m.rows)])) for m in made}


class TestRobustness:
    TRUE_AND_FALSE = item(kind="conflict", answers=(("Tampa",),), false_answers=("Glendale",))

    def test_rgbs_own_scorer_counts_refusals_as_corrected(self) -> None:
        """It asks that nothing wrong be in the reply; ours that the right answer is."""

        def rgb_counts_as_corrected(text: str) -> bool:
            labels = [-1] if "insufficient information" in text else [int("Tampa" in text)]
            return 0 not in labels

        asked = item(kind="noise_40", answers=(("Tampa",),), false_answers=("Glendale",))
        refusal = "The documents have insufficient information."
        assert rgb_counts_as_corrected(refusal)
        assert not answered_right(asked, record(text=refusal))
        assert not answered_right(asked, record(text=""))
        assert truthfulness(asked, record(text=refusal)) == -1, "not recognised as a refusal"
        assert truthfulness(asked, record(text="")) == 0
        assert rgb_counts_as_corrected("Tampa") and answered_right(asked, record(text="Tampa"))

    def test_a_conflict_is_shown_by_status_or_by_both_values(self) -> None:
        asked = self.TRUE_AND_FALSE
        shown = robustness.conflict_shown
        assert shown(asked, record(text="Tampa", status="conflict"))
        assert shown(asked, record(text="Tampa, but another says Glendale"))
        assert not shown(asked, record(text="Tampa"))
        assert not shown(asked, record(text="Glendale"))
        assert not shown(asked, record(text=""))
        two = replace(asked, answers=(("Tampa",), ("Glendale",)), false_answers=())
        assert shown(two, record(text="Tampa or Glendale"))
        assert not shown(two, record(text="Tampa"))

    def test_figures_by_kind(self) -> None:
        found = scored(
            [
                (item("a", kind="noise_0"), record("a")),
                (item("b", kind="noise_80"), record("b", "")),
                (silent_item("c", kind="only_noise"), record("c", "")),
                (replace(self.TRUE_AND_FALSE, id="d"), record("d", "Tampa", status="conflict")),
                (replace(self.TRUE_AND_FALSE, id="e"), record("e", "Glendale")),
                (item("f"), record("f", status="conflict")),
            ]
        )
        assert found["right with 0 % noise"].value == 1
        assert found["right with 80 % noise"].value == 0
        assert found["only noise: declined"].value == 1
        assert found["conflict shown"].value == 0.5
        assert found["conflict: one side told"].value == 0.5
        assert found["conflict shown where there is none"].value == pytest.approx(1 / 3)


class TestCost:
    def test_percentiles_tokens_and_money(self) -> None:
        pairs = [
            (
                item(f"q{n}"),
                record(f"q{n}", seconds=Seconds(total=float(n)), prompt_tokens=1000),
            )
            for n in range(1, 12)
        ]
        items, records = [i for i, _ in pairs], [r for _, r in pairs]
        found = score(items, records, ARTICLES, model="gpt-4o-mini")
        assert found["whole answer, p50"].value == 6
        assert found["whole answer, p95"].value == 10.5
        assert found.get("first thing seen, p50") is None, "never measured, so absent and not 0"
        assert found["prompt tokens"].value == 1000
        assert found["dollars per 1,000 questions"].value == pytest.approx(0.15)

    def test_a_model_without_a_known_price_costs_nothing_that_we_know(self) -> None:
        assert score([item()], [record()], {}, model="x").get("dollars per 1,000 questions") is None
        assert cost.prices()["gpt-4o-mini"].input == 0.15


def suite() -> list[Item]:
    """Six answerable and four unanswerable items in three stories."""
    found = [item(f"q{n}", cluster=f"story {n % 3}") for n in range(6)]
    found += [silent_item(f"u{n}", cluster=f"story {n % 3}") for n in range(4)]
    return found


def said_by(items: Sequence[Item], text: str, **known: object) -> Scores:
    return score(items, [record(i.id, text, **known) for i in items], ARTICLES)


class TestSentinels:
    """Systems so simple that theory says what each figure must be."""

    def test_always_abstain(self) -> None:
        found = said_by(suite(), "")
        assert found["declined right"].value == 1
        assert found["answered right"].value == 0
        assert found["over-abstention"].value == 1
        assert found["abstention precision"].value == 0.4, "the share that is unanswerable"
        assert found["truthfulness"].value == 0.4
        assert found["token F1"].value == 0
        assert found.get("citation recall (our check)") is None, "it never cites"
        assert found.get("recall@5") is None, "it never searches"
        assert found.funnel[0] == ("answered", 0, 6)

    def test_first_passage_copied_and_cited(self) -> None:
        """It contains the answer, cites perfectly and is never silent; F1 and silence expose it."""
        first = place(BRIDGE, BRIDGE.text)
        found = said_by(
            suite(),
            BRIDGE.text,
            statements=(Said(BRIDGE.text, (0,)),),
            citations=(cite(BRIDGE, BRIDGE.text),),
            retrieved=(first,),
            read=(first,),
        )
        assert found["contains the answer"].value == 1
        assert found["citation recall (our check)"].value == 1
        assert found["quoted span verbatim"].value == 1
        assert found["exact match"].value == 0
        assert found["token F1"].value < 0.3
        assert found["declined right"].value == 0
        assert found["truthfulness"].value == pytest.approx((6 - 4) / 10)
        assert found["characters cited"].value == len(BRIDGE.text)

    def test_closed_book(self) -> None:
        found = said_by(suite(), "About ten metres.")
        assert found["answered right"].value == 0
        assert found["truthfulness"].value == -1
        assert not {f.group for f in found.figures} & {"citations", "retrieval"}

    def test_oracle(self) -> None:
        spot = place(BRIDGE, WIDE)
        records = [
            record(
                i.id,
                "14.2 metres" if i.answerable else "",
                citations=(cite(BRIDGE, WIDE),) if i.answerable else (),
                statements=(Said("14.2 metres", (0,)),) if i.answerable else (),
                retrieved=(spot,),
                read=(spot,),
                confidence=0.99 if i.answerable else 0.01,
            )
            for i in suite()
        ]
        found = score(suite(), records, ARTICLES)
        for name in (
            *("answered right", "exact match", "token F1", "declined right", "abstention F1"),
            *("abstention precision", "truthfulness", "cited right", "recall@1", "MRR", "nDCG@10"),
            *("citation recall (our check)", "citation precision (our check)", "AUROC"),
            *("declined at 5 %", "right passage first", "cited text has the answer"),
        ):
            assert found[name].value == 1, name
        assert found["coverage at 5 % risk"].value == 0.6, "the unanswerable can't be covered"
        assert found["over-abstention"].value == found["failed"].value == 0
        assert [stage.passed for stage in found.funnel] == [6] * 5


TEXTS = st.sampled_from(["", "14.2 metres", "9 metres", BRIDGE.text, "It is 14.2 m or 9 m."])
STATUSES = st.sampled_from(["answered", "conflict", "failed"])


@st.composite
def replies(draw: st.DrawFn) -> list[Record]:
    made = []
    for asked in suite():
        text = draw(TEXTS)
        status = draw(STATUSES) if text else draw(st.sampled_from(["abstained", "failed"]))
        cited = draw(st.sampled_from([(), (cite(BRIDGE, WIDE),), (Cited("fair", 3, 9, "no"),)]))
        made.append(
            record(
                asked.id,
                "" if status == "failed" else text,
                status=status,
                citations=cited,
                statements=(Said(text, tuple(range(len(cited)))),) if text else (),
                retrieved=draw(st.sampled_from([(), (place(BRIDGE, WIDE), Place("fair", 0, 5))])),
                confidence=draw(st.integers(0, 10)) / 10,
            )
        )
    return made


@pytest.mark.slow
@settings(deadline=None, max_examples=8)
@given(replies(), st.randoms(use_true_random=False))
def test_any_replies_give_figures_within_bounds_in_any_order(
    records: list[Record], shuffle: random.Random
) -> None:
    items = suite()
    found = score(items, records, ARTICLES)
    for figure in found.figures:
        lowest = -1 if figure.name == "truthfulness" else 0
        assert lowest <= figure.value, figure
        if not figure.unit:
            assert figure.value <= 1, figure
        assert figure.low is None or figure.low <= figure.value + 1e-9 or figure.unit, figure
        assert figure.n > 0, figure
    for before, after in zip(found.funnel, found.funnel[1:], strict=False):
        assert before.passed >= after.passed
    shuffle.shuffle(items)
    again = score(items, shuffle.sample(records, len(records)), ARTICLES)
    assert again.figures == found.figures


def test_empty_and_partial_runs() -> None:
    assert score([], [], {}).figures == ()
    assert table([("nobody", score([], [], {}))])
    found = score([item("q1"), item("q2")], [record("q1"), record("q9")], ARTICLES)
    assert found.missing == ("q2",) and found.unknown == ("q9",)
    assert found["answered right"].n == 1


def test_a_collection_for_searching_says_nothing_about_silence() -> None:
    """BEIR names relevant documents and no answers: an item without answers is not unanswerable."""
    asked = silent_item("s1", kind="finding", gold=(("fair",),))
    found = score([asked], [record("s1", "", retrieved=(Place("fair", 0, 5),))], ARTICLES)
    assert found["nDCG@10"].value == 1
    assert {f.group for f in found.figures} == {"retrieval"}


@pytest.mark.parametrize("count", range(1, 8))
def test_the_table_is_readable_at_100_columns(count: int) -> None:
    """Sentinels and all; what has nothing to say in a row has a dash, not a 0."""
    ours, plain = said_by(suite(), "14.2 metres", prompt_tokens=1234), said_by(suite(), "")
    systems = [(f"system {n} with a long name, longer still", plain) for n in range(count)]
    systems[0] = ("ours", ours)
    shown = table(systems)
    assert max(len(line) for line in shown.splitlines()) <= 100
    row = next(line for line in shown.splitlines() if line.startswith("answered right"))
    assert row.split()[2] == "1.00" and (count == 1 or row.split()[5] == ".00")
    words = next(line for line in shown.splitlines() if line.startswith("words in the answer"))
    assert words.count("–") == min(count, 3) - 1
