"""Whom we are held against: the plain LlamaIndex recipe, txtai where it is installed, and the
limits that nothing can beat.
"""

from __future__ import annotations

import importlib.util
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.embedding import Embedder
from assistant.engine import Engine
from assistant.errors import UsageError
from assistant.models import embedding_folder
from assistant.offline import stay_offline
from assistant.settings import load_settings


def recipe_embedding(models: Path) -> Any:
    """The recipe's embedding model, from the same files as ours. Raises UsageError without it."""
    try:
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    except ImportError:
        raise UsageError(
            "the plain recipe needs a package that is not installed",
            "pip install llama-index-embeddings-huggingface",
        ) from None
    return HuggingFaceEmbedding(str(embedding_folder(models)), device="cpu")


def recipe_index(folder: Path, embedding: Any) -> tuple[Any, int]:
    """Its index of the files in `folder`, and how many chunks that made: read, split, embedded
    and kept in memory as the recipe does it."""
    from llama_index.core import SimpleDirectoryReader
    from llama_index.core.indices.vector_store import VectorStoreIndex
    from llama_index.core.node_parser import SentenceSplitter

    documents = SimpleDirectoryReader(str(folder), recursive=True).load_data()
    index = VectorStoreIndex.from_documents(
        documents, embed_model=embedding, transformations=[SentenceSplitter()]
    )
    return index, len(index.docstore.docs)


def recipe_asked(index: Path, models: Path, question: str, llm: str) -> dict[str, Any]:
    """Its kept index opened and asked; where `llm` is none its three best chunks are found."""
    from llama_index.core import StorageContext, load_index_from_storage
    from llama_index.core.query_engine import CitationQueryEngine

    embedding = recipe_embedding(models)
    storage = StorageContext.from_defaults(persist_dir=str(index))
    opened: Any = load_index_from_storage(storage, embed_model=embedding)
    if llm == "none":
        return {"found": len(opened.as_retriever(similarity_top_k=3).retrieve(question))}
    engine = Engine(replace(load_settings(), llm=llm, download=False))
    answer = CitationQueryEngine.from_args(opened, llm=engine.llm, similarity_top_k=3)
    found = len(answer.query(question).source_nodes)
    engine.close()
    return {"found": found}


def has_txtai() -> bool:
    return importlib.util.find_spec("txtai") is not None


def txtai_embeddings(models: Path, threads: int) -> Any:
    """txtai with the same weights, dense and lexical search and the texts kept, as its
    documentation makes it, its model loaded."""
    stay_offline()
    import torch
    from txtai import Embeddings

    if threads:
        torch.set_num_threads(threads)
    path = str(embedding_folder(models))
    embeddings = Embeddings(path=path, hybrid=True, content=True, gpu=False)
    embeddings.batchtransform(["warm"])
    return embeddings


def txtai_opened(index: Path) -> Any:
    """An index that it saved, opened as its documentation opens it."""
    stay_offline()
    from txtai import Embeddings

    embeddings = Embeddings()
    embeddings.load(str(index))
    return embeddings


def bare_encode(texts: list[str], models: Path, threads: int) -> float:
    """Processor seconds of the embedding of these texts, all at once: the fastest it can be."""
    embedder = Embedder(embedding_folder(models), models, threads)
    embedder.encode(texts[:1])
    begin = time.process_time()
    embedder.encode(texts)
    return time.process_time() - begin


def bare_chroma(folder: Path) -> Any:
    """The collection in a folder of ours, opened as anyone would."""
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
    return client.get_collection("passages", embedding_function=None)
