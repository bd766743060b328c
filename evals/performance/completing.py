"""An answer against a bare llama.cpp completion of the same tokens: what is the model's own time,
and what is everything else's.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import Any

from assistant.engine import Engine
from assistant.errors import UsageError
from assistant.llm import EmbeddedLLM
from assistant.llm.runtime import Runtime
from assistant.settings import load_settings
from assistant.types import Usage
from evals.performance import corpora
from evals.performance.figures import Figure
from evals.performance.finding import questions
from evals.performance.plan import Plan
from evals.performance.processes import Measured, alone
from evals.suites.own import SAMPLE_CORPUS

ASKED = 8


def figures(plan: Plan) -> Iterator[Figure]:
    """Nothing without an embedded model. Warm, question by question in turns."""
    if not plan.settings.llm.startswith("embedded:"):
        return
    store, threads = str(plan.folder / "sample-cold"), plan.settings.threads
    done = [
        alone(in_turns, store=store, llm=plan.settings.llm, threads=threads)
        for _ in range(plan.rounds)
    ]
    yield Figure(
        "whole answer, warm",
        "s",
        _means(done, "ours"),
        size=ASKED,
        against="bare completion of as many tokens",
        theirs=_means(done, "bare"),
    )
    yield Figure("tokens read, warm", "tokens", _means(done, "read"), size=ASKED)
    yield Figure("tokens written, warm", "tokens", _means(done, "written"), size=ASKED)


def _means(done: list[Measured], key: str) -> tuple[float, ...]:
    return tuple(mean(m.said[key]) for m in done)


# -- in a process of its own ----------------------------------------------------------------------


def in_turns(store: str, llm: str, threads: int) -> dict[str, Any]:
    """For each question the seconds of ours and of the bare completion, and the tokens of both."""
    settings = replace(
        load_settings(),
        store=Path(store),
        corpus=SAMPLE_CORPUS,
        llm=llm,
        threads=threads,
        download=False,
    )
    engine = Engine(settings)
    engine.ensure_ready()
    engine.load()
    model = engine.llm
    if not isinstance(model, EmbeddedLLM):
        raise UsageError(f"the weights of {llm} are not here", "Run: assistant models pull")
    bare = Runtime(model.path, threads=threads, context=model.context, state_folder=None)
    text = " ".join(a.text for a in corpora.sample()[:20])
    tokens: list[int] = bare.ask("/tokenize", {"content": text})["tokens"]
    found: dict[str, Any] = {"ours": [], "bare": [], "read": [], "written": []}
    for question in questions()[:ASKED]:
        begin = time.perf_counter()
        used = engine.ask(question).usage
        found["ours"].append(time.perf_counter() - begin)
        found["bare"].append(_completed(bare, tokens, used))
        found["read"].append(used.prompt_tokens)
        found["written"].append(used.completion_tokens)
    bare.stop()
    engine.close()
    return found


def _completed(bare: Runtime, tokens: list[int], used: Usage) -> float:
    """Seconds in which llama.cpp alone reads and writes as many tokens, none of them cached."""
    if not used.prompt_tokens:
        return 0.0
    body = {
        "prompt": tokens[: used.prompt_tokens],
        "n_predict": max(used.completion_tokens, 1),
        "ignore_eos": True,
        "temperature": 0,
        "cache_prompt": False,
    }
    begin = time.perf_counter()
    bare.ask("/completion", body)
    return time.perf_counter() - begin
