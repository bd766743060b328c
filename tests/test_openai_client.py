"""OpenAI's own client library against our server: what its users call, and null as if left out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import openai
import pytest
from llama_index.core.base.llms.types import ChatResponse
from scripted import ScriptedLLM
from served import application, quoting, running

from assistant.access import Access
from assistant.engine import Engine
from assistant.errors import LLMUnreachable
from assistant.turns import Turns

pytestmark = pytest.mark.models

COST = "How much will the Old Mill Bridge cost?"
ASKED: Any = [{"role": "user", "content": COST}]
NOT_GIVEN: dict[str, Any] = {
    name: None
    for name in (
        *("model", "stream", "stream_options", "temperature", "top_p", "n", "max_tokens", "stop"),
        *("max_completion_tokens", "response_format", "seed", "tools", "tool_choice", "user"),
        *("logprobs", "metadata", "filters", "careful", "fast"),
    )
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with quoting(tmp_path_factory.mktemp("quoting")) as engine:
        yield engine


@pytest.fixture(scope="module")
def address(engine: Engine) -> Iterator[str]:
    with running(application(engine)) as address:
        yield address


@pytest.fixture(scope="module")
def client(address: str) -> openai.OpenAI:
    return client_of(address)


def client_of(address: str, key: str = "none is needed") -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{address}/v1", api_key=key, max_retries=0)


class Failing(ScriptedLLM):
    """Fails as the test says."""

    failure: Any = None

    def chat(self, messages: Any, **kwargs: Any) -> ChatResponse:
        raise self.failure


def failing(engine: Engine, failure: Exception) -> Engine:
    return Engine(replace(engine.settings), llm=Failing(reply="", failure=failure))


def test_the_model_can_be_listed_retrieved_and_asked(client: openai.OpenAI) -> None:
    (listed,) = client.models.list()
    assert client.models.retrieve(listed.id) == listed
    done = client.chat.completions.create(model=listed.id, messages=ASKED)
    assert done.model == listed.id and "24.9 million" in (done.choices[0].message.content or "")


@pytest.mark.parametrize("name", ["gpt-4o", "org/model:8b", "no model"])
def test_a_model_that_is_not_there_is_named_and_so_is_the_one_that_answers_instead(
    client: openai.OpenAI, name: str
) -> None:
    """Many programs have a model's name built in, so a question is answered all the same."""
    with pytest.raises(openai.NotFoundError, match=f"there is no model '{name}'") as raised:
        client.models.retrieve(name)
    assert raised.value.code == "model_not_found" and "none" in str(raised.value.body)
    assert client.chat.completions.create(model=name, messages=ASKED).model == "none"


def test_a_stream_says_the_same_by_either_of_its_calls(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="any", messages=ASKED).choices[0].message.content
    chunks = client.chat.completions.create(model="any", messages=ASKED, stream=True)
    assert "".join(c.choices[0].delta.content or "" for c in chunks) == whole
    with client.chat.completions.stream(model="any", messages=ASKED) as stream:
        final = stream.get_final_completion()
    assert final.choices[0].message.content == whole
    assert final.choices[0].finish_reason == "stop"


def test_the_asynchronous_client_asks_and_streams(address: str) -> None:
    async def ask() -> tuple[str, str]:
        async with openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="none") as client:
            done = await client.chat.completions.create(model="any", messages=ASKED)
            chunks = await client.chat.completions.create(model="any", messages=ASKED, stream=True)
            parts = [chunk.choices[0].delta.content or "" async for chunk in chunks]
            return done.choices[0].message.content or "", "".join(parts)

    whole, streamed = asyncio.run(ask())
    assert "24.9 million" in whole and streamed == whole


def test_a_conversation_may_have_parts_tools_and_silence_in_it(client: openai.OpenAI) -> None:
    messages: Any = [
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Who opens the fair?"}]},
        {"role": "assistant", "content": None, "refusal": None, "tool_calls": None},
        {
            "role": "user",
            "name": None,
            "content": [
                {"type": "image_url", "image_url": {"url": "data:,"}, "text": None},
                {"type": "text", "text": COST},
            ],
        },
    ]
    done = client.chat.completions.create(model="any", messages=messages)
    assert "24.9 million" in (done.choices[0].message.content or "")


def test_null_is_as_if_left_out(address: str) -> None:
    """Libraries send every field that they know; OpenAI takes null for those that were not set."""
    done = httpx.post(
        f"{address}/v1/chat/completions", json={**NOT_GIVEN, "messages": ASKED}, timeout=60
    )
    assert done.status_code == 200 and done.json()["model"] == "none"
    options = {"stream": True, "stream_options": {"include_usage": None}}
    streamed = httpx.post(
        f"{address}/v1/chat/completions", json={"messages": ASKED, **options}, timeout=60
    )
    assert streamed.text.endswith("data: [DONE]\n\n") and '"choices": []' not in streamed.text


def test_null_is_as_if_left_out_in_our_own_protocol(address: str) -> None:
    filters = {"since": None, "until": None, "sources": None, "authors": None, "articles": None}
    asked = {"question": COST, "history": None, "filters": filters, "stream": None, "fast": None}
    assert httpx.post(f"{address}/v1/ask", json=asked, timeout=60).status_code == 200
    searched = {"question": COST, "k": None, "filters": None}
    assert httpx.post(f"{address}/v1/search", json=searched, timeout=60).status_code == 200
    without = httpx.post(f"{address}/v1/ask", json={"question": None}, timeout=60)
    assert without.status_code == 400 and "question" in without.json()["error"]["message"]


def test_what_is_not_there_is_an_error_of_the_library(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="/v1/embeddings"):
        client.embeddings.create(model="any", input="x")
    with pytest.raises(openai.NotFoundError, match="/v1/responses"):
        client.responses.create(model="any", input="x")
    with pytest.raises(openai.BadRequestError, match="messages") as raised:
        client.chat.completions.create(model="any", messages=[])
    assert raised.value.type == "invalid_request_error"


def test_a_wrong_key_is_an_error_of_the_library(engine: Engine) -> None:
    access = Access(engine.settings.store)
    key = access.add("mara")
    try:
        with running(application(engine, access=access)) as address:
            with pytest.raises(openai.AuthenticationError, match="key is not known"):
                client_of(address, "wrong").models.list()
            assert client_of(address, key).models.list().data
    finally:
        access.remove("mara")


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        (LLMUnreachable("the endpoint is down", "Start it."), "the endpoint is down"),
        (RuntimeError("a bug with secrets in it"), "something went wrong in the server"),
    ],
)
def test_a_failure_is_an_error_of_the_library_streamed_or_not(
    engine: Engine, failure: Exception, says: str
) -> None:
    """A bug of ours as well: no bare 500, and no stream that just ends."""
    with running(application(failing(engine, failure))) as address:
        client = client_of(address)
        with pytest.raises(openai.InternalServerError, match=says) as raised:
            client.chat.completions.create(model="any", messages=ASKED)
        assert raised.value.type == "server_error" and "secrets" not in str(raised.value)
        with pytest.raises(openai.APIError, match=says):
            list(client.chat.completions.create(model="any", messages=ASKED, stream=True))
        plain = httpx.post(f"{address}/v1/ask", json={"question": COST}, timeout=60)
        assert plain.status_code >= 500 and says in plain.json()["error"]["message"]
        events = httpx.post(
            f"{address}/v1/ask", json={"question": COST, "stream": True}, timeout=60
        )
        assert "event: error" in events.text and says in events.text


def test_a_full_queue_is_an_error_of_the_library(engine: Engine) -> None:
    turns = Turns(most_waiting=0)
    with running(application(engine, turns)) as address, turns.take("somebody"):
        with pytest.raises(openai.InternalServerError, match="wait") as raised:
            client_of(address).chat.completions.create(model="any", messages=ASKED)
        assert raised.value.status_code == 503
