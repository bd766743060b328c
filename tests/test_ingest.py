"""Ingest: the index equals its sources, and nothing that was stored is lost on the way."""

from __future__ import annotations

import json
import os
import random
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import tiny
from faults import INGEST, assert_searchable, assert_whole, run
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from assistant.errors import ReadingError, StoreLocked
from assistant.index import Index
from assistant.ingest import ingest, preview, remove
from assistant.locks import writer
from assistant.reading import Options
from assistant.store import Store
from assistant.types import Article, Failure, IngestReport, Passage


@dataclass
class Bench:
    """A store, its index, and a corpus folder to be ingested into it."""

    store: Store
    corpus: Path
    index: Index = field(init=False)
    embedded: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.index = Index(self.store)
        self.corpus.mkdir(parents=True)

    def write(self, name: str, body: str) -> Path:
        path = self.corpus / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"A headline of the file\n\n{body}\n")
        past = time.time_ns() - 60_000_000_000  # a file that was not written just now
        os.utime(path, ns=(past, past))
        return path

    def lines(self, name: str, *lines: object) -> Path:
        path = self.corpus / name
        text = "\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines)
        path.write_text(text + "\n")
        return path

    def embed(self, pairs: Sequence[tuple[Article, Passage]]) -> NDArray[np.float32]:
        self.embedded += [article.id for article, _ in pairs]
        return tiny.embed(pairs)

    def ingest(self, *sources: Path) -> IngestReport:
        return ingest(
            sources or [self.corpus],
            self.store,
            self.index,
            split=tiny.split,
            embed=self.embed,
            options=Options(max_file_bytes=100_000),
        )

    def texts(self) -> dict[str, str]:
        return {a.id: a.text for a in self.store.articles()}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(Store(tmp_path / "store"), tmp_path / "corpus")


def counts(report: IngestReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged


def test_only_what_changed_is_touched(bench: Bench) -> None:
    for name in ("a.txt", "sub/b.txt", "c.txt"):
        bench.write(name, f"The text of {name[0]} stands.")
    report = bench.ingest()
    assert (counts(report), report.passages, report.failures) == ((3, 0, 0, 0), 3, ())
    bench.embedded.clear()
    assert counts(bench.ingest()) == (0, 0, 0, 3)
    bench.write("a.txt", "Another text stands.")
    (bench.corpus / "c.txt").unlink()
    bench.write("d.txt", "A new one stands.")
    assert counts(bench.ingest()) == (1, 1, 1, 1)
    assert bench.texts() == {
        "a.txt": "Another text stands.",
        "sub/b.txt": "The text of s stands.",
        "d.txt": "A new one stands.",
    }
    assert bench.embedded == ["a.txt", "d.txt"]
    assert bench.index.size == 3


def test_a_file_that_was_only_touched_is_not_embedded_again(bench: Bench) -> None:
    path = bench.write("a.txt", "The text stands.")
    bench.ingest()
    bench.embedded.clear()
    os.utime(path, ns=(1, 1))
    assert counts(bench.ingest()) == (0, 0, 0, 1)
    assert bench.embedded == []


def test_guessed_encodings_are_notes_once_and_together_and_no_failures(bench: Bench) -> None:
    """An old archive of ten thousand files without a label is good, and must not be read anew."""
    for n in range(5):
        path = bench.write(f"{n}.txt", "")
        path.write_bytes(f"Młyn zamknięty\n\nStary młyn {n} jest zamknięty.\n".encode("cp1250"))
        os.utime(path, ns=(1, 1))
    report = bench.ingest()
    assert (counts(report), report.failures) == ((5, 0, 0, 0), ())
    [note] = report.notes
    assert note.where.startswith(str(bench.corpus / "0.txt")) and note.where.endswith("and 2 more")
    assert "windows-1250" in note.reason
    again = bench.ingest()
    assert (again.unchanged, again.notes) == (5, ())


def test_a_change_within_the_same_time_stamp_and_size_is_noticed(bench: Bench) -> None:
    path = bench.write("a.txt", "Two stand.")
    os.utime(path)
    stamp = path.stat().st_mtime_ns
    bench.ingest()
    path.write_text(path.read_text().replace("Two", "Six"))
    os.utime(path, ns=(stamp, stamp))
    assert counts(bench.ingest()) == (0, 1, 0, 0)


def test_articles_of_other_sources_stay(bench: Bench, tmp_path: Path) -> None:
    bench.write("a.txt", "The first stands.")
    other = tmp_path / "other"
    other.mkdir()
    (other / "b.txt").write_text("A headline\n\nThe second stands.\n")
    bench.ingest()
    assert counts(bench.ingest(other)) == (1, 0, 0, 0)
    assert set(bench.texts()) == {"a.txt", "b.txt"}


def test_a_file_that_cannot_be_read_keeps_what_was_stored_and_stops_nothing(bench: Bench) -> None:
    bench.write("a.txt", "The good text stands.")
    bench.ingest()
    good = bench.texts()
    (bench.corpus / "a.txt").write_bytes(b"\x00\x01 binary now")
    bench.write("b.txt", "Another stands.")
    for _ in range(2):  # it is reported each time
        report = bench.ingest()
        (failure,) = report.failures
        assert failure.where == str(bench.corpus / "a.txt")
        assert failure.reason and failure.where not in failure.reason
    assert bench.texts() == good | {"b.txt": "Another stands."}
    bench.write("a.txt", "Mended text stands.")
    assert counts(bench.ingest()) == (0, 1, 0, 1)


def test_a_bad_line_costs_that_line_only_and_keeps_what_was_stored_of_it(bench: Bench) -> None:
    one, two = ({"id": i, "title": "T", "text": f"Line {i} stands."} for i in "12")
    bench.lines("all.jsonl", one, two)
    bench.ingest()
    bench.lines("all.jsonl", one | {"text": "Changed line stands."}, "{broken")
    report = bench.ingest()
    assert counts(report)[:3] == (0, 1, 0)
    assert len(report.failures) == 1
    assert bench.texts() == {
        "all.jsonl#1": "Changed line stands.",
        "all.jsonl#2": "Line 2 stands.",
    }
    bench.lines("all.jsonl", one)
    assert counts(bench.ingest()) == (0, 1, 1, 0)
    assert set(bench.texts()) == {"all.jsonl#1"}


def test_an_article_without_sentences_is_a_failure_and_the_rest_is_taken_in(bench: Bench) -> None:
    bench.write("a.txt", "")
    bench.write("b.txt", "")

    def read(path: Path, *, article_id: str, options: Options) -> Iterator[Article | Failure]:
        yield tiny.article(article_id, "..." if path.name == "a.txt" else "This stands.")

    report = ingest(
        [bench.corpus],
        bench.store,
        bench.index,
        read=read,
        split=tiny.split,
        embed=tiny.embed,
        options=Options(max_file_bytes=1000),
    )
    assert [(f.where, f.reason) for f in report.failures] == [("a.txt", "has no sentences")]
    assert set(bench.texts()) == {"b.txt"}


def test_text_that_is_no_unicode_is_a_failure_and_the_rest_is_taken_in(bench: Bench) -> None:
    """A lone surrogate can be neither hashed nor stored."""
    bench.write("a.txt", "")
    bench.write("b.txt", "")

    def read(path: Path, *, article_id: str, options: Options) -> Iterator[Article | Failure]:
        yield tiny.article(article_id, f"This {chr(0xD800) * (path.name == 'a.txt')} stands.")

    report = ingest(
        [bench.corpus],
        bench.store,
        bench.index,
        read=read,
        split=tiny.split,
        embed=tiny.embed,
        options=Options(max_file_bytes=1000),
    )
    assert [f.where for f in report.failures] == ["a.txt"]
    assert set(bench.texts()) == {"b.txt"}


def test_a_missing_source_is_an_error_and_removes_nothing(bench: Bench) -> None:
    bench.write("a.txt", "This stands.")
    bench.ingest()
    shutil.move(bench.corpus, bench.corpus.with_name("elsewhere"))
    with pytest.raises(ReadingError, match="corpus"):
        bench.ingest()
    assert set(bench.texts()) == {"a.txt"}


def test_a_source_that_lost_all_its_files_is_an_error_and_removes_nothing(bench: Bench) -> None:
    """An empty mount point looks just like that."""
    bench.write("a.txt", "This stands.")
    bench.ingest()
    (bench.corpus / "a.txt").unlink()
    with pytest.raises(ReadingError, match="no articles any more"):
        bench.ingest()
    assert set(bench.texts()) == {"a.txt"}


def test_a_source_that_lost_most_of_its_files_is_an_error_unless_that_is_allowed(
    bench: Bench,
) -> None:
    """A folder that is half restored, or half unmounted."""
    for n in range(20):
        bench.write(f"{n}.txt", f"Text {n} stands.")
    bench.ingest()
    for n in range(11):
        (bench.corpus / f"{n}.txt").unlink()
    with pytest.raises(ReadingError, match="11 of the 20 files") as caught:
        bench.ingest()
    assert "--allow-removal" in caught.value.hint
    assert len(bench.texts()) == 20
    report = ingest(
        [bench.corpus],
        bench.store,
        bench.index,
        split=tiny.split,
        embed=bench.embed,
        allow_removal=True,
    )
    assert counts(report) == (0, 0, 11, 9)


def test_a_preview_says_what_ingest_then_does_and_does_nothing(bench: Bench) -> None:
    for name in ("a.txt", "b.txt", "c.txt", "d.txt"):
        bench.write(name, f"The text of {name[0]} stands.")
    assert preview([bench.corpus], bench.store).added == ("a.txt", "b.txt", "c.txt", "d.txt")
    bench.ingest()
    bench.write("b.txt", "Another stands.")
    (bench.corpus / "c.txt").unlink()
    bench.write("e.txt", "A new one stands.")
    os.utime(bench.corpus / "d.txt", ns=(1, 1))
    before = bench.texts()
    version = bench.store.version
    plan = preview([bench.corpus], bench.store)
    assert (plan.added, plan.changed, plan.removed) == (("e.txt",), ("b.txt",), ("c.txt",))
    assert (plan.unchanged, plan.failures) == (2, ())
    assert (bench.texts(), bench.store.version) == (before, version)
    assert counts(bench.ingest()) == (1, 1, 1, 2)
    for name in "abde":
        (bench.corpus / f"{name}.txt").unlink()
    assert len(preview([bench.corpus], bench.store).removed) == 4, "it shows, and does not refuse"


def test_an_error_in_one_source_changes_nothing_of_the_others(bench: Bench, tmp_path: Path) -> None:
    bench.write("a.txt", "This stands.")
    with pytest.raises(ReadingError):
        bench.ingest(bench.corpus, tmp_path / "missing")
    assert bench.texts() == {}


def test_the_same_name_in_two_sources_gives_two_articles_with_lasting_ids(
    bench: Bench, tmp_path: Path
) -> None:
    second, third = tmp_path / "second", tmp_path / "x" / "second"
    bench.write("a.txt", "The first stands.")
    for folder in (second, third):
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text(f"A headline\n\nThat in {folder.parent.name} stands.\n")
    everything = (bench.corpus, second, third)
    bench.ingest(*everything)
    texts = bench.texts()
    assert set(texts) == {"a.txt", "second/a.txt", "second-2/a.txt"}
    bench.embedded.clear()
    (second / "a.txt").write_text("A headline\n\nChanged, it stands.\n")
    for sources in (everything, everything[::-1]):
        bench.ingest(*sources)
        assert set(bench.texts()) == set(texts)
    assert bench.embedded == ["second/a.txt"]


def test_a_source_that_was_moved_is_neither_embedded_nor_listed_twice(bench: Bench) -> None:
    bench.write("a.txt", "The first stands.")
    bench.lines("b.jsonl", {"id": "1", "title": "T", "text": "The second stands."})
    bench.ingest()
    texts = bench.texts()
    bench.embedded.clear()
    moved = bench.corpus.rename(bench.corpus.with_name("moved"))
    assert counts(bench.ingest(moved)) == (0, 0, 0, 2)
    assert (bench.texts(), bench.embedded) == (texts, [])
    (moved / "a.txt").unlink()
    assert counts(bench.ingest(moved)) == (0, 0, 1, 1), "it belongs to the new place now"


def test_a_file_named_on_its_own_is_not_taken_in_twice(bench: Bench) -> None:
    one = bench.write("sub/a.txt", "The first stands.")
    bench.write("b.txt", "The second stands.")
    bench.ingest()
    bench.write("sub/a.txt", "A new first stands.")
    bench.write("b.txt", "A new second stands.")
    assert counts(bench.ingest(one)) == (0, 1, 0, 0)
    assert bench.texts()["sub/a.txt"] == "A new first stands."
    assert bench.texts()["b.txt"] == "The second stands."
    assert counts(bench.ingest(bench.corpus, one)) == (0, 1, 0, 1)


def test_a_folder_takes_over_what_was_taken_in_from_within_it(bench: Bench) -> None:
    one = bench.write("sub/a.txt", "The first stands.")
    bench.ingest(one)
    assert set(bench.texts()) == {"a.txt"}
    bench.ingest()
    assert set(bench.texts()) == {"sub/a.txt"}
    assert bench.index.size == 1


def test_a_source_is_the_same_by_whatever_path_it_is_named(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = bench.write("a.txt", "The first stands.")
    bench.ingest()
    (tmp_path / "link").symlink_to(bench.corpus, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    for name in ("corpus", "link", "corpus/../corpus", one, "link/a.txt"):
        assert counts(bench.ingest(Path(name))) == (0, 0, 0, 1)


def test_removing_an_article_lasts_until_its_source_is_ingested_again(bench: Bench) -> None:
    bench.write("a.txt", "This stands.")
    bench.ingest()
    assert remove("a.txt", bench.store, bench.index)
    assert not remove("a.txt", bench.store, bench.index)
    assert (bench.texts(), bench.index.size) == ({}, 0)
    assert counts(bench.ingest()) == (1, 0, 0, 0)


def test_names_and_pipes_that_are_strange_do_not_stop_an_ingest(bench: Bench) -> None:
    bench.write("ünï#cödé 🏔.txt", "The first stands.")
    if os.name == "posix":
        bench.write(os.fsdecode(b"latin-\xe9.txt"), "The second stands.")
        os.mkfifo(bench.corpus / "pipe.txt")
    report = bench.ingest()
    assert [Path(f.where).name for f in report.failures] == ["pipe.txt"] * (os.name == "posix")
    assert counts(bench.ingest()) == (0, 0, 0, report.added)
    assert report.added == 1 + (os.name == "posix")


def test_an_interrupted_ingest_keeps_what_it_stored_and_goes_on_from_there(bench: Bench) -> None:
    for n in range(100):
        bench.write(f"{n:03}.txt", "One stands. Two stand.")
    calls = 0

    def embed(pairs: Sequence[tuple[Article, Passage]]) -> NDArray[np.float32]:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise KeyboardInterrupt
        return bench.embed(pairs)

    with pytest.raises(KeyboardInterrupt):
        ingest(
            [bench.corpus],
            bench.store,
            bench.index,
            split=tiny.split,
            embed=embed,
            options=Options(max_file_bytes=1000),
        )
    stored = bench.store.count()
    assert stored == 64
    assert bench.index.size == 128, "what is stored can be searched"
    bench.embedded.clear()
    assert counts(bench.ingest()) == (36, 0, 0, 64)
    assert len(bench.embedded) == 72


def test_progress_says_what_is_done_and_ends_complete(bench: Bench) -> None:
    for n in range(70):
        bench.write(f"{n}.txt", "This stands.")
    said: dict[str, list[tuple[int, int | None, str]]] = {}
    ingest(
        [bench.corpus],
        bench.store,
        bench.index,
        split=tiny.split,
        embed=tiny.embed,
        options=Options(max_file_bytes=1000),
        progress=lambda what, done, total, unit: said.setdefault(what, []).append(
            (done, total, unit)
        ),
    )
    assert list(said) == ["Reading", "Embedding", "Indexing"]
    for steps in said.values():
        assert steps == sorted(steps)
        assert steps[-1][0] == steps[-1][1] == 70
    assert said["Embedding"][0] == (0, 70, "articles")


def test_within_a_file_of_many_articles_progress_does_not_pretend_to_know_how_many(
    bench: Bench,
) -> None:
    """Each batch of a long JSONL file was said to be the last."""
    bench.write("0.txt", "This stands.")
    rows = (f'{{"id": "{n}", "text": "Row {n} stands."}}' for n in range(300))
    bench.write("many.jsonl", "\n".join(rows))
    said: list[tuple[int, int | None]] = []

    def note(what: str, done: int, total: int | None, unit: str) -> None:
        if what == "Embedding":
            said.append((done, total))

    ingest(
        [bench.corpus], bench.store, bench.index, split=tiny.split, embed=tiny.embed, progress=note
    )
    assert said[-1] == (301, 301)
    assert len(said) > 4 and {total for _, total in said[:-1]} == {None}


def test_a_second_ingest_is_refused_before_it_does_anything(bench: Bench) -> None:
    bench.write("a.txt", "This stands.")
    with writer(bench.store.folder), pytest.raises(StoreLocked):
        bench.ingest()
    assert bench.texts() == {}


names = st.sampled_from(["a.txt", "b.txt", "sub/a.txt"])
edits = st.lists(
    st.lists(st.tuples(names, st.integers(0, 3)), min_size=1, max_size=3), min_size=1, max_size=4
)


@settings(max_examples=8, deadline=None)
@given(edits)
def test_after_any_edits_the_index_equals_the_folder(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[list[tuple[str, int]]]
) -> None:
    folder = tmp_path_factory.mktemp("bench")
    bench = Bench(Store(folder / "store"), folder / "corpus")
    bench.write("always.txt", "There is always one.")
    for round in rounds:
        for name, edition in round:
            if edition:
                bench.write(name, f"Edition {edition} stands.")
            else:
                (bench.corpus / name).unlink(missing_ok=True)
        bench.ingest()
    expected = {
        path.relative_to(bench.corpus).as_posix(): path.read_text().split("\n")[2]
        for path in bench.corpus.rglob("*.txt")
    }
    assert bench.texts() == expected
    found = bench.index.dense(tiny.vector("x"), 100)
    assert {i for i, _ in found} == set(bench.store.passage_ids())
    bench.index.close()


# Death in the middle


@pytest.mark.slow
def test_a_short_campaign_of_kills_and_faults(tmp_path: Path) -> None:
    """tests/faults.py says what is checked, and how to run the long one."""
    figures = run(tmp_path, kills=5, faults=4, seed=1)
    # How many of the five meet the process at work depends on the machine.
    assert sum(figures[name] for name in figures if name.startswith("killed")) >= 1, figures
    assert figures["damaged cache repaired"] == 1
    assert figures["files may not be read"] + figures["store may not be written"] == 1


@pytest.mark.slow
def test_kills_at_any_moment_lose_no_acknowledged_article_and_leave_none_half(
    bench: Bench,
) -> None:
    """SIGKILL while embedding, and while Chroma writes its files; then the next ingest goes on."""
    chance = random.Random(7)
    articles = 200
    for n in range(articles):
        text = " ".join(f"Sentence {s} of {n} in the first edition." for s in range(6))
        bench.write(f"{n:03}.txt", text)

    def up_to_date() -> int:
        stored = bench.texts()
        files = ((path.name, path.read_text()) for path in bench.corpus.iterdir())
        return sum(name in stored and stored[name] in text for name, text in files)

    for edition in range(8):
        for n in chance.sample(range(articles), 60) if edition else ():
            bench.write(
                f"{n:03}.txt", " ".join(f"Edition {edition} of {n}, {s}." for s in range(6))
            )
        phase, batches = ("Embedding", chance.randrange(1, 5)), 0
        if edition % 2:
            phase = ("Indexing", 1)
        before, acknowledged = up_to_date(), 0
        process = tiny.python(INGEST, bench.store.folder, bench.corpus)
        assert process.stdout
        for line in process.stdout:
            what, _, done = line.partition(" ")
            if what == "Embedding":
                acknowledged = int(done)
            batches += what == phase[0]
            if batches == phase[1]:
                time.sleep(chance.random() * 0.06)
                break
        process.kill()
        process.communicate()
        store = Store(bench.store.folder)
        assert up_to_date() >= before + acknowledged
        assert_whole(store)
        assert_searchable(store)
        store.close()
    bench.ingest()
    assert up_to_date() == len(bench.texts()) == articles
    assert_whole(bench.store)
    assert bench.index.health().ok


@pytest.mark.skipif(os.name != "posix", reason="limits of a process are POSIX")
def test_a_disk_that_takes_no_more_loses_nothing(bench: Bench) -> None:
    """A limit on the size of files stands in for a full disk: writes fail in the same places."""
    bench.write("a.txt", "The first stands.")
    bench.ingest()
    before = bench.texts()
    bench.store.close()
    for n in range(200):
        bench.write(f"{n}.txt", " ".join(f"Sentence {s} of {n} stands." for s in range(40)))
    process = tiny.python(INGEST, bench.store.folder, bench.corpus, "RLIMIT_FSIZE", 600_000)
    said, errors = process.communicate(timeout=60)
    assert "done" not in said
    assert "StoreError" in errors or "StoreFull" in errors, errors
    store = Store(bench.store.folder)
    assert before.items() <= {a.id: a.text for a in store.articles()}.items()
    assert_whole(store)
    assert_searchable(store)
