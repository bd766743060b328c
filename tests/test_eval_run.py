"""A run from the question to the record: kept, resumed, pinned; and the systems that are asked."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scripted import ScriptedLLM

from assistant.cli import main
from assistant.errors import AssistantError, UsageError
from assistant.settings import Settings, load_settings
from evals.estimate import estimate
from evals.items import Item, as_json
from evals.prepare import prepare
from evals.records import Record
from evals.run import Plan, plan, run
from evals.runs import Run
from evals.scores import score
from evals.suites import Document, Documents, Suite, find
from evals.systems import Workplace, make

pytestmark = pytest.mark.models

BRIDGE = "The Old Mill Bridge will cost 24.9 million crowns. It is to open in June 2026."
FAIR = "The spring fair is on Friday. Nils Hagen will sell honey there."
FERRY = "The night ferry sinks no more: it was sold to Tidewell Lines for 3 million crowns."
DOCUMENTS = Documents(
    "tiny.jsonl",
    (
        Document("bridge", "Bridge dearer", BRIDGE),
        Document("fair", "Fair", FAIR),
        Document("ferry", "Ferry sold", FERRY),
    ),
)
ITEMS = (
    Item(
        "cost",
        "How much will the Old Mill Bridge cost?",
        (("24.9 million crowns", "24.9 million"),),
        gold=(("tiny.jsonl#bridge",),),
        cluster="bridge",
        split="tune",
    ),
    Item(
        "honey",
        "Who will sell honey at the fair?",
        (("Nils Hagen",),),
        gold=(("tiny.jsonl#fair",),),
        within=("tiny.jsonl#fair", "tiny.jsonl#ferry"),
        cluster="fair",
    ),
    Item(
        "mayor",
        "Which airline employs the mayor's cousin?",
        answerable=False,
        kind="unanswerable",
        cluster="mayor",
    ),
)
SUITE = Suite("tiny", "three questions", ITEMS, DOCUMENTS)


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the index is kept from test to test, as it is from run to run."""
    return tmp_path_factory.mktemp("indexes")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    store = tmp_path_factory.mktemp("store")
    return load_settings(flags={"llm": "none", "store": store, "threads": 1})


def planned(
    settings: Settings, folder: Path, indexes: Path, *systems: str, suite: Suite = SUITE
) -> Plan:
    return replace(plan([suite], systems, settings, folder=folder), indexes=indexes)


@pytest.fixture(scope="module")
def done(settings: Settings, indexes: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("run")
    return run(
        planned(settings, folder, indexes, "ours", "oracle", "always-abstain", "first-passage")
    )


def of(run_: Run, system: str) -> dict[str, Record]:
    return {record.item: record for record in run_.records("tiny", system)}


# -- what is recorded -------------------------------------------------------------------------


def test_systems_take_turns_item_by_item(done: Run) -> None:
    """So that a machine that is busy for a minute is as slow for one as for the other."""
    asked = [(record.item, record.system) for record in done.record_file]
    assert asked == [(item.id, system) for item in ITEMS for system in done.systems]


def test_a_record_says_what_was_found_read_and_cited(done: Run) -> None:
    record = of(done, "ours")["cost"]
    articles = done.articles("tiny")
    assert record.status == "answered"
    assert "24.9 million" in record.text
    assert record.retrieved[0].article_id == "tiny.jsonl#bridge"
    for cited in record.citations:
        assert articles[cited.article_id].text[cited.start : cited.end] == cited.quote
    assert all(0 <= n < len(record.citations) for s in record.statements for n in s.citations)
    assert {p.article_id for p in record.read} <= set(articles)
    assert 0 < record.seconds.retrieve <= record.seconds.first <= record.seconds.total
    assert record.signals and record.confidence is not None


def test_fixed_contexts_are_the_only_ones_used(done: Run) -> None:
    for system in ("ours", "first-passage"):
        record = of(done, system)["honey"]
        used = {p.article_id for p in (*record.retrieved, *record.read)}
        assert used <= set(ITEMS[1].within)
        assert used


def test_a_run_has_all_that_scoring_needs(done: Run) -> None:
    assert done.items("tiny") == list(ITEMS)
    assert done.articles("tiny")["tiny.jsonl#ferry"].text == FERRY
    assert (done.suites, done.systems[0]) == (["tiny"], "ours")


def test_manifest_pins_what_figures_depend_on(done: Run) -> None:
    pinned = done.manifest
    assert len(pinned["code"]["sha256"]) == 64
    assert pinned["settings"]["llm"] == "none"
    assert "api_key" not in json.dumps(pinned)
    assert pinned["models"]["embedding"]["sha256"].startswith("53aa5117")
    assert pinned["libraries"]["chromadb"] != "none"
    assert pinned["data"]["tiny"]["items"] == 3
    assert pinned["index"]["tiny"]["passages"] >= 3
    assert pinned["machine"]["cores"] >= 1


def test_sentinels_come_out_as_theory_says(done: Run) -> None:
    def figures(system: str) -> Any:
        return score(done.items("tiny"), done.records("tiny", system), done.articles("tiny"))

    silent, copied = figures("always-abstain"), figures("first-passage")
    assert silent["declined right"].value == 1
    assert silent["answered right"].value == 0
    assert silent["over-abstention"].value == 1
    assert copied["declined right"].value == 0
    assert copied["quoted span verbatim"].value == 1
    assert copied["over-abstention"].value == 0


def test_oracle_reads_nothing_but_the_needed_articles(done: Run) -> None:
    records = of(done, "oracle")
    for item in ITEMS[:2]:
        used = {p.article_id for p in (*records[item.id].retrieved, *records[item.id].read)}
        assert used == {item.gold[0][0]}


# -- keeping and going on ---------------------------------------------------------------------


def test_the_same_command_asks_nothing_twice(done: Run, settings: Settings, indexes: Path) -> None:
    before = done.record_file.path.read_bytes()
    told: list[int | None] = []
    again = planned(settings, done.folder, indexes, *done.systems)
    run(again, lambda what, number, total, unit: told.append(total))
    assert done.record_file.path.read_bytes() == before
    assert told == []


def test_one_question_that_fails_stops_nothing_and_is_asked_again(
    settings: Settings, indexes: Path, tmp_path: Path
) -> None:
    """A question of 3,000 characters is refused by the program; that is its record."""
    items = (replace(ITEMS[0], question="why " * 750), ITEMS[1])
    work = planned(settings, tmp_path, indexes, "ours", suite=replace(SUITE, items=items))
    first, second = run(work).records("tiny", "ours")
    assert (first.status, second.status) == ("failed", "answered")
    assert "3,000 is" in first.error or "characters" in first.error
    asked_again = list(run(work).record_file)[2:]
    assert [(r.item, r.status) for r in asked_again] == [("cost", "failed")]


@pytest.mark.parametrize("change", [{"careful": 0.9}, {"evidence": 100}])
def test_a_run_does_not_go_on_with_other_settings(
    done: Run, settings: Settings, indexes: Path, change: dict[str, Any]
) -> None:
    other = planned(replace(settings, **change), done.folder, indexes, "ours")
    with pytest.raises(UsageError, match=next(iter(change))) as error:
        run(other)
    assert "--run" in error.value.hint


def test_a_run_does_not_go_on_with_other_code(
    done: Run, settings: Settings, indexes: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "older"
    folder.mkdir()
    code = {**done.manifest["code"], "sha256": "0" * 64}
    (folder / "manifest.json").write_text(json.dumps({**done.manifest, "code": code}))
    with pytest.raises(UsageError, match="code"):
        run(planned(settings, folder, indexes, "ours"))


def test_a_run_does_not_go_on_with_other_questions_or_articles(
    settings: Settings, indexes: Path, tmp_path: Path
) -> None:
    run(planned(settings, tmp_path, indexes, "always-abstain"))
    fewer = replace(SUITE, items=ITEMS[:2])
    with pytest.raises(UsageError, match="other questions of tiny"):
        run(planned(settings, tmp_path, indexes, "always-abstain", suite=fewer))
    changed = replace(DOCUMENTS.documents[2], text=FERRY + " It rains.")
    corpus = replace(DOCUMENTS, documents=(*DOCUMENTS.documents[:2], changed))
    with pytest.raises(UsageError, match="other articles of tiny"):
        run(planned(settings, tmp_path, indexes, "ours", suite=replace(SUITE, corpus=corpus)))


def test_an_item_that_names_an_article_which_is_not_there(
    settings: Settings, indexes: Path, tmp_path: Path
) -> None:
    wrong = replace(ITEMS[0], gold=(("tiny.jsonl#brigde",),))
    with pytest.raises(AssistantError, match=r"item cost names the article 'tiny\.jsonl#brigde'"):
        run(planned(settings, tmp_path, indexes, "ours", suite=replace(SUITE, items=(wrong,))))


def test_a_kill_loses_at_most_the_item_in_hand(tmp_path: Path, settings: Settings) -> None:
    """Killed hard in the middle, then called again: all records from before are still there."""
    questions = tmp_path / "mine.jsonl"
    corpus = tmp_path / "articles"
    corpus.mkdir()
    for document in DOCUMENTS.documents:
        (corpus / f"{document.key}.txt").write_text(f"{document.title}\n\n{document.text}\n")
    wanted = [Item(f"q{n}", f"What does crane number {n} cost?", (("1",),)) for n in range(12)]
    questions.write_text("".join(json.dumps(as_json(item)) + "\n" for item in wanted))
    folder = tmp_path / "runs" / "killed"
    command = [
        *(sys.executable, "-c", "from assistant.cli import main; main()", "eval", "run"),
        *(str(questions), "--corpus", str(corpus), "--llm", "none", "--threads", "1"),
        *("--system", "ours", "--run", str(folder), "--quiet"),
    ]
    records = folder / "records.jsonl"
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=os.environ)
    try:
        for _ in range(600):
            if records.exists() and records.read_bytes().count(b"\n") >= 3:
                break
            time.sleep(0.1)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    kept = records.read_bytes()
    whole = kept[: kept.rfind(b"\n") + 1]
    assert 3 <= whole.count(b"\n") < len(wanted)
    records.write_bytes(whole + b'{"suite": "mine", "sys')  # as a power cut leaves it
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    assert records.read_bytes().startswith(whole)
    asked = [record.item for record in Run.open(folder).record_file]
    assert asked == [item.id for item in wanted]


def test_a_folder_that_is_no_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(AssistantError, match="not the folder of a run"):
        Run.open(tmp_path)


# -- only finding -----------------------------------------------------------------------------


def finding() -> Suite:
    item = Item(
        "1", "ferry", answerable=False, kind="finding", gold=(("tiny.jsonl#ferry",),), grades=(2,)
    )
    return Suite("found", "only finding", (item,), DOCUMENTS, finding_only=True)


def test_where_only_finding_counts_only_the_search_is_asked(
    settings: Settings, indexes: Path, tmp_path: Path
) -> None:
    found = run(planned(settings, tmp_path, indexes, "ours", suite=finding()))
    (record,) = found.records("found", "ours")
    assert record.retrieved[0].article_id == "tiny.jsonl#ferry"
    assert record.text == "" and record.read == ()
    figures = score(found.items("found"), [record], found.articles("found"))
    assert figures["nDCG@10"].value == 1
    assert figures.get("declined right") is None


def test_stages_find_within_the_allowed_articles_and_say_nothing(
    settings: Settings, indexes: Path, tmp_path: Path
) -> None:
    names = ("lexical", "dense", "first-stage", "whole-passages", "ours")
    made = run(planned(settings, tmp_path / "run", indexes, *names))
    for name in names[:-1]:
        records = of(made, name)
        assert all(not r.text and r.status == "abstained" for r in records.values())
        assert records["cost"].retrieved[0].article_id == "tiny.jsonl#bridge"
        assert {p.article_id for p in records["honey"].retrieved} <= set(ITEMS[1].within)
        assert bool(records["cost"].read) == (name == "whole-passages")
    read, ours = (of(made, name)["cost"].read for name in ("whole-passages", "ours"))
    assert read[0] == of(made, "whole-passages")["cost"].retrieved[0], "from the first on"
    assert any(r.start <= o.start and o.end <= r.end for r in read for o in ours)


def test_a_system_that_finds_nothing_has_nothing_to_do_there(
    settings: Settings, indexes: Path, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="finds nothing"):
        run(planned(settings, tmp_path, indexes, "always-abstain", suite=finding()))


# -- systems with a language model ------------------------------------------------------------


@pytest.fixture
def scripted(settings: Settings, indexes: Path) -> Iterator[tuple[ScriptedLLM, Workplace]]:
    llm = ScriptedLLM(reply="")
    work = prepare(SUITE, settings, indexes, lambda *_: None, llm=llm)
    yield llm, work
    work.close()


def test_plain_recipe_with_its_sources_located(
    scripted: tuple[ScriptedLLM, Workplace],
) -> None:
    llm, work = scripted
    llm.reply = "The bridge will cost 24.9 million crowns [1]. So says the council [7]."
    record = make("plain", work)(ITEMS[0])
    assert record.status == "answered"
    assert record.invalid_labels == 1
    assert len(record.citations) == 1
    for cited in record.citations:
        assert work.articles[cited.article_id].text[cited.start : cited.end] == cited.quote
    assert record.citations[0].article_id == "tiny.jsonl#bridge"
    assert [s.citations for s in record.statements] == [(0,), ()]
    assert len(record.retrieved) == 3
    assert {p.start for p in record.read} == {0}


def test_plain_recipe_within_fixed_contexts(scripted: tuple[ScriptedLLM, Workplace]) -> None:
    llm, work = scripted
    llm.reply = "The sources do not mention it."
    record = make("plain", work)(ITEMS[1])
    assert record.status == "abstained" and record.text == ""
    assert {p.article_id for p in record.retrieved} == set(ITEMS[1].within)


def test_quotes_are_sentences_of_what_was_found(scripted: tuple[ScriptedLLM, Workplace]) -> None:
    """The baseline must not gain by anything that is not in the articles, nor ask the model."""
    llm, work = scripted
    record = make("quotes", work)(ITEMS[0])
    assert record.status == "answered" and "24.9 million crowns" in record.text
    assert 1 <= len(record.citations) <= 3
    for said, cited in zip(record.statements, record.citations, strict=True):
        assert work.articles[cited.article_id].text[cited.start : cited.end] == said.text
    assert not llm.asked


@pytest.mark.parametrize(
    ("reply", "status"), [("I do not know.", "abstained"), ("Nils Hagen.", "answered")]
)
def test_closed_book_is_shown_no_article(
    scripted: tuple[ScriptedLLM, Workplace], reply: str, status: str
) -> None:
    llm, work = scripted
    llm.reply = reply
    record = make("closed-book", work)(ITEMS[1])
    assert record.status == status
    assert not record.retrieved and not record.citations
    assert "honey" in llm.asked[0] and "Friday" not in llm.asked[0]


def test_systems_that_need_a_model_say_so(settings: Settings, indexes: Path) -> None:
    work = prepare(SUITE, settings, indexes, lambda *_: None)
    try:
        for name in ("plain", "closed-book"):
            with pytest.raises(UsageError, match="needs a language model"):
                make(name, work)
    finally:
        work.close()


# -- estimate and command line ----------------------------------------------------------------


def test_estimate_is_of_what_is_left_and_learns_from_earlier_runs(
    done: Run, settings: Settings, indexes: Path, tmp_path: Path
) -> None:
    new = planned(replace(settings, llm="embedded:smollm2-135m"), tmp_path / "new", indexes, "ours")
    (row,) = estimate(new, tmp_path)
    assert (row.questions, row.calls) == (3, 3)
    assert row.prompt_tokens > 0 and row.minutes > 0
    assert row.basis.startswith("assumed")
    runs = tmp_path / "runs"
    shutil.copytree(done.folder, runs / "earlier")
    ours, plain = estimate(planned(settings, runs / "earlier", indexes, "ours", "plain"), runs)
    assert (ours.questions, plain.questions) == (0, 3)
    assert ours.basis == "3 earlier replies"


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as exit_:
        main(["eval", *arguments])
    out, err = capsys.readouterr()
    code = exit_.value.code
    return (code if isinstance(code, int) else 0), out + err


def test_commands_on_a_run(done: Run, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(done.folder)
    code, shown = said(capsys, "show", folder, "cost")
    assert code == 0
    assert "24.9 million crowns / 24.9 million" in shown and "== ours: answered" in shown
    code, scored = said(capsys, "score", folder)
    assert code == 0 and "answered right" in scored and "first-passage" in scored
    code, compared = said(capsys, "compare", f"{folder}:ours", f"{folder}:always-abstain")
    assert code == 0 and "items that both have" in compared
    code, told = said(capsys, "compare", folder, f"{folder}:plain")
    assert code == 2 and "no replies of 'plain'" in told
    code, told = said(capsys, "show", folder, "cots")
    assert code == 1 and "cost" in told


def test_gate_passes_its_own_baseline_and_not_a_run_that_lacks_items(
    done: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    baseline = str(tmp_path / "baseline.json")
    name = f"{done.folder}:first-passage"
    assert said(capsys, "gate", name, baseline, "--renew")[0] == 0
    assert said(capsys, "gate", name, baseline)[0] == 0
    value = json.loads(Path(baseline).read_text())
    value["items"]["more"] = value["items"]["cost"]
    Path(baseline).write_text(json.dumps(value))
    code, told = said(capsys, "gate", name, baseline)
    assert code == 1 and "more" in told


def test_dry_run_asks_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = said(
        capsys, "run", "sample", "--dry-run", "--n", "4", "--run", str(tmp_path / "r"),
        "--llm", "none",
    )  # fmt: skip
    assert code == 0 and "tokens" in told
    assert not (tmp_path / "r").exists()


def test_resume_needs_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, told = said(capsys, "run", "sample", "--resume", "--run", str(tmp_path / "r"))
    assert code == 2 and "no run was begun" in told


def test_list_names_every_suite(capsys: pytest.CaptureFixture[str]) -> None:
    from evals.suites import ABOUT, SUITES

    code, told = said(capsys, "list")
    assert code == 0
    assert set(SUITES) <= set(ABOUT)
    assert all(name in told for name in SUITES)


def test_sample_suite_is_taken_in_as_the_corpus_is() -> None:
    """Its items name articles by the ids a user sees."""
    suite = find("sample")
    assert isinstance(suite.corpus, Path)
    assert (suite.corpus / suite.items[0].gold[0][0].partition("#")[0]).is_file()
