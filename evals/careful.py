"""A careful reading: statements that were shown as borne out, read one by one by somebody else.

    runs -> `draw` -> a file with everything a reader needs -> (judged by hand) -> `judged`
         -> `kept`, which goes into the repository: places and verdicts, no words of any article

Two things are asked of each statement and told apart: do the cited characters bear it out
("stated"), and is it an answer to the question ("supported").
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError, UsageError
from assistant.types import Article
from evals.items import Item
from evals.records import Record
from evals.runs import Run
from evals.statistics import wilson
from evals.suites.suite import rank

SHOWN = ("supported", "quoted")  # verdicts with which a statement stands as fact
VERDICTS = ("stated", "supported")
# What of a judged line is kept: the words are those of articles, which may not be ours.
_KEPT = ("suite", "item", "statement", "cites", *VERDICTS, "why")
_PLACE = ("article", "start", "end")


@dataclass(frozen=True)
class Counts:
    """Of `n` statements, how many are borne out by what they cite, and how many answer."""

    n: int
    stated: int
    supported: int

    def text(self, name: str) -> str:
        """One line: both shares with their 95 % intervals."""
        return f"{name}: borne out {_share(self.stated, self.n)}, " + (
            f"answers the question {_share(self.supported, self.n)}, n {self.n}"
        )


def draw(runs: Iterable[Run], n: int, *, system: str = "ours") -> list[dict[str, Any]]:
    """`n` statements of the runs for somebody to judge, all where there are no more.

    Suites take turns, and within a suite every question gives one before any gives a second, so no
    answer of many sentences weighs more than others. Which are drawn depends on nothing but the
    answers. "stated", "supported" and "why" are to be filled in. Raises UsageError where the runs
    show no statement.
    """
    by_suite: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for run in runs:
        for suite in run.suites:
            by_suite[suite] += _statements(run, suite, system)
    for name, of in by_suite.items():
        of.sort(key=lambda line: (line["statement"], rank("careful", name, line["item"])))
    longest = max(map(len, by_suite.values()), default=0)
    drawn = [of[turn] for turn in range(longest) for of in by_suite.values() if turn < len(of)]
    if not drawn:
        raise UsageError(f"the runs show no statement of '{system}'", "Name a run with answers.")
    return drawn[:n]


def judged(path: Path) -> list[dict[str, Any]]:
    """The lines of a file that `draw` made, once all are judged.

    Raises AssistantError that names the first line where a verdict is missing.
    """
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            open_ = [name for name in VERDICTS if type(raw[name]) is not bool]
        except (ValueError, KeyError, TypeError) as error:
            raise AssistantError(f"{path}:{number}: {error!r}", "Draw the file anew.") from None
        if open_:
            raise AssistantError(
                f"{path}:{number}: {open_[0]!r} is neither true nor false", "Judge it first."
            )
        found.append(raw)
    return found


def counts(lines: Sequence[dict[str, Any]]) -> dict[str, Counts]:
    """The counts of each suite, then of all under the name "all"."""
    names = [*dict.fromkeys(line["suite"] for line in lines), "all"]
    return {
        name: Counts(len(of), *(sum(line[v] for line in of) for v in VERDICTS))
        for name in names
        if (of := [line for line in lines if name in ("all", line["suite"])])
    }


def kept(lines: Iterable[dict[str, Any]]) -> Iterator[str]:
    """What of each judged line may lie in a repository, one JSON object a line."""
    for line in lines:
        cites = [{key: each[key] for key in _PLACE} for each in line.get("cites", ())]
        value = {**{key: line[key] for key in _KEPT if key in line}, "cites": cites}
        yield json.dumps(value, ensure_ascii=False) + "\n"


def _statements(run: Run, suite: str, system: str) -> Iterator[dict[str, Any]]:
    items, articles = {item.id: item for item in run.items(suite)}, run.articles(suite)
    for record in run.records(suite, system):
        for number, said in enumerate(record.statements):
            if said.verdict in SHOWN:
                yield _line(suite, items[record.item], record, number, articles)


def _line(
    suite: str, item: Item, record: Record, number: int, articles: dict[str, Article]
) -> dict[str, Any]:
    said = record.statements[number]
    cites = []
    for cited in (record.citations[place] for place in said.citations):
        article = articles[cited.article_id]
        published = article.published.isoformat() if article.published else ""
        about = {"title": article.title, "published": published, "quote": cited.quote}
        place = {"article": cited.article_id, "start": cited.start, "end": cited.end}
        cites.append({**place, **about})
    return {
        "suite": suite,
        "item": item.id,
        "statement": number,
        "question": item.question,
        "text": said.text,
        "answer": record.text,
        "cites": cites,
        **dict.fromkeys(VERDICTS),
        "why": "",
    }


def _share(k: int, n: int) -> str:
    low, high = wilson(k, n)
    return f"{k / n:.2f} ({low:.2f} to {high:.2f})"
