"""Articles and passages in any number, made from the sample corpus.

An article takes the length of a real one and sentences of real ones. Which, is drawn by Zipf's law,
so that a few are in very many articles, as agency copy is, and most in few. Everything depends on
the seed alone: the same call makes the same articles on every machine.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.passages import context_line, sentence_spans
from assistant.reading import Options, find_sources, read
from assistant.store import Store
from assistant.types import Article, Passage, Span
from evals.suites.own import SAMPLE_CORPUS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SEED = 20261124
ZIPF = 1.0
FIRST_DAY, DAYS = date(2016, 1, 1), 3650
SENTENCES_A_PASSAGE = 6
DIMENSION = 384
# Passages of an archive crowd around its subjects; vectors drawn evenly would all be equally far.
SUBJECTS, SPREAD = 500, 0.7
BATCH = 1000


@cache
def sample() -> tuple[Article, ...]:
    """The articles of the sample corpus."""
    found = []
    for file in find_sources(SAMPLE_CORPUS):
        for item in read(file.path, article_id=file.article_id, options=Options()):
            if isinstance(item, Article):
                found.append(item)
    return tuple(found)


@cache
def _sentences() -> tuple[str, ...]:
    """Every sentence once, shuffled, so that its frequency is not that of its article's place."""
    unique = {
        " ".join(a.text[s.start : s.end].split()): None
        for a in sample()
        for s in sentence_spans(a.text, a.language)
    }
    found = list(unique)
    random.Random(SEED).shuffle(found)
    return tuple(found)


def articles(count: int, seed: int = SEED) -> Iterator[Article]:
    """`count` articles, no two with the same text. Those of a smaller count are the first of a
    larger one's."""
    chance = random.Random(seed)
    known, real = _sentences(), sample()
    weights = list(accumulate(1 / (rank + 1) ** ZIPF for rank in range(len(known))))
    lengths = [len(sentence_spans(a.text, a.language)) for a in real]
    outlets = sorted({a.source for a in real if a.source})
    for number in range(count):
        length = max(2, chance.choice(lengths))
        chosen = chance.choices(known, cum_weights=weights, k=length)
        paragraphs = [" ".join(chosen[n : n + 3]) for n in range(0, length, 3)]
        yield Article(
            id=f"made/{number:07}.md",
            title=f"{chance.choice(real).title} ({number})",
            text="\n\n".join([f"Report {number} of the archive.", *paragraphs]),
            source=chance.choice(outlets),
            published=FIRST_DAY + timedelta(days=chance.randrange(DAYS)),
        )


def write(folder: Path, count: int) -> Path:
    """The articles as Markdown files in `folder`, which is returned; made once."""
    done = folder / f".{count}"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for article in articles(count):
            head = f"title: {article.title!r}\ndate: {article.published}\nsource: {article.source}"
            path = folder / Path(article.id).name
            path.write_text(f"---\n{head}\n---\n{article.text}\n", encoding="utf-8")
        done.touch()
    return folder


def texts(passages: Sequence[tuple[Article, Passage]]) -> list[str]:
    """What the embedding reads of each passage; see `Engine`."""
    return [f"{context_line(a)}. {a.text[p.start : p.end]}" for a, p in passages]


def of_store(folder: Path) -> list[str]:
    """What the embedding reads of each passage in a store."""
    opened = Store(folder)
    found = opened.passages(opened.passage_ids())
    opened.close()
    return texts([(article, passage) for passage, article in found.values()])


def split(article: Article) -> list[Passage]:
    """Passages of six sentences, without counting word pieces: for stores with ready vectors."""
    spans = _lines(article.text)
    passages = []
    for ordinal, n in enumerate(range(0, len(spans), SENTENCES_A_PASSAGE)):
        own = tuple(spans[n : n + SENTENCES_A_PASSAGE])
        name = f"{article.id[5:12]}{ordinal:05}".ljust(32, "0")
        passages.append(Passage(name, article.id, ordinal, own[0].start, own[-1].end, own))
    return passages


def _lines(text: str) -> list[Span]:
    """The sentences of a made article; quicker than looking for them, and here as right."""
    spans, start = [], 0
    for piece in text.replace("\n\n", ". ").split(". "):
        end = min(start + len(piece) + 1, len(text))
        if piece:
            spans.append(Span(start, end))
        start += len(piece) + 2
    return spans


def vectors(count: int, seed: int = SEED) -> NDArray[np.float32]:
    """Unit vectors in crowds, shape (count, 384)."""
    import numpy as np

    chance = np.random.default_rng(seed)
    middles = chance.normal(size=(SUBJECTS, DIMENSION)).astype(np.float32)
    own = chance.normal(size=(count, DIMENSION), scale=SPREAD).astype(np.float32)
    rows: NDArray[np.float32] = middles[chance.integers(SUBJECTS, size=count)] + own
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def fill(store: Store, passages: int) -> None:
    """Put so many passages with ready vectors into an empty store."""
    rows, used = vectors(passages), 0
    waiting: list[tuple[Article, list[Passage]]] = []
    # An article has a passage at least, so there are never too few articles.
    for article in articles(passages):
        own = split(article)[: passages - used]
        used += len(own)
        waiting.append((article, own))
        if len(waiting) == BATCH or used == passages:
            first = used - sum(len(p) for _, p in waiting)
            with store.writing():
                for each, its in waiting:
                    store.put(each, its, rows[first : first + len(its)])
                    first += len(its)
            waiting = []
        if used == passages:
            return
