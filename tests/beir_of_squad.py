"""SQuAD's answerable questions as a folder in BEIR's format, to check one loader by the other.

    python tests/beir_of_squad.py DATA FOLDER [--n 150] [--split report]
    assistant eval run beir --data FOLDER --llm none

The same paragraphs are the corpus and the same questions are asked, so nDCG@10, MRR and recall must
be those of `assistant eval run squad` for the same questions.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from evals.suites import find, in_split, sampled
from evals.suites.suite import Documents


def write(data: Path, folder: Path, *, n: int, split: str) -> int:
    """Write corpus.jsonl, queries.jsonl and qrels/. Returns how many questions there are."""
    suite = find("squad", data=data)
    assert isinstance(suite.corpus, Documents)
    key = {suite.corpus.id(document.key): document.key for document in suite.corpus.documents}
    items = [i for i in sampled(in_split(suite.items, split), n) if i.answerable]
    (folder / "qrels").mkdir(parents=True)
    _lines(
        folder / "corpus.jsonl",
        ({"_id": d.key, "title": d.title, "text": d.text} for d in suite.corpus.documents),
    )
    _lines(folder / "queries.jsonl", ({"_id": i.id, "text": i.question} for i in items))
    name = "test" if split == "report" else "dev"
    rows = [f"{i.id}\t{key[gold]}\t1" for i in items for each in i.gold for gold in each]
    table = "\n".join(["query-id\tcorpus-id\tscore", *rows, ""])
    (folder / "qrels" / f"{name}.tsv").write_text(table, encoding="utf-8")
    return len(items)


def _lines(path: Path, objects: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(each, ensure_ascii=False) + "\n" for each in objects)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--n", type=int, default=150)
    parser.add_argument("--split", choices=["tune", "report"], default="report")
    asked = parser.parse_args()
    print(write(asked.data, asked.folder, n=asked.n, split=asked.split), "questions")
