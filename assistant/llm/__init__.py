"""The language model behind LlamaIndex's `LLM` interface: embedded llama.cpp, or an endpoint.

The embedded one also reads probabilities from the logits (`choose`) and keeps the state of a fixed
prompt prefix on disk (`prime`), which is what makes a small model on two cores quick and usable.
Knows nothing of retrieval or of what is asked.
"""

from assistant.llm.embedded import EmbeddedLLM
from assistant.llm.openai_compatible import (
    chat_json,
    chat_text,
    cut_off,
    endpoint,
    parse_endpoint,
)
from assistant.llm.usage import tokens_used

__all__ = [
    "EmbeddedLLM",
    "chat_json",
    "chat_text",
    "cut_off",
    "endpoint",
    "parse_endpoint",
    "tokens_used",
]
