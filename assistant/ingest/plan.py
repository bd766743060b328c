"""What each source needs, before anything is changed: its files, and those that are gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant import reading
from assistant.errors import ReadingError
from assistant.ingest.files import File
from assistant.reading.files import printable
from assistant.store import Store
from assistant.types import Failure

# Fewer than these may vanish without a question, even if they are most of a source.
FEW_FILES = 10


@dataclass
class Plan:
    """What one source needs.

    root: under which the store files these articles: the source, or a larger one it lies in.
    files: as found, of which `to_read` are new or changed.
    stale: (root, path) of stored files that are gone, or that `files` now has under `root`.
    left_out: what stands there too and is not read.
    """

    root: Path
    files: list[File]
    stale: list[tuple[str, str]]
    to_read: list[File] = field(default_factory=list)
    left_out: list[Failure] = field(default_factory=list)


def make_plans(sources: Sequence[Path], store: Store, *, allow_removal: bool) -> list[Plan]:
    """What each source needs. A file that lies in two sources belongs to the larger one.

    allow_removal, and the ReadingError that is raised: as for `assistant.ingest.ingest`.
    """
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
        plans.append(Plan(root, files, stale, left_out=reading.left_out(source)))
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
