"""The data sets -> one file of items to train on: `python -m evals.reader.prepare`."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from evals.reader.items import QUESTION, Item, save_items
from evals.reader.negatives import Maker
from evals.reader.similar import Similar
from evals.reader.sources import Library, load_library, selection
from evals.reader.statements import Statements, given
from evals.reader.wording import as_typed

FILE = "items.jsonl.gz"
LEAST_SENTENCES = 3


def fill_up(library: Library, similar: Similar, random: Random) -> None:
    """Give lone sentences company: sentences of the paragraphs most like them, on either side."""
    moved: dict[int, int] = {}
    for number, paragraph in enumerate(library.paragraphs):
        sentences = list(paragraph.sentences)
        if paragraph.source != "sentences" or len(sentences) >= LEAST_SENTENCES:
            continue
        wanted = random.randint(LEAST_SENTENCES, 6) - len(sentences)
        others = [
            sentence
            for near in similar.like(number)
            if library.paragraphs[near].source == "sentences"
            for sentence in library.paragraphs[near].sentences[:2]
        ][:wanted]
        before = random.randint(0, len(others))
        moved[number] = before
        texts = (*others[:before], *sentences, *others[before:])
        library.paragraphs[number] = replace(paragraph, sentences=texts)
    for n, asked in enumerate(library.asked):
        if asked.paragraph in moved and asked.sentence >= 0:
            library.asked[n] = replace(asked, sentence=asked.sentence + moved[asked.paragraph])


def chosen_sentences(data: Path, random: Random) -> Iterator[Item]:
    """SelQA: three to five sentences that follow each other, with the one that answers or without.

    Where in the sentence the answer stands nobody says, so these train only the yes and no.
    """
    for question, rows in selection(data):
        for wanted in (True, False):
            places = [n for n, (_, answers) in enumerate(rows) if answers is wanted]
            random.shuffle(places)
            for place in places[:2]:
                begin = max(0, place - random.randint(0, 3))
                part = rows[begin : begin + random.randint(3, 5)]
                if place >= begin + len(part) or any(a for _, a in part) is not wanted:
                    continue
                text = " ".join(" ".join(t for t, _ in part).split()[:160])
                label, asked = ("yes" if wanted else "no"), as_typed(question, random)
                yield Item(QUESTION, "selqa", "sentences", asked, "", text, -1, -1, label)
                break


def prepare(data: Path, seed: int) -> list[Item]:
    random = Random(seed)
    library = load_library(data)
    fill_up(library, Similar(library), random)
    similar = Similar(library)
    items = [
        *Maker(library, similar, random).items(),
        *chosen_sentences(data, random),
        *given(data, random),
        *Statements(library, similar, random).items(),
    ]
    random.shuffle(items)
    return items


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the data sets")
    parser.add_argument("--out", type=Path, required=True, help="where items.jsonl.gz goes")
    parser.add_argument("--seed", type=int, default=18)
    options = parser.parse_args()
    items = prepare(options.data, options.seed)
    save_items(options.out / FILE, items)
    counted = Counter((i.task, i.source, i.kind, i.label) for i in items)
    for key, count in sorted(counted.items()):
        print(f"{count:7,}  {'  '.join(key)}")
    print(f"{len(items):7,}  in all")


if __name__ == "__main__":
    main()
