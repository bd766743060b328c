"""`ingest`, `preview` and `remove`: which files are read, and what becomes of their articles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from assistant import reading
from assistant.errors import ReadingError
from assistant.index import Index
from assistant.ingest.files import File, look
from assistant.ingest.plan import Plan, make_plans
from assistant.ingest.work import Embed, Split, Work
from assistant.locks import writer
from assistant.progress import Progress, silent
from assistant.reading import Options
from assistant.store import Store
from assistant.types import Article, Failure, IngestReport, Preview


class Read(Protocol):
    """The articles of one file, and a Failure for each part of it that cannot be read.

    Raises ReadingError, when called or while iterating, for a file that cannot be read at all.
    """

    def __call__(
        self, path: Path, *, article_id: str, options: Options
    ) -> Iterator[Article | Failure]: ...


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
    progress: "Reading" in files, "Embedding" in articles, then "Indexing" in passages.
    Raises ReadingError, before anything is changed, for a source that is missing, of no known
    format, or without most of the files that it had before; StoreLocked when another process is
    writing; StoreError and its kind, and whatever `embed` raises, with every article stored until
    then kept.
    """
    with writer(store.folder):
        plans = make_plans(sources, store, allow_removal=allow_removal)
        work = Work(store, split, embed, progress)
        _scan(plans, store, work, progress)
        for plan in plans:
            work.failures += plan.left_out
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
    plans = make_plans(sources, store, allow_removal=True)
    for plan in plans:
        failures += plan.left_out
        states = store.file_states(str(plan.root))
        known_paths = {o.path for o in store.origins().values() if o.root == str(plan.root)}
        for file in plan.files:
            try:
                _, same = look(file.location, states.get(file.path))
            except ReadingError as error:
                failures.append(file.failure(error))
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


def _scan(plans: list[Plan], store: Store, work: Work, progress: Progress) -> None:
    """Find out which files must be read, by size and time, and by hash where these differ."""
    total = sum(len(plan.files) for plan in plans)
    done = 0
    for plan in plans:
        root = str(plan.root)
        states = store.file_states(root)
        for file in plan.files:
            progress("Reading", done, total, "files")
            done += 1
            try:
                file.state, same = look(file.location, states.get(file.path))
            except ReadingError as error:
                work.unreadable(file, error)
                continue
            if not same:
                plan.to_read.append(file)
            else:
                if file.state != states[file.path]:
                    store.mark_read(root, file.path, file.state)
                work.unchanged_file(root, file.path)
    progress("Reading", total, total, "files")
    work.files_left = sum(len(plan.to_read) for plan in plans)


def _take_in(root: Path, file: File, work: Work, read: Read, options: Options) -> None:
    """Read one file and hand its articles on; what fails keeps what the store had of it."""
    found: list[str] = []
    failed = False
    work.files_left -= 1
    article_id = work.ownership.free_id(root, file)
    try:
        for item in read(file.location, article_id=article_id, options=options):
            if isinstance(item, Failure):
                failed |= work.named(item)
                continue
            found.append(item.id)
            failed |= not work.article(item, str(root), file.path)
    except ReadingError as error:
        failed = True
        work.unreadable(file, error)
    work.file_done(str(root), file, found, failed=failed)
