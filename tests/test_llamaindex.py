"""The retriever and the query engine inside compositions of LlamaIndex, with the real model."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from assistant.engine import Engine
from assistant.errors import UsageError
from assistant.render import answer_json
from assistant.settings import Settings

pytestmark = pytest.mark.models

ARTICLES = {
    "bridge.txt": (
        "New bridge for Bote\n\nThe new bridge over the Elm will cost 24.9 million crowns. "
        "It opens in June 2026. The old bridge was closed after the flood of 2024.\n"
    ),
    "mayor.txt": (
        "Mayor steps down\n\nMayor Devran Halloway resigned on Tuesday. His deputy, Selma Hart, "
        "takes over until the election in March.\n"
    ),
    "ferry.txt": (
        "Night ferry returns\n\nTidewell Lines will run the night ferry from May on. Day fares "
        "rise by 40 cents.\n"
    ),
}
QUESTION = "How much will the new bridge over the Elm cost?"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, models_folder: Path) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("llamaindex")
    corpus = folder / "corpus"
    corpus.mkdir()
    for name, text in ARTICLES.items():
        (corpus / name).write_text(text, encoding="utf-8")
    engine = Engine(
        Settings(store=folder / "store", corpus=corpus, models=models_folder, llm="none", threads=1)
    )
    yield engine
    engine.close()


def test_nodes_are_the_hits_with_their_exact_characters(engine: Engine) -> None:
    from assistant.llamaindex import ArticleRetriever

    hits = engine.search(QUESTION, 2)
    nodes = ArticleRetriever(engine, k=2).retrieve(QUESTION)
    assert len(nodes) == 2
    assert nodes[0].metadata["article_id"] == "bridge.txt"
    assert set(nodes[0].metadata) == {
        *("article_id", "title", "source", "author", "published", "url")
    }
    for hit, found in zip(hits, nodes, strict=True):
        assert (found.node_id, found.score, found.text) == (hit.passage.id, hit.score, hit.text)
        article = engine.article(found.metadata["article_id"])
        assert article is not None
        assert article.title == found.metadata["title"]
        start, end = found.node.start_char_idx, found.node.end_char_idx  # type: ignore[attr-defined]
        assert article.text[start:end] == found.text


def test_an_answer_is_a_response_with_its_citations_as_nodes(engine: Engine) -> None:
    from assistant.llamaindex import ArticleQueryEngine

    response = ArticleQueryEngine(engine).query(QUESTION)
    shown = answer_json(engine.ask(QUESTION))
    assert str(response) == shown["answer"]
    assert "24.9 million crowns" in str(response)
    assert response.metadata is not None
    assert {**response.metadata, "timings_ms": {}} == {**shown, "timings_ms": {}}
    assert len(response.source_nodes) == len(shown["citations"]) > 0
    for node, citation in zip(response.source_nodes, shown["citations"], strict=True):
        article = engine.article(node.metadata["article_id"])
        assert article is not None
        assert node.metadata["number"] == citation["number"]
        assert node.text == article.text[citation["start"] : citation["end"]]


def test_async_gives_the_same_and_questions_may_be_asked_side_by_side(engine: Engine) -> None:
    from assistant.llamaindex import ArticleQueryEngine, ArticleRetriever

    questions = [QUESTION, "Who takes over from the mayor?", "Who will run the night ferry?"]
    retriever, answers = ArticleRetriever(engine), ArticleQueryEngine(engine)

    async def ask_all() -> tuple[list[list[str]], list[str]]:
        nodes = await asyncio.gather(*(retriever.aretrieve(q) for q in questions))
        responses = await asyncio.gather(*(answers.aquery(q) for q in questions))
        return [[n.node_id for n in found] for found in nodes], [str(r) for r in responses]

    nodes, responses = asyncio.run(ask_all())
    assert nodes == [[n.node_id for n in retriever.retrieve(q)] for q in questions]
    assert responses == [str(answers.query(q)) for q in questions]


def test_the_retriever_serves_a_query_engine_of_llamaindex(engine: Engine) -> None:
    """With the library's own postprocessor and a synthesizer that needs no language model."""
    from llama_index.core.llms import MockLLM
    from llama_index.core.postprocessor import LongContextReorder, SimilarityPostprocessor
    from llama_index.core.query_engine import RetrieverQueryEngine
    from llama_index.core.response_synthesizers.context_only import ContextOnly

    from assistant.llamaindex import ArticleRetriever

    best = ArticleRetriever(engine, k=1).retrieve(QUESTION)[0].get_score() - 1e-6
    composed = RetrieverQueryEngine(
        retriever=ArticleRetriever(engine),
        response_synthesizer=ContextOnly(llm=MockLLM()),
        node_postprocessors=[SimilarityPostprocessor(similarity_cutoff=best), LongContextReorder()],
    )
    response = composed.query(QUESTION)
    assert [n.metadata["article_id"] for n in response.source_nodes] == ["bridge.txt"]
    assert "24.9 million crowns" in str(response)
    assert asyncio.run(composed.aquery(QUESTION)).source_nodes == response.source_nodes


def test_the_query_engine_serves_a_router_of_llamaindex(engine: Engine) -> None:
    from llama_index.core.base.base_selector import (
        BaseSelector,
        SelectorResult,
        SingleSelection,
    )
    from llama_index.core.llms import MockLLM
    from llama_index.core.query_engine import RetrieverQueryEngine, RouterQueryEngine
    from llama_index.core.response_synthesizers.no_text import NoText
    from llama_index.core.tools import QueryEngineTool, ToolMetadata

    from assistant.llamaindex import ArticleQueryEngine, ArticleRetriever

    class ByFirstWord(BaseSelector):
        """Answers to questions, passages for anything else."""

        def _get_prompts(self):  # type: ignore[no-untyped-def]
            return {}

        def _update_prompts(self, prompts):  # type: ignore[no-untyped-def]
            pass

        def _select(self, choices: Sequence[ToolMetadata], query) -> SelectorResult:  # type: ignore[no-untyped-def]
            asks = query.query_str.startswith(("Who", "How", "When"))
            return SelectorResult(selections=[SingleSelection(index=0 if asks else 1, reason="")])

        async def _aselect(self, choices: Sequence[ToolMetadata], query) -> SelectorResult:  # type: ignore[no-untyped-def]
            return self._select(choices, query)

    synthesizer = NoText(llm=MockLLM())
    passages = RetrieverQueryEngine(ArticleRetriever(engine), response_synthesizer=synthesizer)
    router = RouterQueryEngine(
        selector=ByFirstWord(),
        query_engine_tools=[
            QueryEngineTool.from_defaults(
                ArticleQueryEngine(engine), name="ask", description="Answers with citations."
            ),
            QueryEngineTool.from_defaults(passages, name="search", description="Passages."),
        ],
        llm=MockLLM(),
    )
    assert "24.9 million crowns" in str(router.query(QUESTION))
    found = router.query("bridge over the Elm").source_nodes
    assert found[0].metadata["article_id"] == "bridge.txt"
    assert (
        found[0].node_id == ArticleRetriever(engine, k=1).retrieve("bridge over the Elm")[0].node_id
    )


def test_errors_are_ours_and_reach_the_caller(engine: Engine) -> None:
    from assistant.llamaindex import ArticleQueryEngine, ArticleRetriever

    with pytest.raises(UsageError, match="empty"):
        ArticleQueryEngine(engine).query("  ")
    with pytest.raises(UsageError, match="empty"):
        ArticleRetriever(engine).retrieve("  ")
