"""Make the index equal to its sources, touching only what changed.

A source is a folder or a single file. New files are added, changed ones read again, vanished ones
removed; an unchanged file costs one look at its size and time. Articles of other sources stay. What
cannot be read now keeps what was stored of it before, and is reported.

Articles are stored as soon as their vectors are there, so an ingest that is killed or interrupted
has lost only the batch in hand, and the next one goes on from there.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant import reading
from assistant.errors import ReadingError
from assistant.index import Index
from assistant.locks import writer
from assistant.progress import Progress, silent
from assistant.reading import Options
from assistant.reading.files import opened, printable
from assistant.store import FileState, Origin, Store
from assistant.types import Article, Failure, IngestReport, Passage, Preview

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH_PASSAGES = 64
# A file changed this shortly before it was read may change again within the same time stamp.
RECENT_NS = 2_000_000_000
# Fewer than these may vanish without a question, even if they are most of a source.
FEW_FILES = 10


class Read(Protocol):
    """The articles of one file, and a Failure for each part of it that cannot be read.

    Raises ReadingError, when called or while iterating, for a file that cannot be read at all.
    """

    def __call__(
        self, path: Path, *, article_id: str, options: Options
    ) -> Iterator[Article | Failure]: ...


Split = Callable[[Article], list[Passage]]
Embed = Callable[[Sequence[tuple[Article, Passage]]], "NDArray[np.float32]"]


def ingest(
    sources: Sequence[Path],
    store: Store,
    index: Index,
    *,
    read: Read = reading.read,
    split: Split,
    embed: Embed,
    options: Options = Options(),  # noqa: B008 (it is frozen)
    allow_removal: bool = False,
    progress: Progress = silent,
) -> IngestReport:
    """Make store and index equal to `sources`.

    embed: float32, one row for each (article, passage). Called with about 64 at a time.
    options: the limits of reading, and the columns of tables.
    allow_removal: go on though most files of a source, or all of them, are gone.
    progress: "Reading" and "Embedding" in articles, then "Indexing" in passages.
    Raises ReadingError, before anything is changed, for a source that is missing, of no known
    format, or without most of the files that it had before; StoreLocked when another process is
    writing; StoreError and its kind, and whatever `embed` raises, with every article stored until
    then kept.
    """
    with writer(store.folder):
        plans = _plans(sources, store, allow_removal=allow_removal)
        work = Work(store, split, embed, progress)
        _scan(plans, store, work, progress)
        for plan in plans:
            for file in plan.to_read:
                _take_in(plan.root, file, work, read, options)
        work.flush()
        for plan in plans:
            work.remove_stale(plan.stale)
        index.refresh(progress)
    return work.report()


def preview(sources: Sequence[Path], store: Store) -> Preview:
    """What `ingest` would do to these sources, without doing it. Raises ReadingError as it does.

    A file counts as changed by its content; what is in it is not read.
    """
    added: list[str] = []
    changed: list[str] = []
    failures: list[Failure] = []
    unchanged = 0
    plans = _plans(sources, store, allow_removal=True)
    for plan in plans:
        states = store.file_states(str(plan.root))
        known_paths = {o.path for o in store.origins().values() if o.root == str(plan.root)}
        for file in plan.files:
            try:
                _, same = _look(file.location, states.get(file.path))
            except ReadingError as error:
                reason = error.message.removeprefix(f"{file.where}: ")
                failures.append(Failure(file.where, reason, error.hint))
                continue
            if same:
                unchanged += 1
            else:
                (changed if file.path in known_paths else added).append(file.article_id)
    stale = {file for plan in plans for file in plan.stale}
    taken_over = {(str(p.root), f.path) for p in plans for f in p.files}
    removed = sorted(
        article_id
        for article_id, origin in store.origins().items()
        if origin[:2] in stale - taken_over
    )
    return Preview(tuple(added), tuple(changed), tuple(removed), unchanged, tuple(failures))


def remove(article_id: str, store: Store, index: Index) -> bool:
    """Remove one article from store and index. Returns False where there is none of that id.

    The next ingest of a source that still has it brings it back. Raises as `ingest` does.
    """
    with writer(store.folder):
        removed = store.remove(article_id)
        index.refresh()
    return removed


# What there is to do


@dataclass
class File:
    """One file of a source: where it is, its path within the source, and the id it asks for."""

    location: Path
    path: str
    article_id: str
    state: FileState | None = None

    @property
    def where(self) -> str:
        return printable(self.location)


@dataclass
class _Plan:
    """What one source needs.

    root: under which the store files these articles: the source, or a larger one it lies in.
    files: as found, of which `to_read` are new or changed.
    stale: (root, path) of stored files that are gone, or that `files` now has under `root`.
    """

    root: Path
    files: list[File]
    stale: list[tuple[str, str]]
    to_read: list[File] = field(default_factory=list)


def _plans(sources: Sequence[Path], store: Store, *, allow_removal: bool) -> list[_Plan]:
    """What each source needs. A file that lies in two sources belongs to the larger one."""
    asked = list(dict.fromkeys(_resolved(path) for path in sources))
    stored = sorted({(o.root, o.path) for o in store.origins().values() if o.root})
    roots = {Path(root) for root, _ in stored} | set(asked)
    plans = []
    for source in asked:
        found = [file.path for file in reading.find_sources(source)]
        root = _home(source, found, roots)
        if root != source and root in asked:
            continue
        files = [File(p, _path_within(p, root), reading.article_id(p, root)) for p in found]
        under = [(r, p) for r, p in stored if Path(r, p).is_relative_to(source)]
        now = {file.path for file in files}
        stale = [
            (r, p)
            for r, p in under
            if (r == str(root) and p not in now)
            or (Path(r) != root and root in Path(r).parents and _superseded(Path(r, p), found))
        ]
        if not allow_removal:
            _check_still_there(source, files, under, root)
        plans.append(_Plan(root, files, stale))
    return plans


def _check_still_there(
    source: Path, files: list[File], stored: list[tuple[str, str]], root: Path
) -> None:
    """Raises ReadingError where most of the files stored of a source are gone from the disk: that
    is what a disk that is not mounted, or a wrong folder, looks like."""
    before = {path for r, path in stored if r == str(root)}
    gone = len(before - {file.path for file in files})
    if before and not files:
        problem = "has no articles any more, but the index has some of it"
    elif gone >= FEW_FILES and gone * 2 > len(before):
        problem = f"{gone:,} of the {len(before):,} files that the index has of it are gone"
    else:
        return
    raise ReadingError(
        f"{printable(source)}: {problem}",
        "If its disk is not mounted, mount it. If they are meant to be gone, use --allow-removal; "
        "--dry-run shows which.",
    )


def _resolved(source: Path) -> Path:
    """One spelling for each source. A link to a file keeps its name, which says its format."""
    return source.resolve() if source.is_dir() else source.absolute().parent.resolve() / source.name


def _home(source: Path, found: list[Path], roots: set[Path]) -> Path:
    """The largest of `roots` that has all of `source`, which may be `source` itself."""
    for root in sorted(roots.intersection(source.parents), key=lambda path: len(path.parts)):
        if set(found) <= {file.path for file in reading.find_sources(root)}:
            return root
    return source


def _superseded(location: Path, found: list[Path]) -> bool:
    return location in found or not location.exists()


def _path_within(path: Path, root: Path) -> str:
    """How the store names a file: text even where the name is not; "." where `root` is the file."""
    within = path.relative_to(root).as_posix()
    return within.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _scan(plans: list[_Plan], store: Store, work: Work, progress: Progress) -> None:
    """Find out which files must be read, by size and time, and by hash where these differ."""
    total = sum(len(plan.files) for plan in plans)
    done = 0
    for plan in plans:
        root = str(plan.root)
        states = store.file_states(root)
        for file in plan.files:
            progress("Reading", done, total, "articles")
            done += 1
            try:
                file.state, same = _look(file.location, states.get(file.path))
            except ReadingError as error:
                work.unreadable(file, error)
                continue
            if not same:
                plan.to_read.append(file)
            else:
                if file.state != states[file.path]:
                    store.mark_read(root, file.path, file.state)
                work.unchanged_file(root, file.path)
    progress("Reading", total, total, "articles")
    work.files_left = sum(len(plan.to_read) for plan in plans)


def _look(location: Path, known: FileState | None) -> tuple[FileState, bool]:
    """The state of a file now, and whether its content is that of `known`. Raises ReadingError."""
    with opened(location) as file:
        # Taken before the content: a change in between is then seen next time.
        stat = os.fstat(file.fileno())
        mtime = stat.st_mtime_ns if time.time_ns() - stat.st_mtime_ns > RECENT_NS else 0
        if known and mtime and (known.size, known.mtime_ns) == (stat.st_size, mtime):
            return known, True
        digest = hashlib.sha256()
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    state = FileState(stat.st_size, mtime, digest.hexdigest())
    return state, bool(known and known.sha256 == state.sha256)


# Doing it


def _take_in(root: Path, file: File, work: Work, read: Read, options: Options) -> None:
    """Read one file and hand its articles on; what fails keeps what the store had of it."""
    found: list[str] = []
    failed = False
    work.files_left -= 1
    article_id = work.free_id(root, file)
    try:
        for item in read(file.location, article_id=article_id, options=options):
            if isinstance(item, Failure):
                failed = True
                work.failures.append(item)
                continue
            found.append(item.id)
            failed |= not work.article(item, str(root), file.path)
    except ReadingError as error:
        failed = True
        work.unreadable(file, error)
    work.file_done(str(root), file, found, failed=failed)


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
        self._store = store
        self._split = split
        self._embed = embed
        self._progress = progress
        self._origins = store.origins()
        # Of each stored file its articles; of each id, and each id a file with it may have, its
        # files.
        self._ids_of: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._files_of: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        for article_id, origin in self._origins.items():
            self._note(article_id, origin)
        self._states: dict[str, dict[str, FileState]] = {}
        self._failed: set[Path] = set()
        self._pending: list[_Pending] = []
        self._finish: list[Callable[[], None]] = []
        self._counts = dict.fromkeys(("added", "changed", "removed", "unchanged", "passages"), 0)
        self._stored = 0

    def report(self) -> IngestReport:
        return IngestReport(**self._counts, failures=tuple(self.failures))

    def unreadable(self, file: File, error: ReadingError) -> None:
        reason = error.message.removeprefix(f"{file.where}: ")
        self.failures.append(Failure(file.where, reason, error.hint))
        self._failed.add(file.location)

    def unchanged_file(self, root: str, path: str) -> None:
        self._counts["unchanged"] += len(self._ids_of[root, path])

    def unchanged_path(self, path: str) -> None:
        """As `unchanged_file`, for a path that tells its articles apart without its root."""
        self._counts["unchanged"] += sum(origin.path == path for origin in self._origins.values())

    def then(self, step: Callable[[], None]) -> None:
        """Let `step` write to the store in the transaction that stores the articles in hand."""
        self._finish.append(step)

    # Ids

    def _note(self, article_id: str, origin: Origin) -> None:
        self._origins[article_id] = origin
        self._ids_of[origin.root, origin.path].add(article_id)
        self._reserve(article_id, (origin.root, origin.path))

    def _reserve(self, article_id: str, file: tuple[str, str]) -> None:
        for file_id in _file_ids(article_id):
            self._files_of[file_id].add(file)

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

    # Articles

    def article(self, article: Article, root: str, path: str) -> bool:
        """Take an article on. False where it cannot be: it has no sentence, or is no Unicode."""
        try:
            sha256 = article.sha256
            article.id.encode()
        except UnicodeEncodeError:
            reason = "contains characters that are no Unicode text"
            self.failures.append(Failure(printable(article.id), reason, "Save it as UTF-8."))
            return False
        known = self._origins.get(article.id)
        if known is not None and known.sha256 == sha256:
            if (known.root, known.path) != (root, path):
                self._store.claim(article.id, root, path)
                self._note(article.id, Origin(root, path, sha256))
            self._counts["unchanged"] += 1
            return True
        passages = self._split(article)
        if not passages:
            self.failures.append(Failure(article.id, "has no sentences"))
            return False
        self._pending.append(_Pending(article, passages, root, path))
        self._reserve(article.id, (root, path))
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
            self._remove(self._of(root, file.path) - set(found))
            self._store.mark_read(root, file.path, file.state)

        # Only together with its last article, or a kill in between would lose that one.
        self._finish.append(finish)
        if not self._pending:
            self.flush()

    def remove_stale(self, files: list[tuple[str, str]]) -> None:
        """Remove the articles of these files, but not of one that could not be read anew."""
        for root, path in files:
            if Path(root, path) not in self._failed:
                self._remove(self._of(root, path))

    def _of(self, root: str, path: str) -> set[str]:
        """The articles that came from this file and belong to it still."""
        here = (root, path)
        return {
            i for i in self._ids_of[here] if i in self._origins and self._origins[i][:2] == here
        }

    def _remove(self, article_ids: set[str]) -> None:
        for article_id in sorted(article_ids):
            self._counts["removed"] += self._store.remove(article_id)
            del self._origins[article_id]

    def flush(self) -> None:
        """Embed the batch in hand, and store it with what is to be done after it."""
        import numpy as np

        batch, self._pending = self._pending, []
        finish, self._finish = self._finish, []
        if batch and not self._stored:
            self._progress("Embedding", 0, len(batch) + self.files_left, "articles")
        pairs = [(pending.article, p) for pending in batch for p in pending.passages]
        rows = iter(self._embed(pairs) if pairs else ())
        with self._store.writing():
            for pending in batch:
                self._put(pending, np.array([next(rows) for _ in pending.passages], np.float32))
            for step in finish:
                step()
        if batch:
            self._stored += len(batch)
            total = self._stored + self.files_left
            self._progress("Embedding", self._stored, total, "articles")

    def _put(self, pending: _Pending, vectors: NDArray[np.float32]) -> None:
        article = pending.article
        self._store.put(article, pending.passages, vectors, root=pending.root, path=pending.path)
        self._counts["changed" if article.id in self._origins else "added"] += 1
        self._counts["passages"] += len(pending.passages)
        self._note(article.id, Origin(pending.root, pending.path, article.sha256))


def _file_ids(article_id: str) -> list[str]:
    """The ids a file may have that this article is from: its own, or the part before a "#"."""
    parts = article_id.split("#")
    return ["#".join(parts[:n]) for n in range(1, len(parts) + 1)]
