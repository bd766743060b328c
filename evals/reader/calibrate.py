"""Find the numbers that make probabilities of what the reader says, on tune halves only:
`python -m evals.reader.calibrate`. Writes them beside the graph.

The order of what it says stays, and so does every area under ROC. How clear the place is does not
count: fitted as a second signal it made the judgement worse on SQuAD and the quiz.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from assistant.models.reader import SCALES, Reader
from evals.reader import heldout
from evals.reader.evaluate import CORPUS, best_readings
from evals.reader.heldout import Case

FloatArray = NDArray[np.float64]
MOST = 150
TINY = 1e-12


def answers_scale(reader: Reader, sets: list[list[Case]]) -> tuple[float, ...]:
    """What the answers' logit is multiplied with and what is added: every set counts alike."""
    rows, answered, weights = [], [], []
    for cases in sets:
        for (reading, _), case in zip(best_readings(reader, cases), cases, strict=True):
            rows.append([_logit(reading.answers), 1.0])
            answered.append(float(bool(case.forms)))
            weights.append(1 / len(cases))
    x, y, w = np.array(rows), np.array(answered), np.array(weights)

    def loss(at: FloatArray) -> float:
        p = 1 / (1 + np.exp(-(x @ at)))
        return float(-(w * (y * np.log(p + TINY) + (1 - y) * np.log(1 - p + TINY))).sum())

    found = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return tuple(round(float(value), 4) for value in found)


def bears_scale(reader: Reader, claims: list[heldout.Claim]) -> float:
    """What the three logits are multiplied with. The most likely class stays the same."""
    found = reader.bear([(c.text, c.statement) for c in claims])
    logs = np.log(np.array([[b.entails, b.neutral, b.contradicts] for b in found]) + TINY)
    right = np.array(["enc".index(c.label[0]) for c in claims])

    def loss(at: FloatArray) -> float:
        scaled = logs * at[0]
        total = np.log(np.exp(scaled).sum(axis=1))
        return float((total - scaled[np.arange(len(right)), right]).mean())

    return round(float(minimize(loss, np.array([1.0]), method="Nelder-Mead").x[0]), 4)


def _logit(probability: float) -> float:
    p = min(max(probability, TINY), 1 - TINY)
    return float(np.log(p / (1 - p)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the public sets")
    parser.add_argument("--folder", type=Path, required=True, help="of the reader")
    parser.add_argument("--work", type=Path, default=Path("reader-work"), help="for the sample")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    plain = {"answers": [1.0, 0.0], "bears": [1.0]}
    (options.folder / SCALES).write_text(json.dumps(plain) + "\n")
    reader = Reader(options.folder)
    sets = [
        heldout.fewer(heldout.squad(options.data / "squad2-dev-8.json", "tune"), MOST),
        heldout.realtime(options.data / "realtime", "tune"),
        heldout.sample(CORPUS, options.work, "tune"),
    ]
    claims = heldout.claims(options.data / "reader", "mnli_olora")[: 3 * MOST]
    scales = {
        "answers": answers_scale(reader, sets),
        "bears": (bears_scale(reader, claims),),
    }
    (options.folder / SCALES).write_text(json.dumps(scales) + "\n")
    print(json.dumps(scales))


if __name__ == "__main__":
    main()
