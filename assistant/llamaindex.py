"""This program for users of LlamaIndex: a retriever and a query engine over one `Engine`.

    engine = Engine(load_settings())
    RetrieverQueryEngine.from_args(ArticleRetriever(engine), llm=...)   # our search, your answers
    ArticleQueryEngine(engine).query("Who won?")                        # our checked answers

Character positions are those of `Article.text`: ``article.text[start_char_idx:end_char_idx]`` is
the text of a node. The async methods do their work in a thread.
"""

from __future__ import annotations

import asyncio
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.callbacks import CallbackManager
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from assistant.engine import Engine
from assistant.render import answer_json
from assistant.types import Article, Citation, Hit


class ArticleRetriever(BaseRetriever):
    """The passages of `Engine.search` as nodes, best first.

    k: how many; None means as many as the settings say.
    A node's id is the passage's; its metadata are article_id, title, source, author, published
    (ISO 8601) and url. Raises AssistantError as `Engine.search` does.
    """

    def __init__(
        self,
        engine: Engine,
        k: int | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        self._engine = engine
        self._k = k
        super().__init__(callback_manager)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [_passage_node(h) for h in self._engine.search(query_bundle.query_str, self._k)]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


class ArticleQueryEngine(BaseQueryEngine):
    """The checked answer of `Engine.ask` as a `Response`.

    response: the answer on one line, with [1] [2] markers; it says so where there is none.
    source_nodes: the citations in the order of their numbers, each exactly the quoted characters.
    metadata: the object that `assistant ask --json` prints.
    Raises AssistantError as `Engine.ask` does.
    """

    def __init__(self, engine: Engine, callback_manager: CallbackManager | None = None) -> None:
        self._engine = engine
        super().__init__(callback_manager)

    def _query(self, query_bundle: QueryBundle) -> Response:
        answer = self._engine.ask(query_bundle.query_str)
        shown = answer_json(answer)
        return Response(
            response=shown["answer"],
            source_nodes=[_citation_node(c) for c in answer.citations],
            metadata=shown,
        )

    async def _aquery(self, query_bundle: QueryBundle) -> Response:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


def _passage_node(hit: Hit) -> NodeWithScore:
    passage = hit.passage
    node = TextNode(
        id_=passage.id,
        text=hit.text,
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        metadata=_metadata(hit.article.id, hit.article),
    )
    return NodeWithScore(node=node, score=hit.score)


def _citation_node(citation: Citation) -> NodeWithScore:
    node = TextNode(
        id_=f"{citation.article_id}:{citation.start}-{citation.end}",
        text=citation.quote,
        start_char_idx=citation.start,
        end_char_idx=citation.end,
        metadata={**_metadata(citation.article_id, citation), "number": citation.number},
    )
    return NodeWithScore(node=node)


def _metadata(article_id: str, about: Article | Citation) -> dict[str, Any]:
    return {
        "article_id": article_id,
        "title": about.title,
        "source": about.source,
        "author": about.author,
        "published": about.published.isoformat() if about.published else None,
        "url": about.url,
    }
