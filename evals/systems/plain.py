"""The recipe of LlamaIndex's documentation: VectorStoreIndex and CitationQueryEngine.

The same articles, the same embedding model and the same language model as ours; its own splitting,
its three best chunks, cited in pieces of 512 tokens, its own prompt. Whether it has declined is
read off its words, for it has no other way to say so.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
)
from llama_index.core.indices.vector_store import VectorStoreIndex
from llama_index.core.llms import CustomLLM
from llama_index.core.query_engine import CitationQueryEngine
from llama_index.core.schema import NodeWithScore, QueryBundle

from assistant.errors import UsageError
from assistant.llm import tokens_used
from assistant.models import embedding_folder
from assistant.types import Article, Usage
from evals.items import Item, allowed
from evals.records import Cited, Place, Record, Said, Seconds
from evals.systems.system import System, Workplace, refuses

CHUNKS_READ = 3
# More than the recipe reads, so that finding is measured as deep as ours is.
CHUNKS_FOUND = 10
FINDING_DEPTH = 100
# [1] as the recipe asks for, and the forms small models write instead.
_MARKER = re.compile(r"(?:\[(?:Source )?|\bSource )(\d+)")


def plain(work: Workplace) -> System:
    """Raises UsageError where the recipe's package is missing, or a language model is."""
    embedding = _embedding(work)
    whole = _index(work.articles, embedding, work.cache / "plain")
    llm = None if work.finding_only else CountingLLM(inner=work.llm)

    def ask(item: Item) -> Record:
        only = allowed(item, work.articles)
        # Fixed contexts: an index of only these articles, whose making is not timed.
        index = whole
        if only is not None:
            index = _index({i: work.articles[i] for i in only}, embedding)
        return _find(work, item, index) if llm is None else _ask(work, item, index, llm)

    return ask


def _find(work: Workplace, item: Item, index: VectorStoreIndex) -> Record:
    begin = time.perf_counter()
    nodes = index.as_retriever(similarity_top_k=FINDING_DEPTH).retrieve(item.question)
    spent = time.perf_counter() - begin
    return Record(
        work.suite,
        "plain",
        item.id,
        text="",
        status="abstained",
        retrieved=_places(nodes, work.articles),
        seconds=Seconds(retrieve=spent, total=spent),
    )


def _ask(work: Workplace, item: Item, index: VectorStoreIndex, llm: CountingLLM) -> Record:
    retriever = Recorded(index.as_retriever(similarity_top_k=CHUNKS_FOUND))
    recipe = CitationQueryEngine.from_args(index, llm=llm, retriever=retriever)
    llm.used = Usage()
    begin = time.perf_counter()
    response = recipe.query(item.question)
    total = time.perf_counter() - begin
    text = str(response).strip()
    sources = [_cited(node, work.articles) for node in response.source_nodes]
    marked = sorted({int(n) for n in _MARKER.findall(text)})
    used = [n for n in marked if 1 <= n <= len(sources)]
    declined = refuses(text)
    return Record(
        work.suite,
        "plain",
        item.id,
        text="" if declined else text,
        status="abstained" if declined else "answered",
        statements=_statements(text, used),
        citations=tuple(sources[n - 1] for n in used),
        invalid_labels=len(marked) - len(used),
        retrieved=_places(retriever.found, work.articles),
        read=tuple(Place(s.article_id, s.start, s.end) for s in sources if s.start >= 0),
        seconds=Seconds(retriever.seconds, total, total),
        prompt_tokens=llm.used.prompt_tokens,
        completion_tokens=llm.used.completion_tokens,
    )


class Recorded(BaseRetriever):
    """Hands on the first `CHUNKS_READ` of what another retriever finds; keeps all, and the time."""

    def __init__(self, inner: BaseRetriever) -> None:
        super().__init__()
        self._inner = inner
        self.found: list[NodeWithScore] = []
        self.seconds = 0.0

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        begin = time.perf_counter()
        self.found = self._inner.retrieve(query_bundle)
        self.seconds = time.perf_counter() - begin
        return self.found[:CHUNKS_READ]


def _statements(text: str, used: Sequence[int]) -> tuple[Said, ...]:
    """The sentences with the sources each names, as indexes into the citations of the record."""
    from assistant.passages import sentence_spans

    position = {number: n for n, number in enumerate(used)}
    found: list[Said] = []
    for span in sentence_spans(text):
        sentence = text[span.start : span.end]
        named = [int(n) for n in _MARKER.findall(sentence)]
        citations = tuple(dict.fromkeys(position[n] for n in named if n in position))
        words = _MARKER.sub("", sentence).strip(" []().,;")
        if not words and found:  # a marker after the full stop belongs to the sentence before
            found[-1] = Said(
                found[-1].text, tuple(dict.fromkeys((*found[-1].citations, *citations)))
            )
        else:
            found.append(Said(sentence, citations))
    return tuple(found)


def _places(nodes: Sequence[NodeWithScore], articles: Mapping[str, Article]) -> tuple[Place, ...]:
    found = []
    for node in nodes:
        article = articles[node.node.ref_doc_id or ""]
        start, end = _located(node.node.get_content(), article.text)
        found.append(Place(article.id, start, end))
    return tuple(found)


def _cited(node: NodeWithScore, articles: Mapping[str, Article]) -> Cited:
    article = articles[node.node.ref_doc_id or ""]
    # Each piece begins with "Source n:", which is not in the article.
    piece = node.node.get_content().split("\n", 1)[-1].strip()
    return Cited(article.id, *_located(piece, article.text), piece)


def _located(piece: str, text: str) -> tuple[int, int]:
    """Where the piece stands in the text; (-1, -1) where its splitter has changed it."""
    start = text.find(piece)
    return (start, start + len(piece)) if start >= 0 else (-1, -1)


def _embedding(work: Workplace) -> Any:
    try:
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    except ImportError:
        raise UsageError(
            "the plain recipe needs a package that is not installed",
            "pip install llama-index-embeddings-huggingface",
        ) from None
    folder = embedding_folder(work.engine.settings.models)
    return HuggingFaceEmbedding(str(folder), device="cpu")


def _index(
    articles: Mapping[str, Article], embedding: Any, folder: Path | None = None
) -> VectorStoreIndex:
    """Made, or read from `folder` where it was kept."""
    from llama_index.core import Document, StorageContext, load_index_from_storage

    done = folder / "done" if folder else None
    if folder and done and done.exists():
        storage = StorageContext.from_defaults(persist_dir=str(folder))
        kept = load_index_from_storage(storage, embed_model=embedding)
        assert isinstance(kept, VectorStoreIndex)
        return kept
    documents = [
        Document(
            text=a.text,
            id_=a.id,
            metadata={"title": a.title, "date": str(a.published or ""), "source": a.source or ""},
        )
        for a in articles.values()
    ]
    index = VectorStoreIndex.from_documents(documents, embed_model=embedding, show_progress=False)
    if folder and done:
        index.storage_context.persist(str(folder))
        done.touch()
    return index


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
