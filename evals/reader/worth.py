"""Does the reader earn its place? `python -m evals.reader.worth`

"Is this question answered by these passages", on four corpora: by what the program has without
it (late interaction, the question's words, its names and numbers), by the reader alone, and by all
of them together: fitted on three corpora, shown on the fourth.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from assistant.embedding import Embedder
from assistant.late_interaction import interact
from assistant.lexical import terms
from assistant.models import embedding_folder
from assistant.models.reader import FOLDER, Reader
from evals.metrics.calibration import auroc
from evals.reader import exchange, heldout
from evals.reader.evaluate import CORPUS
from evals.reader.heldout import Case

TODAY = ("late interaction", "words", "names")
SIGNALS = (*TODAY, "reader", "place")
MOST = 150
FloatArray = NDArray[np.float64]


def signals(cases: Sequence[Case], reader: Reader, embedder: Embedder) -> FloatArray:
    """A row of SIGNALS for each case, each of the passage where it is highest."""
    rare = _rarity([t for c in cases for t in c.texts])
    rows = []
    for case in cases:
        (asked,) = embedder.encode_tokens([case.question])
        weights = np.array([_weight(case.question, a, b, rare) for a, b in asked.offsets])
        late, covered, named = [], [], []
        for text, read in zip(case.texts, embedder.encode_tokens(case.texts), strict=True):
            late.append(interact(asked.vectors, weights, read.vectors, read.offsets, ()).whole)
            covered.append(_covered(case.question, text, rare))
            named.append(_named(case.question, text))
        readings = reader.read(case.question, case.texts, case.headlines)
        best = max(readings, key=lambda r: r.answers)
        rows.append([max(late), max(covered), max(named), _odds(best.answers), best.span_score])
    return np.array(rows)


def _rarity(texts: Sequence[str]) -> dict[str, float]:
    seen = Counter(term for text in set(texts) for term in set(terms(text)))
    return {term: math.log(1 + len(texts) / count) for term, count in seen.items()}


def _weight(text: str, start: int, end: int, rare: dict[str, float]) -> float:
    """How rare the word is that the word piece at these characters belongs to."""
    for match in re.finditer(r"\w+", text):
        if match.start() <= start < match.end():
            found = terms(match.group())
            return max((rare.get(t, max(rare.values())) for t in found), default=0.05)
    return 0.0


def _covered(question: str, text: str, rare: dict[str, float]) -> float:
    wanted = set(terms(question))
    worth = {t: rare.get(t, max(rare.values())) for t in wanted}
    has = set(terms(text))
    return sum(w for t, w in worth.items() if t in has) / (sum(worth.values()) or 1.0)


def _named(question: str, text: str) -> float:
    """The share of the question's names and numbers that the text has."""
    wanted = [f.text.lower() for f in exchange.find(question) if f.type != "word"]
    lower = text.lower()
    return sum(w in lower for w in wanted) / len(wanted) if wanted else 1.0


def _odds(probability: float) -> float:
    p = min(max(probability, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


def rgb(file: Path) -> list[Case]:
    """Five passages for each question: one that answers it among others, or none."""
    cases = []
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        other, forms = tuple(row["negative"]), (str(row["answer"]),)
        for texts, given in ((tuple(row["positive"][:1]) + other[:4], forms), (other[:5], ())):
            cases.append(Case(str(row["query"]), texts, ("",) * len(texts), given))
    return cases


def together(corpora: dict[str, tuple[FloatArray, FloatArray]], columns: Sequence[int]) -> Figures:
    """The area under ROC on each corpus, fitted on the others, each of which counts alike."""
    shown = {}
    for name, (rows, answered) in corpora.items():
        others = [v for other, v in corpora.items() if other != name]
        x = np.vstack([r[:, columns] for r, _ in others])
        y = np.concatenate([a for _, a in others])
        weights = np.concatenate([np.full(len(a), 1 / len(a)) for _, a in others])
        middle, spread = x.mean(axis=0), x.std(axis=0) + 1e-9
        fit = LogisticRegression(C=10.0).fit((x - middle) / spread, y, weights * len(y))
        judged = fit.decision_function((rows[:, columns] - middle) / spread)
        shown[name] = auroc(np.column_stack([judged, answered]))
    return shown


Figures = dict[str, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the public sets")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of the reader")
    parser.add_argument("--work", type=Path, default=Path("reader-work"), help="for the sample")
    options = parser.parse_args()
    reader = Reader(options.folder)
    embedder = Embedder(embedding_folder(options.work), options.work)
    squad = heldout.squad(options.data / "squad2-dev-8.json", "report")
    sets = {
        "sample": heldout.sample(CORPUS, options.work, "report"),
        "squad": heldout.fewer(squad, MOST),
        "rgb": rgb(options.data / "rgb-fact-50.jsonl"),
        "realtime": heldout.realtime(options.data / "realtime", "report"),
    }
    corpora = {}
    for name, cases in sets.items():
        answered = np.array([float(bool(c.forms)) for c in cases])
        corpora[name] = (signals(cases, reader, embedder), answered)
    places = {signal: n for n, signal in enumerate(SIGNALS)}
    choices = {signal: [n] for signal, n in places.items()}
    choices["today's signals"] = [places[s] for s in TODAY]
    choices["reader alone"] = [places["reader"], places["place"]]
    choices["all together"] = list(range(len(SIGNALS)))
    for name, columns in choices.items():
        shown = {k: round(v, 3) for k, v in together(corpora, columns).items()}
        print(json.dumps({"signals": name, **shown}))


if __name__ == "__main__":
    main()
