"""An OpenAI-compatible endpoint as a LlamaIndex LLM, asked through OpenAI's own library.

Servers differ in what they refuse and in how they put what was said. What one refuses that can be
done without is left out, once each, before the refusal counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.llms import CustomLLM
from llama_index.core.llms.callbacks import llm_chat_callback, llm_completion_callback
from pydantic import PrivateAttr

from assistant.proxies import transport_for

if TYPE_CHECKING:
    import openai

CONTEXT_TOKENS = 32_768
# A server that refuses a field may say so in any of these ways.
_REFUSING = {400, 422, 500, 501}


class EndpointLLM(CustomLLM):
    """The model `model` at `url`, which ends in ``/v1`` as a rule. timeout: seconds for a reply.

    Making it raises SettingsError for a proxy that cannot be used. Calls raise what OpenAI's
    library raises, and ValueError, with what was sent, for what is no chat completion.
    """

    url: str
    model: str
    timeout: float

    _client: Any = PrivateAttr()

    def __init__(self, *, url: str, model: str, api_key: str, timeout: float) -> None:
        import openai

        super().__init__(url=url, model=model, timeout=timeout)
        self._client = openai.OpenAI(
            base_url=url,
            api_key=api_key or "none",
            timeout=timeout,
            max_retries=1,
            http_client=openai.DefaultHttpxClient(transport=transport_for(url)),
        )

    @classmethod
    def class_name(cls) -> str:
        return "EndpointLLM"

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=CONTEXT_TOKENS, is_chat_model=True, model_name=self.model)

    @llm_chat_callback()
    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        reply = self._asked(
            {
                "model": self.model,
                "messages": [{"role": m.role.value, "content": m.content} for m in messages],
                "temperature": 0.0,
                **kwargs,
            }
        )
        said = ChatMessage(role=MessageRole.ASSISTANT, content=_text(_message(reply).content))
        return ChatResponse(message=said, raw=reply)

    @llm_completion_callback()
    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        reply = self.chat([ChatMessage(role=MessageRole.USER, content=prompt)], **kwargs)
        return CompletionResponse(text=reply.message.content or "", raw=reply.raw)

    @llm_completion_callback()
    def stream_complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponseGen:
        """All of it at once: what is written is shown when it has been checked, not before."""
        whole = self.complete(prompt, formatted, **kwargs)
        return (CompletionResponse(text=w.text, delta=w.text, raw=w.raw) for w in (whole,))

    def _asked(self, request: dict[str, Any]) -> Any:
        import openai

        while True:
            try:
                return self._client.chat.completions.create(**request)
            except openai.APIStatusError as error:
                if not _do_without(error, request):
                    raise


def _do_without(error: openai.APIStatusError, request: dict[str, Any]) -> bool:
    """Take out of `request` what the server may have refused; False where nothing is left."""
    if error.status_code not in _REFUSING:
        return False
    complaint = str(error.message).lower()
    messages = request["messages"]
    if "temperature" in complaint and "temperature" in request:
        del request["temperature"]
    elif "system" in complaint and messages[0]["role"] == "system" and len(messages) > 1:
        first, second, *others = messages
        joined = f"{first['content']}\n\n{second['content']}"
        request["messages"] = [{**second, "content": joined}, *others]
    elif "response_format" in request:
        del request["response_format"]
    else:
        return False
    return True


def _message(reply: Any) -> Any:
    """The message in `reply`, which OpenAI's library has not looked into. Raises ValueError."""
    if isinstance(reply, str):  # a page, where the address is not that of an API
        raise ValueError(reply)
    choices = getattr(reply, "choices", None)
    message = (
        getattr(choices[0], "message", None) if isinstance(choices, list) and choices else None
    )
    if message is None:
        raise ValueError(
            reply.to_json(indent=None, warnings=False) if hasattr(reply, "to_json") else repr(reply)
        )
    return message


def _text(content: Any) -> str:
    """What was said, which some servers send in parts."""
    if isinstance(content, list):
        return "".join(_text(part) for part in content)
    if isinstance(content, dict):
        return _text(content.get("text")) if content.get("type", "text") != "thinking" else ""
    return content if isinstance(content, str) else ""
