"""Ingest against its peers and against nothing but the embedding; and ingest again."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.engine import Engine
from assistant.settings import Settings, load_settings
from evals.performance import corpora, peers
from evals.performance.figures import Figure
from evals.performance.plan import Plan
from evals.performance.processes import Measured, alone


def figures(plan: Plan) -> Iterator[Figure]:
    models, threads = str(plan.settings.models), plan.settings.threads
    for size in plan.sizes:
        corpus = str(corpora.write(plan.folder / f"articles-{size}", size))
        store = str(plan.folder / "ingested")
        done: dict[str, list[Measured]] = {"ours": [], "bare": [], "plain recipe": [], "txtai": []}
        for _ in range(plan.rounds):
            done["ours"].append(alone(ingest, corpus=corpus, store=store, threads=threads))
            done["bare"].append(alone(encode, store=store, models=models, threads=threads))
            done["plain recipe"].append(
                alone(recipe, corpus=corpus, models=models, threads=threads)
            )
            if peers.has_txtai():
                done["txtai"].append(alone(txtai, store=store, models=models, threads=threads))
        for peer in ("plain recipe", "txtai"):
            if done[peer]:
                yield from _speeds(size, done["ours"], peer, done[peer])
        yield Figure(
            "ingest, whole",
            "s of processor time",
            tuple(m.said["cpu"] for m in done["ours"]),
            size=size,
            against="bare encode",
            theirs=tuple(m.said["cpu"] for m in done["bare"]),
            target=1.15,
        )


def _speeds(
    size: int, ours: Sequence[Measured], peer: str, theirs: Sequence[Measured]
) -> Iterator[Figure]:
    for unit in ("passages", "words"):
        yield Figure(
            "ingest",
            f"{unit} per second of processor time",
            tuple(m.said[unit] / m.said["cpu"] for m in ours),
            size=size,
            against=peer,
            theirs=tuple(m.said[unit] / m.said["cpu"] for m in theirs),
            target=4.0 if (peer, unit) == ("plain recipe", "passages") else None,
            at_least=True,
            peak_mb=max(m.peak_mb for m in ours),
        )


def sync_figures(plan: Plan) -> Iterator[Figure]:
    """Against the first ingest without its embedding, so the true share is far smaller still."""
    for size in plan.sizes:
        corpus = str(corpora.write(plan.folder / f"articles-{size}", size))
        done = [
            alone(sync, corpus=corpus, store=str(plan.folder / "synced"))
            for _ in range(plan.rounds)
        ]
        yield Figure(
            "no-change sync",
            "s of processor time",
            tuple(m.said["again"] for m in done),
            size=size,
            against="first ingest without embedding",
            theirs=tuple(m.said["first"] for m in done),
            target=0.02,
        )


# -- each in a process of its own -----------------------------------------------------------------


def ingest(corpus: str, store: str, threads: int) -> dict[str, Any]:
    """Everything from the files to the search index, the model loaded before the clock starts."""
    settings = _fresh(store, threads)
    engine = Engine(settings)
    engine.embedder.load()
    begin = time.process_time()
    report = engine.ingest([corpus])
    cpu = time.process_time() - begin
    words = sum(len(a.text.split()) for a in engine.articles())
    engine.close()
    return {"cpu": cpu, "passages": report.passages, "words": words}


def encode(store: str, models: str, threads: int) -> dict[str, Any]:
    """The embedding of what `ingest` embedded, and nothing else."""
    return {"cpu": peers.bare_encode(corpora.of_store(Path(store)), Path(models), threads)}


def recipe(corpus: str, models: str, threads: int) -> dict[str, Any]:
    """The plain recipe. Of a long chunk its model reads the beginning; all words count as read."""
    import torch

    if threads:
        torch.set_num_threads(threads)
    embedding = peers.recipe_embedding(Path(models))
    embedding.get_text_embedding("warm")
    begin = time.process_time()
    index, chunks = peers.recipe_index(Path(corpus), embedding)
    cpu = time.process_time() - begin
    words = sum(len(n.get_content().split()) for n in index.docstore.docs.values())
    return {"cpu": cpu, "passages": chunks, "words": words}


def txtai(store: str, models: str, threads: int) -> dict[str, Any]:
    """txtai, given the passages that `ingest` made: it neither reads files nor splits them."""
    texts = corpora.of_store(Path(store))
    embeddings = peers.txtai_embeddings(Path(models), threads)
    begin = time.process_time()
    embeddings.index(texts)
    embeddings.save(str(Path(store) / "txtai"))
    cpu = time.process_time() - begin
    words = sum(len(text.split()) for text in texts)
    return {"cpu": cpu, "passages": len(texts), "words": words}


def sync(corpus: str, store: str) -> dict[str, Any]:
    """Ingest with ready vectors in the place of the embedding, and again when nothing changed."""
    engine = Engine(_fresh(store, 1), embedder=_Ready())  # type: ignore[arg-type]
    seconds = []
    for _ in range(2):
        begin = time.process_time()
        engine.ingest([corpus])
        seconds.append(time.process_time() - begin)
    engine.close()
    return {"first": seconds[0], "again": seconds[1]}


class _Ready:
    """Stands in for the embedding model where only what is around it is measured."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text) // 4 for text in texts]

    def encode(self, texts: Sequence[str]) -> Any:
        return corpora.vectors(len(texts), seed=len(texts[0]))


def _fresh(store: str, threads: int) -> Settings:
    shutil.rmtree(store, ignore_errors=True)
    return replace(load_settings(), store=Path(store), llm="none", threads=threads)
