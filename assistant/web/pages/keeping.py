"""What was removed, kept on disk so that it can be brought back exactly, without embedding again.

    STORE/removed/KEY/article.json    the article, its passages and vectors, and where it came from
    STORE/removed/KEY/FILE            the file it came from, where that was one of STORE/added

KEY is derived from the id. Removing an article of that id again replaces what was kept before.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import StoreError
from assistant.index import Index
from assistant.locks import writer
from assistant.store import FileState, Store
from assistant.types import Article, Passage, Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ADDED = "added"
REMOVED = "removed"
_RECORD = "article.json"
_AGAIN = "Check the disk that the store is on, then try again."


@dataclass(frozen=True)
class Kept:
    """An article that was removed and can be brought back. when: in UTC, as ISO 8601."""

    key: str
    article_id: str
    title: str
    when: str


def kept_count(folder: Path) -> int:
    return sum(1 for _ in (folder / REMOVED).glob(f"*/{_RECORD}"))


def kept(folder: Path) -> list[Kept]:
    """What can be brought back to the store in `folder`, the last removed first."""
    found = [
        Kept(path.parent.name, said["article"]["id"], said["article"]["title"], said["when"])
        for path, said in _records(folder)
    ]
    return sorted(found, key=lambda each: (each.when, each.key), reverse=True)


def take_out(article_id: str, store: Store, index: Index) -> Kept | None:
    """Remove an article from store and index, and keep it. None where there is none of that id.

    A file in the store's own folder of added files goes with its article, so that the next file
    that is added does not bring it back. Raises StoreLocked while another ingest is writing,
    StoreError and its kind for the disk.
    """
    with _disk(store.folder), writer(store.folder):
        record = _record(article_id, store)
        if record is None:
            return None
        key = _key(article_id)
        place = store.folder / REMOVED / key
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        written = place / f"{_RECORD}.part"
        written.write_text(json.dumps(record, ensure_ascii=True), encoding="utf-8")
        written.replace(place / _RECORD)
        store.remove(article_id)
        if record["root"] == str(added_folder(store)):
            _put_aside(record, place, store)
        index.refresh()
    return Kept(key, article_id, record["article"]["title"], record["when"])


def bring_back(key: str, store: Store, index: Index) -> str | None:
    """Put back what `take_out` kept; the id of the article, or None where nothing is kept.

    Raises StoreError where an article of this id is there again, and as `take_out` does.
    """
    place = store.folder / REMOVED / key
    record = next((said for path, said in _records(store.folder) if path.parent == place), None)
    if record is None:
        return None
    article, passages, vectors = _restored(record)
    with _disk(store.folder), writer(store.folder):
        if store.article(article.id) is not None:
            raise StoreError(
                f"{article.id}: an article of this name is in the index again",
                "Nothing needs to be done; or remove that one first.",
            )
        file = place / Path(record["path"]).name
        target = Path(record["root"], record["path"])
        if file.exists() and not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            file.rename(target)
        with store.writing():
            store.put(article, passages, vectors, root=record["root"], path=record["path"])
            if record["state"]:
                store.mark_read(record["root"], record["path"], FileState(*record["state"]))
        index.refresh()
        shutil.rmtree(place, ignore_errors=True)
    return article.id


def forget(key: str, folder: Path) -> None:
    """Delete for good what is kept under `key`."""
    if key in {each.key for each in kept(folder)}:
        shutil.rmtree(folder / REMOVED / key, ignore_errors=True)


def added_folder(store: Store) -> Path:
    """Where files that came through the web are kept, spelt as an ingest of it spells it."""
    return store.folder.resolve() / ADDED


def _put_aside(record: dict[str, Any], place: Path, store: Store) -> None:
    """Let the next ingest of the added files not bring back what was taken out."""
    here = (record["root"], record["path"])
    file = Path(*here)
    if any(origin[:2] == here for origin in store.origins().values()):
        if record["state"]:  # other articles of this file stay: it counts as read
            store.mark_read(*here, FileState(*record["state"]))
    elif file.is_file():
        file.rename(place / file.name)


# The record


def _key(article_id: str) -> str:
    return hashlib.sha256(article_id.encode("utf-8", "surrogatepass")).hexdigest()[:20]


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    """The seam where errors of the file system become ours."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{folder}: what was removed cannot be kept: {error.strerror or error}", _AGAIN
        ) from error


def _record(article_id: str, store: Store) -> dict[str, Any] | None:
    with store.reading():
        article = store.article(article_id)
        if article is None:
            return None
        origin = store.origins()[article_id]
        passages = store.passages_of(article_id)
        vectors = store.vectors([passage.id for passage in passages])
        state = store.file_states(origin.root).get(origin.path)
    said = asdict(article)
    said["published"] = article.published.isoformat() if article.published else None
    return {
        "when": datetime.now(UTC).isoformat(timespec="seconds"),
        "article": said,
        "root": origin.root,
        "path": origin.path,
        "state": list(state) if state else None,
        "passages": [asdict(passage) for passage in passages],
        "dimension": vectors.shape[1],
        "vectors": base64.b64encode(vectors.astype("<f4").tobytes()).decode(),
    }


def _restored(record: dict[str, Any]) -> tuple[Article, list[Passage], NDArray[np.float32]]:
    import numpy as np

    said = dict(record["article"])
    said["tags"] = tuple(said["tags"])
    said["published"] = date.fromisoformat(said["published"]) if said["published"] else None
    passages = [
        Passage(**{**each, "sentences": tuple(Span(a, b) for a, b in each["sentences"])})
        for each in record["passages"]
    ]
    numbers = np.frombuffer(base64.b64decode(record["vectors"]), "<f4").astype(np.float32)
    return Article(**said), passages, numbers.reshape(len(passages), record["dimension"])


def _records(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every whole record; one that was cut off when the power failed is passed over."""
    for path in sorted((folder / REMOVED).glob(f"*/{_RECORD}")):
        try:
            yield path, json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
