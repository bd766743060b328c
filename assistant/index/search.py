"""`Index`: search in the caches of a store, and keeping them equal to it."""

from __future__ import annotations

import shutil
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from assistant.index import chroma, recent
from assistant.index.generation import Generation
from assistant.index.lexical import passage_terms
from assistant.index.state import Broken, State, caches_errors, read_state, sync, write_state
from assistant.locks import caches_exclusive, caches_shared, read_only, writer_active
from assistant.progress import Progress, silent
from assistant.store import Changes, Store
from assistant.types import Filters

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")

PROBES = 48


@dataclass(frozen=True)
class Health:
    """What a check of the caches found. `problems` is empty when they can be trusted.

    passages: how many passages the store has. probed: how many of them were searched for.
    """

    problems: tuple[str, ...]
    passages: int
    probed: int

    @property
    def ok(self) -> bool:
        return not self.problems


class Scores(NamedTuple):
    """How near a passage is to a question.

    cosine: of the two vectors. lexical: BM25; 0 for one that is not among the best by words.
    """

    cosine: float
    lexical: float = 0.0


class Index:
    """Search over the passages of one store. May be used from several threads at once.

    Every method but `health` raises StoreDamaged when even rebuilt caches fail, StoreFull when the
    disk is full, and StoreError where the folder cannot be used.
    """

    def __init__(self, store: Store, folder: Path | None = None) -> None:
        """folder: of the caches; ``caches`` in the store's folder unless told otherwise."""
        self._store = store
        self._use((folder or store.folder / "caches").resolve())
        self._own: TemporaryDirectory[str] | None = None
        self._generation: Generation | None = None
        self._lock = threading.RLock()

    def _use(self, folder: Path) -> None:
        self._folder = folder
        self._chroma = folder / "chroma"
        self._frozen = read_only(folder if folder.exists() else folder.parent)

    # Searching

    def candidates(
        self,
        vector: NDArray[np.float32],
        terms: list[str],
        k: int,
        filters: Filters | None = None,
    ) -> dict[str, Scores]:
        """The `k` best passages of each search, by id: at most twice `k`. See `dense`, `lexical`.

        Both are searched in one and the same state of the caches.
        """
        self._check(vector)

        def search(state: State) -> dict[str, Scores]:
            found = {i: Scores(cosine) for i, cosine in self._dense(state, vector, k, filters)}
            # Exact cosines for all, so that a passage only BM25 found is compared on equal terms.
            for passage_id, lexical, cosine in self._files(state).words(terms, k, filters, vector):
                found[passage_id] = Scores(cosine, lexical)
            return found

        return self._read(search) if k > 0 else {}

    def dense(
        self, vector: NDArray[np.float32], k: int, filters: Filters | None = None
    ) -> list[tuple[str, float]]:
        """The `k` nearest passages as (passage id, cosine similarity), best first.

        vector: shape (d,), finite, not all zero, else ValueError.
        filters: the articles whose passages may be found, and all of these are looked at; None
            means all, and then the search is approximate.
        Passages that were removed from the store since the last refresh may be among them.
        """
        self._check(vector)
        return self._read(lambda state: self._dense(state, vector, k, filters)) if k > 0 else []

    def lexical(
        self, terms: list[str], k: int, filters: Filters | None = None
    ) -> list[tuple[str, float]]:
        """The `k` best passages as (passage id, BM25 score > 0), best first.

        terms: as `assistant.lexical.terms` makes them. A term given twice counts twice.
        filters: the articles whose passages may be found; None means all.
        """
        if k <= 0:
            return []
        found = self._read(lambda state: self._files(state).words(terms, k, filters))
        return [(passage_id, score) for passage_id, score, _ in found]

    def _dense(
        self, state: State, vector: NDArray[np.float32], k: int, filters: Filters | None
    ) -> list[tuple[str, float]]:
        if not state.passages:
            return []
        if filters or self._frozen:  # Chroma writes even to read
            return self._files(state).nearest(vector, k, filters or Filters())
        collection = chroma.collection(self._chroma, state)
        found = chroma.query(collection, vector.reshape(1, -1), min(k, state.passages))[0]
        # What a lost vector file looks like: Chroma answers, but with next to nothing.
        if 2 * len(found) < min(k, state.passages):
            raise Broken(f"only {len(found)} of {min(k, state.passages)} passages found")
        return found

    def _check(self, vector: NDArray[np.float32]) -> None:
        """Raises ValueError for what cannot be searched for."""
        import numpy as np

        if vector.shape != (self._store.dimension or len(vector),) or not vector.any():
            raise ValueError(f"a vector of shape {vector.shape} cannot be searched for")
        if not np.isfinite(vector).all():
            raise ValueError("a vector that is not finite cannot be searched for")

    def allows(self, filters: Filters) -> bool:
        """Whether any passage may be found under `filters`."""
        return self._read(lambda state: len(self._files(state).allowed(filters)) > 0)

    def document_frequency(self, terms: list[str]) -> tuple[int, list[int]]:
        """How many passages there are, and for each term how many contain it, titles included.

        A few that were removed lately may still count.
        """
        return self._read(
            lambda state: (state.passages, self._files(state).document_frequency(terms))
        )

    @property
    def size(self) -> int:
        """Number of passages in the caches."""
        return self._read(lambda state: state.passages)

    def _read(self, use: Callable[[State], T]) -> T:
        """`use` with caches that can be trusted, under the shared lock; mended first if need be."""
        wanted = self._store.version
        mended = False
        if self._frozen and not self._folder.exists():
            self._leave()
        while True:
            broken = None
            with self._lock, caches_errors(self._folder):
                with caches_shared(self._folder):
                    state = read_state(self._folder)
                    if state is not None and self._usable(state, wanted):
                        try:
                            return use(state)
                        except Broken:
                            if mended:
                                raise
                            broken = state.generation
                if self._frozen:
                    self._leave()
                elif broken is not None:
                    self._mend(broken)
                    mended = True
                else:
                    self.refresh()

    def _leave(self) -> None:
        """Use caches in a temporary folder from now on, where those of a store that cannot be
        written cannot be mended."""
        self._own = TemporaryDirectory(prefix="assistant-caches-", ignore_cleanup_errors=True)
        self._generation = None
        self._use(Path(self._own.name).resolve())

    def _ours(self, state: State) -> bool:
        """Whether the caches are whole, and reflect this store as it is or as it was."""
        # An older copy of the store may have been put back: then the caches are ahead of it.
        return (
            state.clean
            and state.store_id == self._store.id
            and state.version <= self._store.version
        )

    def _usable(self, state: State, wanted: int) -> bool:
        """Whether they may be searched, where version `wanted` was the newest a moment ago."""
        # While an ingest runs the caches lag behind on purpose: it refreshes them once, at its end.
        return self._ours(state) and (state.version >= wanted or writer_active(self._store.folder))

    def _files(self, state: State) -> Generation:
        if self._generation is None or self._generation.name != state.generation:
            self._generation = Generation(self._folder / "lexical", state, self._store)
        return self._generation

    def close(self) -> None:
        """Let go of the files. The next search opens them again."""
        with self._lock:
            self._generation = None
            chroma.close(self._chroma)
            if self._own is not None:
                self._own.cleanup()

    # Making the caches equal to the store

    def refresh(self, progress: Progress = silent) -> None:
        """Apply what changed in the store since the last time; nothing to do costs next to nothing.

        Reports "Indexing" in passages.
        """
        with self._lock, caches_errors(self._folder), caches_exclusive(self._folder):
            state = read_state(self._folder)
            if state is not None and self._ours(state) and state.version == self._store.version:
                return
            if state is not None and not self._ours(state):
                state = None
            try:
                self._apply(state, progress)
            except Broken:
                if state is None:
                    raise
                self._apply(None, progress)

    def rebuild(self, progress: Progress = silent) -> None:
        """Drop the caches and build them anew from the store. Reports "Indexing" in passages."""
        with self._lock, caches_errors(self._folder), caches_exclusive(self._folder):
            self._apply(None, progress)

    def _mend(self, generation: str) -> None:
        """Rebuild, unless another process was first: then `generation` is no longer in force."""
        with self._lock, caches_exclusive(self._folder):
            state = read_state(self._folder)
            if state is None or state.generation == generation:
                self._apply(None, silent)

    def _apply(self, before: State | None, progress: Progress) -> None:
        """Bring the caches to the store's version, from `before` or from nothing.

        Needs the exclusive lock. A kill in here leaves a dirty mark, and the next reader rebuilds.
        """
        store = self._store
        dirty = State(store.id, 0, uuid.uuid4().hex, clean=False)
        write_state(self._folder, dirty)
        if before is None:
            chroma.close(self._chroma)
            shutil.rmtree(self._chroma, ignore_errors=True)
        with store.reading():
            changes = (
                store.changes_since(before.version)
                if before is not None
                else Changes(store.version, store.passage_ids(), [])
            )
            # Words before vectors: what writing them takes is given back before Chroma needs more.
            if before is not None and recent.is_little(store, before):
                written, written_at = before.written, before.written_at
            else:
                written, written_at = dirty.generation, changes.version
                Generation.build(self._folder / "lexical" / written, store)
            collection = chroma.collection(self._chroma, before)
            chroma.change(collection, store, changes, progress)
            total = store.passage_count()
            chroma.check_change(collection, store, changes, expected=total)
        chroma.opened(self._chroma, dirty.generation)
        for path in self._chroma.rglob("*"):
            if path.is_file():
                sync(path)
        clean = replace(
            dirty,
            version=changes.version,
            clean=True,
            passages=total,
            written=written,
            written_at=written_at,
            files=chroma.vector_files(self._chroma),
        )
        write_state(self._folder, clean)
        for old in (self._folder / "lexical").iterdir():
            if old.name != clean.written:
                shutil.rmtree(old, ignore_errors=True)

    # Proof that they work

    def health(self) -> Health:
        """Search for a few dozen stored passages by their own vectors and words.

        Mends nothing. Chroma is asked in a process of its own with a time limit, because a damaged
        index can end the process that opens it.
        """
        with self._lock, caches_errors(self._folder), caches_shared(self._folder):
            total = self._store.passage_count()
            state = read_state(self._folder)
            if state is None:
                return Health(("there is no search index yet",) if total else (), total, 0)
            problems: list[str] = []
            if not state.clean:
                problems.append("the last change of the search index was cut off")
            elif state.store_id != self._store.id:
                problems.append("the search index belongs to another store")
            elif state.version != self._store.version:
                running = writer_active(self._store.folder)
                problems.append(
                    "an ingest is running: check again when it is done"
                    if running
                    else "the search index is behind the store"
                )
            elif state.passages != total:
                problems.append(f"the search index has {state.passages} passages, not {total}")
            elif state.files != chroma.vector_files(self._chroma):
                problems.append("a file of the vector index is missing or damaged")
            if problems or not total:
                return Health(tuple(problems), total, 0)
            ids = self._store.passage_ids()
            sample = ids[:: max(1, len(ids) // PROBES)][:PROBES]
            if not self._frozen:
                problems += chroma.probe(self._chroma, self._store, sample, total)
            problems += self._probe_words(state, sample)
        return Health(tuple(problems), total, len(sample))

    def _probe_words(self, state: State, sample: list[str]) -> list[str]:
        found = self._store.passages(sample)
        try:
            words = self._files(state)
            lost = 0
            for passage, article in found.values():
                text = article.text[passage.start : passage.end]
                if not words.finds(passage.id, passage_terms(article.title, text)):
                    lost += 1
        except Broken as error:
            return [f"the lexical index cannot be read: {error}"]
        return [f"the lexical index does not find {lost} of {len(found)} passages"] if lost else []
