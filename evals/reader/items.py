"""What the reader is trained on, one line of JSON each: a question or a statement, and a text."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

QUESTION = "question"
STATEMENT = "statement"
# The three classes of a statement, in the order of the model's output.
CLASSES = "enc"


@dataclass(frozen=True)
class Item:
    """One example.

    task: QUESTION or STATEMENT.
    kind: how it was made, for counting; the model does not see it.
    asked: the question, or the statement.
    headline: "" where the text comes without one.
    start, end: where the answer stands in `text`; -1 where it does not, or nobody knows where.
    label: of a question "yes" or "no"; of a statement "right/compared", letters of CLASSES: "c/ec"
        says that it is contradicted and that neutral was never a choice; "nc/enc" that it is not
        entailed.
    """

    task: str
    source: str
    kind: str
    asked: str
    headline: str
    text: str
    start: int
    end: int
    label: str

    @property
    def answered(self) -> bool:
        return self.label == "yes"


def read_rows(file: Path) -> Iterator[dict[str, object]]:
    """The rows of a file of JSON lines, packed or not."""
    packed = file.read_bytes()
    text = gzip.decompress(packed) if file.suffix == ".gz" else packed
    for line in text.decode("utf-8").split("\n"):
        if line.strip():
            yield json.loads(line)


def save_items(file: Path, items: Iterable[Item]) -> int:
    """Write them, one a line; says how many."""
    count = 0
    file.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(file, "wt", encoding="utf-8") as out:
        for item in items:
            out.write(json.dumps(asdict(item), ensure_ascii=False) + "\n")
            count += 1
    return count


def load_items(file: Path) -> list[Item]:
    return [Item(**row) for row in read_rows(file)]  # type: ignore[arg-type]
