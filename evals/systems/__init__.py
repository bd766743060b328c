"""The systems that are compared: this program, the plain LlamaIndex recipe, and sentinels.

To add one, write a function from a `Workplace` to a `System` and name it in `SYSTEMS`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable

from assistant.errors import UsageError
from evals.systems.system import System, Workplace

ABOUT = {
    "ours": "this program as it ships",
    "plain": "the recipe of LlamaIndex's documentation on the same models",
    "quotes": "the best three sentences, quoted; no language model",
    "always-abstain": "sentinel: never says anything",
    "first-passage": "sentinel: copies the first passage found and cites it",
    "closed-book": "sentinel: the language model without any article",
    "oracle": "this program with the needed articles as its only context",
}
# Parts of this program, to see what each adds; asked only when named.
STAGES = {
    "lexical": "finding by words alone (BM25)",
    "dense": "finding by vectors alone",
    "first-stage": "finding by both, before the second stage ranks anew",
    "whole-passages": "finding as ours, reading whole passages instead of sentences",
}
# What asks a language model, for the estimate of a dry run.
WITH_MODEL = frozenset({"ours", "plain", "closed-book", "oracle"})
# What has nothing to say without one.
NEED_MODEL = frozenset({"plain", "closed-book"})
# What can find at all: the others have nothing to do in a suite without answers.
FINDERS = frozenset({"ours", "plain", *STAGES})

__all__ = [
    "ABOUT",
    "FINDERS",
    "NEED_MODEL",
    "STAGES",
    "WITH_MODEL",
    "System",
    "Workplace",
    "check",
    "make",
]


def check(name: str) -> None:
    """Raises UsageError where there is no system of that name."""
    known = [*ABOUT, *STAGES]
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        raise UsageError(
            f"there is no system '{name}'",
            (f"Do you mean {close[0]}? " if close else "") + f"Known: {', '.join(known)}.",
        )


def make(name: str, work: Workplace) -> System:
    """The system, ready to be asked. Raises UsageError where something it needs is missing."""
    check(name)
    from evals.systems import ours, plain, quotes, sentinels, stages

    makers: dict[str, Callable[[Workplace], System]] = {
        "ours": ours.ours,
        "plain": plain.plain,
        "quotes": quotes.quotes,
        "always-abstain": sentinels.always_abstain,
        "first-passage": sentinels.first_passage,
        "closed-book": sentinels.closed_book,
        "oracle": ours.oracle,
        "lexical": stages.lexical,
        "dense": stages.dense,
        "first-stage": stages.fused,
        "whole-passages": stages.whole_passages,
    }
    return makers[name](work)
