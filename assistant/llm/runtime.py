"""llama.cpp inside this process: started, asked through its port, and stopped."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx

from assistant.errors import LLMError, LLMNonsense

# Each keeps the state of its own prompt: for reading, for judging and for rewriting questions, so
# that going from one to the other does not mean reading the fixed part of any again.
SLOTS = 3
# How many tokens of a prompt are read in one go. The runtime notices only between two of these
# that nobody waits for the answer any more; larger ones are hardly faster on a processor.
BATCH_TOKENS = 128


class Runtime:
    """One model at work; `stop` ends it and frees its memory, as does dropping the object.

    It listens on a loopback port of its own; a random key keeps other programs out. It is asked
    through that port and not by a native call, which would hold Ctrl-C back until the answer is
    there; a request that is broken off is given up by the runtime too.
    """

    def __init__(
        self, path: Path, *, threads: int, context: int, state_folder: Path | None
    ) -> None:
        """Map the weights at `path` and start. Raises LLMError for a file that is no model.

        threads: 0 means as many as there are cores. context: tokens, of each slot.
        state_folder: where states of slots may be saved; made if it is not there.
        """
        import xllamacpp

        key = secrets.token_hex(16)
        parameters = _parameters(path, threads, context, state_folder)
        parameters.api_keys = [key]
        if state_folder is not None:
            state_folder.mkdir(parents=True, exist_ok=True)
        try:
            running = [xllamacpp.Server(parameters)]
        except RuntimeError as error:
            raise LLMError(
                f"{path}: llama.cpp cannot load this model: {error}",
                "Run `assistant models pull --force`, or name another file with --llm.",
            ) from None
        self.http = httpx.Client(
            base_url=running[0].listening_address,
            headers={"Authorization": f"Bearer {key}"},
            timeout=600,
            # A connection kept for the next request may be closed by the runtime just then.
            limits=httpx.Limits(max_keepalive_connections=0),
            trust_env=False,
        )
        # Also at exit: a runtime whose threads are still at work then can end in a crash.
        self.stop = weakref.finalize(self, _stop, self.http, running)

    def ask(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The reply, an object. Raises LLMNonsense where it refuses, LLMError where it is gone."""
        return dict(self._send(path, body).json())

    def stream(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """The reply as it comes, to be read with `deltas` and closed. Raises as `ask` does."""
        return self._send(path, body, stream=True)

    def _send(self, path: str, body: Mapping[str, Any], *, stream: bool = False) -> httpx.Response:
        with _broken_off():
            request = self.http.build_request("POST", path, json=dict(body))
            response = self.http.send(request, stream=stream)
            if response.status_code != 200:
                response.read()
        if response.status_code == 200:
            return response
        response.close()
        raise LLMNonsense(
            f"llama.cpp refused the prompt: {_error_text(response)}",
            "Ask a shorter question, or lower the setting 'evidence'.",
        )


def _parameters(path: Path, threads: int, context: int, state_folder: Path | None) -> Any:
    import xllamacpp

    parameters = xllamacpp.CommonParams()
    parameters.model.path = str(path)
    parameters.n_ctx = context * SLOTS
    parameters.n_parallel = SLOTS
    parameters.n_batch = parameters.n_ubatch = BATCH_TOKENS
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = (
        threads or os.cpu_count() or 1
    )
    parameters.cache_ram_mib = 0  # its own store of old prompts would grow to gigabytes
    parameters.warmup = False
    parameters.verbosity = -1
    parameters.ui = False
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.cors_origins = ""  # by default any page in a browser may ask
    parameters.cors_credentials = False
    if state_folder is not None:
        parameters.slot_save_path = f"{state_folder}{os.sep}"
        parameters.endpoint_slots = True
    return parameters


def _stop(http: httpx.Client, running: list[Any]) -> None:
    http.close()
    running.clear()  # the last reference: the runtime ends its threads


def deltas(response: httpx.Response) -> Iterator[str]:
    """The pieces of text of a stream of server-sent events."""
    with _broken_off():
        for line in response.iter_lines():
            if line.startswith("data: {"):
                event = json.loads(line[6:])
                if "choices" not in event:
                    raise LLMNonsense(f"llama.cpp gave up: {event}", "Ask again.")
                yield event["choices"][0]["text"]


def version() -> str:
    """The version of llama.cpp's bindings; another may not read the states that this one saves."""
    import xllamacpp

    return str(xllamacpp.__version__)


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


def _error_text(response: httpx.Response) -> str:
    try:
        return str(response.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        return f"{response.status_code} {response.reason_phrase}"
