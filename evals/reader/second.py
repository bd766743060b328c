"""Items for a second, shorter stage of training: `python -m evals.reader.second`.

More reading and fewer traps: every answered question, half of the others and none of those about
plans, which the first stage did not learn; of the statements an eighth, so that they are not lost.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from random import Random

from evals.reader.items import STATEMENT, Item, load_items, save_items
from evals.reader.prepare import FILE


def chosen(items: Sequence[Item], count: int, seed: int) -> list[Item]:
    random = Random(seed)
    kept = [i for i in items if random.random() < _share(i)]
    random.shuffle(kept)
    return kept[:count]


def _share(item: Item) -> float:
    if item.task == STATEMENT:
        return 0.125
    if item.kind.startswith("plan"):
        return 0.0
    return 1.0 if item.answered else 0.55


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="where `prepare` wrote")
    parser.add_argument("--out", type=Path, required=True, help="where the chosen items go")
    parser.add_argument("--count", type=int, default=17_000)
    parser.add_argument("--seed", type=int, default=19)
    options = parser.parse_args()
    items = chosen(load_items(options.data / FILE), options.count, options.seed)
    print(f"{save_items(options.out / FILE, items):,} items")


if __name__ == "__main__":
    main()
