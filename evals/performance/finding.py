"""The first stage of retrieval against the bare Chroma query and the bare embedding of the same
question, in turns within one process; with a date filter; and what reranking costs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from assistant.answering.evidence import select
from assistant.answering.reading import read_hits
from assistant.embedding import Embedder
from assistant.engine import Engine
from assistant.index import Index
from assistant.models import embedding_folder
from assistant.retrieval import CANDIDATES, RERANKED, first_stage, rerank
from assistant.settings import load_settings
from assistant.store import Store
from assistant.types import Filters
from evals.performance import corpora, peers
from evals.performance.figures import Figure
from evals.performance.plan import Plan
from evals.performance.processes import alone
from evals.suites.own import QUESTIONS, SAMPLE_CORPUS, read

ASKED, RERANKED_QUESTIONS = 40, 10
# A fifth of the days that made articles are of.
DATED = Filters(since=date(2019, 1, 1), until=date(2020, 12, 31))


def figures(plan: Plan) -> Iterator[Figure]:
    models, threads = str(plan.settings.models), plan.settings.threads
    for size in plan.passages:
        store = str(_store(plan.folder / f"passages-{size}", size))
        done = [
            alone(first_stages, store=store, models=models, threads=threads)
            for _ in range(plan.rounds)
        ]
        for name, key in (("first stage", "ours"), ("first stage within two years", "dated")):
            yield Figure(
                f"{name}, p95",
                "ms of processor time",
                tuple(_p95(m.said[key]) for m in done),
                size=size,
                against="bare Chroma query and encode",
                theirs=tuple(_p95(m.said["bare"]) for m in done),
                target=1.3,
            )
        once = [alone(search_once, store=store, threads=threads) for _ in range(plan.rounds)]
        yield Figure(
            "search, cold, one question",
            "s of processor time",
            tuple(m.cpu for m in once),
            size=size,
        )
        peak = tuple(m.peak_mb for m in once)
        yield Figure("search, most memory", "MB", peak, size=size, target=1536, peak_mb=max(peak))
    yield from _reranking(plan)


def _reranking(plan: Plan) -> Iterator[Figure]:
    store = str(plan.folder / "sample-reranked")
    done = [alone(reranked, store=store, threads=plan.settings.threads) for _ in range(plan.rounds)]
    name = "reranking and evidence, per question"
    yield Figure(name, "s", tuple(m.said["wall"] for m in done), target=0.5)
    yield Figure(name, "s of processor time", tuple(m.said["cpu"] for m in done))
    saved = tuple(m.said["saved"] for m in done)
    yield Figure("prompt tokens that evidence saves, per question", "tokens", saved)


def questions() -> list[str]:
    """Real questions, those of the sample suite."""
    return [item.question for item in read(*sorted(QUESTIONS.glob("sample-*.jsonl")))][:ASKED]


def _store(folder: Path, passages: int) -> Path:
    """A store of so many passages with its caches; made once."""
    done = folder / "done"
    if not done.exists():
        alone(build, store=str(folder), passages=passages)
        done.touch()
    return folder


def _p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]


# -- each in a process of its own -----------------------------------------------------------------


def build(store: str, passages: int) -> dict[str, Any]:
    """A store with ready vectors, and its caches."""
    opened = Store(Path(store))
    corpora.fill(opened, passages)
    index = Index(opened)
    index.refresh()
    index.close()
    opened.close()
    return {}


def first_stages(store: str, models: str, threads: int) -> dict[str, Any]:
    """Milliseconds of processor time for each question: ours, the same within two years, and bare:
    the embedding of the question and Chroma's query for as many candidates."""
    import numpy as np

    opened, folder = Store(Path(store)), Path(models)
    embedder = Embedder(embedding_folder(folder), folder, threads)
    index = Index(opened)
    asked = questions()
    # Ready vectors are of no text: each question gets one of them beside its own.
    ready = iter(corpora.vectors(2 * len(asked), seed=1))
    index.dense(np.ones(corpora.DIMENSION, np.float32), 1)
    bare = peers.bare_chroma(Path(store) / "caches" / "chroma")

    def own(question: str, filters: Filters | None) -> Callable[[], object]:
        def search() -> object:
            embedder.encode([question])
            return first_stage(
                question, vector, store=opened, index=index, filters=filters, most=RERANKED
            )

        return search

    def limit() -> object:
        embedder.encode([question])
        return bare.query(query_embeddings=vector.reshape(1, -1), n_results=CANDIDATES)

    found: dict[str, list[float]] = {"ours": [], "dated": [], "bare": []}
    for number, question in enumerate([asked[0], *asked]):
        vector = next(ready)
        for name, search in (
            ("ours", own(question, None)),
            ("dated", own(question, DATED)),
            ("bare", limit),
        ):
            begin = time.process_time()
            search()
            if number:  # the first finds everything cold
                found[name].append(1000 * (time.process_time() - begin))
    return found


def search_once(store: str, threads: int) -> dict[str, Any]:
    """What `assistant search` does in a cold process."""
    engine = Engine(_settings(store, threads))
    hits = engine.search(questions()[0])
    engine.close()
    return {"hits": len(hits)}


def reranked(store: str, threads: int) -> dict[str, Any]:
    """Seconds of reranking and choosing evidence, and how much less is read than the passages the
    evidence stands in; means over the questions, each asked of passages not read before."""
    settings = replace(_settings(store, threads), corpus=SAMPLE_CORPUS)
    engine = Engine(settings)
    engine.ensure_ready()
    engine.search("warm")
    wall, cpu, saved = 0.0, 0.0, 0
    asked, embedder = questions()[:RERANKED_QUESTIONS], engine.embedder
    for question in asked:
        vector = embedder.encode([question])[0]
        candidates = first_stage(
            question, vector, store=engine.store, index=engine.index, most=RERANKED
        )
        embedder.forget()
        began, used = time.perf_counter(), time.process_time()
        hits = rerank(question, vector, candidates, index=engine.index, embedder=embedder)
        read = read_hits(question, hits, None)
        excerpts = select(question, "fact", read, settings.evidence).excerpts
        wall += time.perf_counter() - began
        cpu += time.process_time() - used
        places = {(e.article.id, e.best) for e in excerpts}
        whole = [r.hit.text for r in read if (r.hit.article.id, r.sentence) in places]
        saved += sum(embedder.count_tokens(whole))
        saved -= sum(embedder.count_tokens([e.text for e in excerpts]))
    engine.close()
    return {"wall": wall / len(asked), "cpu": cpu / len(asked), "saved": saved / len(asked)}


def _settings(store: str, threads: int) -> Any:
    return replace(load_settings(), store=Path(store), llm="none", threads=threads)
