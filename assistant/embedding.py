"""Text -> vectors, by all-MiniLM-L6-v2.

The model is loaded from the folder of an installed package when first needed; nothing is asked of
a hub. Objects of torch and sentence-transformers do not leave this module.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.types import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIMENSION = 384
NAME = "all-MiniLM-L6-v2"
# Of a passage of 200 word pieces 0.3 MB each.
REMEMBERED_TEXTS = 300


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
    def _model(self) -> Any:
        stay_offline()
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()
        if self._threads:
            torch.set_num_threads(self._threads)
        return SentenceTransformer(str(self._folder), device="cpu", local_files_only=True)

    def load(self) -> None:
        """Load the model now (several seconds) instead of at the first call."""
        with self._lock:
            _ = self._model

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

        if not texts:
            return np.zeros((0, DIMENSION), dtype=np.float32)
        with self._lock, _fast_arithmetic():
            vectors = self._model.encode(
                list(texts),
                batch_size=32,
                normalize_embeddings=True,
                show_progress_bar=False,
                convert_to_numpy=True,
            )
        return np.asarray(vectors, dtype=np.float32)

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
        import torch

        with _fast_arithmetic():
            outputs = self._model.encode(
                list(texts),
                batch_size=16,
                output_value="token_embeddings",
                show_progress_bar=False,
                convert_to_numpy=False,
            )
        results = []
        for text, output in zip(texts, outputs, strict=True):
            # The model's own marks are the first and the last of what it read, also where it
            # read only the beginning of a long text.
            read = output[1:-1]
            vectors = torch.nn.functional.normalize(read.float(), dim=1).cpu().numpy()
            encoding = self._tokenizer.encode(text, add_special_tokens=False)
            offsets = tuple(Span(*o) for o in encoding.offsets[: len(read)])
            results.append(TokenVectors(np.ascontiguousarray(vectors), offsets))
        return results


def stay_offline() -> None:
    """Before the first import of transformers: it would look for newer files at the hub."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def _fast_arithmetic() -> contextlib.AbstractContextManager[Any]:
    """bfloat16 where the processor has it: twice as fast, with vectors of cosine 0.9999."""
    import torch

    if torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported():
        return torch.autocast("cpu", dtype=torch.bfloat16)
    return contextlib.nullcontext()
