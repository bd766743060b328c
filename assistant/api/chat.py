"""The protocol of OpenAI's chat completions, so that any chat client can ask.

The last message of the user is the question; the pairs before it are the conversation. The content
of the answer ends with its sources, numbered as the [n] markers; ``citations`` and ``status`` stand
beside it, as in ``ask --json``.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant import render
from assistant.api.answering import Answering, Step
from assistant.api.failures import NotFound, error_object, status_of
from assistant.api.objects import ErrorObject, Text, Within, given
from assistant.api.sending import EVENT_STREAM, as_json, server_sent_event, who
from assistant.engine import Engine
from assistant.errors import UsageError, told
from assistant.render.layout import outlet_and_date
from assistant.safety import one_line
from assistant.turns import Turns
from assistant.types import CheckedAnswer, CheckedStatement, Citation, Nearest

# The endings of an answer; cut off again where a client sends it back as history.
SOURCES = "\n\nSources:\n\n"
CLOSEST_WORDS = "\n\nThe closest they come:\n\n"
CLOSEST = "\n\nClosest articles:\n\n"
DISAGREE = "\n\nThe articles disagree on this."


class _Said(BaseModel):
    """What else clients send, such as a temperature, is ignored."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    _given = model_validator(mode="before")(given)


class TextPart(_Said):
    type: str
    text: Text = ""


class Message(_Said):
    role: str
    content: Text | list[TextPart] | None = None

    def text(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(_Said):
    include_usage: bool = False


class ChatRequest(_Said):
    messages: list[Message] = Field(
        min_length=1, examples=[[{"role": "user", "content": "How many people use SIMA?"}]]
    )
    model: str = ""
    """Ignored: there is one, and the answer names it."""
    stream: bool = False
    stream_options: StreamOptions | None = None
    filters: Within = Within()
    """An extension: as in /v1/ask."""
    careful: float | None = Field(default=None, ge=0, le=1)
    """An extension: as in /v1/ask."""
    fast: bool = False
    """An extension: as in /v1/ask."""


def model_name(engine: Engine) -> str:
    """As answers name it."""
    llm = engine.llm
    return "none" if llm is None else str(llm.metadata.model_name)


def add(api: APIRouter, engine: Engine, turns: Turns) -> None:
    """Adds the paths that clients of OpenAI's need."""

    def one() -> dict[str, Any]:
        return {"id": model_name(engine), "object": "model", "created": 0, "owned_by": "assistant"}

    @api.get("/v1/models", summary="The model, as OpenAI lists models")
    def models() -> Response:
        """Clients choose from this list; there is one."""
        return as_json({"object": "list", "data": [one()]})

    @api.get(
        "/v1/models/{model:path}",
        summary="One model of that list",
        responses={404: {"model": ErrorObject, "description": "There is no such model."}},
    )
    def model(model: str) -> Response:
        """The one there is."""
        if model != one()["id"]:
            raise NotFound(f"there is no model '{model}'", f"There is one: {one()['id']}")
        return as_json(one())

    @api.post(
        "/v1/chat/completions",
        summary="Ask in the protocol of OpenAI's chats",
        responses={
            200: {"content": {EVENT_STREAM: {}}},
            400: {"model": ErrorObject, "description": "The request is wrong."},
            503: {"model": ErrorObject, "description": "Too many questions wait."},
        },
    )
    async def completions(asked: ChatRequest, request: Request) -> Response:
        """The answer with [n] markers and its sources; `citations` and `status` stand beside."""
        question, history = conversation(asked.messages)

        def steps() -> Iterator[Step]:
            filters = asked.filters.filters()
            return engine.ask_stream(
                question, history, filters, careful=asked.careful, fast=asked.fast
            )

        answering = Answering(turns, who(request), steps)
        head: dict[str, Any] = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time())}
        if asked.stream:
            usage = bool(asked.stream_options and asked.stream_options.include_usage)
            head |= {"object": "chat.completion.chunk", "model": model_name(engine)}
            chunks = _chunks(answering, head, usage)
            return StreamingResponse(chunks, media_type=EVENT_STREAM)
        answer = await answering.answer(request)
        return as_json(_completion(answer, {**head, "object": "chat.completion"}))


def conversation(messages: Sequence[Message]) -> tuple[str, list[tuple[str, str]]]:
    """The question and the earlier pairs. Raises UsageError where the user said nothing."""
    question, history = "", list[tuple[str, str]]()
    for message in messages:
        match message.role:
            case "user":
                question = message.text()
            case "assistant" if question:
                history.append((question, _without_ending(message.text())))
                question = ""
    if not question.strip():
        raise UsageError(
            "the last message must be the user's question",
            'For example: {"messages": [{"role": "user", "content": "Who won?"}]}',
        )
    return question, history


def _without_ending(content: str) -> str:
    for ending in (DISAGREE, SOURCES, CLOSEST_WORDS, CLOSEST):
        content = content.partition(ending)[0]
    return content


def content_parts(answer: CheckedAnswer) -> list[str]:
    """The content in pieces: the statements, then what ends it. Joined, they are all of it."""
    statements = [statement_part(s, first=not n) for n, s in enumerate(answer.statements)]
    if answer.status == "abstained":
        statements = []
    return [*statements, ending(answer)]


def statement_part(statement: CheckedStatement, *, first: bool) -> str:
    numbers = "".join(f" [{number}]" for number in statement.citations)
    doubt = statement.verdict in ("unsupported", "contradicted")
    return ("" if first else " ") + _tame(statement.text) + doubt * " (not confirmed)" + numbers


def ending(answer: CheckedAnswer) -> str:
    if answer.status == "abstained":
        found = f"{CLOSEST_WORDS}{_quoted(answer.found.citation)}" if answer.found else ""
        closest = [f"- {_heading(nearest)}" for nearest in answer.nearest]
        articles = CLOSEST + "\n".join(closest) if closest else ""
        return render.ARTICLES_SILENT + found + articles
    sources = [f"[{c.number}] {_quoted(c)}" for c in answer.citations]
    disagree = DISAGREE if answer.status == "conflict" else ""
    return disagree + (SOURCES + "\n\n".join(sources) if sources else "")


def _quoted(citation: Citation) -> str:
    return f"{_heading(citation)}\n> “{_tame(citation.quote)}”"


def _heading(item: Citation | Nearest) -> str:
    origin = outlet_and_date(item.source, item.published, item.article_id)
    return f"{_tame(item.title or item.article_id)} · {_tame(origin)}"


def _tame(text: str) -> str:
    """On one line, and without Markdown or HTML that a client would turn into an image or link."""
    return re.sub(r"[\[\]<]", r"\\\g<0>", one_line(text))


def _beside(answer: CheckedAnswer) -> dict[str, Any]:
    """What is not in OpenAI's protocol."""
    whole = render.answer_json(answer)
    return {name: whole[name] for name in ("status", "confidence", "statements", "citations")}


def _usage(answer: CheckedAnswer) -> dict[str, int]:
    used = answer.usage
    return {
        "prompt_tokens": used.prompt_tokens,
        "completion_tokens": used.completion_tokens,
        "total_tokens": used.prompt_tokens + used.completion_tokens,
    }


def _completion(answer: CheckedAnswer, head: dict[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": "".join(content_parts(answer))}
    return {
        **head,
        "model": answer.model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": _usage(answer),
        **_beside(answer),
    }


async def _chunks(answering: Answering, head: dict[str, Any], usage: bool) -> AsyncIterator[str]:
    def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return server_sent_event("", {**head, "choices": [choice], **more})

    said = 0
    try:
        yield chunk({"role": "assistant", "content": ""})
        async with aclosing(answering.events()) as events:
            async for event in events:
                if isinstance(event, CheckedStatement):
                    yield chunk({"content": statement_part(event, first=not said)})
                    said += 1
                elif isinstance(event, CheckedAnswer):
                    yield chunk({"content": "".join(content_parts(event)[said:])})
                    yield chunk({}, "stop", **_beside(event))
                    if usage:
                        used = {**head, "choices": [], "usage": _usage(event)}
                        yield server_sent_event("", used)
        yield "data: [DONE]\n\n"
    except Exception as failure:  # a stream that just ends tells nobody anything
        error = told(failure)
        said_of_it = error_object(error.message, error.hint, of_openai=status_of(error))
        yield server_sent_event("", said_of_it)
