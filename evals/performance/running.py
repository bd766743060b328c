"""Which groups of figures there are, and running them one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.errors import UsageError
from assistant.models.files import write_json
from assistant.progress import Progress, silent
from assistant.settings import Settings
from evals.performance.figures import Figure, as_json, growth, table

ROUNDS = 3


@dataclass(frozen=True)
class Plan:
    """What is measured, and where.

    sizes: of corpora in articles. passages: of stores with ready vectors.
    words: how many passages the lexical index of made-up words has.
    folder: for corpora and indexes, which are kept. run: a run of the evals with ours and plain.
    """

    settings: Settings
    folder: Path
    sizes: tuple[int, ...] = (100, 1_000)
    passages: tuple[int, ...] = (10_000, 100_000)
    words: tuple[int, ...] = (100_000, 1_000_000)
    rounds: int = ROUNDS
    run: Path | None = None


def resized(
    plan: Plan,
    sizes: Sequence[int] | None,
    passages: Sequence[int] | None,
    words: Sequence[int] | None,
) -> Plan:
    """The plan with other sizes; None leaves one as it is."""
    return replace(
        plan,
        sizes=tuple(sizes or plan.sizes),
        passages=tuple(passages or plan.passages),
        words=tuple(words or plan.words),
    )


def write(figures: Sequence[Figure], folder: Path, command: Sequence[str]) -> str:
    """Keep the figures in the folder as `figures.json` and `table.md`; returns the table."""
    said = "\n".join([table(figures), "", *growth(figures)]).rstrip()
    write_json(folder / "figures.json", as_json(figures, command))
    (folder / "table.md").write_text(said + "\n", encoding="utf-8")
    return said


Group = Callable[[Plan], Iterator[Figure]]


def _groups() -> dict[str, Group]:
    from evals.performance import answering, completing, finding, ingesting, starting, words

    return {
        "start": starting.figures,
        "ingest": ingesting.figures,
        "sync": ingesting.sync_figures,
        "first-stage": finding.figures,
        "words": words.figures,
        "cold": answering.cold_figures,
        "completion": completing.figures,
        "answers": answering.figures,
    }


def measure(plan: Plan, only: Sequence[str] = (), progress: Progress = silent) -> Iterator[Figure]:
    """The figures of every group, or of those named, each as soon as it is known.

    progress: "Measuring" in steps. Raises UsageError for a name that is none.
    """
    groups = _groups()
    for name in only:
        if name not in groups:
            raise UsageError(f"there is no group '{name}'", f"Known: {', '.join(groups)}.")
    plan.folder.mkdir(parents=True, exist_ok=True)
    chosen = [name for name in groups if name in only or not only]
    for done, name in enumerate(chosen):
        progress(f"Measuring {name}", done, len(chosen), "steps")
        yield from groups[name](plan)
