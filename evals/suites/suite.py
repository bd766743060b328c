"""What a suite is, and how a part of it is drawn."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import AssistantError, UsageError
from evals.items import Item

SEED = "assistant-evals-1"


class DataMissing(AssistantError):
    """The files of a public data set are not where they were looked for."""


@dataclass(frozen=True)
class Document:
    """An article that a suite brings along. key: its id within the suite.

    url, published: its address and day (2023-08-25), where they are known.
    """

    key: str
    title: str
    text: str
    url: str = ""
    published: str = ""


@dataclass(frozen=True)
class Documents:
    """What a suite brings along, taken in like any other file of JSON lines.

    file: its name, ending in .jsonl. Suites with the same documents share the index.
    """

    file: str
    documents: tuple[Document, ...]

    def id(self, key: str) -> str:
        """The id under which the reader will know the article."""
        return f"{self.file}#{key}"


@dataclass(frozen=True)
class Suite:
    """Questions, and the articles they are asked of.

    corpus: a folder or file to take in, or documents.
    finding_only: the items name relevant articles but no answers, so only the search is asked.
    notes: what whoever reads the figures must know of how the items were chosen.
    """

    name: str
    description: str
    items: tuple[Item, ...]
    corpus: Path | Documents
    finding_only: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """What the person named: a suite or a file of questions, and where data and corpus are."""

    name: str
    data: Path | None = None
    corpus: Path | None = None

    def file(self, what: str, *patterns: str) -> Path:
        """The first file under `data`, by name, that fits the earliest of `patterns`.

        Raises UsageError without `data`, DataMissing where there is none.
        """
        found = self.file_if_there(what, *patterns)
        if found is None:
            raise DataMissing(
                f"{self.data} has no {what}",
                f"Looked for: {', '.join(patterns)}. evals/README.md says where to get it.",
            )
        return found

    def file_if_there(self, what: str, *patterns: str) -> Path | None:
        """As `file`, but None where there is none. A `data` that is a file is taken as it is."""
        if self.data is None:
            raise UsageError(
                f"the suite '{self.name}' needs data: {what}",
                f"Name its folder: assistant eval run {self.name} --data FOLDER",
            )
        if not self.data.exists():
            raise DataMissing(f"{self.data}: no such file or folder", "Check --data.")
        if self.data.is_file():
            return self.data if any(self.data.match(p) for p in patterns) else None
        found = (path for pattern in patterns for path in sorted(self.data.rglob(pattern)))
        return next(found, None)


def rank(*parts: object) -> str:
    """A place in an order that looks random and is the same on every machine."""
    text = "\x1f".join(map(str, (SEED, *parts)))
    # What people filtered by may hold half of a surrogate pair; it has its place like any other.
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def in_split(items: Iterable[Item], split: str) -> list[Item]:
    """The items of a half, "tune" or "report", or "all"."""
    return [item for item in items if split in ("all", item.split)]


def sampled(items: Sequence[Item], n: int) -> list[Item]:
    """`n` of the items in their order, or all where there are no more.

    Each kind has its share (largest remainders), and within a kind every cluster gives one before
    any gives a second. Depends on nothing but the items.
    """
    if n >= len(items):
        return list(items)
    by_kind: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_kind[item.kind].append(item)
    shares = {kind: n * len(of) / len(items) for kind, of in by_kind.items()}
    counts = {kind: int(share) for kind, share in shares.items()}
    by_remainder = sorted(shares, key=lambda kind: (counts[kind] - shares[kind], kind))
    for kind in by_remainder[: n - sum(counts.values())]:
        counts[kind] += 1
    chosen = {item.id for kind, of in by_kind.items() for item in _spread(of, kind)[: counts[kind]]}
    return [item for item in items if item.id in chosen]


def _spread(items: Sequence[Item], kind: str) -> list[Item]:
    """The items in rounds: in each round one of every cluster that still has some."""
    clusters: dict[str, list[Item]] = defaultdict(list)
    for item in sorted(items, key=lambda item: rank("item", item.id)):
        clusters[item.cluster].append(item)
    rounds = [
        (turn, rank("cluster", kind, name), item)
        for name, of in clusters.items()
        for turn, item in enumerate(of)
    ]
    return [item for *_, item in sorted(rounds, key=lambda each: each[:2])]
