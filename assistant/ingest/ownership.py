"""Which file each article is from, and so which ids other files may still have."""

from __future__ import annotations

import itertools
from collections import defaultdict
from pathlib import Path

from assistant.ingest.files import File
from assistant.store import FileState, Origin, Store


class Ownership:
    """Begins with what the store says, and is told what is put and removed after that."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._origins: dict[str, Origin] = {}
        # Of each stored file its articles; of each id, and each id a file with it may have, its
        # files.
        self._ids_of: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._files_of: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        self._states: dict[str, dict[str, FileState]] = {}
        for article_id, origin in store.origins().items():
            self.note(article_id, origin)

    def origin(self, article_id: str) -> Origin | None:
        return self._origins.get(article_id)

    def note(self, article_id: str, origin: Origin) -> None:
        """The store has this article now, from there."""
        self._origins[article_id] = origin
        self._ids_of[origin.root, origin.path].add(article_id)
        self.reserve(article_id, origin.root, origin.path)

    def reserve(self, article_id: str, root: str, path: str) -> None:
        """The store will have this article, from there."""
        for file_id in _file_ids(article_id):
            self._files_of[file_id].add((root, path))

    def forget(self, article_id: str) -> None:
        """The store has this article no longer."""
        del self._origins[article_id]

    def of_file(self, root: str, path: str) -> set[str]:
        """The articles that came from this file and belong to it still."""
        here = (root, path)
        return {
            i for i in self._ids_of[here] if i in self._origins and self._origins[i][:2] == here
        }

    def of_path(self, path: str) -> set[str]:
        """As `of_file`, for a path that tells its articles apart without its root."""
        return {i for i, origin in self._origins.items() if origin.path == path}

    def free_id(self, root: Path, file: File) -> str:
        """The id the file asks for, or one with its source's name where another source has that.

        The one it has already is kept. A source that is gone from the disk gives up the id of a
        file that is the same here: that source was moved.
        """
        wanted = file.article_id
        own = {i for a in self._ids_of[str(root), file.path] for i in _file_ids(a)}
        if known := [i for i in own if i == wanted or i.endswith(f"/{wanted}")]:
            return min(known, key=len)
        prefixed = (f"{root.name}-{number}/{wanted}" for number in itertools.count(2))
        candidates = itertools.chain((wanted, f"{root.name}/{wanted}"), prefixed)
        return next(c for c in candidates if not self._taken(c, str(root), file))

    def _taken(self, file_id: str, root: str, file: File) -> bool:
        return any(
            other != root and not self._moved(other, path, file)
            for other, path in self._files_of[file_id]
        )

    def _moved(self, root: str, path: str, file: File) -> bool:
        """Whether `file` is what was at `path` in a source that is no longer on the disk."""
        if root not in self._states:
            self._states[root] = {} if Path(root).exists() else self._store.file_states(root)
        state = self._states[root].get(path)
        return bool(root and state and file.state and state.sha256 == file.state.sha256)


def _file_ids(article_id: str) -> list[str]:
    """The ids a file may have that this article is from: its own, or the part before a "#"."""
    parts = article_id.split("#")
    return ["#".join(parts[:n]) for n in range(1, len(parts) + 1)]
