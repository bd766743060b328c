"""40 questions about one article of the open web, which is not part of this project.

    python -m evals.seed PATH_TO_ARTICLE
    python -m evals.seed PATH_TO_ARTICLE --split tune --show --llm none

The article (evals/README.md says which) is taken into a temporary index on its own. Half of the
questions it answers; the others ask for what it does not say, or presume what it denies.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from assistant.engine import Engine
from assistant.errors import AssistantError
from assistant.settings import load_settings
from evals.cases import QUESTIONS, Case, load
from evals.metrics import answered_right, declined_right, gives, wilson
from evals.systems import Reply, this_program

Asked = list[tuple[Case, Reply]]


def main(
    article: Annotated[Path, typer.Argument(metavar="PATH_TO_ARTICLE", help="A text file.")],
    split: Annotated[str, typer.Option(help="tune, report or all.")] = "all",
    llm: Annotated[str | None, typer.Option(help="As for `assistant ask`.")] = None,
    show: Annotated[bool, typer.Option(help="Print every reply that was not right.")] = False,
) -> None:
    """Ask, score, and print shares with n and 95 % interval."""
    cases = [c for c in load([QUESTIONS / "seed.jsonl"]) if split in ("all", c.split)]
    try:
        asked, texts = ask_all(article, cases, llm)
    except AssistantError as error:
        print(f"{error.message}\n{error.hint}", file=sys.stderr)
        raise typer.Exit(error.exit_code) from None
    for part in ("all", "tune", "report") if split == "all" else (split,):
        print(f"\n{table([a for a in asked if part in ('all', a[0].split)], texts, part)}")
    if show:
        for case, reply in asked:
            if not right(case, reply):
                print_miss(case, reply)


def ask_all(article: Path, cases: list[Case], llm: str | None) -> tuple[Asked, dict[str, str]]:
    """The reply to each case from an index of `article` alone, and the indexed text by id."""
    asked = []
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(load_settings(flags={"llm": llm, "store": Path(folder)}))
        try:
            engine.ingest([article])
            texts = {a.id: a.text for a in engine.articles()}
            ask = this_program(engine)
            for count, case in enumerate(cases, 1):
                asked.append((case, ask(case.question)))
                print(f"\r{count}/{len(cases)} ", end="", file=sys.stderr)
        finally:
            engine.close()
    print(file=sys.stderr)
    return asked, texts


def right(case: Case, reply: Reply) -> bool:
    return answered_right(case, reply) or declined_right(case, reply)


def answer_is_quoted(case: Case, reply: Reply) -> bool:
    """Every part of the right answer stands inside a quote that the reply cites."""
    return all(any(gives(cited.quote, part) for cited in reply.citations) for part in case.answers)


def exact_citations(reply: Reply, texts: Mapping[str, str]) -> int:
    """How many citations point at the very characters that they quote."""
    return sum(texts.get(c.article_id, "")[c.start : c.end] == c.quote for c in reply.citations)


def table(asked: Asked, texts: Mapping[str, str], title: str) -> str:
    """One row for each figure: a share, its counts and its 95 % interval."""
    answerable = [a for a in asked if a[0].answerable]
    silent = [a for a in asked if not a[0].answerable]

    def share(among: Asked, hit: Callable[[Case, Reply], bool]) -> tuple[int, int]:
        return sum(hit(case, reply) for case, reply in among), len(among)

    rows = {
        "answered right": share(answerable, answered_right),
        "right and inside a cited quote": share(
            answerable, lambda c, r: answered_right(c, r) and answer_is_quoted(c, r)
        ),
        "declined right": share(silent, declined_right),
        "  unanswerable": share([a for a in silent if a[0].kind == "unanswerable"], declined_right),
        "  false premise": share(
            [a for a in silent if a[0].kind == "false_premise"], declined_right
        ),
        "right of all": share(asked, right),
        "citations exact": (
            sum(exact_citations(reply, texts) for _, reply in asked),
            sum(len(reply.citations) for _, reply in asked),
        ),
    }
    lines = [f"{title}: {len(asked)} questions"]
    for label, (hits, n) in rows.items():
        low, high = wilson(hits, n)
        rate = f"{hits / n:.2f}" if n else "   -"
        lines.append(f"{label:<32}{rate} ({hits}/{n}, {low:.2f} to {high:.2f})")
    return "\n".join(lines)


def print_miss(case: Case, reply: Reply) -> None:
    wanted = " + ".join("/".join(part) for part in case.answers) or f"silence ({case.correction})"
    said = "declined" if reply.declined else reply.text
    print(f"{case.id} {case.split} {case.kind}: {case.question}")
    print(f"    said: {said} ({reply.confidence})\n    right: {wanted}")


if __name__ == "__main__":
    typer.run(main)
