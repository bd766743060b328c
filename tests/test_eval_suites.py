"""Loaders of public formats, with the trap of each; drawing a part of a suite; error messages."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import AssistantError, UsageError
from evals.items import Item, parse
from evals.metrics.retrieval import ranked
from evals.suites import DataMissing, Documents, Suite, find, in_split, sampled
from evals.suites import feedback as feedback_suite
from evals.suites.suite import rank

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
with_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the public data are not here")


def lines(path: Path, *values: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
    return path


def pack(path: Path) -> Path:
    """The file as NAME.gz instead."""
    packed = path.with_name(f"{path.name}.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    path.unlink()
    return packed


def texts(suite: Suite) -> dict[str, str]:
    assert isinstance(suite.corpus, Documents)
    return {suite.corpus.id(d.key): d.text for d in suite.corpus.documents}


# -- SQuAD ------------------------------------------------------------------------------------

RIVER = "The Sarn rose in May. It fell in May too, and a mill in May burned down."


def squad_official(folder: Path) -> Path:
    def article(title: str, context: str, *qas: dict[str, Any]) -> dict[str, Any]:
        return {"title": title, "paragraphs": [{"context": context, "qas": list(qas)}]}

    def qa(number: str, text: str, start: int) -> dict[str, Any]:
        return {
            "id": number,
            "question": f"Question {number}?",
            "is_impossible": False,
            "answers": [{"text": text, "answer_start": start}] * 2,
        }

    impossible = {
        "id": "no",
        "question": "Who burned the mill?",
        "is_impossible": True,
        "answers": [],
        "plausible_answers": [{"text": "May", "answer_start": RIVER.index("May")}],
    }
    value = {
        "version": "v2.0",
        "data": [
            article("Sarn_(river)", RIVER, qa("r", "May", RIVER.index("May too")), impossible),
            article("Abbey", "An abbey of 1190 stands.", qa("a", "1190", 12)),
        ],
    }
    (folder / "dev-v2.0.json").write_text(json.dumps(value), encoding="utf-8")
    return folder


def test_squad_official_format_with_its_offsets(tmp_path: Path) -> None:
    """The sentence of the annotated offset is the evidence, not the first one with the answer."""
    suite = find("squad", data=squad_official(tmp_path))
    by_id = {item.id: item for item in suite.items}
    assert by_id["r"].gold == (("squad.jsonl#Sarn (river)#1",),)
    assert by_id["r"].answers == (("May",),)
    assert by_id["r"].evidence[0].quote == RIVER.split(". ")[1]
    assert by_id["no"].kind == "misleading"
    assert not by_id["no"].answerable
    assert not by_id["no"].answers


def test_squad_halves_are_by_article_in_the_order_of_titles(tmp_path: Path) -> None:
    suite = find("squad", data=squad_official(tmp_path))
    assert {item.id: item.split for item in suite.items} == {
        "a": "tune",
        "a-elsewhere": "tune",
        "r": "report",
        "r-elsewhere": "report",
        "no": "report",
    }


def test_squad_oracle_asks_within_the_paragraph_that_the_question_is_about(tmp_path: Path) -> None:
    """SQuAD's "unanswerable" is meant within its paragraph, so both kinds are asked there."""
    for item in find("squad-oracle", data=squad_official(tmp_path)).items:
        title = "Abbey" if item.id == "a" else "Sarn (river)"
        assert item.within == (f"squad.jsonl#{title}#1",)


def test_squad_asks_each_question_again_without_any_paragraph_of_its_article(
    tmp_path: Path,
) -> None:
    suite = find("squad", data=squad_official(tmp_path))
    by_id = {item.id: item for item in suite.items}
    again = by_id["r-elsewhere"]
    assert (again.question, again.kind, again.answerable) == (
        by_id["r"].question,
        "elsewhere",
        False,
    )
    assert again.without == ("squad.jsonl#Sarn (river)#1",)
    assert (again.gold, again.answers, again.evidence) == ((), (), ())


def test_squad_as_a_bare_list_with_distractors(tmp_path: Path) -> None:
    qas = [
        {"id": "1", "question": " When  did it rise? ", "answers": ["May", "May", "in May"]},
        {"id": "2", "question": "Who?", "answers": []},
    ]
    squad = [{"title": "Sarn", "paragraphs": [{"context": RIVER, "qas": qas}]}]
    (tmp_path / "squad2-part.json").write_text(json.dumps(squad))
    others = [{"title": "Oxygen", "paragraphs": ["A gas.", "It burns\u00a0nothing."]}]
    (tmp_path / "some-distractors-1.json").write_text(json.dumps(others))
    suite = find("squad", data=tmp_path)
    assert suite.items[0].question == "When did it rise?"
    assert suite.items[0].answers == (("May", "in May"),)
    assert texts(suite)["squad.jsonl#Oxygen#2"] == "It burns nothing."
    assert suite.items[1].kind == "misleading"


def test_a_file_that_is_not_squad_is_named(tmp_path: Path) -> None:
    (tmp_path / "squad.json").write_text('{"data": [{"name": "x"}]}')
    with pytest.raises(DataMissing, match=r"squad\.json.*title"):
        find("squad", data=tmp_path)


@with_shared
def test_squad_on_real_data() -> None:
    suite = find("squad", data=SHARED)
    text = texts(suite)
    answerable = [item for item in suite.items if item.answerable]
    elsewhere = [item for item in suite.items if item.kind == "elsewhere"]
    assert len(suite.items) == 2917 + len(answerable)
    assert len(elsewhere) == len(answerable)
    for asked, again in zip(answerable, elsewhere, strict=True):
        assert asked.gold[0][0] in again.without
    for item in suite.items:
        for quote in item.evidence:
            assert quote.quote in text[quote.article_id]
            assert any(form in quote.quote for form in item.answers[0])
    assert sum(bool(item.evidence) for item in answerable) > 0.99 * len(answerable)


# -- RGB --------------------------------------------------------------------------------------


def rgb_line(number: int, positive: int, negative: int) -> dict[str, Any]:
    return {
        "id": number,
        "query": f"Where was final {number}?",
        "answer": [["Tampa, Florida", "Tampa"]],
        "fakeanswer": "Glendale",
        "positive": [f"Report {n}: final {number} was in Tampa, Florida." for n in range(positive)],
        "positive_wrong": [f"Report {n}: final {number} was in Glendale." for n in range(positive)],
        "negative": [f"Ticket offer {n} for final {number}." for n in range(negative)],
    }


def test_rgb_mixes_are_what_their_kind_says(tmp_path: Path) -> None:
    lines(tmp_path / "en_fact.json", rgb_line(0, 6, 6), rgb_line(1, 2, 4))
    suite = find("rgb", data=tmp_path)
    text = texts(suite)
    of_first = {i.kind: i for i in suite.items if i.id.startswith("en_fact-0-")}
    assert set(of_first) == {
        *(f"noise_{n}" for n in (0, 20, 40, 60, 80)),
        "only_noise",
        "conflict",
    }
    for kind, item in of_first.items():
        passages = [text[article] for article in item.within]
        unrelated = sum("Ticket" in passage for passage in passages)
        assert len(passages) == 5
        if kind.startswith("noise_"):
            assert unrelated == int(kind.removeprefix("noise_")) / 20
            assert all("Tampa" in text[article] for article in item.gold[0])
            assert item.answers == (("Tampa, Florida", "Tampa"),)
        if kind == "only_noise":
            assert unrelated == 5 and not item.answerable
        if kind == "conflict":
            assert {"Tampa" in p for p in passages if "Ticket" not in p} == {True, False}
            assert item.false_answers == ("Glendale",)


def test_rgb_never_fills_a_ratio_with_passages_of_the_other_sort(tmp_path: Path) -> None:
    """With two right passages, "0 % noise" would be mostly noise: there is no such item."""
    lines(tmp_path / "en_fact.json", rgb_line(1, 2, 4))
    kinds = {item.kind for item in find("rgb", data=tmp_path).items}
    assert kinds == {"noise_60", "noise_80", "conflict"}


def test_rgb_noise_that_gives_the_answer_is_no_noise(tmp_path: Path) -> None:
    line = rgb_line(0, 5, 5)
    line["negative"][2] = "Tickets for the game in Tampa are sold out."
    lines(tmp_path / "en.json", line)
    suite = find("rgb", data=tmp_path)
    assert "only_noise" not in {item.kind for item in suite.items}
    assert not any("sold out" in text for text in texts(suite).values())


def test_rgb_counterfactual_has_falsified_passages_only(tmp_path: Path) -> None:
    lines(tmp_path / "en_fact.json", rgb_line(0, 3, 3))
    suite = find("rgb-counterfactual", data=tmp_path)
    assert [len(item.within) for item in suite.items] == [3]
    assert all("Glendale" in text for text in texts(suite).values())


def test_rgb_title_and_number_of_a_passage_do_not_tell_what_it_is(tmp_path: Path) -> None:
    lines(tmp_path / "en_fact.json", *(rgb_line(n, 4, 4) for n in range(12)))
    suite = find("rgb", data=tmp_path)
    assert isinstance(suite.corpus, Documents)
    first = [d.text for d in suite.corpus.documents if d.title == "Passage 1"]
    assert 0 < sum("Ticket" in text for text in first) < len(first)


def test_any_text_has_a_place_in_the_order() -> None:
    """Half of a surrogate pair, from a filter somebody asked with, was a traceback."""
    assert len({rank("\ud800"), rank("\ud801"), rank("a")}) == 3


def test_rgb_loads_the_same_every_time(tmp_path: Path) -> None:
    lines(tmp_path / "en_fact.json", *(rgb_line(n, 5, 5) for n in range(4)))
    assert find("rgb", data=tmp_path) == find("rgb", data=tmp_path)


def test_rgb_error_names_the_line(tmp_path: Path) -> None:
    broken = rgb_line(1, 2, 2)
    broken["positive"] = [["one", "two"], ["three"]]
    lines(tmp_path / "en.json", rgb_line(0, 2, 2), broken)
    with pytest.raises(AssistantError, match=r"en\.json:2: .*information integration"):
        find("rgb", data=tmp_path)


@with_shared
def test_rgb_on_real_data() -> None:
    suite = find("rgb", data=SHARED)
    kinds = [item.kind for item in suite.items]
    assert kinds.count("conflict") == 50
    assert kinds.count("noise_80") > 40
    assert all(set(item.within) <= set(texts(suite)) for item in suite.items)


# -- BEIR and Cranfield -----------------------------------------------------------------------


def beir_folder(folder: Path) -> Path:
    lines(
        folder / "corpus.jsonl",
        {"_id": "d1", "title": "Bridges", "text": "On bridges."},
        {"_id": "d2", "title": "", "text": "On floods."},
        {"_id": "d3", "title": "Only a title", "text": ""},
        {"_id": "d4", "title": "", "text": ""},
    )
    lines(folder / "queries.jsonl", *({"_id": q, "text": f"query {q}"} for q in ("1", "2", "x")))
    (folder / "qrels").mkdir()
    head = "query-id\tcorpus-id\tscore\n"
    (folder / "qrels" / "test.tsv").write_text(f"{head}1\td1\t2\n1\td2\t1\n1\td3\t0\n")
    (folder / "qrels" / "dev.tsv").write_text(f"{head}2\td3\t1\n1\td1\t1\n2\tgone\t1\n")
    return folder


def test_beir_folder(tmp_path: Path) -> None:
    suite = find("beir", data=beir_folder(tmp_path / "tiny"))
    assert suite.name == "beir-tiny" and suite.finding_only
    assert texts(suite) == {
        "tiny.jsonl#d1": "On bridges.",
        "tiny.jsonl#d2": "On floods.",
        "tiny.jsonl#d3": "Only a title",
    }
    first, second = suite.items
    assert (first.gold, first.grades) == ((("tiny.jsonl#d1",), ("tiny.jsonl#d2",)), (2, 1))
    assert (first.split, second.split) == ("report", "tune")
    assert second.gold == (("tiny.jsonl#d3",),)
    assert "1 judgements" in suite.notes[0]


def test_beir_folder_as_it_is_published(tmp_path: Path) -> None:
    """Packed or not, it is the same collection under the same ids."""
    plain, packed = beir_folder(tmp_path / "a" / "tiny"), beir_folder(tmp_path / "b" / "tiny")
    for name in ("corpus.jsonl", "queries.jsonl"):
        pack(packed / name)
    one, other = find("beir", data=plain), find("beir", data=packed)
    assert texts(one) == texts(other) and one.items == other.items


def test_beir_packed_file_that_is_cut_off_is_one_clear_error(tmp_path: Path) -> None:
    folder = beir_folder(tmp_path / "tiny")
    path = pack(folder / "corpus.jsonl")
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(DataMissing, match=r"corpus\.jsonl\.gz: cannot be read"):
        find("beir", data=folder)


def test_beir_of_two_numberings_is_refused(tmp_path: Path) -> None:
    folder = beir_folder(tmp_path / "tiny")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq-7\td1\t1\n")
    with pytest.raises(AssistantError, match="'q-7' is not in queries"):
        find("beir", data=folder)


def test_beir_bad_judgement_is_named(tmp_path: Path) -> None:
    folder = beir_folder(tmp_path / "tiny")
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n1 d1 1\n")
    with pytest.raises(AssistantError, match=r"test\.tsv:2"):
        find("beir", data=folder)


def cranfield_files(folder: Path) -> Path:
    documents = [
        ".I 1\n.T\nflow over\na wing .\n.A\nsmith\n.B\n.W\nflow over\na wing .\nmore text .",
        ".I 2\n.T\nheat\n.A\n.B\n.W\nheat\nis transferred .",
        ".I 3\n.T\n.A\n.B\n.W",
        ".I 4\n.T\npanels\n.A\n.B\n.W\npanels flutter .",
    ]
    (folder / "cran.all.1400").write_text("\n".join(documents) + "\n")
    # Positions 1, 2, 3, as in the real file, where .I goes on to 365 for 225 queries.
    queries = [".I 001\n.W\nwhat of wings .", ".I 002\n.W\nheat\nflow .", ".I 004\n.W\npanels ."]
    (folder / "cran.qry").write_text("\n".join(queries) + "\n")
    (folder / "cranqrel").write_text("1 1 1\n1 2 4\n2 2 -1\n2 1 3\n3 4 2\n3 3 1\n")
    return folder


def test_cranfield_queries_count_by_position(tmp_path: Path) -> None:
    """The third query has .I 004; the judgements call it 3. By .I it would have none."""
    suite = find("cranfield", data=cranfield_files(tmp_path))
    assert [(item.id, item.question) for item in suite.items][2] == ("3", "panels .")
    assert suite.items[2].gold == (("cranfield.jsonl#4",),)


@pytest.mark.parametrize(
    ("name", "grades"),
    [("cranfield", (1, 1)), ("cranfield-graded", (4, 1)), ("cranfield-as-written", (1, 4))],
)
def test_cranfield_convention_is_chosen_by_name(
    tmp_path: Path, name: str, grades: tuple[int, ...]
) -> None:
    suite = find(name, data=cranfield_files(tmp_path))
    assert suite.items[0].grades == grades
    assert suite.items[1].gold == (("cranfield.jsonl#1",),), "-1 is not relevant"


def test_cranfield_convention_alone_moves_ndcg(tmp_path: Path) -> None:
    """The best answer first: perfect by Cleverdon's scale, half as good if codes were grades."""
    found = {}
    for name in ("cranfield-graded", "cranfield-as-written"):
        item = find(name, data=cranfield_files(tmp_path)).items[0]
        grades = {members[0]: g for members, g in zip(item.gold, item.grades, strict=True)}
        ranking = ["cranfield.jsonl#1", "cranfield.jsonl#2"]
        found[name] = ranked({"1": grades}, {"1": ranking})["nDCG@10"]["1"]
    assert found["cranfield-graded"] == pytest.approx(1.0)
    assert found["cranfield-as-written"] < 0.8


def test_cranfield_texts_without_the_title_twice_and_without_empty_ones(tmp_path: Path) -> None:
    suite = find("cranfield", data=cranfield_files(tmp_path))
    assert texts(suite) == {
        "cranfield.jsonl#1": "more text .",
        "cranfield.jsonl#2": "is transferred .",
        "cranfield.jsonl#4": "flutter .",
    }


def test_cranfield_of_another_numbering_is_refused(tmp_path: Path) -> None:
    folder = cranfield_files(tmp_path)
    (folder / "cranqrel").write_text("1 1 1\n365 2 1\n")
    with pytest.raises(AssistantError, match="judges query 365"):
        find("cranfield", data=folder)


# -- own files, feedback ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "b", "question": ""}', "'question' must be text"),
        ('{"id": "b", "question": "?", "answer": "x"}', "unknown key 'answer'"),
        ('{"id": "a", "question": "?"}', "id 'a' is also at"),
        ("{", "not JSON"),
    ],
)
def test_own_file_error_names_file_and_line(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text('{"id": "a", "question": "Who?", "answers": ["Ann"]}\n\n' + line + "\n")
    with pytest.raises(AssistantError, match=rf"mine\.jsonl:3: .*{said}"):
        find(str(path), corpus=tmp_path)


def test_own_file_without_corpus_says_what_to_do(tmp_path: Path) -> None:
    path = lines(tmp_path / "mine.jsonl", {"id": "a", "question": "Who?"})
    with pytest.raises(UsageError) as error:
        find(str(path))
    assert "--corpus" in error.value.hint


def test_unknown_suite_names_a_close_one() -> None:
    with pytest.raises(UsageError) as error:
        find("squd")
    assert "squad" in error.value.hint


def test_data_set_that_is_missing_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(DataMissing) as error:
        find("rgb", data=tmp_path)
    assert "en.json" in error.value.hint
    with pytest.raises(UsageError, match="needs"):
        find("rgb")


def liked(**changes: object) -> dict[str, object]:
    return {
        "time": "2026-11-02T10:00:00Z",
        "question": "Who won?",
        "answer": "Ann won.",
        "status": "answered",
        "citations": [{"article_id": "a.txt", "start": 0, "end": 8, "quote": "Ann won."}],
        "articles": [],
        "thumb": "up",
        "note": "",
    } | changes


def test_thumb_up_is_an_item_and_thumb_down_is_not(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "feedback.jsonl",
        liked(),
        liked(question="What did it cost?", status="abstained", answer="", citations=[]),
        liked(question="Who lost?", thumb="down", note="it was Bob"),
    )
    suite = find("feedback", data=path, corpus=tmp_path)
    won, cost = suite.items
    assert won.answers == (("Ann won.",),) and won.gold == (("a.txt",),)
    assert not cost.answerable and cost.kind == "unanswerable"
    assert "1 answers marked as wrong" in suite.notes[0]


def test_draft_of_a_thumb_down_cannot_be_used_before_it_is_completed(tmp_path: Path) -> None:
    """Else a question nobody has answered would count as one that has no answer."""
    path = lines(tmp_path / "feedback.jsonl", liked(thumb="down", note="it was Bob"))
    (draft,) = feedback_suite.drafts(feedback_suite.read(path))
    assert "it was Bob" in draft["complete"]
    with pytest.raises(ValueError, match="complete"):
        parse(json.dumps(draft), "drafts.jsonl:1")
    completed = {k: v for k, v in draft.items() if k != "complete"}
    completed |= {"answers": ["Bob"], "answerable": True}
    assert parse(json.dumps(completed), "drafts.jsonl:1").answers == (("Bob",),)


def test_who_changes_an_opinion_takes_the_first_one_back(tmp_path: Path) -> None:
    path = lines(tmp_path / "feedback.jsonl", liked(), liked(thumb="down", note="it was Bob"))
    (last,) = feedback_suite.read(path)
    assert not last.liked and last.note == "it was Bob"


def test_feedback_error_names_the_line(tmp_path: Path) -> None:
    path = lines(tmp_path / "feedback.jsonl", liked(), liked(thumb="sideways"))
    with pytest.raises(AssistantError, match=r"feedback\.jsonl:2: 'thumb'"):
        feedback_suite.read(path)


# -- drawing a part ---------------------------------------------------------------------------

drawn = st.lists(
    st.builds(
        Item,
        id=st.uuids().map(str),
        question=st.just("?"),
        kind=st.sampled_from("abc"),
        cluster=st.sampled_from("stuvw"),
        split=st.sampled_from(("tune", "report")),
    ),
    max_size=40,
    unique_by=lambda item: item.id,
)


@given(drawn, st.integers(0, 45), st.randoms(use_true_random=False))
def test_sample_has_each_kinds_share_and_does_not_depend_on_order(
    items: list[Item], n: int, chance: random.Random
) -> None:
    chosen = sampled(items, n)
    assert len(chosen) == min(n, len(items))
    for kind in "abc":
        share = n * sum(item.kind == kind for item in items) / max(len(items), n, 1)
        assert abs(sum(item.kind == kind for item in chosen) - share) < 1
    shuffled = list(items)
    chance.shuffle(shuffled)
    assert {i.id for i in sampled(shuffled, n)} == {i.id for i in chosen}


@given(drawn, st.integers(1, 40))
def test_sample_takes_one_of_every_story_before_a_second(items: list[Item], n: int) -> None:
    one_kind = [item for item in items if item.kind == "a"]
    counts = [sum(i.cluster == s for i in sampled(one_kind, n)) for s in "stuvw"]
    available = [sum(i.cluster == s for i in one_kind) for s in "stuvw"]
    assert all(
        count >= min(most, max(counts) - 1) for count, most in zip(counts, available, strict=True)
    )


def test_sample_is_the_same_on_every_machine() -> None:
    """Pinned, so that a change of how questions are drawn does not pass unseen."""
    items = find("sample").items
    assert len(items) == 150
    assert [item.id for item in sampled(in_split(items, "tune"), 5)] == [
        "a-001",
        "a-047",
        "b-011",
        "b-019",
        "c-001",
    ]
