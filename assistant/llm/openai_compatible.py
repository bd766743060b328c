"""An OpenAI-compatible endpoint: its address, the `LLM` that asks it, and replies in JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from llama_index.core.llms import LLM

from assistant.errors import LLMNonsense, LLMUnreachable, SettingsError
from assistant.llm.usage import response_usage
from assistant.types import Usage

_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


def parse_endpoint(spec: str) -> tuple[str, str]:
    """URL and model of ``openai:http://host/v1#model``. Raises SettingsError."""
    url, _, model = spec.removeprefix("openai:").partition("#")
    if not url.startswith(("http://", "https://")) or not model:
        raise SettingsError(
            f"--llm {spec!r} is not of the form openai:URL#MODEL",
            "For example: --llm openai:http://127.0.0.1:8080/v1#my-model",
        )
    return url, model


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


def chat_json(
    llm: LLM, messages: Sequence[ChatMessage], name: str, schema: Mapping[str, Any]
) -> tuple[Any, Usage]:
    """What `llm` answers to `messages`, parsed as JSON; constrained to `schema` where it can be.

    A server that refuses the constraint is asked again without it. Raises LLMUnreachable when it
    cannot be reached in time and LLMNonsense when what it says is not JSON.
    """
    import openai

    constraint = {
        "type": "json_schema",
        "json_schema": {"name": name, "strict": True, "schema": dict(schema)},
    }
    try:
        response = _chat(llm, messages, response_format=constraint)
    except openai.BadRequestError:
        response = _chat(llm, messages)
    return _parse(llm, response.message.content or ""), response_usage(response)


def chat_text(llm: LLM, messages: Sequence[ChatMessage]) -> tuple[str, Usage]:
    """What `llm` answers to `messages` in words, without what it says it thought before.

    Raises LLMUnreachable when it cannot be reached in time, and LLMNonsense for an empty reply.
    """
    response = _chat(llm, messages)
    text = _THOUGHT.sub("", response.message.content or "").strip()
    if not text:
        raise LLMNonsense(
            f"the language model at {_address(llm)} answered nothing",
            "Ask again, try another model, or use --llm none to answer by quoting.",
        )
    return text, response_usage(response)


def _chat(llm: LLM, messages: Sequence[ChatMessage], **options: Any) -> ChatResponse:
    """The reply, with every failure of the way there as one of our errors but a refused request
    that has `options`, which its caller asks again without."""
    import openai

    try:
        return llm.chat(list(messages), **options)
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
        if options and isinstance(error, openai.BadRequestError):
            raise
        raise LLMUnreachable(
            f"the language model at {_address(llm)} answered {error.status_code}: "
            f"{' '.join(str(error.message).split())[:200]}",
            "Check the model's name and the key (ASSISTANT_API_KEY).",
        ) from None
    except (json.JSONDecodeError, openai.APIError, AttributeError, TypeError, IndexError) as error:
        raise _nonsense(llm, str(error)) from None


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
