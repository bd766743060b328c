"""Which paragraphs and questions are about the same thing, by BM25."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from evals.reader.sources import Asked, Library

CANDIDATES = 25
SMALL = set(
    "the a an of in on at to for by with and or is are was were be been did do does has have had "
    "what which who whom whose when where why how many much that this it its from as not".split()
)


def words(text: str) -> list[str]:
    """The words that say what a text is about, their endings cut off."""
    found = re.findall(r"[^\W_]+", text.lower())
    return [re.sub(r"(ies|es|s|ed|ing)$", "", w) or w for w in found if w not in SMALL] or ["-"]


class Similar:
    """Everything that is most alike, looked up at once when it is made."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._articles: dict[str, list[int]] = defaultdict(list)
        for number, paragraph in enumerate(library.paragraphs):
            if paragraph.article:
                self._articles[paragraph.article].append(number)
        texts = [words(" ".join(p.sentences)) for p in library.paragraphs]
        questions = [words(a.question) for a in library.asked]
        self._rare: dict[str, float] = defaultdict(lambda: 1.0)
        for text in texts:
            for word in set(text):
                self._rare[word] += 1
        self._of_question = best(texts, questions)
        self._of_paragraph = best(texts, [t[:40] for t in texts])
        self._alike = best(questions, questions)
        self._place = {id(asked): n for n, asked in enumerate(library.asked)}

    def paragraphs(self, asked: Asked) -> list[int]:
        """The five others most like the question, those of its article first."""
        own = self._library.paragraphs[asked.paragraph]
        found = [n for n in self._of_question[self._place[id(asked)]] if n != asked.paragraph]
        same = [n for n in found if own.article == self._library.paragraphs[n].article != ""]
        return list(dict.fromkeys([*same[:3], *found]))[:5]

    def questions(self, number: int) -> list[int]:
        """The five questions of other paragraphs most like this one."""
        own = self._library.asked[number].paragraph
        found = self._alike[number]
        return [n for n in found if self._library.asked[n].paragraph != own][:5]

    def article(self, paragraph: int) -> list[int]:
        """The paragraphs of the article; where it is not known, the four most alike."""
        name = self._library.paragraphs[paragraph].article
        found = self._articles.get(name, [])
        return found if len(found) > 2 else [paragraph, *self._of_paragraph[paragraph][:4]]

    def like(self, paragraph: int) -> list[int]:
        return [n for n in self._of_paragraph[paragraph] if n != paragraph]

    def best_sentence(self, question: str, sentences: Sequence[str]) -> int:
        asked = set(words(question))
        worth = [
            sum(1 / self._rare[w] ** 0.5 for w in sorted(asked & set(words(s)))) for s in sentences
        ]
        return worth.index(max(worth))


def best(texts: list[list[str]], asked: list[list[str]], most: int = CANDIDATES) -> list[list[int]]:
    """For each that is asked the `most` best texts, the best first.

    As one product of sparse matrices: there are tens of thousands on either side.
    """
    rows = CountVectorizer(analyzer=_given, dtype=np.float32).fit(texts)
    counts = rows.transform(texts).tocsr()
    seen = np.asarray((counts > 0).sum(axis=0)).ravel()
    rare = np.log(1 + (len(texts) - seen + 0.5) / (seen + 0.5))
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    around = 1.5 * (0.25 + 0.75 * lengths / lengths.mean())
    counts.data = 2.5 * counts.data / (counts.data + np.repeat(around, np.diff(counts.indptr)))
    # Words of one text in 25 say little and cost most.
    weights = sparse.diags_array(np.where(seen > len(texts) / 25 + 50, 0, rare))
    index = (counts @ weights).astype(np.float32).T.tocsr()
    wanted = rows.transform(asked).tocsr()
    wanted.data[:] = 1
    count = min(most, len(texts))
    found: list[list[int]] = []
    for begin in range(0, len(asked), 1000):
        for row in _rows(wanted[begin : begin + 1000] @ index):
            order = row[1].argsort()[::-1][:count]
            found.append([int(n) for n in row[0][order]])
    return found


def _given(text: list[str]) -> list[str]:
    return text


def _rows(product: Any) -> Iterator[tuple[Any, Any]]:
    """Columns and values of each row."""
    product = product.tocsr()
    for begin, end in pairwise(product.indptr):
        yield product.indices[begin:end], product.data[begin:end]
