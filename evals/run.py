"""Ask systems the questions of suites, one record at a time, so that a kill loses at most one.

The systems take turns item by item: whatever slows the machine for a while slows all of them. The
same call goes on where it stopped; what failed is asked again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import UsageError
from assistant.progress import Progress, silent
from assistant.settings import Settings
from evals import manifest
from evals.items import Item
from evals.prepare import prepare
from evals.records import Record, RecordFile
from evals.runs import RECORDS, Run, write_suite
from evals.suites import Suite, in_split, sampled
from evals.systems import ABOUT, FINDERS, NEED_MODEL, System, check, make

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

RUNS = Path("runs")
INDEXES = "indexes"


@dataclass(frozen=True)
class Plan:
    """What is to be asked. suites: cut to `split` and `n` already (`plan`).

    indexes: the folder where indexes of suites are kept between runs.
    """

    suites: tuple[Suite, ...]
    systems: tuple[str, ...]
    settings: Settings
    folder: Path
    indexes: Path
    n: int
    split: str

    @property
    def without(self) -> tuple[str, ...]:
        """The systems that are not asked, since they need a language model and there is none."""
        if self.settings.llm != "none":
            return ()
        return tuple(s for s in ABOUT if s in NEED_MODEL and s not in self.systems)

    def systems_of(self, suite: Suite) -> tuple[str, ...]:
        """Those that have something to do there. Raises UsageError where none has."""
        found = tuple(s for s in self.systems if not suite.finding_only or s in FINDERS)
        if not found:
            raise UsageError(
                f"{suite.name} has no answers, only what is to be found, "
                f"and {', '.join(self.systems)} finds nothing",
                f"Name one of: {', '.join(sorted(FINDERS))}",
            )
        return found


def all_systems(settings: Settings) -> list[str]:
    """Every system that can be asked with these settings."""
    return [s for s in ABOUT if settings.llm != "none" or s not in NEED_MODEL]


def plan(
    suites: Sequence[Suite],
    systems: Sequence[str],
    settings: Settings,
    *,
    folder: Path | None = None,
    n: int = 0,
    split: str = "all",
) -> Plan:
    """n: questions of each suite, 0 meaning all. folder: None names one after the rest.

    Raises UsageError for an unknown system, two suites of one name, or nothing to ask.
    """
    for name in systems:
        check(name)
    names = [suite.name for suite in suites]
    if len(set(names)) < len(names):
        raise UsageError(f"two suites have one name: {', '.join(names)}", "Run them apart.")
    cut = []
    for suite in suites:
        items = in_split(suite.items, split)
        if not items:
            raise UsageError(f"{suite.name} has no items of split '{split}'", "Try --split all.")
        cut.append(replace(suite, items=tuple(sampled(items, n) if n else items)))
    if folder is None:
        parts = ("+".join(names), "+".join(systems), settings.llm, split if split != "all" else "")
        name = "_".join(p for p in (*parts, f"n{n}" if n else "") if p)
        folder = RUNS / re.sub(r"[^\w+.=-]+", "-", name)
    return Plan(
        tuple(cut),
        tuple(dict.fromkeys(systems)),
        settings,
        folder,
        folder.parent / INDEXES,
        n,
        split,
    )


def run(plan: Plan, progress: Progress = silent, *, llm: LLM | None = None) -> Run:
    """Ask what was not asked yet. llm: as for `Engine`.

    Raises UsageError where the folder holds a run of other code, settings or data, or another
    process is at it; AssistantError where a suite cannot be prepared. A question that fails is a
    record with its error and stops nothing.
    """
    from filelock import FileLock, Timeout

    plan.folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(plan.folder / "lock", timeout=0):
            _run(plan, progress, llm)
    except Timeout:
        raise UsageError(
            f"another process is writing to {plan.folder}", "Wait for it, or name another --run."
        ) from None
    return Run.open(plan.folder)


def _run(plan: Plan, progress: Progress, llm: LLM | None) -> None:
    choice = {"n": plan.n, "split": plan.split}
    value = manifest.manifest(plan.settings, choice, progress)
    file = RecordFile(plan.folder / RECORDS)
    if (plan.folder / "manifest.json").exists():
        before = Run.open(plan.folder).manifest
        manifest.check_same(before, value, plan.folder)
        value = before
    todo = {suite.name: unasked(plan, suite) for suite in plan.suites}
    total = sum(map(len, todo.values()))
    asked = 0

    def tell() -> None:
        nonlocal asked
        asked += 1
        progress("Asking", asked, total, "questions")

    for suite in plan.suites:
        manifest.check_same_items(value, suite, plan.folder)
        if todo[suite.name] or suite.name not in value["data"]:
            value = _ask_suite(plan, suite, value, todo[suite.name], file, tell, progress, llm)


def unasked(plan: Plan, suite: Suite) -> list[tuple[Item, str]]:
    """What has no reply yet in the folder of the run, or only a failed one; systems in turns."""
    records = RecordFile(plan.folder / RECORDS)
    done = {(r.item, r.system) for r in records if r.suite == suite.name and r.status != "failed"}
    pairs = ((item, system) for item in suite.items for system in plan.systems_of(suite))
    return [(item, system) for item, system in pairs if (item.id, system) not in done]


def _ask_suite(
    plan: Plan,
    suite: Suite,
    value: dict[str, Any],
    todo: Sequence[tuple[Item, str]],
    file: RecordFile,
    tell: Callable[[], None],
    progress: Progress,
    llm: LLM | None,
) -> dict[str, Any]:
    """Ask one suite. Returns the manifest with it."""
    work = prepare(suite, plan.settings, plan.indexes, progress, llm=llm)
    try:
        systems = plan.systems_of(suite)
        now = manifest.with_suite(value, suite, systems, work)
        manifest.check_same_articles(value, now, plan.folder)
        asks = {name: make(name, work) for name in dict.fromkeys(name for _, name in todo)}
        if suite.finding_only or not {"ours", "oracle"} & set(asks):
            work.engine.embedder.load()
        else:
            work.engine.load()  # so that no question's time has it
        write_suite(plan.folder, suite.name, suite.items, work.articles.values())
        manifest.write(now, plan.folder)
        for item, name in todo:
            file.append(_reply(asks[name], suite.name, name, item))
            tell()
        return now
    finally:
        work.close()


def _reply(ask: System, suite: str, name: str, item: Item) -> Record:
    try:
        return ask(item)
    except Exception as error:  # one question that fails is a finding, not the end of the night
        said = f"{type(error).__name__}: {error}"
        return Record(suite, name, item.id, text="", status="failed", error=said)
