"""The HTTP API: the JSON of the command line, events while one waits, OpenAI's protocol, errors."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from llama_index.core.base.llms.types import ChatResponse
from scripted import ScriptedLLM
from served import application, quoting, running

from assistant import render
from assistant.api.chat import Message, conversation
from assistant.api.objects import (
    AnswerObject,
    ArticleObject,
    ArticlesObject,
    FoundObject,
    HitsObject,
)
from assistant.engine import Engine
from assistant.errors import LLMUnreachable
from assistant.turns import Turns

pytestmark = pytest.mark.models

COST = "How much will the Old Mill Bridge cost?"
LOCAL_HOST = {"base_url": "http://localhost"}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Quotes only, always: what the model would say is not the matter here."""
    with quoting(tmp_path_factory.mktemp("quoting")) as engine:
        yield engine


@pytest.fixture(scope="module")
def client(engine: Engine) -> Iterator[TestClient]:
    with TestClient(application(engine), **LOCAL_HOST) as client:
        yield client


def without_times(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key != "timings_ms"}


def events(text: str) -> list[tuple[str, Any]]:
    found = []
    for block in text.strip().split("\n\n"):
        name, data = block.split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


class SlowLLM(ScriptedLLM):
    """Answers when the test lets it."""

    go: Any = None

    def chat(self, messages: Any, **kwargs: Any) -> ChatResponse:
        response = super().chat(messages, **kwargs)
        assert self.go.wait(30)
        return response


def with_llm(engine: Engine, llm: ScriptedLLM) -> Engine:
    """The same articles, another model."""
    return Engine(replace(engine.settings), llm=llm)


class TestAsk:
    def test_the_answer_is_the_object_of_ask_json(self, client: TestClient, engine: Engine) -> None:
        reply = client.post("/v1/ask", json={"question": COST})
        assert reply.status_code == 200
        direct = render.answer_json(engine.ask(COST))
        assert list(reply.json()) == list(direct), "scripts rely on the order too"
        assert without_times(reply.json()) == without_times(direct)
        AnswerObject.model_validate(reply.json())
        for cited in reply.json()["citations"]:
            article = client.get("/v1/articles/item", params={"id": cited["article_id"]}).json()
            assert article["text"][cited["start"] : cited["end"]] == cited["quote"]

    def test_events_end_with_the_same_answer(self, client: TestClient) -> None:
        plain = client.post("/v1/ask", json={"question": COST}).json()
        for request in (
            {"json": {"question": COST, "stream": True}},
            {"json": {"question": COST}, "headers": {"Accept": "text/event-stream"}},
        ):
            reply = client.post("/v1/ask", **request)
            assert reply.headers["content-type"].startswith("text/event-stream")
            names, objects = zip(*events(reply.text), strict=True)
            assert names[0] == "stage" and objects[0]["name"] == "searching"
            assert names[-1] == "answer"
            assert without_times(objects[-1]) == without_times(plain)
            statements = [o for n, o in zip(names, objects, strict=True) if n == "statement"]
            assert statements == plain["statements"]

    def test_what_was_found_comes_before_the_model_has_written(self, engine: Engine) -> None:
        """Who waits for a slow model has something to read within a second."""
        llm = SlowLLM(reply="The bridge will cost 24.9 million crowns.")
        llm.go = threading.Event()
        asked = {"question": COST, "stream": True}
        with (
            running(application(with_llm(engine, llm))) as address,
            httpx.stream("POST", f"{address}/v1/ask", json=asked, timeout=60) as reply,
        ):
            lines = reply.iter_lines()
            while next(lines) != "event: found":
                pass
            found = json.loads(next(lines).removeprefix("data: "))
            llm.go.set()
            *_, last = (line for line in lines if line.startswith("data: "))
        answer = json.loads(last.removeprefix("data: "))
        assert "24.9 million" in found["citation"]["quote"] and answer["found"] == found
        FoundObject.model_validate(found)

    @pytest.mark.parametrize("path", ["/v1/ask", "/v1/chat/completions"])
    def test_fast_quotes_without_asking_the_model(self, engine: Engine, path: str) -> None:
        llm = ScriptedLLM(reply="It costs nothing.")
        asked = {"question": COST, "messages": [{"role": "user", "content": COST}], "fast": True}
        if path == "/v1/ask":
            del asked["messages"]
        with TestClient(application(with_llm(engine, llm)), **LOCAL_HOST) as client:
            answer = client.post(path, json=asked).json()
        assert (answer["status"], answer["statements"][0]["verdict"]) == ("answered", "quoted")
        assert answer["model"] == "none" and not llm.asked

    def test_filters_history_and_carefulness_are_passed_on(self, client: TestClient) -> None:
        asked = {
            "question": "And when does it open?",
            "history": [["What does the Old Mill Bridge cost?", "24.9 million crowns [1]"]],
            "filters": {"since": "2025-08-01", "until": "2025-08-31", "sources": ["the gazette"]},
        }
        reply = client.post("/v1/ask", json=asked).json()
        assert {c["article_id"] for c in reply["citations"]} == {"bridge.md"}
        assert client.post("/v1/ask", json={**asked, "careful": 1}).json()["status"] == "abstained"

    def test_lone_surrogates_are_refused_not_a_crash(self, client: TestClient) -> None:
        headers = {"Content-Type": "application/json"}
        body = rb'{"question": "\ud800 what?"}'
        reply = client.post("/v1/ask", content=body, headers=headers)
        assert reply.status_code == 400 and "question" in reply.json()["error"]["message"]


class TestErrors:
    @pytest.mark.parametrize(
        ("body", "about"),
        [
            ({"question": ""}, "empty"),
            ({"question": "x" * 3000}, "2,000"),
            ({}, "'question'"),
            ({"question": "x", "filter": {}}, "'filter'"),
            ({"question": "x", "careful": 2}, "'careful'"),
            ({"question": "x", "filters": {"since": "2025-02-01", "until": "2025-01-01"}}, "after"),
            ({"question": "x", "filters": {"sources": ["No Such Paper"]}}, "no article"),
            ({"question": "x", "history": [["only one"]]}, "'history"),
        ],
    )
    def test_a_wrong_request_says_what_is_wrong(
        self, client: TestClient, body: dict[str, Any], about: str
    ) -> None:
        reply = client.post("/v1/ask", json=body)
        assert reply.status_code == 400
        error = reply.json()["error"]
        assert about in error["message"] and error["hint"]

    def test_what_is_not_json_or_not_there(self, client: TestClient) -> None:
        assert client.post("/v1/ask", content=b"{").status_code == 400
        form = client.post("/v1/ask", data={"question": "x"})
        assert form.status_code == 400 and "application/json" in form.json()["error"]["hint"]
        for path in ("/v1/nothing", "/v1/ask", "/v1/articles/item?id=nothing"):
            reply = client.get(path)
            assert reply.status_code == 404 and reply.json()["error"]["hint"]

    def test_a_model_that_fails_is_a_bad_gateway_in_both_protocols(self, engine: Engine) -> None:
        class Down(ScriptedLLM):
            def chat(self, messages: Any, **kwargs: Any) -> ChatResponse:
                raise LLMUnreachable("the endpoint is down", "Start it.")

        wrong = {"message": "the endpoint is down", "hint": "Start it."}
        app = application(with_llm(engine, Down(reply="")))
        with TestClient(app, **LOCAL_HOST) as client:
            reply = client.post("/v1/ask", json={"question": COST})
            assert (reply.status_code, reply.json()) == (502, {"error": wrong})
            streamed = events(client.post("/v1/ask", json={"question": COST, "stream": True}).text)
            assert streamed[-1] == ("error", {"error": wrong, "status": 502})
            chat = {"messages": [{"role": "user", "content": COST}]}
            assert client.post("/v1/chat/completions", json=chat).status_code == 502

    def test_a_full_queue_says_when_to_try_again_and_is_open_again_after(
        self, engine: Engine
    ) -> None:
        turns = Turns(most_waiting=0)
        with TestClient(application(engine, turns), **LOCAL_HOST) as client:
            with turns.take("somebody"):
                reply = client.post("/v1/ask", json={"question": COST})
                assert reply.status_code == 503 and int(reply.headers["retry-after"]) > 0
                assert reply.json()["error"]["hint"]
                assert client.post("/v1/search", json={"question": COST}).status_code == 200
            assert client.post("/v1/ask", json={"question": COST}).status_code == 200


class TestReading:
    def test_search_finds_what_the_command_line_finds(
        self, client: TestClient, engine: Engine
    ) -> None:
        reply = client.post("/v1/search", json={"question": COST, "k": 1}).json()
        HitsObject.model_validate(reply)
        (hit,) = reply["hits"]
        beside = {"source": hit.pop("source"), "url": hit.pop("url")}
        assert beside == {"source": "The Gazette", "url": None}
        assert reply == render.hits_json(COST, engine.search(COST, 1))
        for k in (0, 101):
            assert client.post("/v1/search", json={"question": "x", "k": k}).status_code == 400

    def test_articles_are_listed_in_parts_and_by_words(self, client: TestClient) -> None:
        everything = client.get("/v1/articles").json()
        ArticlesObject.model_validate(everything)
        assert everything["total"] == len(everything["articles"]) == 2
        second = client.get("/v1/articles", params={"offset": 1, "limit": 1}).json()
        assert second == {"articles": everything["articles"][1:], "total": 2}
        found = client.get("/v1/articles", params={"q": "BRIDGE gazette"}).json()
        assert [a["id"] for a in found["articles"]] == ["bridge.md"]
        assert client.get("/v1/articles", params={"limit": 0}).status_code == 400

    def test_an_article_is_the_object_of_articles_show(
        self, client: TestClient, engine: Engine
    ) -> None:
        reply = client.get("/v1/articles/item", params={"id": "fair.md"})
        article = engine.article("fair.md")
        assert article
        assert reply.json() == render.article_json(article, engine.corrections(article))
        ArticleObject.model_validate(reply.json())

    def test_health(self, client: TestClient) -> None:
        health = client.get("/healthz").json()
        assert health.pop("version")
        assert health == {"status": "ok", "articles": 2, "model": "none", "waiting": 0}


class TestDocumentation:
    def test_openapi_names_every_path_and_the_page_loads_nothing_from_outside(
        self, client: TestClient
    ) -> None:
        described = client.get("/openapi.json").json()
        paths = {"/v1/ask", "/v1/search", "/v1/articles", "/v1/articles/item", "/healthz"}
        paths |= {"/v1/chat/completions", "/v1/models", "/v1/models/{model}"}
        assert paths == set(described["paths"])
        assert described["components"]["schemas"]["AnswerObject"]["properties"]["nearest"]
        page = client.get("/docs").text
        assert all(path in page for path in paths)
        loads = re.findall(r"(?:src|href)=[\"']([^\"']*)", page)
        assert loads and all(re.match(r"\./\w", target) for target in loads)
        assert "<script" not in page and "url(" not in page


class TestChatCompletions:
    @pytest.fixture
    def openai(self, engine: Engine) -> Iterator[Any]:
        from openai import OpenAI

        with running(application(engine)) as address:
            yield OpenAI(base_url=f"{address}/v1", api_key="none is needed", max_retries=0)

    def test_a_client_of_openai_gets_answer_sources_and_citations(self, openai: Any) -> None:
        (model,) = openai.models.list().data
        messages = [{"role": "user", "content": COST}]
        done = openai.chat.completions.create(model=model.id, messages=messages, temperature=0)
        content = done.choices[0].message.content
        first, _, sources = content.partition("\n\nSources:\n\n")
        assert "24.9 million crowns" in first and first.endswith("[1]")
        assert sources.startswith("[1] Bridge dearer again · The Gazette, 14 August 2025\n> “The")
        assert done.status == "answered" and done.citations[0]["article_id"] == "bridge.md"
        assert done.choices[0].finish_reason == "stop" and done.usage.total_tokens == 0

    def test_streamed_it_is_the_same(self, openai: Any) -> None:
        messages = [{"role": "user", "content": COST}]
        whole = openai.chat.completions.create(model="any", messages=messages)
        chunks = list(
            openai.chat.completions.create(
                model="any",
                messages=messages,
                stream=True,
                stream_options={"include_usage": True},
            )
        )
        content = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
        assert content == whole.choices[0].message.content
        assert chunks[-1].usage.total_tokens == 0
        assert chunks[-2].choices[0].finish_reason == "stop"
        assert chunks[-2].citations == whole.citations and chunks[-2].status == whole.status

    def test_silence_names_the_closest_articles(self, openai: Any) -> None:
        messages = [{"role": "user", "content": COST}]
        done = openai.chat.completions.create(
            model="any", messages=messages, extra_body={"careful": 1.0}
        )
        content = done.choices[0].message.content
        assert done.status == "abstained" and content.startswith(render.ARTICLES_SILENT)
        assert "The closest they come:\n\nBridge dearer again" in content
        assert "> “The Old Mill Bridge will cost 24.9" in content
        assert "Closest articles:\n\n- Bridge dearer again" in content

    def test_markdown_in_articles_makes_neither_link_nor_element(self, openai: Any) -> None:
        """Chat clients show Markdown: a title must not become a link, nor run."""
        messages = [{"role": "user", "content": "Who will open the fair?"}]
        done = openai.chat.completions.create(model="any", messages=messages)
        content = done.choices[0].message.content
        assert r"The fair \<script>alert(1)\</script> & \[more\](http://evil.example)" in content

    def test_errors_are_exceptions_of_the_client(self, openai: Any) -> None:
        import openai as library

        with pytest.raises(library.BadRequestError, match="last message must be"):
            openai.chat.completions.create(
                model="any", messages=[{"role": "system", "content": "be brief"}]
            )

    def test_history_is_what_was_answered_without_its_list_of_sources(self) -> None:
        messages = [
            Message(role="system", content="Be brief."),
            Message(role="user", content="What does it cost?"),
            Message(role="assistant", content="24.9 [1]\n\nSources:\n\n[1] Bridge\n> “It”"),
            Message(role="user", content=[{"type": "text", "text": "And when?"}]),  # type: ignore[list-item]
        ]
        assert conversation(messages) == ("And when?", [("What does it cost?", "24.9 [1]")])


class TestManyAsk:
    def test_twenty_at_once_each_get_their_own_answer(self, engine: Engine) -> None:
        """And the model is never asked two things at the same time."""
        at_work: list[int] = []
        most: list[int] = []

        class Counting(ScriptedLLM):
            def chat(self, messages: Any, **kwargs: Any) -> ChatResponse:
                at_work.append(1)
                most.append(len(at_work))
                time.sleep(0.01)
                at_work.pop()
                return super().chat(messages, **kwargs)

        reply = "The Old Mill Bridge will cost 24.9 million crowns."
        app = application(with_llm(engine, Counting(reply=reply)), Turns(1, 20))
        with running(app) as address, httpx.Client(base_url=address, timeout=60) as client:

            def ask(number: int) -> dict[str, Any]:
                question = f"How much will the Old Mill Bridge cost, asks number {number}?"
                done = client.post("/v1/ask", json={"question": question})
                assert done.status_code == 200, done.text
                assert done.json()["question"] == question
                return dict(done.json())

            with ThreadPoolExecutor(20) as pool:
                answers = list(pool.map(ask, range(20)))
        assert all("24.9 million" in answer["answer"] for answer in answers)
        assert max(most) == 1

    @pytest.mark.parametrize("stream", [True, False])
    def test_who_waits_is_told_and_who_leaves_frees_the_model(
        self, engine: Engine, stream: bool
    ) -> None:
        llm = SlowLLM(reply="The bridge will cost 24.9 million crowns.")
        llm.go = threading.Event()
        turns = Turns()
        asked = {"question": COST, "stream": stream}
        with running(application(with_llm(engine, llm), turns)) as address:
            url, streamed = f"{address}/v1/ask", {**asked, "stream": True}
            with httpx.stream("POST", url, json=streamed, timeout=60) as reply:
                lines = reply.iter_lines()
                while "reading" not in next(lines):
                    pass
                self.leaves_while_waiting(address, asked)
                until(lambda: turns.waiting == 0)
            # The first has left now too, in the middle of its answer.
            assert len(turns._working) == 1, "the model is still at it"
            llm.go.set()
            until(lambda: not turns._working)
            assert httpx.post(f"{address}/v1/ask", json=asked, timeout=60).status_code == 200
        assert len(llm.asked) == 2, "the one that left the queue was never asked"

    def leaves_while_waiting(self, address: str, asked: dict[str, Any]) -> None:
        with httpx.Client(base_url=address, timeout=1) as second:
            if asked["stream"]:
                with second.stream("POST", "/v1/ask", json=asked) as reply:
                    lines = reply.iter_lines()
                    assert next(lines) == "event: queued"
                    assert json.loads(next(lines).removeprefix("data: ")) == {"ahead": 1}
            else:
                with pytest.raises(httpx.ReadTimeout):
                    second.post("/v1/ask", json=asked)


def until(true: Any) -> None:
    """Waits for what happens in another thread; a minute at most."""
    for _ in range(6000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it never happened")


def test_a_body_that_is_no_json_is_said_to_be_none(client: TestClient) -> None:
    reply = client.post("/v1/ask", content="nonsense", headers={"content-type": "application/json"})
    assert reply.status_code == 400
    assert reply.json()["error"]["message"] == "the request is not valid JSON"
