"""A language model that says what a test wrote down, behind LlamaIndex's own interface."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
)
from llama_index.core.llms import CustomLLM
from pydantic import Field


class ScriptedLLM(CustomLLM):
    """Answers every chat with `reply`: a text, an object said as JSON, or a function of the last
    message; `asked` keeps what it was shown."""

    reply: Any
    asked: list[str] = Field(default_factory=list)

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="scripted", is_chat_model=True)

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        self.asked.append(messages[-1].content or "")
        said = self.reply(self.asked[-1]) if callable(self.reply) else self.reply
        text = said if isinstance(said, str) else json.dumps(said)
        return ChatResponse(message=ChatMessage(role="assistant", content=text))

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        return CompletionResponse(text=str(self.reply))

    def stream_complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponseGen:
        yield CompletionResponse(text=str(self.reply), delta=str(self.reply))
