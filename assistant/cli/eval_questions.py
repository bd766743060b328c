"""`assistant eval generate`, `review`, `feedback` and `judge`: what questions and verdicts are made
of. Like `evals.py`, this only calls the package `evals`."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.console import STYLE, note, print_text, screen
from assistant.cli.evals import OutOption, RunArgument, needs_evals, opened_run
from assistant.cli.options import ANSWERING, MODELS, Run, takes
from assistant.errors import ModelMissing, UsageError
from assistant.terminal import TerminalProgress

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from assistant.engine import Engine

app = typer.Typer(**STYLE)  # without a name: `assistant eval` takes its commands as its own
judge_app = typer.Typer(
    name="judge", help="A language model as judge, and how far to trust it.", **STYLE
)
app.add_typer(judge_app)

QuestionsArgument = Annotated[
    Path, typer.Argument(metavar="FILE.jsonl", help="A file of questions.")
]
CorpusArgument = Annotated[Path, typer.Argument(metavar="PATH", help="The articles.")]


@app.command("generate")
@takes(MODELS, ANSWERING)
def generate_questions(
    run: Run,
    corpus: CorpusArgument,
    out: OutOption = Path("questions.jsonl"),
    n: Annotated[int, typer.Option("--n", min=1, metavar="N", help="How many to keep.")] = 50,
    seed: Annotated[int, typer.Option("--seed", help="Another one makes other questions.")] = 0,
) -> None:
    """Make questions with verbatim answers from articles that nobody labelled.

    Example: assistant eval generate ~/articles -o questions.jsonl --n 100
    """
    with needs_evals(), TerminalProgress(sys.stderr, quiet=run.quiet) as progress:
        import json

        from evals.generate import Tally, generate
        from evals.items import as_json

        if out.exists():
            raise UsageError(f"{out} is there already", "Name another file with -o, or remove it.")
        tally = None

        def tell(now: Tally) -> None:
            nonlocal tally
            tally = now
            progress("Making questions", now.kept, now.wanted, "questions")

        with (
            tempfile.TemporaryDirectory() as folder,
            _engine(run, progress, folder) as engine,
        ):
            llm = _model(engine)
            engine.ingest([corpus])
            with out.open("w", encoding="utf-8") as file:
                for item in generate(engine.articles(), llm, n, seed, tell):
                    file.write(json.dumps(as_json(item), ensure_ascii=False) + "\n")
                    file.flush()
        progress.clear()
        note(run, str(tally or "no sentence to ask about"))
        print_text(str(out))


@app.command("review")
@takes(MODELS)
def review_questions(
    run: Run,
    questions: QuestionsArgument,
    corpus: CorpusArgument,
    out: OutOption = Path("review.html"),
) -> None:
    """Write a page on which to accept or reject generated questions quickly.

    Example: assistant eval review questions.jsonl ~/articles -o review.html
    """
    with needs_evals(), TerminalProgress(sys.stderr, quiet=run.quiet) as progress:
        from evals import review
        from evals.suites.own import read

        items = read(questions)
        with (
            tempfile.TemporaryDirectory() as folder,
            _engine(run, progress, folder) as engine,
        ):
            engine.ingest([corpus])
            articles = {article.id: article for article in engine.articles()}
        review.write(items, articles, out)
        print_text(str(out))


@app.command("feedback")
@takes()
def feedback_drafts(
    run: Run,
    feedback: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="From the web chat.")],
    out: OutOption = Path("drafts.jsonl"),
) -> None:
    """Write the answers marked as wrong as questions to be completed by hand.

    Example: assistant eval feedback feedback.jsonl -o drafts.jsonl
    """
    with needs_evals():
        import json

        from evals.suites.feedback import drafts, read

        found = drafts(read(feedback))
        lines = (json.dumps(draft, ensure_ascii=False) + "\n" for draft in found)
        out.write_text("".join(lines), encoding="utf-8")
        note(run, f"{len(found)} to complete: fill in 'answers', take 'complete' out")
        print_text(str(out))


@judge_app.command("calibrate")
@takes(MODELS, ANSWERING)
def calibrate_judge(
    run: Run,
    labels: Annotated[
        Path | None, typer.Option("--labels", metavar="FILE.jsonl", help="Pairs graded by people.")
    ] = None,
) -> None:
    """Let the model grade answers that people graded, and say how far they agree.

    Example: assistant eval judge calibrate --llm openai:URL#MODEL
    """
    with needs_evals(), TerminalProgress(sys.stderr, quiet=run.quiet) as progress:
        from evals import judge
        from evals.run import RUNS

        def tell(done: int, total: int) -> None:
            progress("Grading", done, total, "questions")

        with _engine(run, progress) as engine:
            found = judge.calibrate(judge.load_labels(labels or judge.LABELS), _model(engine), tell)
        progress.clear()
        path = judge.calibration_file(RUNS, found.model)
        found.write(path)
        print_text(judge.calibration_text(found, color=screen()["color"]))
        note(run, str(path))


@judge_app.command("run")
@takes(MODELS, ANSWERING)
def judge_a_run(run: Run, folder: RunArgument) -> None:
    """Let a model grade the answers of a run. Its figures stay apart from the others.

    Example: assistant eval judge run RUN --llm openai:URL#MODEL
    """
    with needs_evals(), TerminalProgress(sys.stderr, quiet=run.quiet) as progress:
        from evals import judge
        from evals.judging import judge_run, judged_text
        from evals.run import RUNS
        from evals.systems import WITH_MODEL

        def tell(done: int, total: int) -> None:
            progress("Grading", done, total, "questions")

        opened = opened_run(folder)
        answerer = opened.manifest.get("models", {}).get("llm", {}).get("model_name", "")
        answerers = {system: answerer for system in opened.systems if system in WITH_MODEL}
        with _engine(run, progress) as engine:
            llm = _model(engine)
            path = judge.calibration_file(RUNS, llm.metadata.model_name)
            judged = judge_run(opened, llm, judge.Calibration.read(path), answerers, tell)
        progress.clear()
        judged.write(opened.folder)
        print_text(judged_text(judged, opened, color=screen()["color"]))


@contextlib.contextmanager
def _engine(run: Run, progress: TerminalProgress, store: str | None = None) -> Iterator[Engine]:
    """store: a folder for an index of its own; None is the user's."""
    from assistant.engine import Engine

    settings = replace(run.settings, store=Path(store)) if store else run.settings
    engine = Engine(settings, progress=progress)
    try:
        yield engine
    finally:
        engine.close()


def _model(engine: Engine) -> LLM:
    if engine.llm is None:
        raise ModelMissing(
            "this needs a language model, and --llm is none or its weights are missing",
            "Name one with --llm; see: assistant models list",
        )
    return engine.llm
