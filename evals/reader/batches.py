"""Items -> batches of word pieces, of about one size in tokens, always in the same order."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from tokenizers import Tokenizer
from torch import Tensor

from evals.reader.items import CLASSES, QUESTION, Item

LONGEST = 256
ASKED_LONGEST = 64
# Items that are sorted by length together: enough for even batches, few enough to stay mixed.
SORTED_TOGETHER = 1024


@dataclass(frozen=True)
class Encoded:
    """answered: 1, 0, or -1 for a statement. right, compared: three zeros and ones each."""

    ids: list[int]
    types: list[int]
    text_from: int
    start: int
    end: int
    answered: int
    right: tuple[int, ...]
    compared: tuple[int, ...]


class Batch(NamedTuple):
    ids: Tensor
    types: Tensor
    mask: Tensor
    text: Tensor
    start: Tensor
    end: Tensor
    answered: Tensor
    right: Tensor
    compared: Tensor


def load_tokenizer(folder: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def encode(items: Sequence[Item], tokenizer: Tokenizer) -> list[Encoded]:
    """In the same order. What is longer than LONGEST loses its end."""
    asked = tokenizer.encode_batch_fast([i.asked for i in items], add_special_tokens=False)
    heads = tokenizer.encode_batch_fast(
        [f"{i.headline}." if i.headline else "" for i in items], add_special_tokens=False
    )
    texts = tokenizer.encode_batch([i.text for i in items], add_special_tokens=False)
    cls, sep = (int(tokenizer.token_to_id(mark) or 0) for mark in ("[CLS]", "[SEP]"))
    made = []
    for item, a, h, t in zip(items, asked, heads, texts, strict=True):
        first = [cls, *a.ids[:ASKED_LONGEST], sep]
        text_from = len(first) + len(h.ids)
        ids = [*[*first, *h.ids, *t.ids][: LONGEST - 1], sep]
        kinds = (0, 1) if item.task == QUESTION else (1, 0)
        types = [kinds[0]] * len(first) + [kinds[1]] * (len(ids) - len(first))
        start, end = _pieces(item, t.offsets, text_from, len(ids) - 1)
        right, _, compared = item.label.partition("/")
        marks = [tuple(int(c in part) for c in CLASSES) for part in (right, compared)]
        answered = int(item.answered) if item.task == QUESTION else -1
        if item.task == QUESTION:
            marks = [(0, 0, 0), (0, 0, 0)]
        made.append(Encoded(ids, types, text_from, start, end, answered, marks[0], marks[1]))
    return made


def _pieces(
    item: Item, offsets: Sequence[tuple[int, int]], text_from: int, beyond: int
) -> tuple[int, int]:
    """The first and the last word piece of the answer; -1 where there is none or it was cut off."""
    if item.start < 0:
        return -1, -1
    inside = [n for n, (a, b) in enumerate(offsets) if a < item.end and b > item.start]
    if not inside or text_from + inside[-1] >= beyond:
        return -1, -1
    return text_from + inside[0], text_from + inside[-1]


def steps(
    encoded: Sequence[Encoded], tokens: int, parts: int, seed: int, skip: int = 0
) -> Iterator[list[Batch]]:
    """Without end: every pass in a new order, which depends on the seed alone.

    tokens: of one step, about, in so many parts, each of items of about one length. skip: steps
    that were seen already.
    """
    count, turn = 0, 0
    while True:
        groups: list[list[int]] = []
        for group in _grouped(encoded, tokens // parts, seed + turn):
            groups.append(group)
            if len(groups) == parts:
                count += 1
                if count > skip:
                    yield [collate([encoded[n] for n in g]) for g in groups]
                groups = []
        turn += 1


def _grouped(encoded: Sequence[Encoded], tokens: int, seed: int) -> Iterator[list[int]]:
    order = list(range(len(encoded)))
    shuffler = random.Random(seed)
    shuffler.shuffle(order)
    for begin in range(0, len(order), SORTED_TOGETHER):
        near = sorted(order[begin : begin + SORTED_TOGETHER], key=lambda n: len(encoded[n].ids))
        groups: list[list[int]] = [[]]
        for n in near:
            if (len(groups[-1]) + 1) * len(encoded[n].ids) > tokens:
                groups.append([])
            groups[-1].append(n)
        shuffler.shuffle(groups)
        yield from (group for group in groups if group)


def collate(part: Sequence[Encoded]) -> Batch:
    longest = max(len(e.ids) for e in part)
    places = torch.arange(longest)

    def filled(rows: list[list[int]]) -> Tensor:
        return torch.tensor([row + [0] * (longest - len(row)) for row in rows])

    lengths = torch.tensor([len(e.ids) for e in part]).unsqueeze(1)
    text_from = torch.tensor([e.text_from for e in part]).unsqueeze(1)
    return Batch(
        ids=filled([e.ids for e in part]),
        types=filled([e.types for e in part]),
        mask=(places < lengths).long(),
        text=((places >= text_from) & (places < lengths - 1)).long(),
        start=torch.tensor([e.start for e in part]),
        end=torch.tensor([e.end for e in part]),
        answered=torch.tensor([e.answered for e in part]),
        right=torch.tensor([e.right for e in part], dtype=torch.float32),
        compared=torch.tensor([e.compared for e in part], dtype=torch.float32),
    )
