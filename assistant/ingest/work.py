"""The work of one ingest: articles wait for their vectors in batches, and are stored with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import ReadingError
from assistant.ingest.files import File
from assistant.ingest.ownership import Ownership
from assistant.progress import Progress
from assistant.reading.files import printable
from assistant.store import Origin, Store
from assistant.types import Article, Failure, IngestReport, Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH_PASSAGES = 64
_NAMED = 3

Split = Callable[[Article], list[Passage]]
Embed = Callable[[Sequence[tuple[Article, Passage]]], "NDArray[np.float32]"]


@dataclass(frozen=True)
class _Pending:
    """An article whose passages wait for their vectors."""

    article: Article
    passages: list[Passage]
    root: str
    path: str


class Work:
    """The batch in hand, and the counts so far, of one ingest."""

    def __init__(self, store: Store, split: Split, embed: Embed, progress: Progress) -> None:
        self.files_left = 0
        self.failures: list[Failure] = []
        self._notes: list[Failure] = []
        self.ownership = Ownership(store)
        self._store = store
        self._split = split
        self._embed = embed
        self._progress = progress
        self._failed: set[Path] = set()
        self._pending: list[_Pending] = []
        self._finish: list[Callable[[], None]] = []
        self._counts = dict.fromkeys(("added", "changed", "removed", "unchanged", "passages"), 0)
        self._stored = 0
        self._of_this_file = 0

    def report(self) -> IngestReport:
        return IngestReport(
            **self._counts, failures=tuple(self.failures), notes=tuple(_together(self._notes))
        )

    def named(self, item: Failure) -> bool:
        """Put what a reader says into the report. Whether something was not taken in."""
        (self._notes if item.note else self.failures).append(item)
        return not item.note

    def unreadable(self, file: File, error: ReadingError) -> None:
        self.failures.append(file.failure(error))
        self._failed.add(file.location)

    def unchanged_file(self, root: str, path: str) -> None:
        self._counts["unchanged"] += len(self.ownership.of_file(root, path))

    def unchanged_path(self, path: str) -> None:
        """As `unchanged_file`, for a path that tells its articles apart without its root."""
        self._counts["unchanged"] += len(self.ownership.of_path(path))

    def then(self, step: Callable[[], None]) -> None:
        """Let `step` write to the store in the transaction that stores the articles in hand."""
        self._finish.append(step)

    def article(self, article: Article, root: str, path: str) -> bool:
        """Take an article on. False where it cannot be: it has no sentence, or is no Unicode."""
        self._of_this_file += 1
        try:
            sha256 = article.sha256
            article.id.encode()
        except UnicodeEncodeError:
            reason = "contains characters that are no Unicode text"
            self.failures.append(Failure(printable(article.id), reason, "Save it as UTF-8."))
            return False
        known = self.ownership.origin(article.id)
        if known is not None and known.sha256 == sha256:
            if (known.root, known.path) != (root, path):
                self._store.claim(article.id, root, path)
                self.ownership.note(article.id, Origin(root, path, sha256))
            self._counts["unchanged"] += 1
            return True
        passages = self._split(article)
        if not passages:
            self.failures.append(Failure(article.id, "has no sentences"))
            return False
        self._pending.append(_Pending(article, passages, root, path))
        self.ownership.reserve(article.id, root, path)
        if sum(len(p.passages) for p in self._pending) >= BATCH_PASSAGES:
            self.flush()
        return True

    def file_done(self, root: str, file: File, found: list[str], *, failed: bool) -> None:
        """All articles of `file` were handed over. After a failure it is read again next time,
        and articles of it that were stored before but not found now stay."""

        def finish() -> None:
            if failed or file.state is None:
                self._store.forget_file(root, file.path)
                return
            self._remove(self.ownership.of_file(root, file.path) - set(found))
            self._store.mark_read(root, file.path, file.state)

        self._of_this_file = 0
        # Only together with its last article, or a kill in between would lose that one.
        self._finish.append(finish)
        if not self._pending:
            self.flush()

    def remove_stale(self, files: list[tuple[str, str]]) -> None:
        """Remove the articles of these files, but not of one that could not be read anew."""
        for root, path in files:
            if Path(root, path) not in self._failed:
                self._remove(self.ownership.of_file(root, path))

    def _remove(self, article_ids: set[str]) -> None:
        for article_id in sorted(article_ids):
            self._counts["removed"] += self._store.remove(article_id)
            self.ownership.forget(article_id)

    def flush(self) -> None:
        """Embed the batch in hand, and store it with what is to be done after it."""
        import numpy as np

        batch, self._pending = self._pending, []
        finish, self._finish = self._finish, []
        if batch and not self._stored:
            self._report(0, len(batch))
        pairs = [(pending.article, p) for pending in batch for p in pending.passages]
        rows = iter(self._embed(pairs) if pairs else ())
        with self._store.writing():
            for pending in batch:
                self._put(pending, np.array([next(rows) for _ in pending.passages], np.float32))
            for step in finish:
                step()
        self._stored += len(batch)
        if self._stored:
            self._report(self._stored, self._stored)

    def _report(self, done: int, known: int) -> None:
        """known: articles that have been read. Most files are one article; within a file that
        turns out to be many nobody knows how many will come."""
        many = self._of_this_file > 1
        self._progress("Embedding", done, None if many else known + self.files_left, "articles")

    def _put(self, pending: _Pending, vectors: NDArray[np.float32]) -> None:
        article = pending.article
        self._store.put(article, pending.passages, vectors, root=pending.root, path=pending.path)
        self._counts["changed" if self.ownership.origin(article.id) else "added"] += 1
        self._counts["passages"] += len(pending.passages)
        self.ownership.note(article.id, Origin(pending.root, pending.path, article.sha256))


def _together(notes: list[Failure]) -> list[Failure]:
    """Notes that say the same of many files as one: in an old archive they are thousands."""
    alike: dict[tuple[str, str], list[str]] = {}
    for note in notes:
        alike.setdefault((note.reason, note.hint), []).append(note.where)
    return [
        Failure(_listed(wheres), reason, hint, note=True)
        for (reason, hint), wheres in alike.items()
    ]


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMED
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {more:,} more" if more > 0 else shown
