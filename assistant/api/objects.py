"""What requests and responses hold, for validation and for OpenAPI. The responses are made by
`assistant.render`; the models here describe them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from assistant.types import Filters, Kind, Status, Verdict

MOST_PASSAGES = 100


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("holds half a character (a lone surrogate)") from None
    return text


def given(said: Any) -> Any:
    """A request without what is null in it: null is as if left out."""
    if isinstance(said, dict):
        return {name: value for name, value in said.items() if value is not None}
    return said


Text = Annotated[str, AfterValidator(_encodable)]
Names = Annotated[list[Text], Field(max_length=1000)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    _given = model_validator(mode="before")(given)


class Within(_Request):
    """Which articles may answer. What is left out allows every article."""

    since: date | None = None
    """First day of publication."""
    until: date | None = None
    """Last day of publication."""
    sources: Names = []
    """Outlets, in upper or lower case."""
    authors: Names = []
    articles: Names = []
    """Ids of articles."""

    @model_validator(mode="after")
    def _in_order(self) -> Within:
        if self.since and self.until and self.since > self.until:
            raise ValueError("'since' is after 'until'")
        return self

    def filters(self) -> Filters:
        return Filters(
            articles=frozenset(self.articles),
            sources=frozenset(self.sources),
            authors=frozenset(self.authors),
            since=self.since,
            until=self.until,
        )


class AskRequest(_Request):
    question: Text = Field(examples=["How many people use SIMA?"])
    history: list[tuple[Text, Text]] = []
    """Earlier questions and answers of the conversation, oldest first."""
    filters: Within = Within()
    """`since`, `until`, `sources`, `authors`, `articles`: which articles may answer."""
    careful: float | None = Field(default=None, ge=0, le=1)
    """Less confident than this, no answer. Left out: as the server is set."""
    fast: bool = False
    """Answer with what was found, quoted, without the language model."""
    stream: bool = False
    """Send server-sent events; so does `Accept: text/event-stream`."""


class SearchRequest(_Request):
    question: Text = Field(examples=["flood damage"])
    k: int | None = Field(default=None, ge=1, le=MOST_PASSAGES)
    """How many passages. Left out: as the server is set."""
    filters: Within = Within()
    """As in `/v1/ask`."""


class _Response(BaseModel):
    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class StatementObject(_Response):
    text: str
    citations: list[int]
    """Numbers of the answer's citations."""
    verdict: Verdict
    """Whether the cited text says it."""
    answers: bool | None
    """Whether the cited text answers the question; null where that was not asked."""
    reason: str


class CitationObject(_Response):
    number: int
    article_id: str
    title: str
    source: str | None
    author: str | None
    published: date | None
    url: str | None
    quote: str
    start: int
    """The quote is the article's text from here, counted in Unicode code points."""
    end: int
    """To here, this one not included."""


class FoundObject(_Response):
    """The sentence that answers best, found without the language model."""

    text: str
    """The answer itself, a part of the citation's quote."""
    citation: CitationObject
    score: float
    """From 0 to 1, how surely it answers."""


class NearestObject(_Response):
    article_id: str
    title: str
    source: str | None
    published: date | None


class UsageObject(_Response):
    prompt_tokens: int
    completion_tokens: int


class TimingsObject(_Response):
    load: float
    retrieve: float
    answer: float
    check: float
    total: float


class AnswerObject(_Response):
    """The object of `assistant ask --json`."""

    question: str
    answer: str
    """The statements with [1] [2] markers."""
    status: Status
    statements: list[StatementObject]
    kind: Kind
    """What was asked for."""
    found: FoundObject | None
    """What was found at once."""
    citations: list[CitationObject]
    confidence: float
    nearest: list[NearestObject]
    """What came closest, where the articles do not hold the answer."""
    model: str
    usage: UsageObject
    timings_ms: TimingsObject


class MarkedObject(_Response):
    text: str
    start: int
    end: int
    score: float
    """How surely the question is answered there, 0 to 1."""


class HitObject(_Response):
    rank: int
    score: float
    article_id: str
    title: str
    published: date | None
    text: str
    start: int
    end: int
    also_in: list[NearestObject]
    answer: MarkedObject | None
    """Where the question is answered best, if at all."""
    source: str | None
    url: str | None


class HitsObject(_Response):
    """The object of `assistant search --json`; each hit with its outlet and link as well."""

    question: str
    hits: list[HitObject]


class ArticleFacts(_Response):
    id: str
    title: str
    author: str | None
    published: date | None
    source: str | None
    url: str | None
    language: str | None
    sha256: str


class CorrectionObject(_Response):
    """An article that corrects the one asked for, or that it corrects."""

    article_id: str
    title: str
    source: str | None
    published: date | None
    kind: Literal["correction", "update"]
    why: str
    """On what evidence they are linked."""
    replaced_at: str | None
    """Where an article corrects an earlier version of itself: when that went, in UTC."""


class ArticleObject(ArticleFacts):
    """The object of `assistant articles show --json`."""

    text: str
    corrects: list[CorrectionObject]
    corrected_by: list[CorrectionObject]


class ArticlesObject(_Response):
    """The object of `assistant articles list --json`, with a count."""

    articles: list[ArticleFacts]
    total: int
    """How many fit, of which these are a part."""


class HealthObject(_Response):
    """Where a key is needed and none was sent: status and version only."""

    status: Literal["ok"]
    version: str
    articles: int | None = None
    model: str | None = None
    """The language model, or `none`."""
    waiting: int | None = None
    """Questions that wait for their turn."""
    proof: str | None = None
    """That this is the server of a store, for who can read `server.json` there."""


class ErrorMessage(_Response):
    message: str
    hint: str
    """What to do now."""


class ErrorObject(_Response):
    error: ErrorMessage
