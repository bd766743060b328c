"""How likely the corpus answers the question, from what retrieval and the language model measured.

A logistic regression on a handful of signals. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

# Fitted with Qwen2.5-Coder-1.5B on the tune half of the sample questions (75; right or not), then
# rounded; `grounded` was 0 in eight of them, all wrong. P(found) and P(yes) enter as log-odds.
WEIGHTS = {"intercept": -3.75, "found": 0.3, "approved": 0.66, "in_kind": 0.4, "grounded": 2.0}
# Without a language model there is only how well the best sentence fits.
WEIGHTS_WITHOUT_MODEL = {"intercept": -5.0, "late": 6.0, "lexical": 3.0}


def confidence(*, found: float, approved: float, in_kind: bool, grounded: bool) -> float:
    """Probability, 0 to 1, that the answer of the embedded model is one.

    found: P(found) of the reading; approved: P(yes) of the second opinion; both 0 to 1.
    in_kind: whether the answer is of the kind the question asks for.
    grounded: whether the evidence has everything the answer says.
    """
    signals = {
        "intercept": 1.0,
        "found": log_odds(found),
        "approved": log_odds(approved),
        "in_kind": float(in_kind),
        "grounded": float(grounded),
    }
    return _logistic(sum(weight * signals[name] for name, weight in WEIGHTS.items()))


def confidence_without_model(signals: Mapping[str, float]) -> float:
    """Probability, 0 to 1, that the best sentence answers; signals as in `Evidence`."""
    weights = WEIGHTS_WITHOUT_MODEL
    return _logistic(
        weights["intercept"] + sum(weights[n] * signals.get(n, 0.0) for n in ("late", "lexical"))
    )


def _logistic(total: float) -> float:
    return 1.0 / (1.0 + math.exp(-total))


def log_odds(probability: float) -> float:
    """log(p / (1 - p)), kept within ±6 where p is near 0 or 1."""
    clipped = min(max(probability, 0.0025), 0.9975)
    return math.log(clipped / (1 - clipped))
