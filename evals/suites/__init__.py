"""Suites: questions with the articles they are asked of. Loaders only; public data stays outside.

To add one, write a function from a `Source` to a `Suite` and name it in `SUITES`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path

from assistant.errors import UsageError
from evals.suites import beir, cranfield, feedback, own, realtime, rgb, squad
from evals.suites.suite import (
    DataMissing,
    Document,
    Documents,
    Source,
    Suite,
    in_split,
    sampled,
)

Loader = Callable[[Source], Suite]

SUITES: dict[str, Loader] = {
    "sample": own.sample,
    "people": own.people,
    "feedback": feedback.feedback,
    "squad": squad.whole_index,
    "squad-oracle": squad.oracle,
    "rgb": rgb.rgb,
    "rgb-counterfactual": rgb.counterfactual,
    "realtime": realtime.realtime,
    "beir": beir.beir,
    **cranfield.SUITES,
}
# What each needs besides its name, and what it is, for whoever chooses one.
ABOUT = {
    "sample": ("", "150 questions about the sample corpus"),
    "people": ("", "219 questions about it as people type them, of nine kinds"),
    "FILE.jsonl": ("--corpus", "your questions about your articles"),
    "feedback": ("--data --corpus", "answers that people liked in the web chat, asked again"),
    "squad": ("--data", "SQuAD 2.0 over the whole index, with misleading questions and others"),
    "squad-oracle": ("--data", "SQuAD 2.0, each question with its paragraph only"),
    "rgb": ("--data", "noise, only noise, true and falsified passages together"),
    "rgb-counterfactual": ("--data", "falsified passages only"),
    "realtime": ("--data", "a news quiz asked in the open, a quarter of it with no answer"),
    "beir": ("--data", "a folder in BEIR's format; only finding"),
    "cranfield": ("--data", "its classic files, codes 1 to 4 relevant alike; only finding"),
    "cranfield-graded": ("--data", "the same, grade 5 - code"),
    "cranfield-as-written": ("--data", "the same, grade = code"),
}

__all__ = [
    "ABOUT",
    "SUITES",
    "DataMissing",
    "Document",
    "Documents",
    "Source",
    "Suite",
    "find",
    "in_split",
    "sampled",
]


def find(name: str, *, data: Path | None = None, corpus: Path | None = None) -> Suite:
    """The suite of that name, or the questions in that file.

    Raises UsageError for an unknown name or a missing option, DataMissing for missing files,
    AssistantError with file and line for a bad one.
    """
    source = Source(name, data, corpus)
    if name in SUITES:
        return SUITES[name](source)
    if name.endswith(".jsonl"):
        return own.own(source)
    close = difflib.get_close_matches(name, SUITES, n=1)
    raise UsageError(
        f"there is no suite '{name}'",
        (f"Do you mean {close[0]}? " if close else "")
        + f"Known: {', '.join(SUITES)}, or a FILE.jsonl of questions.",
    )
