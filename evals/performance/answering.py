"""A cold process to its first words against the plain recipe's; and what a run of the evals, in
which both were asked the same in turns, says of prompts and waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import Any

from assistant.engine import Engine
from assistant.settings import load_settings
from assistant.types import CheckedAnswer, CheckedStatement
from evals.performance import corpora, peers
from evals.performance.figures import Figure
from evals.performance.plan import Plan
from evals.performance.processes import Measured, alone
from evals.performance.starting import QUESTION
from evals.records import Record
from evals.runs import Run
from evals.scores import score
from evals.suites.own import SAMPLE_CORPUS


def cold_figures(plan: Plan) -> Iterator[Figure]:
    """With a language model to the first sentence; and without one, as far as what is found."""
    models = str(plan.settings.models)
    store, index = plan.folder / "sample-cold", plan.folder / "sample-recipe"
    alone(first_sentence, store=str(store), llm="none")
    if not index.exists():
        alone(keep_recipe, index=str(index), models=models)

    def ours(llm: str) -> Measured:
        return alone(first_sentence, store=str(store), llm=llm)

    def recipe(llm: str) -> Measured:
        return alone(recipe_answer, index=str(index), models=models, llm=llm)

    theirs: dict[str, Callable[[], Measured]] = {"plain recipe": lambda: recipe("none")}
    if peers.has_txtai():
        kept = plan.folder / "sample-txtai"
        if not kept.exists():
            alone(keep_txtai, store=str(store), index=str(kept), models=models)
        theirs["txtai"] = lambda: alone(txtai_found, index=str(kept))
    name = "search, cold, to what is found"
    yield from _cold(name, plan.rounds, lambda: ours("none"), theirs)
    llm = plan.settings.llm
    if llm != "none":
        name = "ask, cold, to the first sentence"
        asked: dict[str, Callable[[], Measured]] = {"plain recipe": lambda: recipe(llm)}
        yield from _cold(name, plan.rounds, lambda: ours(llm), asked)


def _cold(
    name: str,
    rounds: int,
    ours: Callable[[], Measured],
    peers_of_it: Mapping[str, Callable[[], Measured]],
) -> Iterator[Figure]:
    done: list[Measured] = []
    theirs: dict[str, list[Measured]] = {peer: [] for peer in peers_of_it}
    for _ in range(rounds):
        done.append(ours())
        for peer, call in peers_of_it.items():
            theirs[peer].append(call())
    for peer, its in theirs.items():
        for unit, key in (("s", "wall"), ("s of processor time", "cpu")):
            yield Figure(
                name,
                unit,
                tuple(getattr(m, key) for m in done),
                against=peer,
                theirs=tuple(getattr(m, key) for m in its),
                target=1 / 3 if peer == "plain recipe" else None,
                peak_mb=max(m.peak_mb for m in done),
            )


def figures(plan: Plan) -> Iterator[Figure]:
    """From the run of the evals that the plan names; nothing without one."""
    if plan.run is None:
        return
    run = Run.open(plan.run)
    for suite in run.suites:
        ours, plain = (
            {r.item: r for r in run.records(suite, system) if r.status != "failed"}
            for system in ("ours", "plain")
        )
        both = [item for item in ours if item in plain]
        if both:
            pairs = [(ours[i], plain[i]) for i in both]
            yield from _answers(suite, pairs)
            yield _f1(run, suite, pairs)


def _answers(suite: str, pairs: list[tuple[Record, Record]]) -> Iterator[Figure]:
    measured: tuple[tuple[str, str, float, Callable[[Record], float]], ...] = (
        ("prompt tokens per answer", "tokens", 1 / 3, lambda r: float(r.prompt_tokens or 0)),
        ("first checked sentence", "s", 1 / 2.5, lambda r: r.seconds.first),
        ("whole answer", "s", 1 / 2.5, lambda r: r.seconds.total),
    )
    for name, unit, target, value in measured:
        yield Figure(
            f"{name} ({suite})",
            unit,
            (mean(value(a) for a, _ in pairs),),
            size=len(pairs),
            against="plain recipe",
            theirs=(mean(value(b) for _, b in pairs),),
            target=target,
        )


def _f1(run: Run, suite: str, pairs: list[tuple[Record, Record]]) -> Figure:
    """Fewer tokens are only worth something at equal or better answers."""
    items, articles = run.items(suite), run.articles(suite)
    ours, plain = (
        score(items, each, articles).measures["token F1"].value for each in zip(*pairs, strict=True)
    )
    return Figure(
        f"token F1 ({suite})",
        "share",
        (ours,),
        size=len(pairs),
        against="plain recipe",
        theirs=(plain,),
        target=1.0,
        at_least=True,
    )


# -- each in a process of its own -----------------------------------------------------------------


def first_sentence(store: str, llm: str) -> dict[str, Any]:
    """What a cold process does until its first checked sentence; without a model it searches."""
    settings = replace(
        load_settings(), store=Path(store), corpus=SAMPLE_CORPUS, llm=llm, download=False
    )
    engine = Engine(settings)
    if llm == "none":
        found = len(engine.search(QUESTION))
    else:
        steps = engine.ask_stream(QUESTION)
        next(s for s in steps if isinstance(s, CheckedStatement | CheckedAnswer))
        found = 1
    engine.close()
    return {"found": found}


def keep_recipe(index: str, models: str) -> dict[str, Any]:
    """The recipe's index of the sample corpus, kept as its documentation keeps it."""
    made, _ = peers.recipe_index(SAMPLE_CORPUS, peers.recipe_embedding(Path(models)))
    made.storage_context.persist(index)
    return {}


def keep_txtai(store: str, index: str, models: str) -> dict[str, Any]:
    """txtai's index of the passages in the store."""
    embeddings = peers.txtai_embeddings(Path(models), threads=0)
    embeddings.index(corpora.of_store(Path(store)))
    embeddings.save(index)
    return {}


def txtai_found(index: str) -> dict[str, Any]:
    """Its index opened in a cold process, and its three best passages."""
    return {"found": len(peers.txtai_opened(Path(index)).search(QUESTION, 3))}


def recipe_answer(index: str, models: str, llm: str) -> dict[str, Any]:
    """The recipe in a cold process, its index opened; without a model it finds its chunks."""
    return peers.recipe_asked(Path(index), Path(models), QUESTION, llm)
