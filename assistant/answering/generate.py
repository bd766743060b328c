"""Excerpts + question -> what the language model writes, by whichever model there is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answering import prompts
from assistant.answering.verify import is_negated
from assistant.answering.yes_no import meant, opening, without_opening
from assistant.passages import sentence_spans
from assistant.types import Draft, Excerpt, Kind

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatMessage
    from llama_index.core.llms import LLM

    from assistant.llm.embedded import Completion, EmbeddedLLM

_REFUSES = re.compile(r"\W*(?:not in the articles|the articles do not (?:say|mention|state))", re.I)


def draft(question: str, kind: Kind, excerpts: Sequence[Excerpt], llm: LLM) -> Draft:
    """What `llm` writes. Raises LLMUnreachable and LLMNonsense."""
    from assistant.llm import EmbeddedLLM, chat_text

    messages = _messages(prompts.task(excerpts, question, prompts.LINES[kind]))
    if isinstance(llm, EmbeddedLLM):
        llm.prime(fixed_prefix(llm))
        written = _written(llm, llm.template(messages), kind)
        refused = written.first.get(prompts.REFUSAL.split()[0], 0.0)
        text, name, usage = written.text, llm.name, written.usage
    else:
        text, usage = chat_text(llm, messages)
        refused, name = 0.0, llm.metadata.model_name
    if refuses(text):
        return Draft("", 1.0 if refused == 0.0 else refused, name, usage)
    return Draft(" ".join(text.split()), refused, name, usage)


def refuses(text: str) -> bool:
    """Whether the text says that the articles do not tell."""
    return bool(_REFUSES.match(text))


def _written(llm: EmbeddedLLM, prompt: str, kind: Kind) -> Completion:
    """What the model writes; where it says yes and means no, what it writes after "No,"."""
    written = _complete(llm, prompt, kind)
    said, means = opening(written.text), meant(written.first)
    if kind != "yes_no" or said is None or means is None or said == means:
        return written
    rest = without_opening(written.text)
    if is_negated(rest) == (means == "No"):  # "Yes, he has not apologised."
        return replace(written, text=f"{means}, {rest}")
    turned = _complete(llm, f"{prompt}{means},", kind)
    text, usage = f"{means}, {turned.text.lstrip()}", written.usage + turned.usage
    return replace(written, text=text, usage=usage)


def _complete(llm: EmbeddedLLM, prompt: str, kind: Kind) -> Completion:
    written = llm.write(prompt, max_tokens=prompts.MAX_TOKENS[kind], stop=["\n\n"])
    if written.usage.completion_tokens < prompts.MAX_TOKENS[kind]:
        return written
    return replace(written, text=whole_sentences(written.text))


def whole_sentences(text: str) -> str:
    """`text` that was cut off, without its last sentence where there is one before it."""
    spans = sentence_spans(text)
    return text[: spans[-2].end] if len(spans) > 1 else text


def fixed_prefix(llm: object) -> str:
    """The part of the prompt that is the same for every question; for an embedded model."""
    from assistant.llm import EmbeddedLLM

    assert isinstance(llm, EmbeddedLLM)
    marker = "\x02"
    text = llm.template(_messages(marker))
    return text[: text.index(marker)]


def _messages(task: str) -> list[ChatMessage]:
    from llama_index.core.base.llms.types import ChatMessage

    return [
        ChatMessage(role="system", content=prompts.SYSTEM),
        ChatMessage(role="user", content=task),
    ]
