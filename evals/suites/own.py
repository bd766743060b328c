"""The sample corpus with its questions, and a file of the user's own on their own corpus."""

from __future__ import annotations

from pathlib import Path

from assistant.errors import AssistantError, UsageError
from evals import items as item_files
from evals.items import Item, ItemError
from evals.suites.suite import Source, Suite

HERE = Path(__file__).resolve().parent.parent
QUESTIONS = HERE / "questions"
SAMPLE_CORPUS = HERE.parent / "corpus"


def sample(source: Source) -> Suite:
    """150 questions about the sample corpus, or about `--corpus` if it is that corpus elsewhere."""
    return Suite(
        "sample",
        "150 questions about the sample corpus, half of them to tune on",
        tuple(read(*sorted(QUESTIONS.glob("sample-*.jsonl")))),
        _sample_corpus(source),
    )


def people(source: Source) -> Suite:
    """Questions about the sample corpus as people type them; `--corpus` as for `sample`."""
    return Suite(
        "people",
        "219 questions of nine kinds as people type them, about half of them to tune on",
        tuple(read(*sorted(QUESTIONS.glob("people-*.jsonl")))),
        _sample_corpus(source),
    )


def own(source: Source) -> Suite:
    """The questions in a file of JSON lines (`evals.items`), asked of the folder `--corpus`."""
    path = Path(source.name)
    if source.corpus is None:
        raise UsageError(
            f"{path}: which articles are these questions about?",
            f"Name their folder: assistant eval run {path} --corpus FOLDER",
        )
    return Suite(path.stem, f"the questions in {path.name}", tuple(read(path)), source.corpus)


def _sample_corpus(source: Source) -> Path:
    corpus = source.corpus or SAMPLE_CORPUS
    if not corpus.is_dir():
        raise UsageError(
            f"{corpus}: the sample corpus is not there",
            "It is in the repository, not in the package: clone it, or name it with --corpus.",
        )
    return corpus


def read(*paths: Path) -> list[Item]:
    """The items of the files. Raises AssistantError that names file, line and what is wrong."""
    try:
        return item_files.load(paths)
    except ItemError as error:
        raise AssistantError(
            str(error), "Mend that line; evals/README.md has the table of keys."
        ) from None
