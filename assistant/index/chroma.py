"""The vector index: a Chroma folder with one collection, `passages`."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from assistant.index.state import Broken, State
from assistant.progress import Progress
from assistant.store import Changes, Store

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection
    from numpy.typing import NDArray

# Chroma makes an object of every number that it is given, and takes 5461 records at most.
BATCH = 1000
PROBE_SECONDS = 120.0
METADATA = "index_metadata.pickle"

# Chroma keeps one system per folder and process, whoever opens it, and only a client that is closed
# lets go of it. So clients are kept here, one per folder, with the generation they have in memory.
_clients: dict[Path, tuple[str, Client, Collection]] = {}
_clients_lock = threading.RLock()


@contextmanager
def _chroma_errors() -> Iterator[None]:
    """Whatever Chroma raises when its files are broken, as Broken."""
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, ValueError, AttributeError, KeyError) as error:
        raise Broken(f"{type(error).__name__}: {error}") from error
    except BaseException as error:
        # A panic in Chroma's Rust part is no `Exception`, and its class cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise Broken(f"panic: {error}") from error


def _client(folder: Path) -> Client:
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    try:
        return cast("Client", chromadb.PersistentClient(str(folder), settings=settings))
    except BaseException:
        # It leaves the system that could not be started behind for the next one who opens the
        # folder. Clients of other folders hold their own and do not miss it.
        SharedSystemClient.clear_system_cache()
        raise


def collection(folder: Path, state: State | None) -> Collection:
    """The collection in `folder` as `state` says it is, opened anew if what is open is older.

    state: None to create the collection in an empty folder.
    """
    with _clients_lock, _chroma_errors():
        known = _clients.get(folder)
        if known is not None:
            if state is not None and known[0] == state.generation:
                return known[2]
            close(folder)
        if state is not None and state.files != vector_files(folder):
            raise Broken("a file of the vector index is missing or damaged")
        client = _client(folder)
        try:
            if state is None:
                collection = client.create_collection(
                    "passages",
                    embedding_function=None,
                    # Retrieval asks for up to a hundred candidates; the default of 100 is too
                    # narrow a beam for that.
                    configuration={"hnsw": {"space": "cosine", "ef_search": 200}},
                )
            else:
                collection = client.get_collection("passages", embedding_function=None)
        except BaseException:
            client.close()
            raise
        _clients[folder] = (state.generation if state else "", client, collection)
        return collection


def opened(folder: Path, generation: str) -> None:
    """Say that what is open in this process is `generation` from now on."""
    with _clients_lock:
        _, client, collection = _clients[folder]
        _clients[folder] = (generation, client, collection)


def close(folder: Path) -> None:
    """Let go of what is open in this process, if anything is."""
    with _clients_lock:
        known = _clients.pop(folder, None)
        if known is not None:
            known[1].close()


def change(collection: Collection, store: Store, changes: Changes, progress: Progress) -> None:
    """Apply `changes` to the collection. Reports "Indexing" in passages."""
    removed, added = changes.removed, changes.added
    total = len(added) + len(removed)
    for start in range(0, len(removed), BATCH):
        with _chroma_errors():
            collection.delete(ids=removed[start : start + BATCH])
    for start in range(0, len(added), BATCH):
        progress("Indexing", len(removed) + start, total, "passages")
        ids = added[start : start + BATCH]
        vectors = store.vectors(ids)
        with _chroma_errors():
            collection.upsert(ids=ids, embeddings=vectors)
    progress("Indexing", total, total, "passages")


def query(
    collection: Collection, vectors: NDArray[np.float32], k: int
) -> list[list[tuple[str, float]]]:
    """For each row the `k` nearest as (id, cosine similarity), best first."""
    with _chroma_errors():
        found: Any = collection.query(query_embeddings=vectors, n_results=k, include=["distances"])
    return [
        [(i, 1.0 - float(d)) for i, d in zip(ids, distances, strict=True)]
        for ids, distances in zip(found["ids"], found["distances"], strict=True)
    ]


def check_change(collection: Collection, store: Store, changes: Changes, *, expected: int) -> None:
    """Raises Broken where Chroma reported success on a collection that is not: it has done so."""
    with _chroma_errors():
        count = collection.count()
    if count != expected:
        raise Broken(f"Chroma has {count} passages after a change that should leave {expected}")
    sample = changes.added[-8:]
    if sample and _lost(sample, query(collection, store.vectors(sample), min(10, count))) > 4:
        raise Broken("Chroma does not find what was just written to it")


def _lost(ids: list[str], found: list[list[tuple[str, float]]]) -> int:
    """How many passages were not found by their own vectors."""
    return sum(
        # A passage printed twice has a twin with the same vector, and either will do.
        own not in (i for i, _ in hits) and not (hits and hits[0][1] > 0.9999)
        for own, hits in zip(ids, found, strict=True)
    )


def probe(folder: Path, store: Store, ids: list[str], total: int) -> list[str]:
    """What is wrong with the vector index, asked in a process of its own."""
    import numpy as np

    sent = BytesIO()
    np.save(sent, store.vectors(ids))
    try:
        done = subprocess.run(
            # -P: a folder "assistant" where the command is run is not this program
            [sys.executable, "-P", "-m", "assistant.index.chroma", str(folder)],
            input=sent.getvalue(),
            capture_output=True,
            timeout=PROBE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [f"the vector index did not answer within {PROBE_SECONDS:.0f} s"]
    if done.returncode < 0:
        return [f"the vector index ended the process that opened it (signal {-done.returncode})"]
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        return [f"the vector index cannot be opened: {''.join(last)}"]
    answer = json.loads(done.stdout.splitlines()[-1])
    problems = []
    if answer["count"] != total:
        problems.append(f"the vector index has {answer['count']} passages, not {total}")
    lost = _lost(ids, answer["found"])
    if lost > 0.05 * len(ids):  # the search is approximate
        problems.append(f"the vector index does not find {lost} of {len(ids)} passages")
    return problems


def _probe_process(folder: Path) -> None:
    """Body of the probe process: vectors from standard input, what they find to standard output."""
    import numpy as np

    vectors = np.load(BytesIO(sys.stdin.buffer.read()), allow_pickle=False)
    collection = _client(folder).get_collection("passages", embedding_function=None)
    count = collection.count()
    print(json.dumps({"count": count, "found": query(collection, vectors, min(10, count))}))


def vector_files(chroma: Path) -> dict[str, list[int]]:
    """Size and CRC-32 of each file of the vector index; Chroma's SQLite file checks itself.

    Before its first 1,000 records Chroma keeps them in SQLite alone: the files are placeholders of
    whatever was in memory, which it writes anew whenever it is asked and never reads. Only the
    index that it has saved comes with metadata.
    """
    found = {}
    for path in sorted(p for m in chroma.glob(f"*/{METADATA}") for p in m.parent.iterdir()):
        checksum = 0
        with path.open("rb") as opened:
            while chunk := opened.read(1 << 20):
                checksum = zlib.crc32(chunk, checksum)
        found[path.relative_to(chroma).as_posix()] = [path.stat().st_size, checksum]
    return found


if __name__ == "__main__":
    _probe_process(Path(sys.argv[1]))
