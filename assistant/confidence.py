"""How likely the corpus answers the question, from what retrieval and the language model measured.

A logistic regression on a handful of signals; `python -m evals.calibrate` fits it. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

# The signals, and what each is. Those marked with * enter as log-odds.
SIGNALS = {
    "found": "* P(found) of the reading, 0 to 1",
    "approved": "* P(yes) of the second opinion, 0 to 1",
    "in_kind": "1 where the answer is of the kind the question asks for, else 0",
    "grounded": "1 where the evidence has everything the answer says, else 0",
    "late": "best late-interaction score of a sentence, 0 to 1",
    "lexical": "largest share of the question's term weight (IDF) in one sentence, 0 to 1",
    "covered": "share of the question's terms in the article the answer is from, 0 to 1",
    "names_missing": "names and numbers of the question that this article lacks, 0 to 3",
}
LOG_ODDS = frozenset({"found", "approved"})

# Fitted with Qwen2.5-Coder-1.5B on the tune half of the sample questions (75; right or not), then
# rounded; `grounded` was 0 in eight of them, all wrong.
WEIGHTS = {"intercept": -3.75, "found": 0.3, "approved": 0.66, "in_kind": 0.4, "grounded": 2.0}
# Without a language model there is only how well the best sentence fits.
WEIGHTS_WITHOUT_MODEL = {"intercept": -5.0, "late": 6.0, "lexical": 3.0}


def confidence(signals: Mapping[str, float], weights: Mapping[str, float] = WEIGHTS) -> float:
    """Probability, 0 to 1, that the answer is one; a signal that is not there counts as 0."""
    total = weights["intercept"] + sum(
        weight * feature(name, signals.get(name, 0.0))
        for name, weight in weights.items()
        if name != "intercept"
    )
    return 1.0 / (1.0 + math.exp(-total))


def feature(name: str, value: float) -> float:
    """The signal as it enters the sum."""
    return log_odds(value) if name in LOG_ODDS else value


def log_odds(probability: float) -> float:
    """log(p / (1 - p)), kept within ±6 where p is near 0 or 1."""
    clipped = min(max(probability, 0.0025), 0.9975)
    return math.log(clipped / (1 - clipped))
