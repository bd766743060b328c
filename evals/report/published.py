"""What others published, from `published.toml`, by suite and figure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Published:
    """value: as it was published. differs: why it cannot be compared with ours; "" if it can."""

    suite: str
    figure: str
    system: str
    value: str
    source: str
    date: str
    differs: str


def published(suite: str) -> list[Published]:
    """The figures for a suite: those of its data first, then those that fit any."""
    path = Path(__file__).parent / "published.toml"
    raw = tomllib.loads(path.read_text(encoding="utf-8"))["figure"]
    fitting = [p for each in raw if suite.startswith((p := Published(**each)).suite)]
    return sorted(fitting, key=lambda p: not p.suite)
