"""The reader: does this text answer this question, where, and does it bear this statement out.

A small model of our own, trained by `evals/reader` and shipped in `reader_weights` with a card that
says on what, how well, and what it is bad at. It runs on onnxruntime; its answers are the same for
a text alone and among others. Knows nothing of articles and passages.
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from assistant.errors import ModelError
from assistant.graphs import damage, open_graph
from assistant.types import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")
FOLDER = Path(__file__).parent / "reader_weights"
GRAPH, TOKENIZER, SCALES = "reader.onnx", "tokenizer.json", "reader.json"
# Word pieces: of all that is read at once, of a question or statement, of a headline.
WINDOW, ASKED_LONGEST, HEADLINE_LONGEST = 256, 64, 32
# A longer text is read in windows that share so many word pieces; what lies beyond the last of
# them, some 70,000 words on, is not read.
OVERLAP, WINDOWS = 60, 600
SPAN_LONGEST = 30
# Halves of characters, which no text should have and some files do.
_SURROGATES = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Reading:
    """Whether and where a text answers a question.

    answers: calibrated probability, 0 to 1, that it does.
    span: where in the text the answer stands best; None where there is no text.
    span_score: 0 to 1, how clear that place is.
    """

    answers: float
    span: Span | None
    span_score: float


@dataclass(frozen=True)
class Bearing:
    """How a text bears on a statement: three probabilities that add up to 1."""

    entails: float
    neutral: float
    contradicts: float


@dataclass(frozen=True)
class _Window:
    """One run of the model: word pieces, from where on they are the text, and their characters."""

    ids: list[int]
    types: list[int]
    text_from: int
    offsets: list[tuple[int, int]]


class Reader:
    """Loaded when first asked. Safe to share between threads.

    folder: with reader.onnx, tokenizer.json and reader.json; None is the one in the package.
    threads: how many texts are read at a time; 0 means one on each core.
    """

    def __init__(self, folder: Path | None = None, threads: int = 0) -> None:
        self._folder = folder or FOLDER
        self._threads = threads or os.cpu_count() or 1
        self._lock = threading.Lock()

    def load(self) -> None:
        """Load it now instead of at the first call. Raises ModelError where it cannot be."""
        with self._lock:
            _ = self._tokenizer, self._session, self._scales

    def read(
        self, question: str, texts: Sequence[str], headlines: Sequence[str] | None = None
    ) -> list[Reading]:
        """How each text answers the question; `headlines` tell what each text is about.

        Raises ModelError as `load` does.
        """
        import numpy as np

        self.load()
        above = headlines if headlines is not None else [""] * len(texts)
        asked = [
            (n, window)
            for n, (text, headline) in enumerate(zip(texts, above, strict=True))
            for window in self._windows(question, text, headline, (0, 1))
        ]
        scale, shift = self._scales["answers"]
        best: list[Reading] = [Reading(0.0, None, 0.0)] * len(texts)
        for n, (starts, ends, answers, _), window in self._run(asked):
            span, clear = _best_span(starts[0], ends[0], window)
            judged = float(1 / (1 + np.exp(-(scale * answers[0] + shift))))
            if best[n].span is None or judged > best[n].answers:
                best[n] = Reading(judged, span, clear)
        return best

    def bear(self, pairs: Sequence[tuple[str, str]]) -> list[Bearing]:
        """How each text bears on its statement, as (text, statement).

        Of a long text the part counts that says most about it. Nothing bears on nothing: neutral.
        Raises ModelError as `load` does.
        """
        self.load()
        asked = [
            (n, window)
            for n, (text, statement) in enumerate(pairs)
            if statement.strip()
            for window in self._windows(statement, text, "", (1, 0))
        ]
        temperature = self._scales["bears"][0]
        best = [Bearing(0.0, 1.0, 0.0)] * len(pairs)
        for n, (_, _, _, bears), _ in self._run(asked):
            entails, neutral, contradicts = (float(p) for p in _softmax(bears[0] * temperature))
            if neutral <= best[n].neutral:
                best[n] = Bearing(entails, neutral, contradicts)
        return best

    @cached_property
    def _tokenizer(self) -> Any:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        from tokenizers import Tokenizer

        # The library raises bare exceptions for a file that is missing or damaged.
        tokenizer = self._opened(TOKENIZER, lambda f: Tokenizer.from_file(str(f)), Exception)
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _session(self) -> Any:
        return self._opened(GRAPH, open_graph, *damage())

    @cached_property
    def _scales(self) -> dict[str, tuple[float, ...]]:
        """What makes probabilities of the model's numbers.

        answers: a factor, and what is added.
        bears: a factor.
        """

        def read(file: Path) -> dict[str, tuple[float, ...]]:
            found = json.loads(file.read_text(encoding="utf-8"))
            counts = {"answers": 2, "bears": 1}
            return {
                name: tuple(float(found[name][n]) for n in range(counts[name])) for name in counts
            }

        wrong = (OSError, ValueError, KeyError, TypeError, IndexError)
        return self._opened(SCALES, read, *wrong)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._threads, thread_name_prefix="reader")

    def _opened(self, name: str, opened: Callable[[Path], T], *wrong: type[Exception]) -> T:
        try:
            return opened(self._folder / name)
        except wrong as error:
            reason = str(error).strip().partition("\n")[0]
            raise ModelError(
                f"the reader's {name} in {self._folder} cannot be loaded: {reason}",
                "Install the program anew; answers go on without the reader.",
            ) from None

    def _pieces(self, text: str) -> Any:
        clean = _SURROGATES.sub("\ufffd", text)
        return self._tokenizer.encode(clean, add_special_tokens=False)

    def _windows(
        self, asked: str, text: str, headline: str, types: tuple[int, int]
    ) -> list[_Window]:
        """What is asked and a part of the text each; none for a text without words."""
        cls, sep = self._tokenizer.token_to_id("[CLS]"), self._tokenizer.token_to_id("[SEP]")
        first = [cls, *self._pieces(asked).ids[:ASKED_LONGEST], sep]
        above = headline.rstrip(" .…")
        between = self._pieces(f"{above}.").ids[:HEADLINE_LONGEST] if above else []
        pieces = self._pieces(text)
        text_from = len(first) + len(between)
        room = WINDOW - text_from - 1
        made = []
        for begin in range(0, max(len(pieces.ids) - OVERLAP, 1), room - OVERLAP)[:WINDOWS]:
            part = pieces.ids[begin : begin + room]
            if part:
                ids = [*first, *between, *part, sep]
                kinds = [types[0]] * len(first) + [types[1]] * (len(ids) - len(first))
                made.append(_Window(ids, kinds, text_from, pieces.offsets[begin : begin + room]))
        return made

    def _run(
        self, asked: list[tuple[int, _Window]]
    ) -> list[tuple[int, list[NDArray[np.float32]], _Window]]:
        """The model's numbers for each window, in the same order."""
        # The longest first, so that no thread ends up with a long one alone.
        order = sorted(range(len(asked)), key=lambda n: -len(asked[n][1].ids))
        windows = [asked[n][1] for n in order]
        if self._threads == 1 or len(windows) < 2:
            results = [self._one(w) for w in windows]
        else:
            results = list(self._pool.map(self._one, windows))
        found = dict(zip(order, results, strict=True))
        return [(n, found[place], window) for place, (n, window) in enumerate(asked)]

    def _one(self, window: _Window) -> list[NDArray[np.float32]]:
        import numpy as np

        inside = np.zeros(len(window.ids), dtype=np.int64)
        inside[window.text_from : -1] = 1
        result: list[NDArray[np.float32]] = self._session.run(
            ["starts", "ends", "answers", "bears"],
            {
                "ids": np.array([window.ids], dtype=np.int64),
                "types": np.array([window.types], dtype=np.int64),
                "mask": np.ones((1, len(window.ids)), dtype=np.int64),
                "text": inside[None],
            },
        )
        return result


def _best_span(
    starts: NDArray[np.float32], ends: NDArray[np.float32], window: _Window
) -> tuple[Span, float]:
    """The likeliest place of at most SPAN_LONGEST word pieces, and how likely it is."""
    import numpy as np

    begin, end = window.text_from, window.text_from + len(window.offsets)
    first, last = _softmax(starts[begin:end]), _softmax(ends[begin:end])
    both = np.triu(np.outer(first, last))
    both = both - np.triu(both, SPAN_LONGEST)
    a, b = np.unravel_index(int(both.argmax()), both.shape)
    span = Span(window.offsets[a][0], window.offsets[b][1])
    return span, float(np.sqrt(both[a, b]))


def _softmax(values: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    powers = np.exp(values - values.max())
    shares: NDArray[np.float32] = powers / powers.sum()
    return shares
