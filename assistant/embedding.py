"""Text -> vectors, by all-MiniLM-L6-v2.

The model runs on onnxruntime, as the graph that `quantization` makes of its weights when it is
first needed. Texts are read one by one, as many at a time as there are threads: without padding
no work is lost, however different their lengths. Objects of onnxruntime do not leave this module.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from assistant.graphs import damage, open_graph
from assistant.progress import Progress, silent
from assistant.quantization import graph_file, keep_graph, make_graph
from assistant.types import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")
DIMENSION = 384
NAME = "all-MiniLM-L6-v2"
# Word pieces that the model reads of a text, its own two marks among them.
WINDOW = 256
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
    """Encodes texts with the model in `folder`. Safe to share between threads.

    models: the models folder, where the graph is kept.
    threads: how many texts are read at a time; 0 means one on each core.
    """

    def __init__(
        self, folder: Path, models: Path, threads: int = 0, progress: Progress = silent
    ) -> None:
        self._folder = folder
        self._models = models
        self._threads = threads or os.cpu_count() or 1
        self._progress = progress
        self._lock = threading.Lock()
        self._remembered: OrderedDict[str, TokenVectors] = OrderedDict()

    @cached_property
    def _tokenizer(self) -> Any:
        # Its threads cost more than they save on the text of one article.
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._threads, thread_name_prefix="embedding")

    @cached_property
    def _session(self) -> Any:
        graph = graph_file(NAME, self._models)
        if graph.is_file():
            with contextlib.suppress(*damage()):  # a new one is the cure
                return open_graph(graph)
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
            made = Path(place) / graph.name
            make_graph(self._folder, made, self._progress)
            # A models folder that cannot be written costs the making at each start, no more.
            with contextlib.suppress(OSError):
                keep_graph(made, graph)
            return open_graph(made)

    def load(self) -> None:
        """Load the model now instead of at the first call; the very first time, make its graph.

        Raises ModelError where that fails.
        """
        with self._lock:
            _ = self._session

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
        self.load()
        return np.stack(self._each(self._passage_vector, texts))

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """The vectors of every word piece of each text, for late interaction.

        The last texts are remembered: questions of one conversation find the same passages.
        """
        self.load()
        with self._lock:
            new = [t for t in dict.fromkeys(texts) if t not in self._remembered]
            found = dict(zip(new, self._each(self._token_vectors, new), strict=True))
            for text in texts:
                if text in self._remembered:
                    self._remembered.move_to_end(text)
                    found[text] = self._remembered[text]
                self._remembered[text] = found[text]
            while len(self._remembered) > REMEMBERED_TEXTS:
                self._remembered.popitem(last=False)
        return [found[text] for text in texts]

    def _each(self, read: Callable[[str], T], texts: Sequence[str]) -> list[T]:
        if self._threads == 1 or len(texts) < 2:
            return [read(text) for text in texts]
        return list(self._pool.map(read, texts))

    def _passage_vector(self, text: str) -> NDArray[np.float32]:
        """The mean over all word pieces, the marks among them, as the model was trained."""
        mean = self._read(text)[0].mean(axis=0)
        return _unit(mean)

    def _token_vectors(self, text: str) -> TokenVectors:
        import numpy as np

        read, offsets = self._read(text)
        # The model's own marks are the first and the last of what it read, also where it read
        # only the beginning of a long text.
        return TokenVectors(np.ascontiguousarray(_unit(read[1:-1])), offsets[1:-1])

    def _read(self, text: str) -> tuple[NDArray[np.float32], tuple[Span, ...]]:
        """The contextual vector of each word piece, and the characters it stands for."""
        import numpy as np

        encoding = self._tokenizer.encode(text)
        ids, offsets = encoding.ids, encoding.offsets
        if len(ids) > WINDOW:
            ids, offsets = [*ids[: WINDOW - 1], ids[-1]], [*offsets[: WINDOW - 1], offsets[-1]]
        (tokens,) = self._session.run(None, {"input_ids": np.array([ids], dtype=np.int64)})
        return tokens[0], tuple(Span(*o) for o in offsets)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: NDArray[np.float32] = vectors / np.maximum(lengths, 1e-12)
    return unit
