"""The public data sets -> paragraphs with questions, and pairs of a text and a statement.

Expected in one folder, as JSON lines packed with gzip: `<set>-<part>.jsonl.gz`. Questions have
question, context, answers (text, start) and perhaps id and title; sentence pairs question, text,
label; entailment premise, text, label.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sentencex

from evals.reader.items import read_rows

PARAGRAPHS = ("squad_train_union", "squadshifts", "nq_open_oracle")
# Their contexts are single sentences, with the article and the place in it in the id.
SENTENCES = ("qamr", "qadiscourse")
QUESTIONS_A_SENTENCE = 6
SENTENCES_A_PARAGRAPH = 6


@dataclass(frozen=True)
class Paragraph:
    """article: what stands together in one article has one name."""

    source: str
    article: str
    headline: str
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """A question and where its answer stands: paragraph, sentence, characters of the sentence.

    sentence: -1 where the paragraph does not answer it.
    """

    source: str
    question: str
    paragraph: int
    sentence: int
    start: int
    end: int
    answers: tuple[str, ...]


@dataclass
class Library:
    paragraphs: list[Paragraph]
    asked: list[Asked]


def files(data: Path, name: str) -> list[Path]:
    return sorted(data.glob(f"{name}-*.jsonl.gz"))


def split(text: str) -> list[tuple[int, str]]:
    """The sentences of a text with where each begins."""
    found, position = [], 0
    for piece in sentencex.segment("en", text):
        sentence = piece.strip()
        if sentence:
            position = text.index(sentence, position)
            found.append((position, sentence))
            position += len(sentence)
    return found


def load_library(data: Path) -> Library:
    library = Library([], [])
    for name in PARAGRAPHS:
        for file in files(data, name):
            _add_paragraphs(library, name, file)
    rows = [(n, row) for n in SENTENCES for file in files(data, n) for row in read_rows(file)]
    _add_sentences(library, rows)
    return library


def _add_paragraphs(library: Library, name: str, file: Path) -> None:
    places: dict[str, tuple[int, list[tuple[int, str]]]] = {}
    for row in read_rows(file):
        context, title = str(row["context"]), str(row.get("title") or "").replace("_", " ")
        if context not in places:
            sentences = split(context)
            places[context] = (len(library.paragraphs), sentences)
            texts = tuple(s for _, s in sentences)
            library.paragraphs.append(Paragraph(name, title, title, texts))
        number, sentences = places[context]
        asked = _place(name, row, number, sentences)
        if asked:
            library.asked.append(asked)


def _place(
    source: str, row: dict[str, Any], paragraph: int, sentences: list[tuple[int, str]]
) -> Asked | None:
    """The question with its first answer's sentence; None where it crosses sentences."""
    question = " ".join(str(row["question"]).split())
    answers = tuple(dict.fromkeys(a["text"].strip() for a in row["answers"]))
    if not row["answers"]:
        return Asked(source, question, paragraph, -1, -1, -1, ())
    first = row["answers"][0]
    start = int(first["start"]) + len(first["text"]) - len(first["text"].lstrip())
    end = start + len(first["text"].strip())
    for n, (begin, sentence) in enumerate(sentences):
        if begin <= start and end <= begin + len(sentence):
            return Asked(source, question, paragraph, n, start - begin, end - begin, answers)
    return None


def _add_sentences(library: Library, rows: list[tuple[str, dict[str, Any]]]) -> None:
    """Neighbouring sentences of one article make a paragraph; lone ones are filled up later."""
    by_article: dict[str, dict[tuple[int, ...], str]] = defaultdict(dict)
    for _, row in rows:
        article, place = _sentence_id(row)
        if len(str(row["context"])) > 15:
            by_article[article].setdefault(place, str(row["context"]))
    homes: dict[str, tuple[int, int]] = {}
    for article, found in by_article.items():
        texts = [text for _, text in sorted(found.items())]
        for begin in range(0, len(texts), SENTENCES_A_PARAGRAPH):
            part = texts[begin : begin + SENTENCES_A_PARAGRAPH]
            for n, text in enumerate(part):
                homes.setdefault(text, (len(library.paragraphs), n))
            library.paragraphs.append(Paragraph("sentences", article, "", tuple(part)))
    used: Counter[str] = Counter()
    for source, row in rows:
        context = str(row["context"])
        if context not in homes or not _good(row):
            continue
        number, sentence = homes[context]
        asked = _place(source, row, number, [(0, context)])
        if asked and used[context] < QUESTIONS_A_SENTENCE:
            used[context] += 1
            asked = Asked(**{**asked.__dict__, "sentence": sentence})
            library.asked.append(asked)


def _sentence_id(row: dict[str, Any]) -> tuple[str, tuple[int, ...]]:
    _, outlet, article, *place = str(row["id"]).partition("|")[0].split(":")
    return f"{outlet}:{article}", tuple(int(p) for p in place)


def _good(row: dict[str, Any]) -> bool:
    """Annotators agree, and the question is one (some were left empty)."""
    return bool(row.get("agree", True)) and len(re.findall(r"\w+", str(row["question"]))) > 3


def selection(data: Path) -> Iterator[tuple[str, list[tuple[str, bool]]]]:
    """Each question of SelQA with its sentences, and whether each answers."""
    for file in files(data, "selqa"):
        groups: dict[str, list[tuple[str, bool]]] = defaultdict(list)
        for row in read_rows(file):
            groups[str(row["question"])].append((str(row["text"]), row["label"] == 1))
        yield from groups.items()


LABELS = {
    "mnli_olora": {"entailment": "e/enc", "neutral": "n/enc", "contradiction": "c/enc"},
    "fever_athnlp": {"SUPPORTS": "e/ec", "REFUTES": "c/ec"},
    "wice_claim_oracle": {
        "supported": "e/enc",
        "partially_supported": "nc/enc",
        "not_supported": "nc/enc",
    },
}
LABELS["snli"] = LABELS["conjnli"] = LABELS["mnli_olora"]
LABELS["fool_me_twice"] = LABELS["fever_athnlp"]


def pairs(data: Path) -> Iterator[tuple[str, str, str, str]]:
    """Source, text, statement, label, of all the entailment sets."""
    for name, labels in LABELS.items():
        for file in files(data, name):
            for row in read_rows(file):
                label = labels.get(str(row["label"]))
                if label:
                    yield name, str(row["premise"]).strip(), str(row["text"]).strip(), label
