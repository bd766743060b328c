"""Any folder in BEIR's format (Thakur et al., 2021): only finding, for there are no answers.

    corpus.jsonl     {"_id", "title", "text"} a line
    queries.jsonl    {"_id", "text"} a line
    qrels/*.tsv      query-id, corpus-id, score under a header; test.tsv, dev.tsv, train.tsv

The first two may be packed, as corpus.jsonl.gz.

A score of 0 or less is not relevant; others are the grade. Queries of test.tsv are to report, the
others to tune on. What is read is what is there: a copy of a collection that has renumbered its
queries or recoded its grades gives other figures than the original, and says nothing of it.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from assistant.errors import AssistantError
from evals.items import Item
from evals.suites.lines import json_lines
from evals.suites.suite import DataMissing, Document, Documents, Source, Suite

SEE = "evals/suites/beir.py"
HEADER = ("query-id", "corpus-id", "score")


def beir(source: Source) -> Suite:
    """The folder `--data`, or the one folder under it that has a corpus.jsonl."""
    corpus = source.file("folder in BEIR's format", "corpus.jsonl", "corpus.jsonl.gz")
    folder = corpus.parent
    documents = Documents(f"{folder.name}.jsonl", tuple(_documents(corpus)))
    keys = {document.key for document in documents.documents}
    queries = _queries(folder)
    files = sorted((folder / "qrels").glob("*.tsv"))
    if not files:
        raise DataMissing(f"{folder / 'qrels'} has no .tsv file", f"See {SEE}.")
    items: dict[str, Item] = {}
    unknown = 0
    # The report half first: a query that stands in two files is not to be tuned on.
    for path in sorted(files, key=lambda path: path.stem != "test"):
        for query, grades in judgements(path).items():
            known = {key: grade for key, grade in grades.items() if key in keys}
            unknown += len(grades) - len(known)
            if query not in queries:
                raise AssistantError(
                    f"{path}: query {query!r} is not in queries.jsonl",
                    "Queries and judgements are not of one numbering; get both from one place.",
                )
            if known and query not in items:
                split = "report" if path.stem == "test" else "tune"
                items[query] = finding_item(documents, query, queries[query], known, split)
    if not items:
        raise AssistantError(
            f"{folder}: no query has a relevant document in the corpus",
            "Queries, judgements and corpus are not of one numbering; get them from one place.",
        )
    return Suite(
        f"beir-{folder.name}",
        f"{folder.name}: is the relevant found",
        tuple(items.values()),
        documents,
        finding_only=True,
        notes=(f"{unknown} judgements of documents that the corpus lacks",) if unknown else (),
    )


def finding_item(
    documents: Documents, query: str, text: str, grades: Mapping[str, int], split: str
) -> Item:
    """An item without an answer. grades: key of a document -> how relevant it is, from 1."""
    return Item(
        id=query,
        question=" ".join(text.split()),
        answerable=False,
        kind="finding",
        gold=tuple((documents.id(key),) for key in grades),
        grades=tuple(grades.values()),
        cluster=query,
        split=split,
    )


def judgements(path: Path) -> dict[str, dict[str, int]]:
    """Query -> relevant document -> grade. Raises AssistantError that names a bad line."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE), 1):
            if not row or (number == 1 and tuple(row) == HEADER):
                continue
            try:
                query, document, score = row
                grade = int(float(score))
            except ValueError:
                raise AssistantError(
                    f"{path}:{number}: not {', '.join(HEADER)}: {row}",
                    "Three columns with tabs between them are wanted.",
                ) from None
            if grade > 0:
                found[query][document] = grade
    return dict(found)


def _documents(path: Path) -> Iterator[Document]:
    """Those with any text; one that has only a title is its title."""
    for raw in json_lines(path, "_id", "text", see=SEE):
        title, text = str(raw.get("title") or "").strip(), str(raw["text"]).strip()
        if title or text:
            yield Document(str(raw["_id"]), title or text[:80], text or title)


def _queries(folder: Path) -> dict[str, str]:
    path = folder / "queries.jsonl"
    if not path.exists() and (folder / "queries.jsonl.gz").exists():
        path = folder / "queries.jsonl.gz"
    return {str(raw["_id"]): str(raw["text"]) for raw in json_lines(path, "_id", "text", see=SEE)}
