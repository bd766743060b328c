"""What a run will cost before it is begun: calls, tokens, minutes.

From earlier runs on this machine with the same language model where there are any, the same suite
before others; else from the assumptions below.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.errors import AssistantError
from evals.records import Record
from evals.run import Plan, unasked
from evals.runs import MANIFEST, Run
from evals.systems import WITH_MODEL

# Tokens that Qwen2.5-Coder-1.5B, 4 bits, read and wrote on two cores that had nothing else to do
# (AVX2, November 2026: 47 and 18); a search takes as long as the embedding of twenty passages.
READ_PER_SECOND, WRITTEN_PER_SECOND, SEARCH_SECONDS = 45.0, 16.0, 0.8
ASSUMED_TOKENS = {
    "ours": (560, 25),
    "oracle": (400, 25),
    "plain": (1200, 60),
    "closed-book": (60, 20),
}


@dataclass(frozen=True)
class Estimate:
    """Of one system on one suite. basis: what the numbers come from, in words."""

    suite: str
    system: str
    questions: int
    calls: int
    prompt_tokens: int
    completion_tokens: int
    minutes: float
    basis: str


def estimate(plan: Plan, runs: Path) -> list[Estimate]:
    """For every suite and system what is left to ask. runs: the folder of earlier runs.

    calls: of questions to a system with a language model; one question may ask it several times.
    """
    model = plan.settings.llm.partition(":")[2] or "none"
    known = list(_earlier(runs, model))
    found = []
    for suite in plan.suites:
        todo = [system for _, system in unasked(plan, suite)]
        for system in plan.systems_of(suite):
            own = [r for r in known if r.system == system and r.status != "failed"]
            same = [r for r in own if r.suite == suite.name]
            found.append(_row(plan, suite.name, system, todo.count(system), same or own))
    return found


def _row(plan: Plan, suite: str, system: str, n: int, like: list[Record]) -> Estimate:
    asks = system in WITH_MODEL and plan.settings.llm != "none"
    if like:
        read = sum(r.prompt_tokens for r in like) / len(like)
        written = sum(r.completion_tokens for r in like) / len(like)
        seconds = sum(r.seconds.total for r in like) / len(like)
        basis = f"{len(like)} earlier replies"
    else:
        read, written = ASSUMED_TOKENS.get(system, (0, 0)) if asks else (0, 0)
        seconds = 0.0 if system in ("always-abstain", "closed-book") else SEARCH_SECONDS
        seconds += read / READ_PER_SECOND + written / WRITTEN_PER_SECOND
        basis = f"assumed {READ_PER_SECOND:.0f} tokens read and {WRITTEN_PER_SECOND:.0f} written/s"
    return Estimate(
        suite,
        system,
        n,
        n if asks else 0,
        round(n * read),
        round(n * written),
        n * seconds / 60,
        basis,
    )


def _earlier(runs: Path, model: str) -> Iterator[Record]:
    for path in sorted(runs.glob(f"*/{MANIFEST}")):
        try:
            run = Run.open(path.parent)
            if run.manifest.get("models", {}).get("llm", {}).get("name") == model:
                yield from run.record_file
        except (AssistantError, ValueError, TypeError, KeyError):
            continue  # an old or broken run is no reason to fail: it is only an estimate


def text(rows: list[Estimate]) -> str:
    """For a terminal, with the sum."""
    lines = [
        f"{'suite':<22}{'system':<16}{'questions':>10}{'model':>7}{'read':>10}{'min':>8}  from"
    ]
    lines += [
        f"{r.suite:<22}{r.system:<16}{r.questions:>10}{r.calls:>7}"
        f"{r.prompt_tokens:>10,}{r.minutes:>8.1f}  {r.basis}"
        for r in rows
    ]
    lines.append(
        f"{sum(r.questions for r in rows)} questions, {sum(r.calls for r in rows)} of them to a "
        f"language model, {sum(r.prompt_tokens for r in rows):,} tokens read and "
        f"{sum(r.completion_tokens for r in rows):,} written, about "
        f"{sum(r.minutes for r in rows):.0f} min, and the making of indexes that are not there yet"
    )
    return "\n".join(lines)
