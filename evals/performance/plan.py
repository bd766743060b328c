"""What is to be measured: of which sizes, how often, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.settings import Settings

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
