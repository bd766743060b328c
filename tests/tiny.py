"""Small stand-ins for the splitter and the embedding model, for tests of the store and its caches.

Every sentence that ends in a full stop is a passage; its vector is drawn from a hash of its text.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.store import Store
from assistant.types import Article, Passage, Span

DIMENSION = 16


def article(article_id: str, text: str, title: str = "A title") -> Article:
    return Article(id=article_id, title=title, text=text)


def split(of: Article) -> list[Passage]:
    passages = []
    for ordinal, match in enumerate(re.finditer(r"\w[^.]*\.", of.text)):
        span = Span(*match.span())
        made_of = f"{of.id}\x1f{of.sha256}\x1f{span.start}"
        passage_id = hashlib.sha256(made_of.encode()).hexdigest()[:20]
        passages.append(Passage(passage_id, of.id, ordinal, span.start, span.end, (span,)))
    return passages


def vector(text: str) -> NDArray[np.float32]:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
    drawn = np.random.default_rng(seed).normal(size=DIMENSION)
    return (drawn / np.linalg.norm(drawn)).astype(np.float32)


def embed(pairs: Sequence[tuple[Article, Passage]]) -> NDArray[np.float32]:
    return np.stack([vector(a.text[p.start : p.end]) for a, p in pairs])


def put(store: Store, of: Article) -> bool:
    passages = split(of)
    return store.put(of, passages, embed([(of, p) for p in passages]))


def many(store: Store, articles: int, sentences: int = 1, name: str = "a") -> None:
    """Put articles `name`0, `name`1, ... each with sentences that no other has."""
    with store.writing():
        for n in range(articles):
            text = " ".join(f"Sentence {name}{n} number {s} stands." for s in range(sentences))
            put(store, article(f"{name}{n}", text))


def python(
    code: str, *arguments: object, as_user: bool = False, **options: object
) -> subprocess.Popen[str]:
    """A process that runs `code` with these helpers at hand, its output in a pipe.

    as_user: permissions hold for it, even where these tests run as root.
    """
    here = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    powers = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    before = powers if as_user and os.geteuid() == 0 else []
    return subprocess.Popen(
        [*before, sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": here},
        **options,  # type: ignore[call-overload]
    )
