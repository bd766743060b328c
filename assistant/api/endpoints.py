"""The paths of the API. Each answers with an object that `assistant.render` makes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from assistant import render
from assistant.access import Access
from assistant.api import chat
from assistant.api.answering import Answering, Queued, Step
from assistant.api.failures import NotFound, error_object, status_of
from assistant.api.objects import (
    AnswerObject,
    ArticleObject,
    ArticlesObject,
    AskRequest,
    ErrorObject,
    HealthObject,
    HitsObject,
    SearchRequest,
)
from assistant.api.sending import EVENT_STREAM, as_json, server_sent_event, who
from assistant.engine import Engine
from assistant.errors import told
from assistant.turns import Turns
from assistant.types import Article, CheckedAnswer, CheckedStatement, Found, Stage

MOST_LISTED = 1000
MOST_CHALLENGE = 200

_FAILURES: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorObject, "description": "The request is wrong."},
    401: {"model": ErrorObject, "description": "An access key is needed."},
    502: {"model": ErrorObject, "description": "The language model failed."},
    503: {"model": ErrorObject, "description": "Too many questions wait; see `Retry-After`."},
}
_EVENTS = """Server-sent events: `queued` {"ahead": n} while others are answered first, `stage`
{"name", "articles"} for what is being done, `found` {"text", "citation", "score"} for the sentence
that answers best, before anything is written, `statement` for each statement once it is checked,
and at last `answer` with the whole object, or `error` with the status it would have had."""


def router(engine: Engine, turns: Turns, access: Access) -> APIRouter:
    """Everything below /v1, and /healthz. What `engine` raises goes to the handlers."""
    api = APIRouter()
    _add_asking(api, engine, turns)
    _add_reading(api, engine)
    _add_health(api, engine, turns, access)
    chat.add(api, engine, turns)

    @api.api_route("/v1/{path:path}", methods=["GET", "POST"], include_in_schema=False)
    def anything_else(path: str, request: Request) -> Response:
        # Else the web chat, which has all other paths, would answer in its own way.
        raise NotFound(f"there is no {request.method} /v1/{path}", "/docs lists what there is.")

    return api


def _add_asking(api: APIRouter, engine: Engine, turns: Turns) -> None:
    @api.post(
        "/v1/ask",
        summary="Ask a question",
        response_model=AnswerObject,
        responses={200: {"description": _EVENTS, "content": {EVENT_STREAM: {}}}, **_FAILURES},
    )
    async def ask(asked: AskRequest, request: Request) -> Response:
        """One answer, every statement of it checked and cited."""

        def steps() -> Iterator[Step]:
            return engine.ask_stream(
                asked.question,
                asked.history,
                asked.filters.filters(),
                careful=asked.careful,
                fast=asked.fast,
            )

        answering = Answering(turns, who(request), steps)
        if asked.stream or EVENT_STREAM in request.headers.get("accept", ""):
            return StreamingResponse(_server_sent(answering), media_type=EVENT_STREAM)
        return as_json(render.answer_json(await answering.answer(request)))

    @api.post("/v1/search", summary="Find passages", response_model=HitsObject, responses=_FAILURES)
    def search(asked: SearchRequest) -> Response:
        """The passages closest to a question, without a language model."""
        hits = engine.search(asked.question, asked.k, asked.filters.filters())
        found = render.hits_json(asked.question, hits)
        for hit, shown in zip(hits, found["hits"], strict=True):
            shown |= {"source": hit.article.source, "url": hit.article.url}
        return as_json(found)


def _add_reading(api: APIRouter, engine: Engine) -> None:
    @api.get("/v1/articles", summary="List articles", response_model=ArticlesObject)
    def articles(
        q: Annotated[str, Query(description="Words in the title, outlet, author or id.")] = "",
        offset: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 100,
    ) -> Response:
        """By date, without their texts."""
        words = q.casefold().split()
        fitting = [a for a in engine.articles() if _has_all(a, words)]
        part = render.articles_json(fitting[offset : offset + limit])
        return as_json({**part, "total": len(fitting)})

    @api.get(
        "/v1/articles/item",
        summary="Read an article",
        response_model=ArticleObject,
        responses={404: {"model": ErrorObject, "description": "There is no such article."}},
    )
    def article(
        id: Annotated[str, Query(description="As in citations and in the list.")],
    ) -> Response:
        """One article with its text."""
        found = engine.article(id)
        if found is None:
            raise NotFound(f"there is no article '{id}'", "GET /v1/articles lists them.")
        return as_json(render.article_json(found, engine.corrections(found)))


def _add_health(api: APIRouter, engine: Engine, turns: Turns, access: Access) -> None:
    @api.get("/healthz", summary="Whether the server works", response_model=HealthObject)
    def health(
        request: Request, challenge: Annotated[str, Query(max_length=MOST_CHALLENGE)] = ""
    ) -> Response:
        """Quick, and open to all; who may ask questions is told more."""
        said: dict[str, Any] = {"status": "ok", "version": version("article-assistant")}
        if request.state.user is not None:
            said |= {
                "articles": engine.store.count(),
                "model": chat.model_name(engine),
                "waiting": turns.waiting,
            }
        if challenge and (proof := access.prove(challenge)):
            said["proof"] = proof
        return as_json(said)


def _has_all(article: Article, words: list[str]) -> bool:
    about = (article.title, article.source, article.author, article.id)
    text = " ".join(part.casefold() for part in about if part)
    return all(word in text for word in words)


async def _server_sent(answering: Answering) -> AsyncIterator[str]:
    try:
        async with aclosing(answering.events()) as events:
            async for event in events:
                yield server_sent_event(*_named(event))
    except Exception as failure:  # a stream that just ends tells nobody anything
        error = told(failure)
        said = error_object(error.message, error.hint)
        yield server_sent_event("error", {**said, "status": status_of(error)})


def _named(event: Queued | Step) -> tuple[str, Any]:
    match event:
        case Queued(ahead):
            return "queued", {"ahead": ahead}
        case Stage(name, articles):
            return "stage", {"name": name, "articles": [render.nearest_json(a) for a in articles]}
        case Found():
            return "found", render.found_json(event)
        case CheckedStatement():
            return "statement", render.statement_json(event)
        case CheckedAnswer():
            return "answer", render.answer_json(event)
