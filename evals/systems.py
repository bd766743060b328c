"""The systems that are compared: this program, and the plain LlamaIndex recipe on the same models.

A system is a function from a question to a `Reply`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
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

from assistant.engine import Engine
from assistant.llm import tokens_used
from assistant.types import Article, Usage

# How a model without structured output says that it does not know.
_REFUSAL = re.compile(
    r"\b(?:do(?:es)?|did|is|are|was|were|has|have|can|could)\s?(?:not|n't)\s+(?:\w+\s+){0,3}"
    r"(?:mention|specif|provide|contain|state|say|include|given|available|found|find|answer|"
    r"determin|clear|enough|information|disclose|indicate)|cannot|unable to|no (?:specific )?"
    r"(?:information|mention|answer|details)|not (?:mentioned|specified|provided|stated|available"
    r"|given|clear)|empty response",
    re.IGNORECASE,
)


# [1] as the recipe asks for, and the forms small models write instead.
_MARKER = re.compile(r"(?:\[(?:Source )?|\bSource )(\d+)")


@dataclass(frozen=True)
class Cited:
    """Characters of an article that a reply points at."""

    article_id: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True)
class Reply:
    """What a system answered. declined: it said that it does not know, or nothing."""

    text: str
    declined: bool
    citations: tuple[Cited, ...]
    seconds: float
    prompt_tokens: int
    completion_tokens: int
    confidence: float | None = None
    status: str | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Reply:
        citations = tuple(Cited(**c) for c in value["citations"])
        return cls(**{**value, "citations": citations})


System = Callable[[str], Reply]


def this_program(engine: Engine) -> System:
    """`Engine.ask`, as the command line and every other shell use it."""

    def ask(question: str) -> Reply:
        begin = time.perf_counter()
        answer = engine.ask(question)
        return Reply(
            text=" ".join(s.text for s in answer.statements),
            declined=answer.status == "abstained",
            citations=tuple(Cited(c.article_id, c.start, c.end, c.quote) for c in answer.citations),
            seconds=time.perf_counter() - begin,
            prompt_tokens=answer.usage.prompt_tokens,
            completion_tokens=answer.usage.completion_tokens,
            confidence=answer.confidence,
            status=answer.status,
        )

    return ask


def plain_llamaindex(engine: Engine, articles: Sequence[Article], embedding: Path) -> System:
    """VectorStoreIndex and CitationQueryEngine as LlamaIndex's documentation shows them.

    The same articles, the same embedding model and the same language model as `engine`; three
    chunks, cited in pieces of 512 tokens, the recipe's own prompt.
    """
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.core.query_engine import CitationQueryEngine
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding

    by_id = {a.id: a for a in articles}
    documents = [
        Document(
            text=a.text,
            id_=a.id,
            metadata={"title": a.title, "date": str(a.published or ""), "source": a.source or ""},
        )
        for a in articles
    ]
    index = VectorStoreIndex.from_documents(
        documents,
        embed_model=HuggingFaceEmbedding(str(embedding), device="cpu"),
        show_progress=False,
    )
    counting = CountingLLM(inner=engine.llm)
    recipe = CitationQueryEngine.from_args(index, llm=counting, similarity_top_k=3)

    def ask(question: str) -> Reply:
        counting.used = Usage()
        begin = time.perf_counter()
        response = recipe.query(question)
        seconds = time.perf_counter() - begin
        text = str(response).strip()
        marked = {int(n) for n in _MARKER.findall(text)}
        citations = []
        for number, node in enumerate(response.source_nodes, 1):
            if number not in marked:
                continue
            article = by_id[node.node.ref_doc_id or ""]
            # Each piece begins with "Source n:", which is not in the article.
            piece = node.node.get_content().split("\n", 1)[-1].strip()
            start = article.text.find(piece[:80])
            citations.append(Cited(article.id, start, start + len(piece), piece))
        return Reply(
            text=text,
            declined=not text or bool(_REFUSAL.search(text)),
            citations=tuple(citations),
            seconds=seconds,
            prompt_tokens=counting.used.prompt_tokens,
            completion_tokens=counting.used.completion_tokens,
        )

    return ask


class CountingLLM(CustomLLM):
    """An LLM that adds up the tokens another one reads and writes."""

    inner: Any
    used: Usage = Usage()

    @property
    def metadata(self) -> LLMMetadata:
        metadata: LLMMetadata = self.inner.metadata
        return metadata

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        response: CompletionResponse = self.inner.complete(prompt, formatted, **kwargs)
        self.used += tokens_used(response.raw)
        return response

    def stream_complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponseGen:
        return self.inner.stream_complete(prompt, formatted, **kwargs)  # type: ignore[no-any-return]

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        response: ChatResponse = self.inner.chat(messages, **kwargs)
        self.used += tokens_used(response.raw)
        return response
