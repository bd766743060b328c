"""SQuAD 2.0 (Rajpurkar et al., 2018): questions on paragraphs of Wikipedia, half unanswerable.

Read in the official format (`{"data": [{"title", "paragraphs": [{"context", "qas"}]}]}`, with
`is_impossible`) and as a bare list of articles whose answers are strings, none meaning
unanswerable. A further file of `{"title", "paragraphs": [text]}` joins the corpus as distractors.
Every paragraph is an article of its own, with the id `Title#n` counted from 1.

Its unanswerable questions were written to sound as if their paragraph answered them, and checked
against that paragraph only. Asked of a whole index they may have an answer elsewhere, so they are
called "misleading"; only `squad-oracle` asks them as they were meant.

The first half of the articles by title is to tune on, the second to report.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import Any

from assistant.passages import sentence_spans
from assistant.reading.text import canonical
from evals.items import Item, Quote
from evals.suites.suite import DataMissing, Document, Documents, Source, Suite

FILE = "squad.jsonl"


@dataclass(frozen=True)
class Data:
    """titles: of the articles with questions, in order. documents: of all paragraphs.

    items: whose only gold article, and `cluster`, is their paragraph; `within` is empty.
    """

    titles: tuple[str, ...]
    documents: tuple[Document, ...]
    items: tuple[Item, ...]
    title_of: dict[str, str]


def whole_index(source: Source) -> Suite:
    """Every paragraph is in the index: finding, reading, and knowing what is not there."""
    data = load(source)
    return Suite(
        "squad",
        "SQuAD 2.0 over the whole index, with misleading questions and questions of other articles",
        data.items + _elsewhere(data),
        Documents(FILE, data.documents),
        notes=(
            "a misleading question has no answer in its paragraph; another one may hold it",
            "a question of kind elsewhere is asked without the paragraphs of its article",
            "the story of an item is its paragraph",
        ),
    )


def oracle(source: Source) -> Suite:
    """Each question with its own paragraph as the only context: reading apart from finding."""
    data = load(source)
    return Suite(
        "squad-oracle",
        "SQuAD 2.0, each question with its paragraph only",
        tuple(replace(item, within=(item.cluster,)) for item in data.items),
        Documents(FILE, data.documents),
    )


def _elsewhere(data: Data) -> tuple[Item, ...]:
    """The answerable questions once more, as if their article had not been taken in."""
    paragraphs: dict[str, list[str]] = defaultdict(list)
    for document in data.documents:
        paragraphs[document.title].append(f"{FILE}#{document.key}")
    return tuple(
        replace(
            item,
            id=f"{item.id}-elsewhere",
            answers=(),
            answerable=False,
            kind="elsewhere",
            gold=(),
            evidence=(),
            without=tuple(paragraphs[data.title_of[item.id]]),
        )
        for item in data.items
        if item.answerable
    )


def load(source: Source) -> Data:
    """Raises DataMissing for files that are not there or not of these formats."""
    path = source.file("file of SQuAD 2.0", "dev-v2.0.json", "train-v2.0.json", "squad*.json")
    further = None
    if source.data is not None and source.data.is_dir():
        further = source.file_if_there("distractors", "*distractors*.json")
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        articles = raw["data"] if isinstance(raw, dict) else raw
        articles = sorted(articles, key=lambda article: str(article["title"]))
        others = json.loads(further.read_text(encoding="utf-8")) if further else []
        return _data(articles, others)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataMissing(
            f"{path}{' or ' + str(further) if further else ''}: not in a format of SQuAD 2.0: "
            f"{error!r}",
            "evals/suites/squad.py describes the two formats that are read.",
        ) from None


def _data(articles: list[dict[str, Any]], others: list[dict[str, Any]]) -> Data:
    documents: list[Document] = []
    items: list[Item] = []
    title_of: dict[str, str] = {}
    for position, article in enumerate(articles):
        title = _title(article)
        split = "tune" if position < len(articles) // 2 else "report"
        for number, paragraph in enumerate(article["paragraphs"], 1):
            document = Document(f"{title}#{number}", title, canonical(paragraph["context"]))
            documents.append(document)
            for qa in paragraph["qas"]:
                item = _item(qa, paragraph["context"], document, split)
                title_of[item.id] = title
                items.append(item)
    for article in others:
        title = _title(article)
        documents += [
            Document(f"{title}#{number}", title, canonical(text))
            for number, text in enumerate(article["paragraphs"], 1)
        ]
    return Data(tuple(map(_title, articles)), tuple(documents), tuple(items), title_of)


def _item(qa: dict[str, Any], context: str, document: Document, split: str) -> Item:
    paragraph = f"{FILE}#{document.key}"
    impossible = qa.get("is_impossible", not qa["answers"])
    if impossible:
        return Item(
            id=str(qa["id"]),
            question=_question(qa),
            answerable=False,
            kind="misleading",
            cluster=paragraph,
            split=split,
        )
    given = [_answer(each) for each in qa["answers"]]
    forms = tuple(dict.fromkeys(canonical(text).strip() for text, _ in given))
    evidence = _sentence(context, given, document.text)
    return Item(
        id=str(qa["id"]),
        question=_question(qa),
        answers=(forms,),
        gold=((paragraph,),),
        evidence=(Quote(paragraph, evidence),) if evidence else (),
        cluster=paragraph,
        split=split,
    )


def _answer(each: Any) -> tuple[str, int | None]:
    return (each, None) if isinstance(each, str) else (each["text"], int(each["answer_start"]))


def _sentence(context: str, given: list[tuple[str, int | None]], text: str) -> str | None:
    """The sentence of `text` with the answer most annotators gave; where the file does not say at
    which character it stands, the first with it. None where the answer spans sentences."""
    (answer, start), _ = Counter(given).most_common(1)[0]
    answer = canonical(answer).strip()
    # Offsets count in the raw context; so far into it, cleaning changes lengths the same way.
    at = text.find(answer) if start is None else text.find(answer, len(canonical(context[:start])))
    for span in sentence_spans(text, "en"):
        if at >= 0 and span.start <= at and at + len(answer) <= span.end:
            return text[span.start : span.end]
    return None


def _question(qa: dict[str, Any]) -> str:
    return " ".join(str(qa["question"]).split())


def _title(article: dict[str, Any]) -> str:
    return str(article["title"]).replace("_", " ")
