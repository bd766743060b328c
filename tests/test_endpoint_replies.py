"""What real endpoints reply: thoughts, fences, JSON, parts, refusals, half a reply. Each becomes an
answer or one line that says what is wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from llama_index.core.base.llms.types import ChatMessage
from served import application, quoting, running

from assistant.engine import Engine
from assistant.errors import LLMError, LLMNonsense, LLMUnreachable
from assistant.llm import chat_json, chat_text, endpoint
from assistant.llm.replies import json_object, without_thoughts, words_of
from assistant.settings import load_settings

SAID = "The bridge will cost 24.9 million crowns."
OBJECT = json.dumps({"found": True, "statements": [{"text": SAID, "labels": [1]}]})
COST = "How much will the Old Mill Bridge cost?"
MESSAGES = [
    ChatMessage(role="system", content="Be brief."),
    ChatMessage(role="user", content="What does it cost?"),
]
SCHEMA = {"type": "object", "required": ["statements"]}
Replying = Callable[[dict[str, Any]], tuple[int, Any]]


@contextmanager
def replying(reply: Replying) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An endpoint, as its address and what it was asked. reply: body -> status and object."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(body)
            status, value = reply(body)
            content = (value if isinstance(value, str) else json.dumps(value)).encode()
            self.send_response(status)
            kind = "text/html" if isinstance(value, str) else "application/json"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        server.server_close()


def completion(content: Any, finish: str = "stop", **more: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": content, **more}
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
    }


# -- texts -------------------------------------------------------------------------------------

THOUGHTS = {
    "none": SAID,
    "with braces": f'<think>I should say {{"found": true}} and {{1}}.</think>\n{SAID}',
    "whose opening mark the template holds": f"The form is {{a, b}}. So:\n</think>\n\n{SAID}",
    "two": f"<think>One.</think> First. <think>Two.</think>{SAID}",
    "by another name": f"<thinking>\nHm.\n</thinking>\n{SAID}",
    "of Mistral's": f"[THINK]Hm.[/THINK]{SAID}",
    "of Kimi's": f"◁think▷Hm.◁/think▷{SAID}",
    "of gpt-oss": f"<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant"
    f"<|channel|>final<|message|>{SAID}",
}
FORMS = {
    "the object": OBJECT,
    "in a fence": f"```json\n{OBJECT}\n```",
    "between words": f"Sure! Here it is: {OBJECT} Hope that helps :) {{smile}}",
    "after braces that are none": f"Of the form {{found, statements}}: {OBJECT}",
    "twice": f"{OBJECT}\n{OBJECT}",
    "and another after it": f"{OBJECT}\n{json.dumps({'answer': 'It costs nothing.'})}",
    "in a list": f"[{OBJECT}]",
    "with a comma too many": OBJECT[:-1] + ",}",
    "in single quotes": str(json.loads(OBJECT)),
    "with a line break in a string": OBJECT.replace("will cost", "will\ncost"),
    "under another name": json.dumps({"reasoning": "Hm.", "answer": SAID, "confidence": 1}),
    "deeper": json.dumps({"response": {"answer": [SAID]}}),
    "text in a fence": f"```\n{SAID}\n```",
    "text": SAID,
}


@pytest.mark.parametrize("kind", THOUGHTS)
def test_thoughts_are_left_out(kind: str) -> None:
    assert without_thoughts(THOUGHTS[kind]) == SAID


@pytest.mark.parametrize("text", ["<think>It says {1} and", "[THINK]It", "<think>Done.</think> "])
def test_a_reply_that_is_all_thought_says_nothing(text: str) -> None:
    assert without_thoughts(text) == ""


@pytest.mark.parametrize("form", FORMS)
def test_words_are_found_in_whatever_form_they_come(form: str) -> None:
    assert " ".join(words_of(FORMS[form]).split()) == SAID


@pytest.mark.parametrize(
    "said",
    [
        '{"found": false, "statements": []}',
        '{"found": "false"}',
        '{"answer": ""}',
        '{"text": null}',
    ],
)
def test_an_object_that_says_that_nothing_was_found_says_nothing(said: str) -> None:
    assert words_of(said) == ""


@pytest.mark.parametrize(
    "text",
    [
        "The motto {all for one} stays.",
        "It is {x: 1} there.",
        "Set {",
        "} and {",
        "a {}",
        "{a, b}",
        "{" * 3000,
        '{"a":' * 3000,
        "{a: &a [x, x], text: &b [*a, *a]}",
    ],
)
def test_braces_in_a_sentence_are_no_object(text: str) -> None:
    assert words_of(text) == text


def test_of_several_objects_the_one_of_the_form_counts() -> None:
    assert json_object(f'{{"note": 1}} {OBJECT}', frozenset({"statements"})) == json.loads(OBJECT)
    assert json_object("no {object} at all", frozenset({"statements"})) is None


# -- endpoints ---------------------------------------------------------------------------------


def refusing(word: str, status: int, field: str) -> Replying:
    """Refuses what has `field`, or a system message, in words that name it."""

    def reply(body: dict[str, Any]) -> tuple[int, Any]:
        roles = {message["role"] for message in body["messages"]}
        if field in body or field in roles:
            return status, {"error": {"message": f"{word} is not supported"}}
        return 200, completion(OBJECT)

    return reply


@pytest.mark.parametrize("status", [400, 422, 500, 501])
@pytest.mark.parametrize(
    ("word", "field"),
    [
        ("extra fields", "response_format"),
        ("the system role", "system"),
        ("temperature", "temperature"),
    ],
)
def test_what_a_server_refuses_is_done_without(word: str, field: str, status: int) -> None:
    with replying(refusing(word, status, field)) as (url, asked):
        llm = endpoint(url, "m", "", 20)
        assert chat_json(llm, MESSAGES, "answer", SCHEMA)[0] == json.loads(OBJECT)
    assert "Be brief." in str(asked[-1]["messages"]), "what the system said is kept"


def test_a_server_that_refuses_everything_is_asked_a_few_times_only() -> None:
    with (
        replying(lambda body: (422, {"detail": "system temperature"})) as (url, asked),
        pytest.raises(LLMUnreachable, match="answered 422: system temperature"),
    ):
        chat_json(endpoint(url, "m", "", 20), MESSAGES, "answer", SCHEMA)
    assert len(asked) == 4


@pytest.mark.parametrize(
    "content",
    [
        [{"type": "text", "text": SAID}],
        [{"type": "text", "text": SAID[:20]}, {"type": "text", "text": SAID[20:]}],
        [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}, {"text": SAID}],
        [SAID],
        {"type": "text", "text": SAID},
    ],
)
def test_content_in_parts_is_read(content: Any) -> None:
    with replying(lambda body: (200, completion(content))) as (url, _):
        assert chat_text(endpoint(url, "m", "", 20), MESSAGES).text == SAID


WRONG: dict[str, tuple[int, Any, type[LLMError], str]] = {
    "empty": (200, completion(""), LLMNonsense, "answered nothing"),
    "null": (200, completion(None), LLMNonsense, "answered nothing"),
    "numbers": (200, completion(7), LLMNonsense, "answered nothing"),
    "thought only": (200, completion("", reasoning_content="Hm."), LLMNonsense, "nothing"),
    "cut off in a thought": (200, completion("<think>Hm", "length"), LLMNonsense, "was cut off"),
    "cut off in an object": (200, completion(OBJECT[:50], "length"), LLMNonsense, "was cut off"),
    "a page": (200, "<html>Please log in</html>", LLMNonsense, "Please log in"),
    "no choices": (200, {"choices": []}, LLMNonsense, "no chat completion"),
    "choices that are none": (200, {"choices": "x"}, LLMNonsense, "no chat completion"),
    "an error with 200": (200, {"error": {"message": "no credit"}}, LLMNonsense, "no credit"),
    "a list": (200, [1], LLMNonsense, "no chat completion"),
    "text": (200, {"choices": [{"text": SAID}]}, LLMNonsense, "no chat completion"),
    "detail": (422, {"detail": [{"msg": "bad field"}]}, LLMUnreachable, "bad field"),
    "message": (403, {"message": "not for you"}, LLMUnreachable, "not for you"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_what_cannot_be_read_is_one_line_that_names_the_endpoint(kind: str) -> None:
    status, value, error, says = WRONG[kind]
    with replying(lambda body: (status, value)) as (url, _), pytest.raises(error) as raised:
        chat_text(endpoint(url, "m", "", 20), MESSAGES)
    assert says in raised.value.message and url in raised.value.message
    assert "\n" not in raised.value.message and raised.value.hint


# -- answers -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def quotes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with quoting(tmp_path_factory.mktemp("replies")) as engine:
        yield engine


def asking(engine: Engine, url: str) -> Engine:
    """The same articles, and the endpoint at `url`."""
    flags = {"llm": f"openai:{url}#m", "careful": 0.0, "store": engine.settings.store}
    return Engine(load_settings(flags={**flags, "llm_timeout": 10.0}), embedder=engine.embedder)


@pytest.mark.models
def test_every_form_of_a_reply_is_the_same_answer(quotes: Engine) -> None:
    contents: list[Any] = [*THOUGHTS.values(), *FORMS.values(), [{"type": "text", "text": SAID}]]
    contents.append(f"{SAID} It is to open in the ye")
    at = iter(contents)

    def reply(body: dict[str, Any]) -> tuple[int, Any]:
        content = next(at)
        return 200, completion(content, "length" if str(content).endswith("ye") else "stop")

    with replying(reply) as (url, _):
        engine = asking(quotes, url)
        for content in contents:
            answer = engine.ask(COST)
            assert (answer.status, answer.statements[0].text) == ("answered", SAID), content
        engine.close()


@pytest.mark.models
@pytest.mark.parametrize("said", ['{"found": false, "statements": []}', "Not in the articles."])
def test_an_endpoint_may_say_that_it_is_not_there(quotes: Engine, said: str) -> None:
    with replying(lambda body: (200, completion(said))) as (url, _):
        engine = asking(quotes, url)
        assert all(SAID not in s.text for s in engine.ask(COST).statements)
        engine.close()


@pytest.mark.models
@pytest.mark.parametrize(
    ("status", "value"),
    [
        (200, completion("")),
        (200, completion("The bridge will cost 24", "length")),
        (200, "<html>"),
        (200, {"choices": [{"message": {"role": None, "content": [[1], None, {"text": {}}]}}]}),
        (500, {"error": {"message": "out of memory"}}),
    ],
)
def test_over_http_a_bad_reply_is_an_error_object_streamed_or_not(
    quotes: Engine, status: int, value: Any
) -> None:
    with replying(lambda body: (status, value)) as (url, _):
        engine = asking(quotes, url)
        with running(application(engine)) as address, httpx.Client(timeout=60) as client:
            plain = client.post(f"{address}/v1/ask", json={"question": COST})
            assert plain.status_code == 502 and url in plain.json()["error"]["message"]
            chat = {"messages": [{"role": "user", "content": COST}], "stream": True}
            streamed = client.post(f"{address}/v1/chat/completions", json=chat).text
            last = json.loads(streamed.strip().splitlines()[-1].removeprefix("data: "))
            assert url in last["error"]["message"] and last["error"]["type"] == "server_error"
        engine.close()
