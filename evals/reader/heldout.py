"""What the reader is judged by and never trained on: four sets of questions, two of statements.

`tune` is for choosing (recipe, stopping point, scales), `report` for what is shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from assistant.engine import Engine
from assistant.settings import Settings
from evals.items import load
from evals.metrics.spans import gives
from evals.reader.items import read_rows
from evals.reader.similar import best, words
from evals.reader.sources import pairs, split
from evals.reader.statements import held_out

QUESTIONS = Path(__file__).parents[1] / "questions"
PASSAGES = 8
WINDOW_WORDS = 110


@dataclass(frozen=True)
class Case:
    """A question over the texts that were found for it.

    forms: every form of what answers it; () where the texts do not.
    """

    question: str
    texts: tuple[str, ...]
    headlines: tuple[str, ...]
    forms: tuple[str, ...]


@dataclass(frozen=True)
class Claim:
    """label: as in `items.Item`."""

    text: str
    statement: str
    label: str


def squad(file: Path, part: str) -> list[Case]:
    """SQuAD 2.0, the right paragraph given. The first half of the articles is for tuning."""
    articles = sorted(json.loads(file.read_text(encoding="utf-8")), key=lambda a: str(a["title"]))
    half = len(articles) // 2
    chosen = {"tune": articles[:half], "report": articles[half:], "all": articles}[part]
    cases = []
    for article in chosen:
        title = article["title"].replace("_", " ")
        for paragraph in article["paragraphs"]:
            for asked in paragraph["qas"]:
                forms = tuple(asked["answers"])
                cases.append(Case(asked["question"], (paragraph["context"],), (title,), forms))
    return cases


def realtime(folder: Path, part: str) -> list[Case]:
    """News quiz questions, each with two windows: the one that fits its words best among those
    with the answer, and the one that does among those without it."""
    texts, headlines = _windows_of(folder)
    asked = [
        row
        for row in read_rows(folder / "questions.jsonl.gz")
        if row["answerable"] and part in ("all", half_of(str(row["id"])))
    ]
    ranked = best([words(t) for t in texts], [words(str(r["question"])) for r in asked], 400)
    cases = []
    for row, found in zip(asked, ranked, strict=True):
        question, gold = str(row["question"]), (str(row["gold"]),)
        having = next((n for n in found if gives(texts[n], gold)), None)
        lacking = next((n for n in found if not gives(f"{headlines[n]} {texts[n]}", gold)), None)
        if having is not None and lacking is not None:
            cases.append(Case(question, (texts[having],), (headlines[having],), gold))
            cases.append(Case(question, (texts[lacking],), (headlines[lacking],), ()))
    return cases


def realtime_all(folder: Path, part: str) -> list[Case]:
    """The quiz over all its articles: each question over the windows that fit its words best.

    A fifth of the questions is answered by none of the articles.
    """
    texts, headlines = _windows_of(folder)
    asked = [
        row
        for row in read_rows(folder / "questions.jsonl.gz")
        if part in ("all", half_of(str(row["id"])))
    ]
    ranked = best([words(t) for t in texts], [words(str(r["question"])) for r in asked], PASSAGES)
    return [
        Case(
            str(row["question"]),
            tuple(texts[n] for n in found),
            tuple(headlines[n] for n in found),
            (str(row["gold"]),) if row["answerable"] else (),
        )
        for row, found in zip(asked, ranked, strict=True)
    ]


def _windows_of(folder: Path) -> tuple[list[str], list[str]]:
    """The windows of all articles, and the headline over each."""
    rows = list(read_rows(folder / "articles.jsonl.gz"))
    found = [(w, str(row["title"] or "")) for row in rows for w in windows(str(row["text"]))]
    return [w for w, _ in found], [title for _, title in found]


def half_of(question_id: str) -> str:
    """The half of `realtime` that a question belongs to."""
    digest = int(hashlib.sha256(question_id.encode()).hexdigest(), 16)
    return "report" if digest % 2 else "tune"


def windows(text: str) -> list[str]:
    """The text in runs of whole sentences of about WINDOW_WORDS words."""
    found: list[list[str]] = [[]]
    size = 0
    for _, sentence in split(text):
        if size and size + len(sentence.split()) > WINDOW_WORDS * 1.2:
            found.append([])
            size = 0
        found[-1].append(sentence)
        size += len(sentence.split())
    return [" ".join(part) for part in found if part]


def sample(corpus: Path, work: Path, part: str) -> list[Case]:
    """The project's own questions over the passages that its retrieval finds.

    work: where the index and what was found are kept for the next time.
    """
    kept = work / f"sample-{part}.json"
    if kept.is_file():
        rows = json.loads(kept.read_text())
        parts = ("texts", "headlines", "forms")
        return [Case(r["question"], *(tuple(r[part]) for part in parts)) for r in rows]
    engine = Engine(Settings(store=work / "store", corpus=corpus, models=work, llm="none"))
    items = [i for i in load(sorted(QUESTIONS.glob("sample-*.jsonl"))) if part in ("all", i.split)]
    cases = []
    for item in items:
        hits = engine.search(item.question, PASSAGES)
        forms = tuple(form for group in item.answers for form in group)
        titles = tuple(h.article.title or "" for h in hits)
        cases.append(Case(item.question, tuple(h.text for h in hits), titles, forms))
    engine.close()
    kept.write_text(json.dumps([asdict(c) for c in cases]))
    return cases


def claims(data: Path, source: str) -> list[Claim]:
    """The statements of a set that `prepare` leaves out."""
    found = [p for p in pairs(data) if p[0] == source and held_out(source, p[1])]
    return [Claim(text, statement, label) for _, text, statement, label in found]


def fewer(cases: Sequence[Case], most: int, seed: int = 18) -> list[Case]:
    """At most so many that are answered and as many that are not, always the same ones."""
    random = Random(seed)
    chosen: list[Case] = []
    for answered in (True, False):
        kind = [c for c in cases if bool(c.forms) is answered]
        chosen += random.sample(kind, min(most, len(kind)))
    return chosen
