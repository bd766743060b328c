"""The language model: the embedded runtime with a tiny real model, and endpoints good and bad."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.errors import LLMError, LLMNonsense, LLMUnreachable, SettingsError
from assistant.llm import EmbeddedLLM, chat_json, endpoint, parse_endpoint, tokens_used

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"answer": {"type": "string", "maxLength": 20}, "found": {"type": "boolean"}},
    "required": ["answer", "found"],
    "additionalProperties": False,
}


def message(role: str, content: str) -> Any:
    from llama_index.core.base.llms.types import ChatMessage

    return ChatMessage(role=role, content=content)


# An endpoint played by a server in this process -------------------------------------------------


class Played:
    """An OpenAI-compatible endpoint whose replies the test writes.

    reply: gets the body of a request, gives status, content type and body of the response.
    """

    def __init__(self, reply: Callable[[dict[str, Any]], tuple[int, str, bytes]]) -> None:
        self.requests: list[tuple[dict[str, str], dict[str, Any]]] = []
        played = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                played.requests.append((dict(self.headers), body))
                status, content_type, content = reply(body)
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


Endpoint = Callable[[Callable[[dict[str, Any]], tuple[int, str, bytes]]], Played]


@pytest.fixture
def played() -> Iterator[Endpoint]:
    servers: list[Played] = []

    def start(reply: Callable[[dict[str, Any]], tuple[int, str, bytes]]) -> Played:
        servers.append(Played(reply))
        return servers[-1]

    yield start
    for server in servers:
        server.server.shutdown()
        server.server.server_close()


def ok(content: str | None) -> tuple[int, str, bytes]:
    body = {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": content},
            }
        ],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
    }
    return 200, "application/json", json.dumps(body).encode()


def refusal(status: int, text: str) -> tuple[int, str, bytes]:
    body = {"error": {"message": text, "type": "e", "code": None}}
    return status, "application/json", json.dumps(body).encode()


def ask(url: str, timeout: float = 20.0, key: str = "secret-key") -> tuple[Any, Any]:
    llm = endpoint(url, "some-model", key, timeout)
    return chat_json(llm, [message("user", "Who won?")], "answer", SCHEMA)


def test_an_endpoint_is_asked_for_json_of_the_form_with_the_key(played: Endpoint) -> None:
    server = played(lambda body: ok('{"answer": "Hart", "found": true}'))
    reply, usage = ask(server.url)
    assert reply == {"answer": "Hart", "found": True}
    assert (usage.prompt_tokens, usage.completion_tokens) == (7, 3)
    ((headers, body),) = server.requests
    assert headers["Authorization"] == "Bearer secret-key"
    assert body["model"] == "some-model"
    assert body["temperature"] == 0
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA
    assert body["messages"] == [{"role": "user", "content": "Who won?"}]


def test_a_server_that_refuses_the_form_is_asked_again_without(played: Endpoint) -> None:
    def reply(body: dict[str, Any]) -> tuple[int, str, bytes]:
        if "response_format" in body:
            return refusal(400, "response_format is not supported")
        return ok('Here it is:\n```json\n{"answer": "Hart", "found": true}\n```')

    server = played(reply)
    assert ask(server.url)[0] == {"answer": "Hart", "found": True}
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (refusal(401, "Incorrect API key provided"), LLMUnreachable, "401"),
        (refusal(404, "The model does not exist"), LLMUnreachable, "does not exist"),
        (refusal(400, "too many tokens"), LLMUnreachable, "too many tokens"),
        (refusal(500, "out of memory"), LLMUnreachable, "500"),
        ((200, "text/html", b"<html>Please log in</html>"), LLMNonsense, "no chat completion"),
        ((200, "application/json", b"<html>"), LLMNonsense, "no chat completion"),
        ((200, "application/json", b'{"hello": 1}'), LLMNonsense, "no chat completion"),
        ((200, "application/json", b'{"choices": []}'), LLMNonsense, "no chat completion"),
        ((200, "application/json", b'{"choices": [{"message": null}]}'), LLMNonsense, "no chat"),
        ((200, "application/json", b"[1, 2]"), LLMNonsense, "no chat completion"),
        ((200, "application/json", b""), LLMNonsense, "no chat completion"),
        (ok("I do not know."), LLMNonsense, "I do not know."),
        (ok('{"answer": "cut of'), LLMNonsense, "cut of"),
        (ok(""), LLMNonsense, "not the JSON"),
        (ok(None), LLMNonsense, "not the JSON"),
        ((503, "text/html", b"<h1>Bad gateway</h1>"), LLMUnreachable, "503"),
    ],
)
def test_an_endpoint_that_answers_badly_is_named_with_what_it_said(
    played: Endpoint, reply: tuple[int, str, bytes], kind: type[LLMError], says: str
) -> None:
    server = played(lambda body: reply)
    with pytest.raises(LLMError) as raised:
        ask(server.url)
    assert type(raised.value) is kind
    assert says in raised.value.message
    assert server.url in raised.value.message
    assert "\n" not in raised.value.message
    assert raised.value.hint
    assert "secret-key" not in raised.value.message


def test_an_endpoint_that_is_down_is_said_to_be(played: Endpoint) -> None:
    server = played(lambda body: ok(""))
    server.server.server_close()
    with pytest.raises(LLMUnreachable, match="cannot be reached") as raised:
        ask(server.url)
    assert server.url in raised.value.message
    assert "--llm none" in raised.value.hint


def test_an_endpoint_that_is_too_slow_is_given_up(played: Endpoint) -> None:
    waited = threading.Event()

    def reply(body: dict[str, Any]) -> tuple[int, str, bytes]:
        waited.wait(30)
        return ok("{}")

    server = played(reply)
    with pytest.raises(LLMUnreachable, match="did not answer in time") as raised:
        ask(server.url, timeout=0.3)
    waited.set()
    assert "llm_timeout" in raised.value.hint


def test_an_endpoint_that_hangs_up_is_unreachable(played: Endpoint) -> None:
    def reply(body: dict[str, Any]) -> tuple[int, str, bytes]:
        raise ConnectionAbortedError

    server = played(reply)
    with pytest.raises(LLMUnreachable, match="cannot be reached"):
        ask(server.url)


@pytest.mark.parametrize(
    "spec", ["openai:", "openai:host/v1#m", "openai:http://host/v1", "openai:http://host/v1#"]
)
def test_an_address_of_another_form_is_refused(spec: str) -> None:
    with pytest.raises(SettingsError, match="openai:URL#MODEL"):
        parse_endpoint(spec)


def test_an_address_is_taken_apart() -> None:
    assert parse_endpoint("openai:http://host:1/v1#org/model:x") == (
        "http://host:1/v1",
        "org/model:x",
    )


def test_tokens_found_in_the_cache_are_not_counted() -> None:
    body = {
        "timings": {"prompt_n": 2},
        "usage": {"prompt_tokens": 50, "completion_tokens": 4},
    }
    used = tokens_used(body)
    assert (used.prompt_tokens, used.completion_tokens) == (2, 4)
    assert tokens_used("no object") == tokens_used({})


def test_a_file_that_is_no_model_is_refused_with_its_name(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(LLMError, match=r"broken\.gguf") as raised:
        EmbeddedLLM(path=broken, name="broken").load()
    assert raised.value.hint


# The embedded runtime ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tiny_llm(smollm: Path) -> Iterator[EmbeddedLLM]:
    llm = EmbeddedLLM(path=smollm, name="smollm2", threads=1, context=1024)
    yield llm
    llm.close()


@pytest.fixture(scope="module")
def prompt(tiny_llm: EmbeddedLLM) -> str:
    return tiny_llm.template([message("user", "Is the sky blue? Answer with yes or no.")])


STORY = "Once upon a time, there was"


@pytest.mark.models
class TestEmbedded:
    def test_the_template_is_the_models_own_and_ends_where_it_speaks(self, prompt: str) -> None:
        assert "<|im_start|>user\nIs the sky blue?" in prompt
        assert prompt.endswith("<|im_start|>assistant\n")

    def test_the_same_prompt_gives_the_same_text(self, tiny_llm: EmbeddedLLM) -> None:
        first = tiny_llm.write(STORY, max_tokens=12, stop=[])
        tiny_llm.write("Something else.", max_tokens=3, stop=[])
        again = tiny_llm.write(STORY, max_tokens=12, stop=[])
        assert again.text == first.text
        assert first.usage.completion_tokens == again.usage.completion_tokens == 12

    def test_writing_ends_before_a_stop(self, tiny_llm: EmbeddedLLM) -> None:
        whole = tiny_llm.write(STORY, max_tokens=20, stop=[]).text
        stop = whole.split()[2]
        assert tiny_llm.write(STORY, max_tokens=20, stop=[stop]).text == whole.split(stop)[0]

    def test_choices_share_what_there_is_and_stay_the_same(
        self, tiny_llm: EmbeddedLLM, prompt: str
    ) -> None:
        shares, usage = tiny_llm.choose(prompt, ["Yes", "No"])
        assert sum(shares.values()) == pytest.approx(1.0)
        assert all(0 <= share <= 1 for share in shares.values())
        assert usage.completion_tokens == 1
        again, _ = tiny_llm.choose(prompt, ["Yes", "No"])
        assert again == pytest.approx(shares, abs=1e-3)
        turned, _ = tiny_llm.choose(prompt, ["No", "Yes"])
        assert turned == pytest.approx(shares, abs=1e-3)

    def test_a_choice_that_is_not_likely_at_all_has_no_share(
        self, tiny_llm: EmbeddedLLM, prompt: str
    ) -> None:
        assert tiny_llm.choose(prompt, ["zebra crossing"])[0] == {"zebra crossing": 0.0}
        assert tiny_llm.choose(prompt, ["Yes", "zebra crossing"])[0]["Yes"] == 1.0

    def test_the_pieces_of_a_stream_join_to_the_whole(self, tiny_llm: EmbeddedLLM) -> None:
        whole = tiny_llm.complete(STORY, max_tokens=16).text
        pieces = list(tiny_llm.stream_complete(STORY, max_tokens=16))
        assert "".join(p.delta or "" for p in pieces) == whole == pieces[-1].text
        assert len(pieces) > 5

    def test_a_chat_is_the_completion_of_the_models_template(
        self, tiny_llm: EmbeddedLLM, prompt: str
    ) -> None:
        question = message("user", "Is the sky blue? Answer with yes or no.")
        reply = tiny_llm.chat([question], max_tokens=8)
        assert reply.message.content == tiny_llm.complete(prompt, max_tokens=8).text

    def test_a_stream_may_be_left_and_something_else_asked_meanwhile(
        self, tiny_llm: EmbeddedLLM, prompt: str
    ) -> None:
        stream = tiny_llm.stream_complete(STORY, max_tokens=400)
        next(stream)
        answers: list[str] = []
        other = threading.Thread(
            target=lambda: answers.append(tiny_llm.write("Hi", max_tokens=2, stop=[], slot=1).text)
        )
        other.start()
        other.join(60)
        assert answers, "another thread has to wait for whoever holds the stream"
        stream.close()
        assert tiny_llm.write(prompt, max_tokens=2, stop=[]).text

    def test_two_prompts_side_by_side_do_not_mix(self, tiny_llm: EmbeddedLLM) -> None:
        prompts = [STORY, "One, two, three,"]
        alone = [tiny_llm.write(p, max_tokens=8, stop=[]).text for p in prompts]
        found: list[list[str]] = [[], []]

        def work(slot: int) -> None:
            for _ in range(3):
                text = tiny_llm.write(prompts[slot], max_tokens=8, stop=[], slot=slot).text
                found[slot].append(text)

        threads = [threading.Thread(target=work, args=(slot,)) for slot in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [[text] * 3 for text in alone]

    def test_a_prompt_that_is_too_long_is_refused_and_the_next_one_answered(
        self, tiny_llm: EmbeddedLLM, prompt: str
    ) -> None:
        with pytest.raises(LLMNonsense, match="exceeds") as raised:
            tiny_llm.write("word " * 2000, max_tokens=2, stop=[])
        assert "evidence" in raised.value.hint
        with pytest.raises(LLMNonsense, match="exceeds"):
            list(tiny_llm.stream_complete("word " * 2000, max_tokens=2))
        assert tiny_llm.write(prompt, max_tokens=2, stop=[]).text

    def test_the_runtimes_port_refuses_whoever_has_no_key(self, tiny_llm: EmbeddedLLM) -> None:
        tiny_llm.load()
        assert tiny_llm._runtime is not None
        address = tiny_llm._runtime.http.base_url
        assert address.host == "127.0.0.1"
        body = {"prompt": "Hi", "max_tokens": 1}
        for headers in ({}, {"Authorization": "Bearer wrong"}):
            with httpx.Client(base_url=address, headers=headers, trust_env=False) as stranger:
                assert stranger.post("/v1/completions", json=body).status_code == 401
                assert stranger.post("/apply-template", json={}).status_code == 401
                assert stranger.get("/slots").status_code == 401

    def test_a_page_in_a_browser_is_not_let_in(self, tiny_llm: EmbeddedLLM) -> None:
        tiny_llm.load()
        assert tiny_llm._runtime is not None
        reply = tiny_llm._runtime.http.options(
            "/v1/completions", headers={"Origin": "http://elsewhere.example"}
        )
        assert not reply.headers.get("access-control-allow-origin")
        assert reply.headers.get("access-control-allow-credentials") != "true"

    def test_after_closing_the_next_call_starts_it_again(self, smollm: Path) -> None:
        llm = EmbeddedLLM(path=smollm, name="smollm2", threads=1, context=256)
        first = llm.write("One, two,", max_tokens=4, stop=[]).text
        llm.close()
        llm.close()
        assert llm.write("One, two,", max_tokens=4, stop=[]).text == first
        llm.close()


PRIMED = """
import json, sys
from pathlib import Path
from assistant.llm import EmbeddedLLM
path, folder = sys.argv[1:]
state = Path(folder) if folder else None
llm = EmbeddedLLM(path=path, name="m", threads=1, context=512, state_folder=state)
prefix = "The ferry leaves at nine. The pool is closed. " * 12
llm.prime(prefix)
done = llm.write(prefix + "The ferry leaves", max_tokens=8, stop=[])
print(json.dumps([done.text, done.usage.prompt_tokens]))
"""


def _primed(smollm: Path, folder: Path | str) -> tuple[str, int]:
    done = subprocess.run(
        [sys.executable, "-c", PRIMED, str(smollm), str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    text, read = json.loads(done.stdout)
    return text, read


@pytest.mark.models
def test_the_state_of_a_prefix_outlives_the_process_and_changes_nothing(
    smollm: Path, tmp_path: Path
) -> None:
    text, read = _primed(smollm, "")
    assert read > 100, "without a state the whole prompt is read"
    state = tmp_path / "state"
    assert _primed(smollm, state) == (text, pytest.approx(4, abs=4))
    (file,) = state.iterdir()
    written = file.stat().st_mtime_ns
    assert _primed(smollm, state) == (text, pytest.approx(4, abs=4))
    assert [f.stat().st_mtime_ns for f in state.iterdir()] == [written], "it was only read"
    file.write_bytes(file.read_bytes()[:1000])
    assert _primed(smollm, state)[0] == text, "a broken state is no reason to fail"


INTERRUPTED = """
import sys, time
from assistant.llm import EmbeddedLLM
llm = EmbeddedLLM(path=sys.argv[1], name="m", threads=1)
llm.load()
print("asking", flush=True)
try:
    llm.write("Once upon a time " * 900, max_tokens=400, stop=[])
    print("answered", flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.exit(130)
"""


@pytest.mark.models
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to another process")
def test_ctrl_c_ends_the_wait_for_an_answer_and_the_process_cleanly(smollm: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(smollm)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "asking\n"
    time.sleep(0.5)
    os.kill(process.pid, signal.SIGINT)
    assert process.stdout.readline() == "interrupted\n"
    assert process.wait(60) == 130
    process.stdout.close()


@pytest.mark.models
def test_llama_cpp_is_an_endpoint_too(smollm: Path) -> None:
    """A real OpenAI-compatible server, with a real JSON schema constraint and a real key."""
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(smollm)
    parameters.n_ctx = 1024
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.warmup = False
    parameters.verbosity = -1
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = ["secret-key"]
    server = xllamacpp.Server(parameters)
    url = f"{server.listening_address}/v1"
    reply, usage = ask(url)
    assert set(reply) == {"answer", "found"}
    assert isinstance(reply["found"], bool)
    assert usage.prompt_tokens > 10
    with pytest.raises(LLMUnreachable, match="401"):
        ask(url, key="wrong")
