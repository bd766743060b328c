"""`Embedder`: texts in, vectors out; which texts are read together, and what is remembered."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.types import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from assistant.embedding.encoder import Encoder

DIMENSION = 384
NAME = "all-MiniLM-L6-v2"
# Of a passage of 200 word pieces 0.3 MB each.
REMEMBERED_TEXTS = 300
# The model was trained on texts of so many word pieces, its own two marks among them.
WINDOW = 256
# What the layers pass on of so many word pieces stays in the processor's cache.
BATCH_TOKENS = 2048


@dataclass(frozen=True)
class TokenVectors:
    """The contextual vectors of one text's word pieces, without the model's own marks.

    vectors: float32 (tokens, 384), each of length 1.
    offsets: the characters each stands for, in the text that was encoded.
    """

    vectors: NDArray[np.float32]
    offsets: tuple[Span, ...]


class Embedder:
    """Encodes texts with the model in `folder`. Safe to share between threads."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        self._folder = folder
        self._threads = threads
        self._lock = threading.Lock()
        self._remembered: OrderedDict[str, TokenVectors] = OrderedDict()

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _encoder(self) -> Encoder:
        import torch

        from assistant.embedding.encoder import Encoder

        if self._threads:
            torch.set_num_threads(self._threads)
        return Encoder(self._folder)

    def load(self) -> None:
        """Load the model now (several seconds) instead of at the first call."""
        with self._lock:
            _ = self._encoder

    def forget(self) -> None:
        """Let go of the texts that are remembered; the next reading of each is a real one."""
        with self._lock:
            self._remembered.clear()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many word pieces each text has, the model's own marks not counted."""
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(e.ids) for e in encodings]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """float32 (len(texts), 384), each row of length 1. Beyond 256 word pieces text is lost."""
        import numpy as np

        vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
        with self._lock:
            for numbers, read in self._read(texts):
                for number, tokens in zip(numbers, read, strict=True):
                    vectors[number] = tokens.mean(dim=0).numpy()
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """The vectors of every word piece of each text, for late interaction.

        The last texts are remembered: questions of one conversation find the same passages.
        """
        with self._lock:
            new = [t for t in dict.fromkeys(texts) if t not in self._remembered]
            found = dict(zip(new, self._read_tokens(new), strict=True)) if new else {}
            for text in texts:
                if text in self._remembered:
                    self._remembered.move_to_end(text)
                    found[text] = self._remembered[text]
                self._remembered[text] = found[text]
            while len(self._remembered) > REMEMBERED_TEXTS:
                self._remembered.popitem(last=False)
        return [found[text] for text in texts]

    def _read_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        import numpy as np

        results: dict[int, TokenVectors] = {}
        for numbers, read in self._read(texts):
            for number, tokens in zip(numbers, read, strict=True):
                # The model's own marks are the first and the last of what it read.
                vectors = tokens[1:-1].numpy()
                vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
                encoding = self._tokenizer.encode(texts[number], add_special_tokens=False)
                offsets = tuple(Span(*o) for o in encoding.offsets[: len(vectors)])
                results[number] = TokenVectors(vectors, offsets)
        return [results[n] for n in range(len(texts))]

    def _read(self, texts: Sequence[str]) -> Iterator[tuple[list[int], list[Any]]]:
        """In batches of texts of about one length: their places in `texts`, and what was read."""
        encodings = self._tokenizer.encode_batch_fast(list(texts))
        # Of a long text the beginning is read, with the mark of the end after it.
        pieces = [_cut(e.ids) for e in encodings]
        for numbers in _batches([len(p) for p in pieces]):
            yield numbers, self._encoder.read([pieces[n] for n in numbers])


def _cut(numbers: list[int]) -> list[int]:
    return numbers if len(numbers) <= WINDOW else numbers[: WINDOW - 1] + numbers[-1:]


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Numbers of texts, the longest first, together with about `BATCH_TOKENS` word pieces."""
    batch: list[int] = []
    size = 0
    for number in sorted(range(len(lengths)), key=lambda n: (-lengths[n], n)):
        if batch and size + lengths[number] > BATCH_TOKENS:
            yield batch
            batch, size = [], 0
        batch.append(number)
        size += lengths[number]
    if batch:
        yield batch
