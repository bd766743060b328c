"""The language model behind LlamaIndex's `LLM` interface: embedded llama.cpp, or an endpoint.

The embedded one also reads probabilities from the logits (`choose`) and keeps the state of a fixed
prompt prefix on disk (`prime`), which is what makes a small model on two cores quick and usable.
Knows nothing of retrieval or of what is asked.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import secrets
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
)
from llama_index.core.llms import LLM, CustomLLM
from llama_index.core.llms.callbacks import llm_chat_callback, llm_completion_callback
from pydantic import PrivateAttr

from assistant.errors import LLMError, LLMNonsense, LLMUnreachable, SettingsError
from assistant.types import Usage

CONTEXT_TOKENS = 4096
# Each keeps the state of its own prompt: one for reading, one for judging, so that going from one
# to the other does not mean reading the fixed part of either again.
SLOTS = 2
# How many tokens of a prompt are read in one go. The runtime notices only between two of these
# that nobody waits for the answer any more; larger ones are hardly faster on a processor.
BATCH_TOKENS = 128


@dataclass(frozen=True)
class Completion:
    text: str
    usage: Usage


class EmbeddedLLM(CustomLLM):
    """A GGUF file run by llama.cpp inside this process, greedily: same prompt, same text.

    The runtime listens on a loopback port of its own; a random key keeps other programs out. It
    is asked through that port and not by a native call, which would hold Ctrl-C back until the
    answer is there; a request that is broken off is given up by the runtime too. `close` stops it,
    as does dropping the object.
    """

    path: Path
    name: str
    threads: int = 0
    context: int = CONTEXT_TOKENS
    state_folder: Path | None = None

    _http: httpx.Client | None = PrivateAttr(default=None)
    _stop: Any = PrivateAttr(default=None)
    _lock: Any = PrivateAttr(default_factory=threading.RLock)
    _primed: dict[int, str] = PrivateAttr(default_factory=dict)

    @classmethod
    def class_name(cls) -> str:
        return "EmbeddedLLM"

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(
            context_window=self.context, num_output=512, is_chat_model=True, model_name=self.name
        )

    def load(self) -> None:
        """Map the weights and start the runtime, if that has not been done. Raises LLMError."""
        with self._lock:
            if self._http is None:
                self._http = self._start()

    def close(self) -> None:
        """Stop the runtime and free its memory; the next call would start it again."""
        with self._lock:
            if self._stop is not None:
                self._stop()
            self._http = self._stop = None
            self._primed.clear()

    def _start(self) -> httpx.Client:
        import xllamacpp

        key = secrets.token_hex(16)
        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(self.path)
        parameters.n_ctx = self.context * SLOTS
        parameters.n_parallel = SLOTS
        parameters.n_batch = parameters.n_ubatch = BATCH_TOKENS
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = (
            self.threads or os.cpu_count() or 1
        )
        parameters.cache_ram_mib = 0  # its own store of old prompts would grow to gigabytes
        parameters.warmup = False
        parameters.verbosity = -1
        parameters.ui = False
        parameters.hostnames = ["127.0.0.1"]
        parameters.port = 0
        parameters.api_keys = [key]
        parameters.cors_origins = ""  # by default any page in a browser may ask
        parameters.cors_credentials = False
        if self.state_folder is not None:
            self.state_folder.mkdir(parents=True, exist_ok=True)
            parameters.slot_save_path = f"{self.state_folder}{os.sep}"
            parameters.endpoint_slots = True
        try:
            running = [xllamacpp.Server(parameters)]
        except RuntimeError as error:
            raise LLMError(
                f"{self.path}: llama.cpp cannot load this model: {error}",
                "Run `assistant models pull --force`, or name another file with --llm.",
            ) from None
        http = httpx.Client(
            base_url=running[0].listening_address,
            headers={"Authorization": f"Bearer {key}"},
            timeout=600,
            # A connection kept for the next request may be closed by the runtime just then.
            limits=httpx.Limits(max_keepalive_connections=0),
            trust_env=False,
        )
        # Also at exit: a runtime whose threads are still at work then can end in a crash.
        self._stop = weakref.finalize(self, _stop, http, running)
        return http

    # What the answer stage uses -------------------------------------------------------------

    def template(self, messages: Sequence[ChatMessage]) -> str:
        """The messages as the one text this model was trained on, up to the assistant's turn."""
        body = {"messages": [{"role": m.role.value, "content": m.content} for m in messages]}
        return str(self._post("/apply-template", body)["prompt"])

    def choose(
        self, prompt: str, choices: Sequence[str], *, slot: int = 0
    ) -> tuple[dict[str, float], Usage]:
        """How likely each of `choices` comes next, as shares of the sum over the choices.

        A choice is matched with tokens by its text without surrounding white space; all 0 where
        none is among the 40 likeliest tokens.
        """
        with self._lock:
            body = self._complete(prompt, max_tokens=1, logprobs=40, id_slot=slot)
        mass = dict.fromkeys(choices, 0.0)
        content = body["choices"][0]["logprobs"]["content"]
        for candidate in content[0]["top_logprobs"] if content else ():
            token = candidate["token"].strip()
            if token in mass:
                mass[token] += math.exp(candidate["logprob"])
        total = sum(mass.values())
        shares = {c: m / total for c, m in mass.items()} if total > 0 else mass
        return shares, tokens_used(body)

    def write(
        self, prompt: str, *, max_tokens: int, stop: Sequence[str], slot: int = 0
    ) -> Completion:
        """The greedy continuation of `prompt` up to any of `stop`, which is not included."""
        with self._lock:
            body = self._complete(prompt, max_tokens=max_tokens, stop=list(stop), id_slot=slot)
        return Completion(body["choices"][0]["text"], tokens_used(body))

    def prime(self, prefix: str, *, slot: int = 0) -> None:
        """Have the state for `prefix` ready, from disk if an earlier process left it there."""
        with self._lock:
            self.load()
            if self._primed.get(slot) == prefix or self.state_folder is None:
                return
            stat = self.path.stat()
            key = f"{self.path.name}:{stat.st_size}:{stat.st_mtime_ns}:{_runtime()}:{prefix}"
            name = f"{slot}-{hashlib.sha256(key.encode()).hexdigest()[:24]}.kv"
            # A state file is a convenience: where it cannot be used, the prefix is read again.
            if not self._restored(slot, name):
                self._complete(prefix, max_tokens=1, id_slot=slot)
                self._save(slot, name)
            self._primed[slot] = prefix

    def _restored(self, slot: int, name: str) -> bool:
        assert self.state_folder is not None
        if not (self.state_folder / name).is_file():
            return False
        try:
            self._post(f"/slots/{slot}?action=restore", {"filename": name})
        except LLMError:
            return False
        return True

    def _save(self, slot: int, name: str) -> None:
        """Keep the state of `slot`, and no other of that slot; two processes may do so at once."""
        assert self.state_folder is not None
        new = f"{name}.{os.getpid()}.new"
        with contextlib.suppress(LLMError, OSError):
            self._post(f"/slots/{slot}?action=save", {"filename": new})
            (self.state_folder / new).replace(self.state_folder / name)
            for other in self.state_folder.glob(f"{slot}-*.kv"):
                if other.name != name:
                    other.unlink(missing_ok=True)

    # LlamaIndex's interface -----------------------------------------------------------------

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        with self._lock:
            body = self._complete(prompt, **_known(kwargs))
        return CompletionResponse(text=body["choices"][0]["text"], raw=body)

    @llm_completion_callback()
    def stream_complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponseGen:
        def pieces() -> CompletionResponseGen:
            text = ""
            # The lock is not held while the caller has his turn: he may ask something else, or
            # drop the stream in another thread.
            with self._lock:
                body = self._request(prompt, stream=True, **_known(kwargs))
                response = self._send("/v1/completions", body, stream=True)
            try:
                for delta in _deltas(response):
                    text += delta
                    yield CompletionResponse(text=text, delta=delta)
            finally:
                response.close()

        return pieces()

    @llm_chat_callback()
    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        response = self.complete(self.template(messages), formatted=True, **kwargs)
        return ChatResponse(
            message=ChatMessage(role="assistant", content=response.text), raw=response.raw
        )

    # ------------------------------------------------------------------------------------------

    def _complete(self, prompt: str, **options: Any) -> dict[str, Any]:
        body = self._request(prompt, **options)
        return _json(self._send("/v1/completions", body))

    def _request(self, prompt: str, **options: Any) -> dict[str, Any]:
        """The body of a request; notes what it does to the state of its slot."""
        slot = options.setdefault("id_slot", 0)
        if not prompt.startswith(self._primed.get(slot, "")):
            self._primed.pop(slot)
        fixed = {"prompt": prompt, "temperature": 0, "max_tokens": 512, "cache_prompt": True}
        return fixed | options

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return _json(self._send(path, body))

    def _send(self, path: str, body: Mapping[str, Any], *, stream: bool = False) -> httpx.Response:
        """The runtime's reply. Raises LLMNonsense where it refuses, LLMError where it is gone."""
        self.load()
        assert self._http is not None
        with _broken_off():
            request = self._http.build_request("POST", path, json=dict(body))
            response = self._http.send(request, stream=stream)
            if response.status_code != 200:
                response.read()
        if response.status_code == 200:
            return response
        response.close()
        raise LLMNonsense(
            f"llama.cpp refused the prompt: {_error_text(response)}",
            "Ask a shorter question, or lower the setting 'evidence'.",
        )


def _stop(http: httpx.Client, running: list[Any]) -> None:
    http.close()
    running.clear()  # the last reference: the runtime ends its threads


@contextlib.contextmanager
def _broken_off() -> Iterator[None]:
    """Failures of the connection to the runtime as LLMError."""
    try:
        yield
    except httpx.HTTPError as error:
        raise LLMError(
            f"llama.cpp broke off: {error or type(error).__name__}",
            "Ask again; if it happens again, use a smaller model.",
        ) from None


def _deltas(response: httpx.Response) -> Iterator[str]:
    """The pieces of text of a stream of server-sent events."""
    with _broken_off():
        for line in response.iter_lines():
            if line.startswith("data: {"):
                event = json.loads(line[6:])
                if "choices" not in event:
                    raise LLMNonsense(f"llama.cpp gave up: {event}", "Ask again.")
                yield event["choices"][0]["text"]


def _json(response: httpx.Response) -> dict[str, Any]:
    return dict(response.json())


def endpoint(url: str, model: str, api_key: str, timeout: float) -> LLM:
    """An OpenAI-compatible chat endpoint as a LlamaIndex LLM; `url` ends in ``/v1`` as a rule."""
    from llama_index.llms.openai_like import OpenAILike

    made: LLM = OpenAILike(
        model=model,
        api_base=url,
        api_key=api_key or "none",
        is_chat_model=True,
        context_window=32_768,
        temperature=0.0,
        timeout=timeout,
        max_retries=1,
    )
    return made


def parse_endpoint(spec: str) -> tuple[str, str]:
    """URL and model of ``openai:http://host/v1#model``. Raises SettingsError."""
    url, _, model = spec.removeprefix("openai:").partition("#")
    if not url.startswith(("http://", "https://")) or not model:
        raise SettingsError(
            f"--llm {spec!r} is not of the form openai:URL#MODEL",
            "For example: --llm openai:http://127.0.0.1:8080/v1#my-model",
        )
    return url, model


def chat_json(
    llm: LLM, messages: Sequence[ChatMessage], name: str, schema: Mapping[str, Any]
) -> tuple[Any, Usage]:
    """What `llm` answers to `messages`, parsed as JSON; constrained to `schema` where it can be.

    A server that refuses the constraint is asked again without it. Raises LLMUnreachable when it
    cannot be reached in time and LLMNonsense when what it says is not JSON.
    """
    constraint = {
        "type": "json_schema",
        "json_schema": {"name": name, "strict": True, "schema": dict(schema)},
    }
    import openai

    try:
        try:
            response = llm.chat(list(messages), response_format=constraint)
        except openai.BadRequestError:
            response = llm.chat(list(messages))
    except openai.APITimeoutError:
        raise LLMUnreachable(
            f"the language model at {_address(llm)} did not answer in time",
            "Raise the setting llm_timeout, or use --llm none to answer by quoting.",
        ) from None
    except openai.APIConnectionError as error:
        raise LLMUnreachable(
            f"the language model at {_address(llm)} cannot be reached: {error.__cause__ or error}",
            "Start the server, check the address, or use --llm none to answer by quoting.",
        ) from None
    except openai.APIStatusError as error:
        raise LLMUnreachable(
            f"the language model at {_address(llm)} answered {error.status_code}: "
            f"{' '.join(str(error.message).split())[:200]}",
            "Check the model's name and the key (ASSISTANT_API_KEY).",
        ) from None
    except (json.JSONDecodeError, openai.APIError, AttributeError, TypeError, IndexError) as error:
        raise _nonsense(llm, str(error)) from None
    text = response.message.content or ""
    return _parse(llm, text), _response_usage(response)


def _parse(llm: LLM, text: str) -> Any:
    """The JSON object in `text`, which may stand in a Markdown fence or between words."""
    start, end = text.find("{"), text.rfind("}")
    try:
        return json.loads(text[start : end + 1] if 0 <= start < end else text)
    except json.JSONDecodeError:
        raise _nonsense(llm, text) from None


def _nonsense(llm: LLM, text: str) -> LLMNonsense:
    shown = " ".join(text.split())[:80]
    return LLMNonsense(
        f"the language model at {_address(llm)} answered with something that is not the JSON "
        f"asked for: {shown!r}",
        "Try another model, or use --llm none to answer by quoting.",
    )


def _address(llm: LLM) -> str:
    return str(getattr(llm, "api_base", None) or llm.metadata.model_name)


def _response_usage(response: ChatResponse) -> Usage:
    raw = response.raw
    usage = raw.get("usage") if isinstance(raw, dict) else getattr(raw, "usage", None)
    if usage is None:
        return Usage()
    get = usage.get if isinstance(usage, dict) else lambda k, d=0: getattr(usage, k, d)
    return Usage(int(get("prompt_tokens", 0) or 0), int(get("completion_tokens", 0) or 0))


def _known(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a LlamaIndex call that the runtime understands."""
    known = ("max_tokens", "stop", "grammar", "json_schema", "logprobs")
    return {k: v for k, v in options.items() if k in known and v is not None}


def tokens_used(body: Any) -> Usage:
    """Tokens that were really read and written: those found in the cache are not counted.

    body: what a completion carries as `raw`; anything but the embedded runtime's reply counts 0.
    """
    if not isinstance(body, dict):
        return Usage()
    timings = body.get("timings", {})
    usage = body.get("usage", {})
    read = timings.get("prompt_n", usage.get("prompt_tokens", 0))
    return Usage(int(read), int(usage.get("completion_tokens", 0)))


def _error_text(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"{response.status_code} {response.reason_phrase}"


def _runtime() -> str:
    import xllamacpp

    return str(xllamacpp.__version__)
