"""The values that pass between the stages, each frozen, each made by exactly one stage.

    Article -> Passage -> Hit -> Excerpt -> Draft -> CheckedAnswer

All character positions are offsets in Unicode code points into `Article.text`, half open:
``article.text[start:end]``. This module knows nothing of the rest of the program.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal, NamedTuple

Verdict = Literal["supported", "quoted", "unsupported", "contradicted"]
Status = Literal["answered", "abstained", "conflict"]
Kind = Literal["fact", "yes_no", "why", "said", "list", "change", "latest", "overview"]


class Span(NamedTuple):
    """A half-open range of characters of one article's text."""

    start: int
    end: int


@dataclass(frozen=True)
class Article:
    """One article as it was read: its canonical text and what is known about it.

    id: path relative to the corpus folder with forward slashes (`path#key` for an article inside
        a file of many), or the URL.
    text: the body without the headline; line ends are ``\\n``, Unicode NFC, no control characters.
    published: the day of publication, where the article or its file says one with a year.
    partial_date: what the text says of its date when the year is missing, as ``--MM-DD``.
    language: ISO 639-1 code in lower case.
    tags: marks that stood in the headline, such as ``UPDATED``, in capitals.
    """

    id: str
    title: str
    text: str
    author: str | None = None
    published: date | None = None
    partial_date: str | None = None
    source: str | None = None
    url: str | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()

    @cached_property
    def sha256(self) -> str:
        """Hash of everything a reader of the article sees; equal hash means nothing to do."""
        parts = (
            self.title,
            self.author or "",
            str(self.published or self.partial_date or ""),
            self.source or "",
            self.url or "",
            self.language or "",
            ",".join(self.tags),
            self.text,
        )
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


@dataclass(frozen=True)
class Filters:
    """Which articles may answer a question. A field that is empty or None allows every article.

    articles: ids. sources, authors: compared without regard to letter case.
    since, until: days of publication, both included; an article without a day is then left out.
    """

    articles: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return self != Filters()

    def allow(self, article: Article) -> bool:
        if self.since or self.until:
            day = article.published
            if day is None or (self.since and day < self.since):
                return False
            if self.until and day > self.until:
                return False
        if self.articles and article.id not in self.articles:
            return False
        return all(
            not names or (said or "").casefold() in {name.casefold() for name in names}
            for names, said in ((self.sources, article.source), (self.authors, article.author))
        )


@dataclass(frozen=True)
class Passage:
    """A run of whole sentences of one article, short enough to be embedded without truncation.

    id: derived from the article's id and hash and the span, so the same passage has the same id.
    ordinal: position among the passages of its article, from 0.
    sentences: their spans in order; the first starts at `start`, the last ends at `end`.
    """

    id: str
    article_id: str
    ordinal: int
    start: int
    end: int
    sentences: tuple[Span, ...]


@dataclass(frozen=True)
class SentenceScore:
    """How well one sentence of a passage fits the question, read within its passage.

    late: late interaction, the mean over the question's weighted word pieces of the best cosine.
    contextual: cosine between the question and the mean of the sentence's word pieces.
    lexical: share, 0 to 1, of the question's term weight (IDF) that the sentence has.
    """

    late: float
    contextual: float
    lexical: float


@dataclass(frozen=True)
class Nearest:
    """An article by its name: one that came close, or has the same story."""

    article_id: str
    title: str
    source: str | None
    published: date | None


@dataclass(frozen=True)
class Hit:
    """A passage that retrieval found, with its article. `rank` counts from 1, best first.

    sentences: one score for each sentence of the passage, in order.
    also_in: other articles that print the same story, where they were taken together.
    answer: where in the article the question is answered best, if at all; None where no reader
        looked. answers: 0 to 1, how surely it is.
    """

    rank: int
    score: float
    passage: Passage
    article: Article
    sentences: tuple[SentenceScore, ...] = ()
    also_in: tuple[Nearest, ...] = ()
    answer: Span | None = None
    answers: float = 0.0

    @property
    def text(self) -> str:
        return self.article.text[self.passage.start : self.passage.end]


@dataclass(frozen=True)
class Excerpt:
    """A run of whole sentences of one article that an answer may rest on.

    sentences: their spans, in order; the first starts where `span` does, the last ends with it.
    best: the sentence among them that answers the question best.
    """

    article: Article
    span: Span
    sentences: tuple[Span, ...]
    best: Span

    @property
    def text(self) -> str:
        return self.article.text[self.span.start : self.span.end]


@dataclass(frozen=True)
class Usage:
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
        )


@dataclass(frozen=True)
class Draft:
    """What the language model wrote before anything of it was checked.

    refused: 0 to 1, how much it was inclined to say that the articles do not tell.
    """

    text: str
    refused: float
    model: str
    usage: Usage = Usage()


@dataclass(frozen=True)
class Citation:
    """The exact characters that support a statement: ``article.text[start:end] == quote``."""

    number: int
    article_id: str
    title: str
    source: str | None
    author: str | None
    published: date | None
    url: str | None
    quote: str
    start: int
    end: int


@dataclass(frozen=True)
class CheckedStatement:
    """A statement after its check. `citations` are numbers of `CheckedAnswer.citations`.

    verdict: whether the cited text says it. answers: whether it likely answers the question, from
    the confidence of the answer; None where that was not asked.
    """

    text: str
    citations: tuple[int, ...]
    verdict: Verdict
    reason: str
    answers: bool | None = None


@dataclass(frozen=True)
class Found:
    """The sentence that answers best, found without a language model and shown at once.

    text: the answer itself, a part of the quote. score: 0 to 1, how well it fits the question.
    """

    text: str
    citation: Citation
    score: float


@dataclass(frozen=True)
class Stage:
    """What is being done for a question, for someone who waits.

    articles: those that are being read, best first; filled for ``reading``.
    """

    name: Literal["searching", "reading", "checking"]
    articles: tuple[Nearest, ...] = ()


@dataclass(frozen=True)
class Timings:
    """Milliseconds spent in each stage; `load` is the loading of models, 0 when they were warm."""

    load: float = 0.0
    retrieve: float = 0.0
    answer: float = 0.0
    check: float = 0.0
    total: float = 0.0


@dataclass(frozen=True)
class CheckedAnswer:
    """What a user gets to see. Every statement in it was checked against what it cites.

    confidence: calibrated-as-far-as-measured probability, 0 to 1, that the corpus answers this.
    nearest: filled when `status` is ``abstained``.
    kind: what was asked for. found: what was shown at once; None where nothing was.
    hits, read, signals: how the answer came about, for whoever measures: the passages found, the
        excerpts that the answer could rest on, and what was measured on the way.
    """

    question: str
    status: Status
    statements: tuple[CheckedStatement, ...]
    citations: tuple[Citation, ...]
    confidence: float
    nearest: tuple[Nearest, ...]
    model: str
    usage: Usage = Usage()
    timings: Timings = Timings()
    kind: Kind = "fact"
    found: Found | None = None
    hits: tuple[Hit, ...] = ()
    read: tuple[Excerpt, ...] = ()
    signals: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Validators:
    """What a server said of the version it sent, to be asked for a newer one only (RFC 9110)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True)
class Failure:
    """A file that could not be taken in, and why, in words for the person who owns it.

    note: it was taken in all the same, and this is only to be known.
    """

    where: str
    reason: str
    hint: str = ""
    note: bool = False


@dataclass(frozen=True)
class IngestReport:
    """What an ingest did to the index: counts of articles, and each failure by name.

    notes: what is to be known of files that were taken in, as in which encoding they were read.
    """

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    passages: int = 0
    failures: tuple[Failure, ...] = ()
    notes: tuple[Failure, ...] = ()

    def __add__(self, other: IngestReport) -> IngestReport:
        return IngestReport(
            self.added + other.added,
            self.changed + other.changed,
            self.removed + other.removed,
            self.unchanged + other.unchanged,
            self.passages + other.passages,
            self.failures + other.failures,
            self.notes + other.notes,
        )


@dataclass(frozen=True)
class Version:
    """What an article said until it was replaced. replaced_at: in UTC, as ISO 8601."""

    sha256: str
    text: str
    replaced_at: str


@dataclass(frozen=True)
class Preview:
    """What an ingest would do.

    added, changed: files that would be read, by the ids they ask for. removed: ids of articles.
    unchanged: number of files. failures: files that cannot be opened.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    failures: tuple[Failure, ...] = ()
