"""A run on disk: what was asked of whom, and what each said.

    RUN/manifest.json                   what the figures depend on (`evals.manifest`)
    RUN/records.jsonl                   one reply a line, as it came
    RUN/suites/SUITE/items.jsonl        the questions asked
    RUN/suites/SUITE/articles.jsonl     the articles they were asked of

The folder has all that scoring, comparing and reporting need: neither index nor data set.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError
from assistant.types import Article
from evals import items as item_files
from evals.items import Item
from evals.records import Record, RecordFile

MANIFEST = "manifest.json"
RECORDS = "records.jsonl"
SUITES = "suites"
_LISTED: dict[str, Any] = {"started": "", "suites": [], "systems": []}


@dataclass(frozen=True)
class Run:
    """The folder of one run, opened for reading.

    manifest: see `evals.manifest`; it is read once, when the run is opened.
    """

    folder: Path
    manifest: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path) -> Run:
        """Raises AssistantError for a folder that holds no run, or one that cannot be read."""
        path = folder / MANIFEST
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise AssistantError(
                f"{folder} is not the folder of a run: it has no {MANIFEST}",
                "`assistant eval list` shows the runs here; `assistant eval run` makes one.",
            ) from None
        except (OSError, ValueError) as error:
            raise AssistantError(
                f"{path} cannot be read: {error}",
                "Move the folder away and run again; the records in it can be read as JSON lines.",
            ) from None
        if not isinstance(manifest, dict):
            raise AssistantError(
                f"{path} holds no JSON object", "Is it a run's folder? See: assistant eval list"
            )
        return cls(folder, manifest)

    @property
    def record_file(self) -> RecordFile:
        return RecordFile(self.folder / RECORDS)

    @property
    def suites(self) -> list[str]:
        """The suites of the run, in the order in which they were named."""
        there = {p.parent.name for p in (self.folder / SUITES).glob("*/items.jsonl")}
        named = [s for s in self.manifest.get("suites", ()) if s in there]
        return named + sorted(there - set(named))

    @property
    def systems(self) -> list[str]:
        """The systems that said something, in the order in which they were named."""
        spoke = dict.fromkeys(r.system for r in self._all_records())
        named = [s for s in self.manifest.get("systems", ()) if s in spoke]
        return named + [s for s in spoke if s not in named]

    def items(self, suite: str) -> list[Item]:
        """The questions of a suite. Raises AssistantError where the run has no such suite."""
        path = self._suite(suite) / "items.jsonl"
        try:
            return item_files.load([path])
        except item_files.ItemError as error:
            raise AssistantError(
                str(error), "The file was changed after the run was begun; run again."
            ) from None

    def articles(self, suite: str) -> dict[str, Article]:
        """The articles of a suite by id. Raises AssistantError where there is no such suite."""
        path = self._suite(suite) / "articles.jsonl"
        with path.open(encoding="utf-8") as lines:
            articles = [_article(json.loads(line)) for line in lines if line.strip()]
        return {article.id: article for article in articles}

    def records(self, suite: str, system: str) -> list[Record]:
        """What a system said, in the order of the items. Asked twice, its last reply counts."""
        last = {r.item: r for r in self._all_records() if (r.suite, r.system) == (suite, system)}
        return [last[item.id] for item in self.items(suite) if item.id in last]

    def _all_records(self) -> list[Record]:
        try:
            return list(self.record_file)
        except (ValueError, TypeError, KeyError) as error:
            raise AssistantError(
                f"{self.record_file.path} has a line that is no record: {error}",
                "Remove that line and run the same command again; its question is asked again.",
            ) from None

    def _suite(self, suite: str) -> Path:
        folder = self.folder / SUITES / suite
        if not (folder / "items.jsonl").exists():
            raise AssistantError(
                f"{self.folder} has no suite '{suite}'", f"It has: {', '.join(self.suites)}"
            )
        return folder


def found(folder: Path) -> list[dict[str, Any]]:
    """The runs in a folder, newest first: name, started, suites, systems, number of records."""
    runs = []
    for path in folder.glob(f"*/{MANIFEST}"):
        run = Run.open(path.parent)
        records = sum(1 for _ in run.record_file)
        about = {key: run.manifest.get(key, default) for key, default in _LISTED.items()}
        runs.append({"name": path.parent.name, **about, "records": records})
    return sorted(runs, key=lambda each: str(each["started"]), reverse=True)


def write_suite(
    folder: Path, name: str, items: Iterable[Item], articles: Iterable[Article]
) -> None:
    """Put a suite's questions and articles into the folder of a run."""
    place = folder / SUITES / name
    place.mkdir(parents=True, exist_ok=True)
    _write_lines(place / "articles.jsonl", (_article_json(a) for a in articles))
    _write_lines(place / "items.jsonl", (item_files.as_json(i) for i in items))


def _write_lines(path: Path, values: Iterable[dict[str, Any]]) -> None:
    unfinished = path.with_name(path.name + ".part")
    with unfinished.open("w", encoding="utf-8") as file:
        for value in values:
            file.write(json.dumps(value, ensure_ascii=False) + "\n")
    unfinished.replace(path)


def _article_json(article: Article) -> dict[str, Any]:
    value = asdict(article)
    if article.published is not None:
        value["published"] = article.published.isoformat()
    return {k: v for k, v in value.items() if v is not None and v != ()}


def _article(raw: dict[str, Any]) -> Article:
    published = raw.get("published")
    return Article(
        **{
            **raw,
            "published": date.fromisoformat(published) if published else None,
            "tags": tuple(raw.get("tags", ())),
        }
    )
