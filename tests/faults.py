"""A campaign of faults against ingest: kills at random moments, full disks, files and folders that
may not be read or written, files that cannot be opened, damaged caches.

    python tests/faults.py --kills 200 --faults 20 --seed 7

Each round changes files of several formats, starts an ingest in a process of its own, ends it, and
checks: no acknowledged article is lost, none is half there, each text is one that its file once
had, spans and vectors are right, and both kinds of search find just what the store has. Exits with
1 and a traceback at the first breach. A short form of it runs in test_ingest.py.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

import formats
import numpy as np
import tiny

from assistant.index import Index
from assistant.reading import find_sources, read
from assistant.store import Store
from assistant.types import Article

INGEST = """
import sys, time
from pathlib import Path
import tiny
from assistant.index import Index
from assistant.ingest import ingest
from assistant.store import Store
if len(sys.argv) > 3:
    import resource
    which, limit = getattr(resource, sys.argv[3]), int(sys.argv[4])
    resource.setrlimit(which, (limit, resource.getrlimit(which)[1]))
store = Store(Path(sys.argv[1]))
def said(what, done, total, unit):
    print(what, done, flush=True)
def embed(pairs):
    time.sleep(0.005)
    return tiny.embed(pairs)
ingest([Path(sys.argv[2])], store, Index(store), split=tiny.split, embed=embed,
       allow_removal=True, progress=said)
print("done", flush=True)
"""
FILES = 60
FAULTS = ["full_disk", "damage", "lost_permission", "cannot_open"]
REPAIR = """
import sys
from pathlib import Path
from assistant.index import Index
from assistant.store import Store
store = Store(Path(sys.argv[1]))
index = Index(store)
index.rebuild()
assert index.health().ok, index.health().problems
"""


def assert_whole(store: Store) -> None:
    """Every article in the store has all its passages, each with its own vector."""
    for article in store.articles():
        passages = store.passages_of(article.id)
        assert passages == tiny.split(article)
        expected = tiny.embed([(article, p) for p in passages])
        assert np.array_equal(store.vectors([p.id for p in passages]), expected)


def assert_searchable(store: Store) -> None:
    """A new reader finds just what the store has, by vector and by words."""
    index = Index(store)
    present = set(store.passage_ids())
    dense = index.dense(tiny.vector("x"), len(present) + 10)
    assert {i for i, _ in dense} == present
    assert {i for i, _ in index.lexical(["headlin"], len(present) + 10)} == present
    index.close()


class Campaign:
    """A corpus of .txt, .html, .jsonl, .csv, .eml and .zip files that changes from round to round.

    Every title has the word headline, so that `assert_searchable` holds.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.corpus, self.folder = folder / "corpus", folder / "store"
        self.corpus.mkdir()
        self.edition = 0
        self.ever: defaultdict[str, set[str]] = defaultdict(set)
        self.figures: Counter[str] = Counter()
        for number in range(FILES):
            self._write(number)
        self._note()

    def _story(self, number: int) -> formats.Told:
        lines = (f"Edition {self.edition} of {number}, sentence {s}. " for s in range(5))
        return formats.Told(title=f"Headline {number}", paragraphs=tuple(lines))

    def _write(self, number: int) -> None:
        told = self._story(number)
        text = " ".join(told.paragraphs)
        name, content = f"{number:03}", b""
        match number % 6:
            case 0 | 1:
                name, content = f"{name}.txt", f"{told.title}\n\n{text}\n".encode()
            case 2:
                name, content = f"{name}.html", formats.page(told).encode()
            case 3:
                rows = (f'{n},{told.title},"{text} Row {n}."' for n in range(3))
                name, content = f"{name}.csv", "\n".join(["id,title,text", *rows]).encode()
            case 4:
                name, content = f"{name}.eml", formats.mail(told)
            case 5:
                inner = {f"{n}.txt": f"{told.title}\n\n{text} File {n}.\n" for n in range(3)}
                name, content = f"{name}.zip", formats.zipped(inner)
        (self.corpus / name).write_bytes(content)

    def change(self, files: int) -> None:
        """Write some files anew, and take some away or put them back."""
        self.edition += 1
        for number in self.chance.sample(range(FILES), files):
            self._write(number)
        present = sorted(self.corpus.iterdir())
        for path in self.chance.sample(present, 2):
            path.unlink()
        self._note()

    def _note(self) -> None:
        """What the corpus says now, as `expected`; and everything it ever said, as `ever`."""
        found = [
            item
            for file in find_sources(self.corpus)
            for item in read(file.path, article_id=file.article_id)
        ]
        assert all(isinstance(item, Article) for item in found)
        self.expected = {a.id: a.text for a in found if isinstance(a, Article)}
        for article_id, text in self.expected.items():
            self.ever[article_id].add(text)

    def texts(self) -> dict[str, str]:
        store = Store(self.folder)
        found = {a.id: a.text for a in store.articles()}
        store.close()
        return found

    def up_to_date(self) -> int:
        return sum(self.expected.get(i) == text for i, text in self.texts().items())

    def check(self, at_least: int) -> None:
        store = Store(self.folder)
        for article_id, text in self.texts().items():
            assert text in self.ever[article_id], f"{article_id}: a text that no file ever had"
        assert self.up_to_date() >= at_least, "an acknowledged article is lost"
        assert_whole(store)
        assert_searchable(store)
        store.close()

    def kill(self) -> None:
        """One ingest, killed at a random moment, in a phase that is drawn as well."""
        before, acknowledged = self.up_to_date(), 0
        phase = self.chance.choice(["Reading", "Embedding", "Embedding", "Indexing", "Indexing"])
        last = self.chance.randrange(1, 4)
        seen, ended = 0, "ran to its end"
        process = tiny.python(INGEST, self.folder, self.corpus)
        assert process.stdout
        for line in process.stdout:
            what, _, done = line.partition(" ")
            acknowledged = int(done) if what == "Embedding" else acknowledged
            seen += what == phase
            if seen == last:
                time.sleep(self.chance.random() * 0.08)
                ended = f"killed in {phase}"
                break
        process.kill()
        process.communicate()
        self.figures[ended] += 1
        self.check(before + acknowledged)

    def full_disk(self) -> None:
        """A limit on the size of a file stands in for a disk that takes no more."""
        before = self.up_to_date()
        limit = self.chance.randrange(50_000, 1_500_000)
        process = tiny.python(INGEST, self.folder, self.corpus, "RLIMIT_FSIZE", limit)
        said, errors = process.communicate(timeout=120)
        assert "done" in said or "StoreError" in errors or "StoreFull" in errors, errors
        self.figures["full disk"] += "done" not in said
        self.check(before)

    def lost_permission(self) -> None:
        """Files of the corpus that may not be read; every other time a store that may not be
        written. Needs `setpriv` where it runs as root, to whom nothing is forbidden."""
        before = self.up_to_date()
        store_too = self.chance.random() < 0.5
        forbidden = self.chance.sample(sorted(self.corpus.iterdir()), 5)
        if store_too:
            forbidden += [p for p in (self.folder, *self.folder.rglob("*")) if p.is_dir()]
            forbidden += self.folder.glob("*.sqlite3*")
        modes = {path: path.stat().st_mode for path in forbidden}
        for path in sorted(forbidden, reverse=True):
            path.chmod(0o500 if path.is_dir() else 0o400 if self.folder in path.parents else 0)
        try:
            process = tiny.python(INGEST, self.folder, self.corpus, as_user=True)
            said, errors = process.communicate(timeout=120)
        finally:
            for path in sorted(modes):
                path.chmod(modes[path])
        assert "done" in said or (store_too and "StoreError" in errors), errors
        self.figures["store may not be written" if store_too else "files may not be read"] += 1
        self.check(before)

    def cannot_open(self) -> None:
        """So few files may be open at once that opening one fails, wherever that happens."""
        before = self.up_to_date()
        limit = self.chance.randrange(5, 40)
        process = tiny.python(INGEST, self.folder, self.corpus, "RLIMIT_NOFILE", limit)
        said, _ = process.communicate(timeout=120)
        self.figures["too many open files"] += "done" not in said
        self.check(before)

    def damage(self) -> None:
        """A file of the caches cut at a random byte or taken away; then what --repair does."""
        caches = [
            p
            for p in self.folder.rglob("*")
            if p.is_file()
            and "articles" not in p.name
            and not p.name.startswith(("lock", "writer"))
        ]
        path = self.chance.choice(sorted(caches))
        if self.chance.random() < 0.3:
            path.unlink()
        else:
            os.truncate(path, self.chance.randrange(0, path.stat().st_size + 1))
        process = tiny.python(REPAIR, self.folder)
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        self.figures["damaged cache repaired"] += 1
        self.check(0)

    def finish(self) -> None:
        process = tiny.python(INGEST, self.folder, self.corpus)
        said, errors = process.communicate(timeout=300)
        assert "done" in said, errors
        assert self.texts() == self.expected
        self.check(len(self.expected))


def run(folder: Path, *, kills: int, faults: int, seed: int) -> Counter[str]:
    """The figures of a campaign in `folder`. Raises AssertionError at the first breach."""
    campaign = Campaign(folder, seed)
    rounds = ["kill"] * kills + [FAULTS[n % len(FAULTS)] for n in range(faults)]
    random.Random(seed).shuffle(rounds)
    campaign.kill()
    for number, kind in enumerate(rounds, 1):
        if number % 3 == 0:
            campaign.change(files=campaign.chance.randrange(5, 30))
        getattr(campaign, kind)()
        print(f"\r{number} of {len(rounds)}", end="", file=sys.stderr, flush=True)
    campaign.finish()
    return campaign.figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--faults", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="faults-"))
    start = time.monotonic()
    try:
        figures = run(place, kills=asked.kills, faults=asked.faults, seed=asked.seed)
    finally:
        shutil.rmtree(place)
    print(f"\nno breach in {time.monotonic() - start:.0f} s: {dict(figures)}")
