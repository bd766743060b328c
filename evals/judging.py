"""The answers of a run, judged by a language model: kept in the run, apart from its other figures.

RUN/judged.json     verdict of each answer, which judge gave it, and why not to trust it
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import AssistantError, LLMNonsense
from evals import judge
from evals.metrics.measure import Measure, given
from evals.runs import Run
from evals.scores import Figure, figure
from evals.tables import number

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from evals.items import Item
    from evals.records import Record

FILE = "judged.json"
GROUP = "judged by a language model"
NONE_GIVEN = "no verdict"


@dataclass(frozen=True)
class Judged:
    """verdicts: suite -> system -> item -> one of `judge.VERDICTS`, or "no verdict" where the judge
    did not keep to the form. Of answerable items only: whether silence was right needs no judge.

    objections: why the verdicts are not to be trusted (`judge.objections`); to be shown first.
    """

    model: str
    prompt: str
    objections: tuple[str, ...]
    verdicts: Mapping[str, Mapping[str, Mapping[str, str]]]

    @classmethod
    def read(cls, folder: Path) -> Judged | None:
        """Of the run in `folder`; None where it has not been judged. Raises AssistantError."""
        path = folder / FILE
        if not path.exists():
            return None
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            return cls(**{**raw, "objections": tuple(raw["objections"])})
        except (ValueError, TypeError, KeyError) as error:
            raise AssistantError(
                f"{path} cannot be read: {error}", "Remove it and judge the run again."
            ) from None

    def write(self, folder: Path) -> None:
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / FILE).write_text(text + "\n", encoding="utf-8")

    def figures(self, run: Run, suite: str, system: str) -> tuple[Figure, ...]:
        """judged correct, and judged correct or partly: shares of the answerable items, a declined
        one being neither; items without a verdict are left out."""
        verdicts = self.verdicts.get(suite, {}).get(system, {})
        clusters = {i.id: i.cluster or i.id for i in run.items(suite)}
        found = []
        for name, good in (
            ("judged correct", ("correct",)),
            ("judged correct or partly", ("correct", "partly")),
        ):
            rows = {
                item: (float(verdict in good), 1.0)
                for item, verdict in verdicts.items()
                if verdict != NONE_GIVEN and item in clusters
            }
            if rows and (made := figure(Measure(name, GROUP, rows), clusters)):
                found.append(made)
        return tuple(found)


def judge_run(
    run: Run,
    llm: LLM,
    calibration: judge.Calibration | None,
    answerers: Mapping[str, str],
    progress: Callable[[int, int], None],
) -> Judged:
    """Every answer to an answerable item of the run, judged; nothing is written.

    answerers: system -> name of the language model that gave its answers, where there was one.
    progress: answers done, answers in all. Raises LLMUnreachable.
    """
    asked = [
        (suite, system, item, record)
        for suite in run.suites
        for system in run.systems
        for item, record in _pairs(run, suite, system)
        if item.answerable
    ]
    verdicts: dict[str, dict[str, dict[str, str]]] = {}
    for done, (suite, system, item, record) in enumerate(asked, 1):
        try:
            verdict = judge.judge(
                item.question, reference(item), record.text if given(record) else "", llm
            )
        except LLMNonsense:
            verdict = NONE_GIVEN
        verdicts.setdefault(suite, {}).setdefault(system, {})[item.id] = verdict
        progress(done, len(asked))
    model = llm.metadata.model_name
    return Judged(
        model=model,
        prompt=judge.prompt_hash(),
        objections=judge.objections(calibration, model, answerers.values()),
        verdicts=verdicts,
    )


def reference(item: Item) -> str:
    """The right answer in one line: the first form of each part."""
    return "; ".join(part[0] for part in item.answers)


def judged_text(judged: Judged, run: Run, *, color: bool) -> str:
    """For a terminal: objections in red first, then the figures of each suite and system."""
    lines = [judge.red(f"NOT TO BE TRUSTED: {why}", color) for why in judged.objections]
    lines.append(f"judge {judged.model}, prompt {judged.prompt}; not part of the other figures")
    for suite in run.suites:
        for system in run.systems:
            for f in judged.figures(run, suite, system):
                span = (
                    "" if f.low is None else f" ({number(f.low, '')} to {number(f.high or 0, '')})"
                )
                lines.append(f"{suite} · {system} · {f.name}: {number(f.value, '')}{span}, n {f.n}")
    return "\n".join(lines)


def _pairs(run: Run, suite: str, system: str) -> list[tuple[Item, Record]]:
    records = {r.item: r for r in run.records(suite, system)}
    return [(i, records[i.id]) for i in run.items(suite) if i.id in records]
