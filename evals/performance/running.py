"""Which groups of figures there are, and running them one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from assistant.errors import UsageError
from assistant.models.files import write_json
from assistant.progress import Progress, silent
from evals.performance.figures import Figure, as_json, growth, table
from evals.performance.plan import Plan


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
