"""The stages wired together: ingest, search, ask. Never prints.

Everything heavy is loaded when first needed, the embedding model and the language model side by
side. One engine may be shared by the threads of a server.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from assistant import language_model
from assistant.answering.pipeline import Answering, Step
from assistant.answering.reading import Reader, read_hits
from assistant.copies import collapsed
from assistant.corrections import Corrections, by_outlet, corrections_of
from assistant.embedding import NAME as EMBEDDING_NAME
from assistant.embedding import Embedder
from assistant.errors import ModelError, UsageError
from assistant.fetching import Fetcher, anywhere, is_public
from assistant.index import Index
from assistant.ingest import ingest, preview, remove
from assistant.ingest_urls import ingest_urls, is_url
from assistant.models import embedding_folder
from assistant.passages import context_line, split
from assistant.progress import Progress, silent
from assistant.reading import Options
from assistant.retrieval import RERANKED
from assistant.searching import Within, find, within
from assistant.settings import Settings
from assistant.stopwatch import Stopwatch
from assistant.store import Store
from assistant.types import (
    Article,
    CheckedAnswer,
    Filters,
    Hit,
    IngestReport,
    Passage,
    Preview,
)

if TYPE_CHECKING:
    import numpy as np
    from llama_index.core.llms import LLM
    from numpy.typing import NDArray

T = TypeVar("T")
MAX_QUESTION_CHARACTERS = 2_000


class Engine:
    """A corpus that can be asked.

    llm: any LlamaIndex `LLM`, instead of the one the settings name.
    embedder: one that is loaded already, where several engines share it.
    progress: told what is going on; see `assistant.progress`.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        llm: LLM | None = None,
        embedder: Embedder | None = None,
        progress: Progress = silent,
    ) -> None:
        self.settings = settings
        self._progress = progress
        self._given_llm = llm
        self._loaded_llm: LLM | None = None
        self._llm_ready = False
        self._lock = threading.RLock()
        self._parts: dict[str, Any] = {"embedder": embedder} if embedder else {}
        self._parts_lock = threading.RLock()

    # The parts, each made when first needed, once for all threads ---------------------------

    @property
    def store(self) -> Store:
        return self._part(
            "store", lambda: Store(self.settings.store, embedding_model=EMBEDDING_NAME)
        )

    @property
    def index(self) -> Index:
        return self._part("index", lambda: Index(self.store))

    @property
    def embedder(self) -> Embedder:
        return self._part("embedder", self._make_embedder)

    @property
    def reader(self) -> Reader | None:
        """The trained reader; None where it cannot be used, which `doctor` tells: answers go on
        without it, on how well passages match."""
        return self._part("reader", self._make_reader)

    def _make_reader(self) -> Reader | None:
        from assistant.models.reader import Reader as TrainedReader

        named = self.settings.reader
        reader = TrainedReader(Path(named).expanduser() if named else None, self.settings.threads)
        try:
            reader.load()
        except ModelError as error:
            self._progress(f"Answering without the reader: {error.message}", 0, None, "steps")
            return None
        return reader

    def _make_embedder(self) -> Embedder:
        folder = embedding_folder(self.settings.models, self._progress)
        return Embedder(folder, self.settings.models, self.settings.threads, self._progress)

    def _part(self, name: str, make: Callable[[], T]) -> T:
        with self._parts_lock:
            if name not in self._parts:
                self._parts[name] = make()
            part: T = self._parts[name]
            return part

    @property
    def llm(self) -> LLM | None:
        """The language model; fetched first if it is missing and that is allowed.

        None where the settings say so, or where it is missing and may not be fetched: answers
        are then quotes.
        """
        with self._lock:
            if not self._llm_ready:
                self._loaded_llm = self._given_llm or language_model.make(
                    self.settings, self._progress
                )
                self._llm_ready = True
            return self._loaded_llm

    def load(self) -> None:
        """Load both models now, side by side; the first question is then as fast as the next."""
        pool = ThreadPoolExecutor(1)
        try:
            llm = pool.submit(self._warm_llm)
            self.embedder.load()
            llm.result()
        except BaseException:
            self._stop_llm()  # what the other thread waits for; Ctrl-C would wait with it
            raise
        finally:
            pool.shutdown(wait=False)

    def _warm_llm(self) -> None:
        llm = self.llm
        if llm is not None and self._given_llm is None and self.settings.llm.startswith("embedded"):
            language_model.prime(llm)

    # What it does ----------------------------------------------------------------------------

    def preview(self, sources: Sequence[Path | str] = ()) -> Preview:
        """What `ingest` would do. Raises as it does, and UsageError for a URL."""
        urls = [source for source in sources if is_url(source)]
        if urls:
            raise UsageError(
                f"{urls[0]}: what a URL would bring cannot be told without fetching it",
                "Preview folders and files only.",
            )
        return preview([Path(s) for s in sources] or [self.settings.corpus], self.store)

    def ingest(
        self,
        sources: Sequence[Path | str] = (),
        *,
        allow_removal: bool = False,
        progress: Progress | None = None,
    ) -> IngestReport:
        """Make the index equal to `sources`, or to the corpus of the settings where none is given.

        A source is a folder, a file, or the URL of a page, a feed or a sitemap.
        allow_removal: go on though most files of a source are gone.
        progress: told how far it is, instead of the engine's own.
        Raises ReadingError for a source that is missing, StoreLocked while another process
        ingests, StoreError and its kind for the disk.
        """
        urls = [str(source) for source in sources if is_url(source)]
        paths = [Path(source) for source in sources if not is_url(source)]
        options = _reading_options(self.settings)
        report = IngestReport()
        if paths or not urls:
            report += ingest(
                paths or [self.settings.corpus],
                self.store,
                self.index,
                split=self._split,
                embed=self._embed,
                options=options,
                allow_removal=allow_removal,
                progress=progress or self._progress,
            )
        if urls:
            report += ingest_urls(
                urls,
                self.store,
                self.index,
                fetcher=Fetcher(
                    may_connect=anywhere if self.settings.private_addresses else is_public,
                    max_bytes=self.settings.max_file_bytes,
                    timeout=self.settings.fetch_timeout,
                ),
                split=self._split,
                embed=self._embed,
                options=options,
                progress=progress or self._progress,
            )
        return report

    def ensure_ready(self) -> IngestReport | None:
        """Take in the corpus of the settings where the index is still empty."""
        return self.ingest() if self.store.count() == 0 else None

    def search(
        self, question: str, k: int | None = None, filters: Filters | None = None
    ) -> list[Hit]:
        """The passages that fit the question best, without a language model. Of articles that
        print the same story only the best is shown; it names the others. In each the trained
        reader marks where the question is answered.

        Raises UsageError for an empty question, and for filters that name what is not there.
        """
        question = _asked(question)
        self.ensure_ready()
        where = self._within(question, filters)
        k = k or self.settings.passages
        hits = collapsed(self._find(question, max(k, RERANKED), where))[:k]
        if self.reader is None:
            return hits
        read = read_hits(question, hits, self.reader)
        return [replace(r.hit, answer=r.span, answers=r.judged or 0.0) for r in read]

    def ask(
        self,
        question: str,
        history: Sequence[tuple[str, str]] = (),
        filters: Filters | None = None,
        *,
        careful: float | None = None,
        fast: bool = False,
    ) -> CheckedAnswer:
        """One answer, every statement of it checked.

        history: earlier (question, answer) pairs of the conversation, oldest first.
        filters: the articles that may answer; None means all.
        careful: confidence, 0 to 1, below which it is silent; None means as the settings say.
        fast: quote what was found, without the language model; that is then not loaded either.
        Raises UsageError for an empty question and for filters that name what is not there,
        LLMError and its kind when the model fails.
        """
        answers = self.ask_stream(question, history, filters, careful=careful, fast=fast)
        return next(step for step in answers if isinstance(step, CheckedAnswer))

    def ask_stream(
        self,
        question: str,
        history: Sequence[tuple[str, str]] = (),
        filters: Filters | None = None,
        *,
        careful: float | None = None,
        fast: bool = False,
    ) -> Iterator[Step]:
        """What is being done, what was found at once, each statement once it is checked, at last
        the whole answer.

        Whoever closes the generator stops the work at its next step. Raises as `ask`.
        """
        asked = _asked(question)
        watch = Stopwatch()
        self.ensure_ready()
        where = self._within(asked, filters)
        with watch.measure("load"):
            self.embedder.load() if fast else self.load()
        answering = Answering(
            search=lambda text, k: self._find(text, k, where),
            llm=None if fast else self.llm,
            reader=self.reader,
            tokens=self.settings.evidence,
            least=self.settings.careful if careful is None else careful,
            watch=watch,
        )
        for step in answering.steps(asked, history):
            if isinstance(step, CheckedAnswer):
                step = replace(step, question=asked, timings=watch.timings())
            yield step

    def articles(self) -> list[Article]:
        """Every article in the index, by date."""
        return self.store.articles()

    def article(self, article_id: str) -> Article | None:
        return self.store.article(article_id)

    def corrections(self, article: Article) -> Corrections:
        """What `article` corrects, and what in the index corrects it. Looks at every article."""
        versions = self.store.versions(article.id)
        return corrections_of(article, by_outlet(self.articles()), versions)

    def remove(self, article_id: str) -> bool:
        """Take one article out of the index; False where it was not there."""
        return remove(article_id, self.store, self.index)

    def close(self) -> None:
        """Release files and locks; the engine cannot be used after."""
        self._stop_llm()
        for name in ("index", "store"):
            if name in self._parts:
                self._parts[name].close()

    def _stop_llm(self) -> None:
        """End the embedded runtime, if it is ours; a model that was passed in is not."""
        if self._loaded_llm is not None and self._given_llm is None:
            close = getattr(self._loaded_llm, "close", None)
            if close is not None:
                close()

    # ------------------------------------------------------------------------------------------

    def _within(self, question: str, filters: Filters | None) -> Within:
        return within(question, filters, store=self.store, index=self.index)

    def _find(self, question: str, k: int, where: Within) -> list[Hit]:
        return find(question, k, where, store=self.store, index=self.index, embedder=self.embedder)

    def _split(self, article: Article) -> list[Passage]:
        return split(article, self.embedder.count_tokens)

    def _embed(self, pairs: Sequence[tuple[Article, Passage]]) -> NDArray[np.float32]:
        return self.embedder.encode(
            [f"{context_line(a)}. {a.text[p.start : p.end]}" for a, p in pairs]
        )


def _reading_options(settings: Settings) -> Options:
    return Options(
        max_file_bytes=settings.max_file_bytes,
        max_unpacked_bytes=settings.max_unpacked_bytes,
        max_entries=settings.max_entries,
        max_pages=settings.max_pages,
        columns=settings.column_names(),
    )


def _asked(question: str) -> str:
    """The question on one line. Raises UsageError where there is none or too much of it."""
    asked = " ".join(question.split())
    if not asked:
        raise UsageError("the question is empty", 'For example: assistant ask "Who won?"')
    if len(asked) > MAX_QUESTION_CHARACTERS:
        raise UsageError(
            f"the question has {len(asked):,} characters; {MAX_QUESTION_CHARACTERS:,} is the most",
            "Ask about one thing at a time.",
        )
    return asked
