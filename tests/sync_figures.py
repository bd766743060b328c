"""What a sync costs: the first ingest, one without changes, one of one article, one of ten.

    python tests/sync_figures.py --articles 1000 10000

For each: seconds of processor time, how much of them went into looking at files, storing, and the
caches; seconds by the clock, which other work on the machine makes longer; and the bytes that were
written (Linux only). The vectors are drawn from a hash, so that ten thousand
articles cost no hour: the time of the embedding model, the same for every article, comes on top.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from hashed import hashed
from mixed_archive import invented

from assistant.engine import Engine
from assistant.progress import Unit
from assistant.settings import load_settings

# Files changed more recently than this are hashed once more, since a second change within the same
# time stamp could not be seen; an archive at rest is older.
SETTLED_SECONDS = 60


@dataclass(frozen=True)
class Cost:
    """seconds: of processor time, in all and in three parts. clock: by the clock. written: bytes,
    None where the system does not say."""

    what: str
    seconds: float
    looking: float
    storing: float
    caches: float
    clock: float
    written: int | None

    def __str__(self) -> str:
        written = "" if self.written is None else f", {self.written / 1e6:.2f} MB written"
        return (
            f"  {self.what:14} {self.seconds:6.2f} s (looking {self.looking:.2f}, storing "
            f"{self.storing:.2f}, caches {self.caches:.2f}), {self.clock:.1f} s by "
            f"the clock{written}"
        )


class Clock:
    """A `Progress` that notes when each stage was last heard of."""

    def __init__(self) -> None:
        self.clock = time.monotonic()
        self.started = time.process_time()
        self.last: dict[str, float] = {}

    def __call__(self, what: str, done: int, total: int | None, unit: Unit) -> None:
        self.last[what] = time.process_time()

    def cost(self, what: str, written: int | None) -> Cost:
        end = time.process_time()
        looked = self.last.get("Reading", end)
        stored = self.last.get("Embedding", looked)
        return Cost(
            what,
            end - self.started,
            looked - self.started,
            stored - looked,
            end - stored,
            time.monotonic() - self.clock,
            written,
        )


def figures(articles: int, folder: Path) -> list[Cost]:
    """The costs at one size, with everything under `folder`."""
    corpus = folder / "articles"
    stories = invented(Random(articles))
    long_ago = time.time() - SETTLED_SECONDS
    for number in range(articles):
        write(corpus / f"{number % 50:02}" / f"{number:06}.txt", next(stories).paragraphs, long_ago)
    settings = load_settings(flags={"llm": "none", "store": folder / "store"})
    engine = Engine(settings, embedder=hashed())

    def sync(what: str) -> Cost:
        clock, before = Clock(), written()
        engine.ingest([corpus], progress=clock)
        after = written()
        return clock.cost(what, None if before is None or after is None else after - before)

    def changed(number: int) -> Callable[[], None]:
        def change() -> None:
            for at in range(number):
                path = corpus / f"{at % 50:02}" / f"{at:06}.txt"
                write(path, next(stories).paragraphs, long_ago + number)

        return change

    steps: list[tuple[str, Callable[[], None]]] = [
        ("first", lambda: None),
        ("no change", lambda: None),
        ("one changed", changed(1)),
        ("ten changed", changed(10)),
        ("no change", lambda: None),
    ]
    costs = []
    for what, prepare in steps:
        prepare()
        costs.append(sync(what))
    engine.close()
    return costs


def write(path: Path, paragraphs: tuple[str, ...], when: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{paragraphs[0][:60]}\n\n" + "\n\n".join(paragraphs), encoding="utf-8")
    os.utime(path, (when, when))


def written() -> int | None:
    """Bytes that this process has handed to the system to write; None where it does not say."""
    try:
        lines = Path("/proc/self/io").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) for line in lines if line.startswith("wchar"))


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, nargs="+", default=[1_000, 10_000])
    print("vectors drawn from a hash: the embedding model's time comes on top")
    for number in parser.parse_args().articles:
        with tempfile.TemporaryDirectory(prefix="sync-") as place:
            costs = figures(number, Path(place))
            store, caches = Path(place) / "store", Path(place) / "store" / "caches"
            kept = (size(store) - size(caches)) / 1e6
            print(f"{number:,} articles: store {kept:.1f} MB, caches {size(caches) / 1e6:.1f} MB")
            for cost in costs:
                print(cost, flush=True)
