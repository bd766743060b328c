"""The weights of the confidence, fitted on the replies of runs in which nothing was declined.

    assistant eval run sample --split tune --system ours --careful 0
    assistant eval calibrate runs/NAME

A logistic regression (Cox, 1958) on the signals that each reply carries, with a ridge penalty since
the replies are few; how well it tells right from wrong is measured on stories it was not fitted on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assistant.answering.confidence import SIGNALS, feature
from assistant.answering.question_type import STORY_KINDS
from assistant.errors import AssistantError
from evals.metrics.answers import contains_answer
from evals.metrics.calibration import auroc, calibration_error
from evals.metrics.measure import Pair
from evals.metrics.spans import gives
from evals.statistics import Rows

FOLDS = 5
# What a penalty of 1 / C on standardised signals costs; chosen once, not searched for.
STRENGTH = 0.5


@dataclass(frozen=True)
class Fit:
    """weights: as `assistant.answering.confidence.WEIGHTS`. n, right: replies, and the right ones.

    auroc, error: area under ROC and calibration error of predictions for stories left out of the
        fit, by five-fold cross-validation.
    alone, without: the same area of a fit on one signal alone, and on all but that one: what the
        signal tells, and what it tells that the others do not.
    """

    weights: dict[str, float]
    n: int
    right: int
    auroc: float
    error: float
    alone: dict[str, float]
    without: dict[str, float]


def fit(pairs: Sequence[Pair], names: Sequence[str] = tuple(SIGNALS)) -> Fit:
    """Weights for the signals `names`, from the replies that have signals.

    Raises AssistantError where all of them are right, or none is.
    """
    # Overviews and news have weights of their own, set by hand.
    used = [p for p in pairs if p.record.signals and p.record.kind not in STORY_KINDS]
    x = np.array([[feature(n, p.record.signals.get(n, 0.0)) for n in names] for p in used])
    y = np.array([float(right(p)) for p in used])
    if len(set(y)) < 2:
        raise AssistantError(
            f"nothing to fit: of {len(used)} replies with signals all are right or all wrong",
            "Take a run with --careful 0 that has both.",
        )
    stories = [p.item.cluster for p in used]
    rows = _left_out(x, y, stories)
    alone, without = {}, {}
    for column, name in enumerate(names):
        alone[name] = auroc(_left_out(x[:, [column]], y, stories))
        if len(names) > 1:
            without[name] = auroc(_left_out(np.delete(x, column, axis=1), y, stories))
    model = _model().fit(x, y)
    scale, regression = model[0], model[1]
    slopes = regression.coef_[0] / scale.scale_
    intercept = float(regression.intercept_[0] - (slopes * scale.mean_).sum())
    weights = {"intercept": intercept, **{n: float(s) for n, s in zip(names, slopes, strict=True)}}
    rounded = {name: round(weight, 2) for name, weight in weights.items()}
    return Fit(
        rounded, len(used), int(y.sum()), auroc(rows), calibration_error(rows), alone, without
    )


def _left_out(x: Rows, y: Rows, stories: Sequence[str]) -> Rows:
    """(prediction, right) of each reply, predicted from the stories that are not its own."""
    from sklearn.model_selection import GroupKFold, cross_val_predict

    folds = GroupKFold(min(FOLDS, len(set(stories))))
    said = cross_val_predict(_model(), x, y, groups=stories, cv=folds, method="predict_proba")
    return np.column_stack([said[:, 1], y])


def right(pair: Pair) -> bool:
    """Whether the reply is right; of an answer about several articles, any part of it will do."""
    item, record = pair
    if len(item.answers) < 2:
        return contains_answer(item, record)
    return any(gives(record.text, forms) for forms in item.answers)


def _model() -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), LogisticRegression(C=STRENGTH, max_iter=1000))
