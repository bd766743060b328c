"""Excerpts + question -> what the language model writes, by whichever model there is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.answering import prompts, yes_no
from assistant.passages import sentence_spans
from assistant.types import Draft, Excerpt, Kind

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatMessage
    from llama_index.core.llms import LLM

    from assistant.llm.embedded import Completion, EmbeddedLLM

_REFUSES = re.compile(
    r"\W*(?:not in the articles|the articles? do(?:es)? not (?:say|mention|state))", re.IGNORECASE
)
_ENDED = re.compile(r"[.!?…。！？؟۔।][\"'”’»)\]*_]*\s*\Z")


def draft(question: str, kind: Kind, excerpts: Sequence[Excerpt], llm: LLM) -> Draft:
    """What `llm` writes. Raises LLMUnreachable and LLMNonsense."""
    from assistant.llm import EmbeddedLLM, chat_text, cut_off

    messages = _messages(prompts.task(excerpts, question, prompts.LINES[kind]))
    if isinstance(llm, EmbeddedLLM):
        prime(llm)
        written = _written(question, llm.template(messages), kind, llm)
        refused = written.first.get(prompts.REFUSAL.split()[0], 0.0)
        text, name, usage = written.text, llm.name, written.usage
    else:
        reply = chat_text(llm, messages)
        text, usage = reply.text, reply.usage
        refused, name = 0.0, llm.metadata.model_name
        if not text:
            return Draft("", 1.0, name, usage)
        if reply.cut_off and not _ENDED.search(text):
            text = whole_sentences(text)
            if text == reply.text:  # there is no whole one
                raise cut_off(llm, text)
    if refuses(yes_no.without_opening(text)):
        return Draft("", 1.0 if refused == 0.0 else refused, name, usage)
    return Draft(" ".join(text.split()), refused, name, usage)


def refuses(text: str) -> bool:
    """Whether the text says that the articles do not tell."""
    return bool(_REFUSES.match(text))


def _written(question: str, prompt: str, kind: Kind, llm: EmbeddedLLM) -> Completion:
    if kind == "yes_no":
        return yes_no.write(question, prompt, llm, prompts.MAX_TOKENS[kind])
    return _complete(llm, prompt, kind)


def _complete(llm: EmbeddedLLM, prompt: str, kind: Kind) -> Completion:
    written = llm.write(prompt, max_tokens=prompts.MAX_TOKENS[kind], stop=["\n\n"])
    if written.usage.completion_tokens < prompts.MAX_TOKENS[kind]:
        return written
    return replace(written, text=whole_sentences(written.text))


def whole_sentences(text: str) -> str:
    """`text` that was cut off, without its last sentence where there is one before it."""
    spans = sentence_spans(text)
    return text[: spans[-2].end] if len(spans) > 1 else text


def prime(llm: EmbeddedLLM) -> None:
    """Have the part of the prompt ready that is the same for every question."""
    from assistant.llm.embedded import MARK

    llm.prime_messages(_messages(MARK))


def _messages(task: str) -> list[ChatMessage]:
    from llama_index.core.base.llms.types import ChatMessage

    return [
        ChatMessage(role="system", content=prompts.SYSTEM),
        ChatMessage(role="user", content=task),
    ]
