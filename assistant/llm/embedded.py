"""The embedded language model: what the stages ask of it, and LlamaIndex's interface to it."""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
)
from llama_index.core.llms import CustomLLM
from llama_index.core.llms.callbacks import llm_chat_callback, llm_completion_callback
from pydantic import PrivateAttr

from assistant.errors import LLMError
from assistant.llm.runtime import Runtime, deltas, version
from assistant.llm.usage import tokens_used
from assistant.types import Usage

CONTEXT_TOKENS = 4096
LIKELIEST = 40
MARK = "\x02"


@dataclass(frozen=True)
class Completion:
    """first: how likely, 0 to 1, each of the likeliest tokens was to come first, by its text
    without surrounding white space."""

    text: str
    usage: Usage
    first: Mapping[str, float] = field(default_factory=dict)


class EmbeddedLLM(CustomLLM):
    """A GGUF file run by llama.cpp inside this process, greedily: same prompt, same text.

    Every call starts the runtime if it is not running. `close` stops it, as does dropping the
    object. A call raises LLMNonsense where the runtime refuses the prompt, and LLMError where it
    cannot be started or is gone.
    """

    path: Path
    name: str
    threads: int = 0
    context: int = CONTEXT_TOKENS
    state_folder: Path | None = None

    _runtime: Runtime | None = PrivateAttr(default=None)
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
        self._started()

    def close(self) -> None:
        """Stop the runtime and free its memory; the next call would start it again."""
        with self._lock:
            if self._runtime is not None:
                self._runtime.stop()
            self._runtime = None
            self._primed.clear()

    # What the answer stage uses -------------------------------------------------------------

    def template(self, messages: Sequence[ChatMessage]) -> str:
        """The messages as the one text this model was trained on, up to the assistant's turn."""
        body = {"messages": [{"role": m.role.value, "content": m.content} for m in messages]}
        return str(self._started().ask("/apply-template", body)["prompt"])

    def choose(
        self, prompt: str, choices: Sequence[str], *, slot: int = 0
    ) -> tuple[dict[str, float], Usage]:
        """How likely each of `choices` comes next, as shares of the sum over the choices.

        A choice is matched with tokens by its text without surrounding white space; all 0 where
        none is among the 40 likeliest tokens.
        """
        with self._lock:
            body = self._complete(prompt, max_tokens=1, logprobs=LIKELIEST, id_slot=slot)
        first = _first_token(body)
        mass = {choice: first.get(choice, 0.0) for choice in choices}
        total = sum(mass.values())
        shares = {c: m / total for c, m in mass.items()} if total > 0 else mass
        return shares, tokens_used(body)

    def write(
        self, prompt: str, *, max_tokens: int, stop: Sequence[str], slot: int = 0
    ) -> Completion:
        """The greedy continuation of `prompt` up to any of `stop`, which is not included."""
        with self._lock:
            body = self._complete(
                prompt, max_tokens=max_tokens, stop=list(stop), id_slot=slot, logprobs=LIKELIEST
            )
        return Completion(body["choices"][0]["text"], tokens_used(body), _first_token(body))

    def prime(self, prefix: str, *, slot: int = 0) -> None:
        """Have the state for `prefix` ready, from disk if an earlier process left it there."""
        with self._lock:
            self.load()
            if self._primed.get(slot) == prefix or self.state_folder is None:
                return
            stat = self.path.stat()
            key = f"{self.path.name}:{stat.st_size}:{stat.st_mtime_ns}:{version()}:{prefix}"
            name = f"{slot}-{hashlib.sha256(key.encode()).hexdigest()[:24]}.kv"
            # A state file is a convenience: where it cannot be used, the prefix is read again.
            if not self._restored(slot, name):
                self._complete(prefix, max_tokens=1, id_slot=slot)
                self._save(slot, name)
            self._primed[slot] = prefix

    def prime_messages(self, messages: Sequence[ChatMessage], *, slot: int = 0) -> None:
        """As `prime`, for all of `messages` before MARK, which stands in one of them for what
        differs from call to call."""
        text = self.template(messages)
        self.prime(text[: text.index(MARK)], slot=slot)

    def _restored(self, slot: int, name: str) -> bool:
        assert self.state_folder is not None
        if not (self.state_folder / name).is_file():
            return False
        try:
            self._started().ask(f"/slots/{slot}?action=restore", {"filename": name})
        except LLMError:
            return False
        return True

    def _save(self, slot: int, name: str) -> None:
        """Keep the state of `slot`, and no other of that slot; two processes may do so at once."""
        assert self.state_folder is not None
        new = f"{name}.{os.getpid()}.new"
        with contextlib.suppress(LLMError, OSError):
            self._started().ask(f"/slots/{slot}?action=save", {"filename": new})
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
                response = self._started().stream("/v1/completions", body)
            try:
                for delta in deltas(response):
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

    def _started(self) -> Runtime:
        with self._lock:
            if self._runtime is None:
                self._runtime = Runtime(
                    self.path,
                    threads=self.threads,
                    context=self.context,
                    state_folder=self.state_folder,
                )
            return self._runtime

    def _complete(self, prompt: str, **options: Any) -> dict[str, Any]:
        body = self._request(prompt, **options)
        return self._started().ask("/v1/completions", body)

    def _request(self, prompt: str, **options: Any) -> dict[str, Any]:
        """The body of a request; notes what it does to the state of its slot."""
        slot = options.setdefault("id_slot", 0)
        if not prompt.startswith(self._primed.get(slot, "")):
            self._primed.pop(slot)
        fixed = {"prompt": prompt, "temperature": 0, "max_tokens": 512, "cache_prompt": True}
        return fixed | options


def _first_token(body: Mapping[str, Any]) -> dict[str, float]:
    """How likely each of the likeliest tokens was to come first."""
    likely: dict[str, float] = {}
    content = (body["choices"][0].get("logprobs") or {}).get("content")
    for candidate in content[0]["top_logprobs"] if content else ():
        token = candidate["token"].strip()
        likely[token] = likely.get(token, 0.0) + math.exp(candidate["logprob"])
    return likely


def _known(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a LlamaIndex call that the runtime understands."""
    known = ("max_tokens", "stop", "grammar", "json_schema", "logprobs")
    return {k: v for k, v in options.items() if k in known and v is not None}
