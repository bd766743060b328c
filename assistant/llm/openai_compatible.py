"""An OpenAI-compatible endpoint: its address, and its replies as words or as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from llama_index.core.llms import LLM

from assistant.errors import LLMNonsense, LLMUnreachable, SettingsError
from assistant.llm.replies import json_object, without_thoughts, words_of
from assistant.llm.usage import response_usage
from assistant.proxies import proxy_for
from assistant.types import Usage

_OTHERWISE = "Try another model, or use --llm none to answer by quoting."


class Reply(NamedTuple):
    """What was said in words. cut_off: the endpoint ended it before the model did."""

    text: str
    usage: Usage
    cut_off: bool


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
    """An OpenAI-compatible chat endpoint as a LlamaIndex LLM; `url` ends in ``/v1`` as a rule.

    Raises SettingsError for a proxy that cannot be used.
    """
    from assistant.llm.openai_endpoint import EndpointLLM

    return EndpointLLM(url=url, model=model, api_key=api_key, timeout=timeout)


def chat_json(
    llm: LLM, messages: Sequence[ChatMessage], name: str, schema: Mapping[str, Any]
) -> tuple[Any, Usage]:
    """What `llm` answers to `messages`, parsed as JSON; constrained to `schema` where it can be.

    Raises LLMUnreachable when it cannot be reached in time and LLMNonsense when what it says is
    not JSON.
    """
    constraint = {
        "type": "json_schema",
        "json_schema": {"name": name, "strict": True, "schema": dict(schema)},
    }
    response = _chat(llm, messages, response_format=constraint)
    text = without_thoughts(response.message.content or "")
    found = json_object(text, frozenset(schema.get("required", ())))
    if found is None:
        if _cut_off(response):
            raise cut_off(llm, text)
        raise _nonsense(llm, "something that is not the JSON asked for", text)
    return found, response_usage(response)


def chat_text(llm: LLM, messages: Sequence[ChatMessage]) -> Reply:
    """What `llm` answers to `messages` in words, without what it says it thought before. Empty
    where it answers, in JSON, that there is nothing to say.

    Raises LLMUnreachable when it cannot be reached in time, and LLMNonsense for an empty reply.
    """
    response = _chat(llm, messages)
    text = without_thoughts(response.message.content or "")
    cut = _cut_off(response)
    if not text:
        if cut:
            raise cut_off(llm, "")
        raise LLMNonsense(
            f"the language model at {_address(llm)} answered nothing",
            "Ask again, try another model, or use --llm none to answer by quoting.",
        )
    said = words_of(text)
    if cut and said.startswith("{"):  # the words in it cannot be told from the rest
        raise cut_off(llm, text)
    return Reply(said, response_usage(response), cut)


def _chat(llm: LLM, messages: Sequence[ChatMessage], **options: Any) -> ChatResponse:
    """The reply, with every failure of the way there as one of our errors."""
    import openai

    try:
        return llm.chat(list(messages), **options)
    except openai.APITimeoutError:
        raise LLMUnreachable(
            f"the language model at {_address(llm)} did not answer in time{_by_way_of(llm)}",
            "Raise the setting llm_timeout, or use --llm none to answer by quoting.",
        ) from None
    except openai.APIConnectionError as error:
        way = _by_way_of(llm)
        check = "Check the proxy, or set NO_PROXY for this host" if way else "Start the server"
        raise LLMUnreachable(
            f"the language model at {_address(llm)} cannot be reached{way}: "
            f"{error.__cause__ or error}",
            f"{check}, check the address, or use --llm none to answer by quoting.",
        ) from None
    except openai.APIStatusError as error:
        raise LLMUnreachable(
            f"the language model at {_address(llm)} answered {error.status_code}"
            f"{_by_way_of(llm)}: {_complaint(error)}",
            "Check the model's name and the key (ASSISTANT_API_KEY).",
        ) from None
    # What is no chat completion at all shows when it is taken apart: by OpenAI's library, by
    # ours, or, in an LLM that was passed in, by pydantic (ValueError).
    except (openai.APIError, AttributeError, TypeError, IndexError, KeyError, ValueError) as error:
        raise _nonsense(llm, "something that is no chat completion", str(error)) from None


def _complaint(error: Any) -> str:
    """What the endpoint says is wrong, from any of the places where servers put it."""
    said: Any = error.body
    for name in ("error", "message", "detail"):
        if isinstance(said, dict) and said.get(name):
            said = said[name]
    text = said if isinstance(said, str) and said.strip() else str(error.message)
    return " ".join(text.split())[:200]


def _cut_off(response: ChatResponse) -> bool:
    """Whether the endpoint says that it ended the reply for its length."""
    try:
        return bool(response.raw.choices[0].finish_reason == "length")  # type: ignore[union-attr]
    except (AttributeError, IndexError, TypeError):
        return False


def cut_off(llm: LLM, text: str) -> LLMNonsense:
    """For a reply that ended before anything in it was whole."""
    what = f": {_shown(text)!r}" if text else ", before it said anything"
    return LLMNonsense(
        f"the reply of the language model at {_address(llm)} was cut off{what}",
        "Raise the number of tokens that the server lets it write or the context that it has, or "
        "use --llm none to answer by quoting.",
    )


def _nonsense(llm: LLM, what: str, text: str) -> LLMNonsense:
    return LLMNonsense(
        f"the language model at {_address(llm)} answered with {what}: {_shown(text)!r}", _OTHERWISE
    )


def _shown(text: str) -> str:
    return " ".join(text.split())[:80]


def _by_way_of(llm: LLM) -> str:
    proxy = proxy_for(_address(llm))
    return f" through {proxy}" if proxy else ""


def _address(llm: LLM) -> str:
    for name in ("url", "api_base"):
        if isinstance(address := getattr(llm, name, None), str):
            return address
    return llm.metadata.model_name
