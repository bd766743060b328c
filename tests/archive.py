"""A mixed archive of 2,000 articles, a tenth of it broken, through the real engine.

    python tests/archive.py --articles 2000 --seed 7 [--hashed]

--hashed takes vectors drawn from a hash in place of the embedding model's, which cost most of the
time and have no part in what is checked here; the output says so.
Prints how many good articles are in and how many are missing, which titles, days and writers are
wrong, which broken files the report names and with what words, and the time. Exits with 1 where a
good article is missing or a broken one is not named. A small one is checked in test_archive.py.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import mixed_archive
from formats import Told
from hashed import hashed
from mixed_archive import Archive

from assistant.engine import Engine
from assistant.settings import load_settings
from assistant.terminal import TerminalProgress
from assistant.types import Article, IngestReport

BOILERPLATE = ("cookies", "Privacy policy", "Other news number", "newsletter", "steal()")


@dataclass
class Findings:
    """What became of an archive. wrong: field -> (id, found, truth). unnamed: of broken ones."""

    good: int
    broken: int
    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    wrong: defaultdict[str, list[tuple[str, object, object]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    unnamed: list[str] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not (self.missing or self.extra or self.unnamed or self.strays)


def compare(archive: Archive, articles: list[Article], report: IngestReport) -> Findings:
    """Hold what is in the index, and what the report says, against the truth."""
    found = Findings(len(archive.good), len(archive.broken))
    by_id = {article.id: article for article in articles}
    found.missing = sorted(archive.good.keys() - by_id)
    found.extra = sorted(by_id.keys() - archive.good)
    for article_id in sorted(archive.good.keys() & by_id):
        _fields(article_id, by_id[article_id], archive.good[article_id].told, found)
    named = {failure.where: failure for failure in report.failures}
    used = set()
    for broken in archive.broken:
        wheres = [w for w in named if f"{archive.folder}/{broken.where}" in w]
        if not wheres:
            found.unnamed.append(f"{broken.where} ({broken.kind})")
        for where in wheres:
            used.add(where)
            found.reasons.setdefault(broken.kind, f"{named[where].reason} | {named[where].hint}")
    found.strays = [
        f"{where}: {failure.reason}" for where, failure in named.items() if where not in used
    ]
    return found


def _fields(article_id: str, article: Article, told: Told, found: Findings) -> None:
    for name, got, truth in (
        ("title", article.title, told.title),
        ("day", article.published, told.day),
        ("writer", article.author, told.author),
    ):
        if got != truth:
            found.wrong[name].append((article_id, got, truth))
    text = " ".join(article.text.split())
    lost = [p for p in told.paragraphs if " ".join(p.split()) not in text]
    if lost:
        found.wrong["text"].append((article_id, text[:200], lost[0]))
    if any(each in text for each in BOILERPLATE):
        found.wrong["boilerplate"].append((article_id, text[-200:], ""))


def show(found: Findings, archive: Archive, report: IngestReport, seconds: float) -> None:
    formats = Counter(good.format for good in archive.good.values())
    kept = found.good - len(found.missing)
    print(f"good articles: {kept} of {found.good} in, {len(found.missing)} missing")
    print("  by format: " + ", ".join(f"{kind} {n}" for kind, n in formats.items()))
    for name in ("title", "day", "writer", "text", "boilerplate"):
        wrong = found.wrong[name]
        print(f"  {name} wrong: {len(wrong)} of {kept}")
        for article_id, got, truth in wrong[:3]:
            print(f"    {article_id}: {got!r}, not {truth!r}")
    print(f"broken: {found.broken - len(found.unnamed)} of {found.broken} named in the report:")
    for kind, reason in found.reasons.items():
        print(f"  {kind}: {reason}")
    for what in ("missing", "extra", "unnamed", "strays"):
        for each in getattr(found, what)[:20]:
            print(f"  {what}: {each}")
    print(f"{report.added} added, {report.passages} passages, {seconds:.0f} s")


def main(articles: int, seed: int, *, fake: bool) -> int:
    with tempfile.TemporaryDirectory(prefix="archive-") as place, TerminalProgress(sys.stderr) as p:
        started = time.monotonic()
        archive = mixed_archive.build(Path(place) / "articles", articles, seed)
        print(f"made in {time.monotonic() - started:.0f} s: seed {seed}, {articles} asked for")
        flags = {"llm": "none", "store": Path(place) / "store", **mixed_archive.LIMITS}
        embedder = hashed() if fake else None
        engine = Engine(load_settings(flags=flags), embedder=embedder, progress=p)
        print(f"vectors: {'drawn from a hash, not the model' if fake else 'the model'}")
        started = time.monotonic()
        report = engine.ingest([archive.folder])
        seconds = time.monotonic() - started
        p.clear()
        found = compare(archive, engine.articles(), report)
        show(found, archive, report, seconds)
        health = engine.index.health()
        print(f"search index: {'sound' if health.ok else health.problems}")
        again = engine.ingest([archive.folder])
        print(f"once more: {again.added} added, {again.changed} changed, {again.removed} removed")
        engine.close()
    return 0 if found.ok and health.ok and not (again.added or again.changed) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--hashed", action="store_true", help="no embedding model")
    asked = parser.parse_args()
    sys.exit(main(asked.articles, asked.seed, fake=asked.hashed))
