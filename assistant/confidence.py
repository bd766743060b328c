"""How likely the corpus answers the question, from what retrieval and the language model measured.

A logistic regression on a handful of signals; `evals/calibrate.py` fitted it and its docstring
says on what. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

# Filled by hand from the output of evals/calibrate.py, with the model and the data it names.
WEIGHTS = {"intercept": -6.0, "found": 0.9, "late": 6.0, "lexical": 2.0}
WEIGHTS_WITHOUT_MODEL = {"intercept": -6.0, "late": 9.0, "lexical": 2.0}


def confidence(found: float | None, signals: Mapping[str, float]) -> float:
    """Probability, 0 to 1.

    found: P(found) of the language model, 0 to 1; None where none was asked.
    signals: of `Evidence`.
    """
    weights = WEIGHTS if found is not None else WEIGHTS_WITHOUT_MODEL
    total = weights["intercept"]
    if found is not None:
        total += weights["found"] * log_odds(found)
    total += sum(weights[k] * signals.get(k, 0.0) for k in weights if k in ("late", "lexical"))
    return 1.0 / (1.0 + math.exp(-total))


def log_odds(probability: float) -> float:
    """log(p / (1 - p)), kept within ±12 where p is 0 or 1."""
    clipped = min(max(probability, 6e-6), 1 - 6e-6)
    return math.log(clipped / (1 - clipped))
