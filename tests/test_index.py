"""The caches: they say what the store says, whatever happened to them, or are rebuilt from it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tiny
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.errors import StoreDamaged
from assistant.index import Health, Index, chroma
from assistant.index.state import read_state, write_state
from assistant.index.vectors import best
from assistant.lexical import terms
from assistant.locks import writer
from assistant.store import FILE, Store
from assistant.types import Filters

ENOUGH = 1100  # Chroma writes its vector files from 1,000 records on


def answers(index: Index, store: Store) -> tuple[set[str], set[str]]:
    """The passages that the vector index and the lexical index have, by searching them."""
    everything = max(1, 2 * store.passage_count())
    dense = index.dense(tiny.vector("anything"), everything)
    return {i for i, _ in dense}, {i for i, _ in index.lexical(terms("A title"), everything)}


def finds_itself(index: Index, store: Store, passage_id: str) -> bool:
    best, similarity = index.dense(store.vectors([passage_id])[0], 1)[0]
    return best == passage_id and similarity == pytest.approx(1.0, abs=1e-4)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_searches_by_vector_and_by_words_best_first(store: Store) -> None:
    tiny.put(store, tiny.article("a", "The mayor opened a bridge. Rain fell.", title="Bridges"))
    tiny.put(store, tiny.article("b", "The mayor resigned.", title="Politics"))
    index = Index(store)
    bridge, rain = (p.id for p in store.passages_of("a"))
    resigned = store.passages_of("b")[0].id
    assert [i for i, _ in index.lexical(terms("bridge mayor"), 5)] == [bridge, rain, resigned]
    assert [i for i, _ in index.lexical(terms("resigned"), 5)] == [resigned], "no zero scores"
    assert index.document_frequency(terms("bridge mayor zebra")) == (3, [2, 2, 0])
    found = index.dense(tiny.vector("Rain fell."), 3)
    assert found[0] == (rain, pytest.approx(1.0, abs=1e-5))
    assert [s for _, s in found] == sorted((s for _, s in found), reverse=True)
    expected = float(tiny.vector("Rain fell.") @ tiny.vector("The mayor resigned."))
    assert dict(found)[resigned] == pytest.approx(expected, abs=1e-5), "cosine similarity"


@settings(max_examples=25)
@given(
    sentences=st.lists(st.integers(1, 4), min_size=1, max_size=8),
    allowed=st.sets(st.integers(0, 9)),
    k=st.integers(1, 12),
)
def test_within_filters_the_nearest_are_found_exactly_and_no_other(
    sentences: list[int], allowed: set[int], k: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Against looking at every vector of the store; words obey the same filters."""
    store = Store(tmp_path_factory.mktemp("filtered"))
    for n, count in enumerate(sentences):
        text = " ".join(f"Sentence {n} number {s} stands." for s in range(count))
        tiny.put(store, tiny.article(f"a{n}", text))
    index = Index(store)
    filters = Filters(articles=frozenset(f"a{n}" for n in allowed) | {"none of ours"})
    asked = tiny.vector("What stands?")
    ids = store.passage_ids_within(filters)
    cosines = dict(zip(ids, store.vectors(ids) @ asked, strict=True)) if ids else {}
    best = sorted(ids, key=lambda i: -cosines[i])[:k]
    for _ in range(2):  # the second time from memory
        found = index.dense(asked, k, filters)
        assert [i for i, _ in found] == best
        assert [c for _, c in found] == pytest.approx([cosines[i] for i in best], abs=1e-5)
        assert {i for i, _ in index.lexical(terms("sentence"), 99, filters)} == set(ids)
    index.close()
    store.close()


def test_what_filters_allow_is_asked_anew_after_a_change(store: Store) -> None:
    index, filters = Index(store), Filters(articles=frozenset({"a"}))
    tiny.put(store, tiny.article("a", "The mayor resigned."))
    assert len(index.dense(tiny.vector("x"), 5, filters)) == 1
    tiny.put(store, tiny.article("a", "The mayor resigned. Rain fell."))
    assert len(index.dense(tiny.vector("x"), 5, filters)) == 2


@given(scores=st.lists(st.integers(0, 5), max_size=60), k=st.integers(1, 80))
def test_the_best_are_the_highest_in_order_and_of_equals_the_first(
    scores: list[int], k: int
) -> None:
    chosen = best(np.array(scores, np.float32), k).tolist()
    assert chosen == sorted(range(len(scores)), key=lambda n: (-scores[n], n))[:k]


def test_an_empty_store_answers_with_nothing_and_is_healthy(store: Store) -> None:
    index = Index(store)
    assert index.dense(tiny.vector("x"), 5) == []
    assert index.lexical(["x"], 5) == []
    assert index.candidates(tiny.vector("x"), ["x"], 5) == {}
    assert index.document_frequency(["x"]) == (0, [0])
    assert index.health().ok


def test_an_article_without_any_term_can_be_indexed(store: Store) -> None:
    """All stop words: bm25s refuses such a corpus."""
    tiny.put(store, tiny.article("a", "It is.", title="The"))
    index = Index(store)
    assert index.lexical(["x"], 5) == []
    assert len(index.dense(tiny.vector("x"), 5)) == 1
    assert index.health().ok


@pytest.mark.parametrize(
    "vector",
    [np.zeros(tiny.DIMENSION), np.ones(3), np.full(tiny.DIMENSION, np.nan)],
    ids=["zero", "wrong length", "nan"],
)
def test_a_vector_that_means_nothing_is_refused(store: Store, vector: np.ndarray) -> None:
    tiny.many(store, 2)
    with pytest.raises(ValueError, match="searched"):
        Index(store).dense(vector.astype(np.float32), 1)


steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["a", "b", "c", "d"]), st.integers(0, 3), st.integers(0, 1)),
        st.just("refresh"),
        st.just("close"),
    ),
    max_size=10,
)


@settings(max_examples=10, deadline=None)
@given(steps)
def test_store_chroma_and_lexical_index_have_the_same_passages_after_any_changes(
    tmp_path_factory: pytest.TempPathFactory, sequence: list[tuple[str, int, int] | str]
) -> None:
    store = Store(tmp_path_factory.mktemp("store"))
    index, other = Index(store), Index(store)
    for step in sequence:
        if step == "refresh":
            index.refresh()
        elif step == "close":
            index.close()
        elif isinstance(step, tuple):
            name, sentences, edition = step
            if sentences:
                text = " ".join(f"Sentence {edition} {n}." for n in range(sentences))
                tiny.put(store, tiny.article(name, text))
            else:
                store.remove(name)
    present = set(store.passage_ids())
    assert answers(index, store) == (present, present)
    assert answers(other, store) == (present, present)
    index.close()
    store.close()


def test_changes_are_applied_without_starting_anew(store: Store) -> None:
    """A rebuild at each change would pass every other test, and cost minutes in a large store."""
    tiny.many(store, 50)
    index = Index(store)
    index.refresh()
    inode = (store.folder / "caches/chroma/chroma.sqlite3").stat().st_ino
    seen: list[int | None] = []
    tiny.put(store, tiny.article("new", "A new one."))
    index.refresh(lambda what, done, total, unit: seen.append(total))
    assert seen and set(seen) == {1}
    assert (store.folder / "caches/chroma/chroma.sqlite3").stat().st_ino == inode


def written(store: Store) -> set[str]:
    return {path.name for path in (store.folder / "caches/lexical").iterdir()}


def test_words_and_vectors_of_all_are_not_written_anew_for_one_change(store: Store) -> None:
    tiny.many(store, 50)
    index = Index(store)
    index.refresh()
    before = written(store)
    tiny.put(store, tiny.article("a7", "Latecomer."))
    index.refresh()
    assert written(store) == before
    assert index.health().ok
    tiny.many(store, 10, name="more")
    index.refresh()
    assert written(store) != before, "a fifth of them changed"
    assert len(written(store)) == 1, "the older files are removed"


def test_a_passage_scores_the_same_whether_it_was_written_or_came_later(store: Store) -> None:
    tiny.many(store, 50, sentences=2)
    tiny.put(store, tiny.article("old", "The mayor opened a bridge over the mayor river."))
    index = Index(store)
    index.refresh()
    before = written(store)
    tiny.put(store, tiny.article("new", "The mayor opened a bridge over the mayor river."))
    scores = index.lexical(terms("mayor bridge title mayor unheard"), 5)
    (old,), (new,) = store.passages_of("old"), store.passages_of("new")
    assert dict(scores)[new.id] == pytest.approx(dict(scores)[old.id], rel=1e-5)
    assert [i for i, _ in scores[:2]] == [old.id, new.id], "of equal ones the first"
    assert written(store) == before
    assert index.document_frequency(terms("mayor sentence"))[1] == [2, 100]


def assert_candidates_are_those_of_both_searches(
    index: Index, store: Store, filters: Filters
) -> None:
    vector, words = tiny.vector("Title"), terms("title 1 2 3")
    for k in (3, 99):
        found = index.candidates(vector, words, k, filters)
        near, lexical = index.dense(vector, k, filters), dict(index.lexical(words, k, filters))
        assert set(found) == {i for i, _ in near} | set(lexical)
        for passage_id, cosine in zip(found, store.vectors(list(found)) @ vector, strict=True):
            assert found[passage_id].cosine == pytest.approx(float(cosine), abs=1e-5)
            assert found[passage_id].lexical == lexical.get(passage_id, 0.0)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.integers(0, 2)), max_size=4),
    st.integers(0, 12),
)
def test_what_came_since_is_found_and_what_went_is_not(
    tmp_path_factory: pytest.TempPathFactory, sequence: list[tuple[int, int, int]], within: int
) -> None:
    """Some of these changes stay in memory, some are too many and are written."""
    store = Store(tmp_path_factory.mktemp("store"))
    tiny.many(store, 12, sentences=5)
    index = Index(store)
    index.refresh()
    for article, sentences, edition in sequence:
        if sentences:
            text = " ".join(f"Sentence {article} {edition} {n}." for n in range(sentences))
            tiny.put(store, tiny.article(f"a{article}", text))
        else:
            store.remove(f"a{article}")
        index.refresh()
    present = set(store.passage_ids())
    filters = Filters(articles=frozenset({f"a{within}", "a3"}))
    allowed = set(store.passage_ids_within(filters))
    for asked in (index, Index(store)):
        assert answers(asked, store) == (present, present)
        assert all(finds_itself(asked, store, i) for i in present)
        assert_candidates_are_those_of_both_searches(asked, store, filters)
        assert {i for i, _ in asked.dense(tiny.vector("x"), 99, filters)} == allowed
        assert {i for i, _ in asked.lexical(terms("sentence"), 99, filters)} == allowed
    index.close()
    store.close()


def test_what_an_interrupted_ingest_left_undone_is_caught_up_by_the_next_search(
    store: Store,
) -> None:
    tiny.many(store, 3)
    index = Index(store)
    index.refresh()
    tiny.put(store, tiny.article("late", "Latecomer."))
    late = store.passages_of("late")[0].id
    assert index.health().problems == ("the search index is behind the store",)
    assert finds_itself(index, store, late)
    assert [i for i, _ in index.lexical(terms("latecomer"), 1)] == [late]


def test_while_an_ingest_runs_searches_see_the_state_before_it(store: Store) -> None:
    """Catching up at every question would slow both down."""
    tiny.many(store, 3)
    index = Index(store)
    index.refresh()
    with writer(store.folder):
        tiny.put(store, tiny.article("late", "Latecomer."))
        for asked in (index, Index(store)):
            assert asked.lexical(terms("latecomer"), 1) == []
        assert "ingest is running" in index.health().problems[0]
    assert len(index.lexical(terms("latecomer"), 1)) == 1


def test_a_copy_of_an_older_store_is_not_searched_with_newer_caches(
    store: Store, tmp_path: Path
) -> None:
    tiny.many(store, 3)
    with store._database.connected() as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(store.folder / FILE, tmp_path / FILE)
    tiny.put(store, tiny.article("late", "Latecomer."))
    index = Index(store)
    index.refresh()
    index.close()
    store.close()
    shutil.copy(tmp_path / FILE, store.folder / FILE)
    older = Store(store.folder)
    present = set(older.passage_ids())
    assert answers(Index(older), older) == (present, present)
    assert len(present) == 3


def test_caches_of_another_store_are_not_taken_for_ours(store: Store, tmp_path: Path) -> None:
    tiny.many(store, 3, name="mine")
    other = Store(tmp_path / "other")
    tiny.many(other, 3, name="theirs")
    Index(other).refresh()
    shutil.copytree(other.folder / "caches", store.folder / "caches")
    present = set(store.passage_ids())
    assert answers(Index(store), store) == (present, present)


# Damage


def vector_file(store: Store, name: str) -> Path:
    (found,) = (store.folder / "caches/chroma").glob(f"*/{name}")
    return found


def truncate(store: Store) -> None:
    path = vector_file(store, "index_metadata.pickle")
    path.write_bytes(b"")


def cut_in_half(store: Store) -> None:
    path = vector_file(store, "data_level0.bin")
    os.truncate(path, path.stat().st_size // 2)


def overwrite(store: Store) -> None:
    path = vector_file(store, "data_level0.bin")
    path.write_bytes(os.urandom(path.stat().st_size))


def remove_vectors(store: Store) -> None:
    shutil.rmtree(vector_file(store, "header.bin").parent)


def empty_placeholders(store: Store) -> None:
    for name in ("data_level0.bin", "header.bin", "length.bin"):
        vector_file(store, name).write_bytes(b"")


def remove_chroma(store: Store) -> None:
    shutil.rmtree(store.folder / "caches/chroma")


def garble_database(store: Store) -> None:
    (store.folder / "caches/chroma/chroma.sqlite3").write_bytes(b"garbage" * 1000)


def garble_words(store: Store) -> None:
    (path,) = (store.folder / "caches/lexical").glob("*/data.csc.index.npy")
    path.write_bytes(b"garbage")


def garble_ids(store: Store) -> None:
    (path,) = (store.folder / "caches/lexical").glob("*/passages.npy")
    path.write_bytes(b"garbage")


def cut_vectors(store: Store) -> None:
    """Reading beyond the end of a mapped file would end the process."""
    (path,) = (store.folder / "caches/lexical").glob("*/vectors.npy")
    os.truncate(path, path.stat().st_size // 2)


def remove_words(store: Store) -> None:
    shutil.rmtree(store.folder / "caches/lexical")


def dirty(store: Store) -> None:
    """What a kill within a change leaves."""
    state = read_state(store.folder / "caches")
    assert state is not None
    write_state(store.folder / "caches", replace(state, clean=False))


def garble_state(store: Store) -> None:
    (store.folder / "caches/state.json").write_text('{"version"')


DAMAGES = [
    truncate,
    cut_in_half,
    overwrite,
    remove_vectors,
    remove_chroma,
    garble_database,
    garble_words,
    garble_ids,
    cut_vectors,
    remove_words,
    dirty,
    garble_state,
]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with caches large enough for Chroma's vector files, to be copied."""
    folder = tmp_path_factory.mktemp("large") / "store"
    store = Store(folder)
    tiny.many(store, ENOUGH)
    index = Index(store)
    index.refresh()
    index.close()
    store.close()
    return folder


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_noticed_by_health_and_mended_by_a_search(
    large: Path, tmp_path: Path, damage: Callable[[Store], None]
) -> None:
    shutil.copytree(large, tmp_path / "store")
    store = Store(tmp_path / "store")
    damage(store)
    index = Index(store)
    assert index.health().problems
    for passage_id in store.passage_ids()[:: ENOUGH // 5]:
        assert finds_itself(index, store, passage_id)
    assert len(index.lexical(terms("sentence"), 2 * ENOUGH)) == ENOUGH
    index.close()


def test_a_passage_whose_words_others_say_more_often_is_no_damage(store: Store) -> None:
    """A short one among many that repeat it: searched for by its own words it is far from first."""
    louder = "Bridge bridge bridge bridge mill mill mill mill." * 30
    tiny.put(store, tiny.article("a", f"The bridge mill. {louder}", title="Old mill bridge"))
    index = Index(store)
    quiet = store.passages_of("a")[0].id
    assert quiet not in [i for i, _ in index.lexical(terms("Old mill bridge. The bridge mill"), 10)]
    assert index.health() == Health((), 31, 31)


def test_health_is_proved_by_recall_and_rebuild_restores_it(large: Path, tmp_path: Path) -> None:
    """Files that are just as Chroma left them, but wrong: it has done so and reported success."""
    shutil.copytree(large, tmp_path / "store")
    store = Store(tmp_path / "store")
    index = Index(store)
    overwrite(store)
    state = read_state(store.folder / "caches")
    assert state is not None
    files = chroma.vector_files(store.folder / "caches/chroma")
    write_state(store.folder / "caches", replace(state, files=files))
    problems = index.health().problems
    assert len(problems) == 1 and "vector index" in problems[0]

    index.rebuild()
    healthy = index.health()
    assert (healthy.problems, healthy.passages) == ((), ENOUGH)
    assert healthy.probed >= 40
    index.close()


def test_caches_that_fail_even_when_rebuilt_are_an_error_with_a_way_out(store: Store) -> None:
    tiny.many(store, 3)
    caches = store.folder / "caches"
    caches.mkdir()
    (caches / "chroma").write_text("a file where Chroma's folder must be")
    with pytest.raises(StoreDamaged) as caught:
        Index(store).dense(tiny.vector("x"), 1)
    assert str(caches) in caught.value.hint


def test_a_broken_folder_does_not_disturb_another_in_the_same_process(
    large: Path, tmp_path: Path
) -> None:
    """To get over a folder it could not open, Chroma must be made to forget all of them."""
    good = Store(large)
    index = Index(good)
    index.dense(tiny.vector("x"), 1)
    shutil.copytree(large, tmp_path / "store")
    broken = Store(tmp_path / "store")
    garble_database(broken)
    other = Index(broken)
    for _ in range(2):
        for asked, store in ((other, broken), (index, good)):
            assert finds_itself(asked, store, store.passage_ids()[7])
        other.close()
        index.close()


# Several processes

PUT_MORE = """
import sys
from pathlib import Path
import tiny
from assistant.index import Index
from assistant.locks import writer
from assistant.store import Store
store = Store(Path(sys.argv[1]))
index = Index(store)
index.refresh()
for round in range(int(sys.argv[2])):
    with writer(store.folder):
        tiny.many(store, 150, name=f"more{round}-")
        store.remove(f"a{round}")
        index.refresh()
    print(round, flush=True)
"""

ASK_ONCE = """
import sys
from pathlib import Path
import tiny
from assistant.index import Index
from assistant.store import Store
index = Index(Store(Path(sys.argv[1])))
assert index.dense(tiny.vector("x"), 5)
index.close()
"""

ASK = """
import sys
from pathlib import Path
import tiny
from assistant.index import Index
from assistant.store import Store
store = Store(Path(sys.argv[1]))
index = Index(store)
asked = 0
print("asking", flush=True)
while not (store.folder / "stop").exists():
    for name in ("a20", "a40", "a60"):
        own = store.passages_of(name)[0].id
        assert index.dense(store.vectors([own])[0], 1)[0][0] == own
        assert index.lexical(["titl"], 1)
        asked += 1
print(asked)
"""


def test_a_reader_sees_what_another_process_wrote(store: Store) -> None:
    """Chroma itself goes on answering from memory."""
    tiny.many(store, 100)
    index = Index(store)
    assert index.size == 100
    index.dense(tiny.vector("x"), 1)
    process = tiny.python(PUT_MORE, store.folder, 1)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert index.size == 249
    assert finds_itself(index, store, store.passages_of("more0-77")[0].id)
    present = set(store.passage_ids())
    assert answers(index, store) == (present, present)


@pytest.mark.parametrize("articles", [40, ENOUGH])
def test_asking_leaves_the_caches_as_they_are(store: Store, articles: int) -> None:
    """Below 1,000 records Chroma's vector files are placeholders with whatever was in memory, and
    every process that asks writes them anew: that is no damage, and nothing to rebuild."""
    tiny.many(store, articles)
    index = Index(store)
    index.refresh()
    before = read_state(store.folder / "caches")
    index.close()
    for _ in range(3):
        process = tiny.python(ASK_ONCE, store.folder)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert read_state(store.folder / "caches") == before
        assert index.health().ok
        assert read_state(store.folder / "caches") == before


@pytest.mark.parametrize("damage", [remove_vectors, empty_placeholders])
def test_chroma_does_without_its_placeholders(
    store: Store, damage: Callable[[Store], None]
) -> None:
    tiny.many(store, 40)
    index = Index(store)
    index.refresh()
    index.close()
    damage(store)
    assert all(finds_itself(index, store, i) for i in store.passage_ids()[::10])
    assert index.health().ok


@pytest.mark.slow
def test_readers_that_ask_while_a_writer_writes_get_right_answers_and_damage_nothing(
    store: Store,
) -> None:
    """Without the lock a third of such readers end in SIGSEGV, and the collection is damaged."""
    tiny.many(store, 900)
    readers = [tiny.python(ASK, store.folder) for _ in range(2)]
    for reader in readers:
        assert reader.stdout and reader.stdout.readline() == "asking\n", reader.stderr
    process = tiny.python(PUT_MORE, store.folder, 3)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    (store.folder / "stop").touch()
    for reader in readers:
        said, errors = reader.communicate(timeout=60)
        assert reader.returncode == 0, errors
        assert int(said) >= 3
    index = Index(store)
    assert index.health().ok
    assert index.size == 900 + 3 * 149


def test_a_change_marks_the_caches_dirty_until_it_is_whole(store: Store) -> None:
    """The mark is what the next process sees of one that was killed while Chroma wrote."""
    tiny.many(store, 3)
    index = Index(store)
    index.refresh()
    tiny.put(store, tiny.article("late", "Latecomer."))
    caches = store.folder / "caches"

    def interrupt(what: str, done: int, total: int | None, unit: str) -> None:
        state = read_state(caches)
        assert state is not None and not state.clean
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.refresh(interrupt)
    assert index.health().problems == ("the last change of the search index was cut off",)
    present = set(store.passage_ids())
    assert answers(Index(store), store) == (present, present)
    state = read_state(caches)
    assert state is not None and state.clean


def test_state_is_written_so_that_a_reader_never_sees_half_of_it(store: Store) -> None:
    tiny.many(store, 1)
    Index(store).refresh()
    folder = store.folder / "caches"
    assert not (folder / "state.json.new").exists()
    assert json.loads((folder / "state.json").read_text())["clean"] is True
