"""The store and its locks: what was acknowledged is there, whole, whatever happens."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import StoreDamaged, StoreError, StoreFull, StoreLocked
from assistant.locks import caches_exclusive, caches_shared, writer, writer_active
from assistant.store import FILE, FileState, Store
from assistant.types import Article, Passage, Span


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def contents(store: Store) -> dict[str, tuple[Article, list[Passage], list[list[float]]]]:
    """Everything a store holds of each article."""
    found = {}
    for article in store.articles():
        passages = store.passages_of(article.id)
        found[article.id] = (article, passages, store.vectors([p.id for p in passages]).tolist())
    return found


def test_every_field_comes_back_as_it_was_put(store: Store) -> None:
    article = Article(
        id="deep/é#7",
        title="Zürich 🏔 reports",
        text="One 🏔 peak. Two peaks.",
        author="A. B.",
        published=date(2024, 2, 29),
        partial_date="--02-29",
        source="Courier",
        url="https://example.org/x",
        language="de",
        tags=("UPDATED", "LIVE"),
    )
    passage = Passage("p", article.id, 0, 0, 22, (Span(0, 11), Span(12, 22)))
    vectors = np.linspace(-1, 1, 5, dtype=np.float32).reshape(1, 5)
    store.put(article, [passage], vectors)
    reopened = Store(store.folder)
    assert reopened.article(article.id) == article
    assert reopened.passages(["p"]) == {"p": (passage, article)}
    assert reopened.vectors(["p"]).tobytes() == vectors.tobytes()
    assert list(reopened.all_passages()) == [("p", article.title, "One 🏔 peak. Two peaks.")]
    assert reopened.published(["p", "none"]) == {"p": date(2024, 2, 29)}
    assert reopened.dimension == 5


def test_passages_are_listed_by_day_so_that_those_of_a_span_stand_together(store: Store) -> None:
    for name, day in (("a", 3), ("b", None), ("c", 1), ("d", 3)):
        published = date(2024, 6, day) if day else None
        tiny.put(store, replace(tiny.article(name, "One. Two."), published=published))
    listed = [store.passages([i])[i][0] for i in store.passage_ids()]
    assert [(p.article_id, p.ordinal) for p in listed[::2]] == [(n, 0) for n in "cadb"]
    assert [i for i, _, _ in store.all_passages()] == store.passage_ids()


def test_putting_the_same_twice_changes_nothing(store: Store) -> None:
    article = tiny.article("a", "One. Two.")
    assert tiny.put(store, article)
    before = store.version
    assert not tiny.put(store, article)
    assert (store.version, store.passage_count()) == (before, 2)


def test_a_changed_article_replaces_the_old_one_whose_text_is_kept_as_a_version(
    store: Store,
) -> None:
    tiny.put(store, tiny.article("a", "Old one. Old two."))
    new = tiny.article("a", "New.")
    tiny.put(store, new)
    assert contents(store) == {
        "a": (new, tiny.split(new), [tiny.vector("New.").astype(float).tolist()])
    }
    with sqlite3.connect(store.folder / FILE) as db:
        assert db.execute("SELECT article_id, text FROM versions").fetchall() == [
            ("a", "Old one. Old two.")
        ]


def test_a_put_that_fails_halfway_leaves_the_old_article(store: Store) -> None:
    tiny.put(store, tiny.article("a", "Old."))
    before = contents(store), store.version
    new = tiny.article("a", "New one. New two.")
    twins = [tiny.split(new)[0]] * 2
    with pytest.raises(sqlite3.IntegrityError):
        store.put(new, twins, np.zeros((2, tiny.DIMENSION), np.float32))
    assert (contents(store), store.version) == before


@pytest.mark.parametrize(
    ("rows", "value"), [(1, 0.0), (2, np.nan), (2, np.inf)], ids=["too few", "nan", "infinite"]
)
def test_vectors_that_cannot_be_right_are_refused(store: Store, rows: int, value: float) -> None:
    article = tiny.article("a", "One. Two.")
    with pytest.raises(ValueError, match="vectors"):
        store.put(article, tiny.split(article), np.full((rows, 4), value, np.float32))


def test_passages_of_another_article_are_refused(store: Store) -> None:
    other = tiny.split(tiny.article("b", "One."))
    with pytest.raises(ValueError, match="not within"):
        store.put(tiny.article("a", "One."), other, np.ones((1, 4), np.float32))


def test_remove_takes_everything_of_the_article_and_nothing_else(store: Store) -> None:
    tiny.put(store, tiny.article("a", "Old."))
    tiny.put(store, tiny.article("a", "New."))
    tiny.put(store, tiny.article("b", "Stays."))
    kept = contents(store)["b"]
    assert store.remove("a") and not store.remove("a")
    assert contents(store) == {"b": kept}
    with sqlite3.connect(store.folder / FILE) as db:
        assert db.execute("SELECT count(*) FROM versions").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM vectors").fetchone() == (1,)


def test_passages_are_given_in_the_order_asked_without_those_that_are_gone(store: Store) -> None:
    tiny.put(store, tiny.article("a", "One. Two. Three."))
    one, two, three = (p.id for p in store.passages_of("a"))
    found = store.passages([three, "gone", one])
    assert list(found) == [three, one]
    assert found[one][1] is found[three][1], "an article is loaded once"
    with pytest.raises(KeyError):
        store.vectors([two, "gone"])


def test_articles_are_ordered_by_day_then_id_with_undated_ones_last(store: Store) -> None:
    day = date(2024, 1, 2)
    for id_, published in (("c", None), ("b", day), ("a", day), ("d", date(1999, 1, 1))):
        article = Article(id=id_, title="t", text="One.", published=published)
        tiny.put(store, article)
    assert [a.id for a in store.articles()] == ["d", "a", "b", "c"]


actions = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=12)


@settings(max_examples=30, deadline=None)
@given(actions)
def test_the_changes_since_any_version_lead_to_the_present(
    tmp_path_factory: pytest.TempPathFactory, sequence: list[tuple[str, int]]
) -> None:
    """A cache that applies them, from whatever version, has the store's passages, no more."""
    store = Store(tmp_path_factory.mktemp("store"))
    snapshots = [(store.version, set(store.passage_ids()))]
    for name, sentences in sequence:
        if sentences:
            tiny.put(store, tiny.article(name, "Same. " * sentences))
        else:
            store.remove(name)
        assert store.version >= snapshots[-1][0]
        snapshots.append((store.version, set(store.passage_ids())))
    present = set(store.passage_ids())
    for version, had in snapshots:
        changes = store.changes_since(version)
        assert (had - set(changes.removed)) | set(changes.added) == present
        assert not set(changes.added) & set(changes.removed)
    store.close()


def test_reading_sees_one_version_while_another_thread_writes(store: Store) -> None:
    tiny.put(store, tiny.article("a", "One."))
    with store.reading():
        before = store.version
        thread = threading.Thread(target=tiny.put, args=(store, tiny.article("b", "Two.")))
        thread.start()
        thread.join()
        assert (store.version, store.count()) == (before, 1)
    assert store.count() == 2


def test_threads_may_write_at_the_same_time(store: Store) -> None:
    def work(name: str) -> None:
        for n in range(10):
            tiny.put(store, tiny.article(f"{name}{n}", f"Sentence of {name} and {n}."))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (store.count(), store.passage_count(), store.version) == (40, 40, 40)


def test_a_block_of_writes_is_all_or_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError, match="on purpose"), store.writing():
        tiny.put(store, tiny.article("a", "One."))
        store.mark_read("/root", "a", FileState(1, 2, "3"))
        raise RuntimeError("on purpose")
    assert (store.count(), store.file_states("/root")) == (0, {})


def test_vectors_of_another_model_are_refused_with_a_way_out(tmp_path: Path) -> None:
    store = Store(tmp_path, embedding_model="small")
    tiny.put(store, tiny.article("a", "One."))
    with pytest.raises(StoreError, match="from the model small, not from large") as caught:
        Store(tmp_path, embedding_model="large")
    assert "ingest" in caught.value.hint.lower()
    article = tiny.article("b", "Two.")
    with pytest.raises(StoreError, match="vectors of 16 numbers, not 3"):
        store.put(article, tiny.split(article), np.ones((1, 3), np.float32))
    store.remove("a")
    Store(tmp_path, embedding_model="large")  # an empty store may change its model


def test_a_store_that_was_filled_before_its_model_was_named_keeps_its_dimension(
    tmp_path: Path,
) -> None:
    tiny.put(Store(tmp_path), tiny.article("a", "One."))
    assert Store(tmp_path, embedding_model="small").dimension == tiny.DIMENSION


def test_a_store_of_a_newer_program_is_refused_and_left_alone(tmp_path: Path) -> None:
    Store(tmp_path).close()
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="newer version"):
        Store(tmp_path)


def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database" * 500)
    with pytest.raises(StoreDamaged, match=FILE):
        Store(tmp_path)


def test_a_folder_that_cannot_be_one_is_an_error_that_names_it(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file")
    with pytest.raises(StoreError, match="taken"):
        Store(taken)
    (tmp_path / "other" / FILE).mkdir(parents=True)
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(tmp_path / "other")


def test_a_full_disk_loses_nothing(store: Store) -> None:
    tiny.put(store, tiny.article("a", "One."))
    before = contents(store), store.version
    db = store._database.connection()  # the limit holds for one connection only
    pages = db.execute("PRAGMA page_count").fetchone()[0]
    db.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(StoreFull, match="disk is full"):
        tiny.put(store, tiny.article("a", "Much longer. " * 5000))
    assert (contents(store), store.version) == before
    db.execute("PRAGMA max_page_count = 1000000")
    assert tiny.put(store, tiny.article("a", "Again."))


HOLD = """
import sys, time
from pathlib import Path
from assistant.locks import writer
with writer(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_writer_is_told_who_the_first_is_and_death_frees_the_lock(tmp_path: Path) -> None:
    first = tiny.python(HOLD, tmp_path)
    try:
        assert first.stdout and first.stdout.readline() == "held\n"
        assert writer_active(tmp_path)
        said = pytest.raises(StoreLocked, match=f"process {first.pid}, since")
        with said, writer(tmp_path, wait=0.1):
            pytest.fail("two writers")
    finally:
        first.kill()
        first.communicate()
    assert not writer_active(tmp_path)
    with writer(tmp_path, wait=0.1):
        assert writer_active(tmp_path)


def test_the_cache_lock_lets_readers_in_together_and_a_changer_alone(tmp_path: Path) -> None:
    refused = pytest.raises(StoreLocked, match="held the caches")
    with caches_shared(tmp_path), caches_shared(tmp_path):  # noqa: SIM117
        with refused, caches_exclusive(tmp_path, wait=0.1):
            pytest.fail("changed under a reader")
    with caches_exclusive(tmp_path), refused, caches_shared(tmp_path, wait=0.1):
        pytest.fail("read during a change")
