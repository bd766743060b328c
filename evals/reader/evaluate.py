"""The figures of the model card: `python -m evals.reader.evaluate --folder assistant/models/...`.

Through the same `Reader` that ships, so a folder with the graph in floats is judged alike.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.models.reader import FOLDER, Reader, Reading
from evals.metrics.answers import exact_match, token_f1
from evals.metrics.calibration import auroc, declined_at
from evals.metrics.spans import gives
from evals.reader import heldout
from evals.reader.heldout import Case, Claim

Figures = dict[str, float]
SETS = ("squad", "realtime", "realtime-all", "sample", "mnli", "fever")

CORPUS = Path(__file__).parents[2] / "corpus"


def best_readings(reader: Reader, cases: Sequence[Case]) -> list[tuple[Reading, str]]:
    """Of each case the text that answers best, and the words at its place."""
    found = []
    for case in cases:
        readings = reader.read(case.question, case.texts, case.headlines)
        best = max(range(len(readings)), key=lambda n: readings[n].answers)
        span = readings[best].span
        found.append((readings[best], case.texts[best][span.start : span.end] if span else ""))
    return found


def separation(found: Sequence[tuple[Reading, str]], answered: Sequence[bool]) -> Figures:
    """How well the judgement tells the answered from the others."""
    rows = np.array([[r.answers, float(a)] for (r, _), a in zip(found, answered, strict=True)])
    return {
        "area under ROC": auroc(rows),
        "declined while 5 % of the answered are": declined_at(0.05)(rows),
        "declined while 10 % of the answered are": declined_at(0.1)(rows),
        "5 % lost below": _quantile(rows, 0.05),
        "10 % lost below": _quantile(rows, 0.1),
        "answered": float(rows[:, 1].sum()),
        "not": float((1 - rows[:, 1]).sum()),
    }


def _quantile(rows: NDArray[np.float64], share: float) -> float:
    """The judgement below which this share of the answered ones lies."""
    answered = rows[rows[:, 1] > 0, 0]
    return float(np.quantile(answered, share)) if len(answered) else float("nan")


def judge_squad(reader: Reader, cases: Sequence[Case]) -> Figures:
    found = best_readings(reader, cases)
    answered = [bool(c.forms) for c in cases]
    having = [(said, c.forms) for (_, said), c in zip(found, cases, strict=True) if c.forms]
    return {
        "HasAns F1": sum(token_f1(s, f) for s, f in having) / len(having),
        "HasAns exact": sum(exact_match(s, f) for s, f in having) / len(having),
        **separation(found, answered),
    }


def judge_realtime(reader: Reader, cases: Sequence[Case]) -> Figures:
    found = best_readings(reader, cases)
    touched = [touches(said, c.forms) for (_, said), c in zip(found, cases, strict=True) if c.forms]
    figures = separation(found, [bool(c.forms) for c in cases])
    return {"span touches the answer": sum(touched) / len(touched), **figures}


def touches(said: str, forms: Sequence[str]) -> bool:
    return any(token_f1(said, [form]) > 0 or (said and gives(form, [said])) for form in forms)


def judge_sample(reader: Reader, cases: Sequence[Case]) -> Figures:
    """Right spans against the questions that nothing answers; the wrong spans count for neither."""
    found = best_readings(reader, cases)
    right = [
        bool(c.forms) and span_right(s, c.forms) for (_, s), c in zip(found, cases, strict=True)
    ]
    kept = [n for n, case in enumerate(cases) if right[n] or not case.forms]
    figures = separation([found[n] for n in kept], [right[n] for n in kept])
    every = separation(found, [bool(c.forms) for c in cases])
    share = sum(right) / sum(1 for c in cases if c.forms)
    return {
        "right spans": share,
        **figures,
        "all answerable, area under ROC": every["area under ROC"],
    }


def span_right(said: str, forms: Sequence[str]) -> bool:
    return gives(said, forms) or max((token_f1(said, [f]) for f in forms), default=0) >= 0.5


def judge_claims(reader: Reader, claims: Sequence[Claim]) -> Figures:
    """Right class among those that the set tells apart."""
    right = []
    for claim, found in zip(
        claims, reader.bear([(c.text, c.statement) for c in claims]), strict=True
    ):
        shares = {"e": found.entails, "n": found.neutral, "c": found.contradicts}
        wanted, _, compared = claim.label.partition("/")
        right.append(max(compared, key=lambda c: shares[c]) in wanted)
    return {"accuracy": sum(right) / len(right), "statements": float(len(right))}


def evaluate(reader: Reader, name: str, options: argparse.Namespace) -> Figures:
    data, most = options.data, options.most
    if name in ("mnli", "fever"):
        source = {"mnli": "mnli_olora", "fever": "fever_athnlp"}[name]
        claims = heldout.claims(data / "reader", source)
        return judge_claims(reader, claims[: most or None])
    if name == "squad":
        cases = heldout.squad(data / "squad2-dev-8.json", options.part)
        return judge_squad(reader, heldout.fewer(cases, most) if most else cases)
    if name.startswith("realtime"):
        load = heldout.realtime if name == "realtime" else heldout.realtime_all
        cases = load(data / "realtime", options.part)
        return judge_realtime(reader, heldout.fewer(cases, most) if most else cases)
    cases = heldout.sample(CORPUS, options.work, options.part)
    return judge_sample(reader, heldout.fewer(cases, most) if most else cases)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the public sets")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of the reader")
    parser.add_argument("--work", type=Path, default=Path("reader-work"), help="for the sample")
    parser.add_argument("--set", nargs="*", default=list(SETS), choices=SETS)
    parser.add_argument("--part", default="report", choices=("tune", "report", "all"))
    parser.add_argument("--most", type=int, default=0, help="of each kind; 0: all")
    parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    reader = Reader(options.folder, options.threads)
    for name in options.set:
        began = time.monotonic()
        figures = evaluate(reader, name, options)
        seconds = round(time.monotonic() - began)
        shown = {n: round(v, 3) for n, v in figures.items()}
        print(json.dumps({"set": name, "part": options.part, "seconds": seconds, **shown}))


if __name__ == "__main__":
    main()
