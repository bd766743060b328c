"""Short tasks for the language model that are told by examples: one line in, one line out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from assistant.types import Usage

if TYPE_CHECKING:
    from llama_index.core.base.llms.types import ChatMessage
    from llama_index.core.llms import LLM

LINE_TOKENS = 48
# Slot of the embedded runtime that keeps the examples of such a task as read.
SLOT = 2


def messages(system: str, examples: Sequence[tuple[str, str]], task: str) -> list[ChatMessage]:
    """The chat: `system`, each example as a question and its answer, and at last `task`."""
    from llama_index.core.base.llms.types import ChatMessage

    told = [ChatMessage(role="system", content=system)]
    for asked, answer in examples:
        told += [
            ChatMessage(role="user", content=asked),
            ChatMessage(role="assistant", content=answer),
        ]
    return [*told, ChatMessage(role="user", content=task)]


def one_line(
    system: str, examples: Sequence[tuple[str, str]], task: str, llm: LLM
) -> tuple[str, Usage]:
    """The first line of what `llm` makes of `task`. Raises LLMUnreachable and LLMNonsense."""
    from assistant.llm import EmbeddedLLM, chat_text
    from assistant.llm.embedded import MARK

    if isinstance(llm, EmbeddedLLM):
        llm.prime_messages(messages(system, examples, MARK), slot=SLOT)
        prompt = llm.template(messages(system, examples, task))
        written = llm.write(prompt, max_tokens=LINE_TOKENS, stop=["\n"], slot=SLOT)
        return written.text.strip(), written.usage
    reply = chat_text(llm, messages(system, examples, task))
    return reply.text.partition("\n")[0], reply.usage
