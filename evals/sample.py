"""The 150 questions about the sample corpus, answered by this program and by the plain recipe.

    python -m evals.sample                        # both systems, all questions
    python -m evals.sample --split report         # only the half nothing was tuned on
    python -m evals.sample --system ours --n 20   # a quick look

Each reply is written to the run's file as it comes; the same command goes on where it stopped.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from assistant.engine import Engine
from assistant.models import embedding_folder
from assistant.settings import load_settings
from evals.cases import KINDS, Case, sample
from evals.metrics import answered_right, cited_right, declined_right, token_f1, wilson
from evals.systems import Reply, System, plain_llamaindex, this_program

OURS, PLAIN = "ours", "plain LlamaIndex"


def main(
    run: Annotated[Path, typer.Option(help="File of replies.")] = Path("runs/sample.jsonl"),
    split: Annotated[str, typer.Option(help="tune, report or all.")] = "all",
    system: Annotated[str, typer.Option(help="ours, plain or both.")] = "both",
    n: Annotated[int, typer.Option(help="Only the first N questions; 0 is all.")] = 0,
    every: Annotated[int, typer.Option(help="Only every K-th question, for a shorter run.")] = 1,
    llm: Annotated[str | None, typer.Option(help="As for `assistant ask`.")] = None,
    store: Annotated[Path | None, typer.Option(help="Index to use.")] = None,
    show: Annotated[bool, typer.Option(help="Print every reply that was not right.")] = False,
) -> None:
    """Ask, score, and print both systems side by side."""
    cases = [c for c in sample() if split in ("all", c.split)]
    cases = cases[::every]
    cases = cases[:n] if n else cases
    settings = load_settings(flags={"llm": llm, "store": store})
    engine = Engine(settings)
    engine.ingest([Path(__file__).resolve().parent.parent / "corpus"])
    articles = engine.articles()
    systems: dict[str, Callable[[], System]] = {}
    if system in ("ours", "both"):
        systems[OURS] = lambda: this_program(engine)
    if system in ("plain", "both"):
        systems[PLAIN] = lambda: plain_llamaindex(
            engine, articles, embedding_folder(settings.models)
        )
    replies = {name: ask_all(name, make, cases, run) for name, make in systems.items()}
    texts = {a.id: a.text for a in articles}
    for title, chosen in (
        ("all", cases),
        *((s, [c for c in cases if c.split == s]) for s in ("tune", "report") if split == "all"),
    ):
        if chosen:
            print(f"\n{table(chosen, replies, texts, title)}")
    if show:
        for name, given in replies.items():
            print_wrong(name, cases, given)


def ask_all(
    name: str, make: Callable[[], System], cases: list[Case], run: Path
) -> dict[str, Reply]:
    """The reply of one system to each case, those of an earlier, interrupted run read back."""
    run.parent.mkdir(parents=True, exist_ok=True)
    done: dict[str, Reply] = {}
    if run.exists():
        for line in run.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if record["system"] == name:
                done[record["id"]] = Reply.from_json(record["reply"])
    todo = [c for c in cases if c.id not in done]
    if todo:
        ask = make()
        begin = time.monotonic()
        with run.open("a", encoding="utf-8") as file:
            for count, case in enumerate(todo, 1):
                reply = ask(case.question)
                done[case.id] = reply
                record = {"system": name, "id": case.id, "reply": reply.as_json()}
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())
                left = (time.monotonic() - begin) / count * (len(todo) - count)
                print(
                    f"\r{name}: {count}/{len(todo)}, {left / 60:.0f} min left ",
                    end="",
                    file=sys.stderr,
                )
        print(file=sys.stderr)
    return {c.id: done[c.id] for c in cases}


def table(
    cases: list[Case], replies: dict[str, dict[str, Reply]], texts: dict[str, str], title: str
) -> str:
    """One row for each figure, one column for each system; shares with n and 95 % interval."""
    rows: list[tuple[str, list[str]]] = []
    names = list(replies)

    def share(label: str, among: list[Case], hit: Callable[[Case, Reply], bool]) -> None:
        cells = []
        for name in names:
            count = sum(hit(c, replies[name][c.id]) for c in among)
            low, high = wilson(count, len(among))
            rate = count / len(among) if among else 0.0
            cells.append(f"{rate:.2f} ({count}/{len(among)}, {low:.2f} to {high:.2f})")
        rows.append((label, cells))

    answerable = [c for c in cases if c.answerable]
    silent = [c for c in cases if not c.answerable]
    share("answered right", answerable, answered_right)
    share("declined right", silent, declined_right)
    share(
        "right and cited right",
        answerable,
        lambda c, r: answered_right(c, r) and cited_right(c, r, texts),
    )
    share("right of all", cases, lambda c, r: answered_right(c, r) or declined_right(c, r))
    share("declined though answerable", answerable, lambda c, r: r.declined)
    for kind in KINDS:
        among = [c for c in cases if c.kind == kind]
        share(f"  {kind}", among, lambda c, r: answered_right(c, r) or declined_right(c, r))

    def mean(label: str, value: Callable[[Case, Reply], float], among: list[Case]) -> None:
        cells = [
            f"{sum(value(c, replies[n][c.id]) for c in among) / max(len(among), 1):.2f}"
            for n in names
        ]
        rows.append((label, cells))

    mean(
        "token F1, single facts",
        lambda c, r: token_f1(r.text, c.answers[0]),
        [c for c in answerable if c.kind == "single"],
    )
    mean("prompt tokens read", lambda c, r: float(r.prompt_tokens), cases)
    mean("seconds", lambda c, r: r.seconds, cases)
    width = max(len(label) for label, _ in rows)
    lines = [
        f"{title}: {len(cases)} questions".ljust(width + 2) + "".join(n.ljust(34) for n in names)
    ]
    lines += [label.ljust(width + 2) + "".join(c.ljust(34) for c in cells) for label, cells in rows]
    return "\n".join(line.rstrip() for line in lines)


def print_wrong(name: str, cases: list[Case], replies: dict[str, Reply]) -> None:
    for case in cases:
        reply = replies[case.id]
        if not (answered_right(case, reply) or declined_right(case, reply)):
            wanted = " + ".join("/".join(p) for p in case.answers) or f"silence ({case.correction})"
            said = "declined" if reply.declined else reply.text
            print(
                f"[{name}] {case.id} {case.kind}: {case.question}\n    said: {said}"
                f" ({reply.confidence})\n    right: {wanted}"
            )


if __name__ == "__main__":
    typer.run(main)
