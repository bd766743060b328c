"""Questions with their answers: the item format, read from JSON lines and checked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["single", "several", "over_time", "conflict", "unanswerable", "false_premise"]
KINDS: tuple[Kind, ...] = (
    "single",
    "several",
    "over_time",
    "conflict",
    "unanswerable",
    "false_premise",
)
QUESTIONS = Path(__file__).parent / "questions"


@dataclass(frozen=True)
class Quote:
    """Words of an article that answer, exactly as they stand in its text."""

    article_id: str
    quote: str


@dataclass(frozen=True)
class Case:
    """
    answers: the parts of a right answer, each a tuple of forms that are equally right. With
        `match` "any" there is one part; with "all" every part must be given.
    gold: for each article that is needed, the ids any of which serves (near-copies).
    false_answers: wrong values that the corpus makes tempting.
    correction: for a false premise, what the corpus says instead.
    cluster: the story; questions of one story depend on each other.
    split: "tune" may be looked at while working on the program, "report" may not.
    """

    id: str
    question: str
    answers: tuple[tuple[str, ...], ...]
    answerable: bool
    kind: Kind
    gold: tuple[tuple[str, ...], ...]
    evidence: tuple[Quote, ...]
    false_answers: tuple[str, ...]
    correction: str | None
    cluster: str
    split: Literal["tune", "report"]


class CaseError(ValueError):
    """A line of a question file is not of the form; the message names file and line."""


def load(paths: list[Path]) -> list[Case]:
    """The cases of the files in order. Raises CaseError for a bad line or a repeated id."""
    cases: list[Case] = []
    seen: dict[str, str] = {}
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.strip():
                continue
            where = f"{path}:{number}"
            case = _case(line, where)
            if case.id in seen:
                raise CaseError(f"{where}: id {case.id!r} is also at {seen[case.id]}")
            seen[case.id] = where
            cases.append(case)
    return cases


def sample() -> list[Case]:
    """The questions about the sample corpus."""
    return load(sorted(QUESTIONS.glob("sample-*.jsonl")))


def _case(line: str, where: str) -> Case:
    try:
        item: dict[str, Any] = json.loads(line)
        if item["kind"] not in KINDS or item["split"] not in ("tune", "report"):
            raise CaseError(f"{where}: unknown kind or split")
        if item["answerable"] != bool(item["answers"]):
            raise CaseError(f"{where}: 'answerable' and 'answers' do not agree")
        return Case(
            id=item["id"],
            question=item["question"],
            answers=_parts(item["answers"], item.get("match", "any")),
            answerable=item["answerable"],
            kind=item["kind"],
            gold=tuple(tuple(each) for each in item["gold"]),
            evidence=tuple(Quote(e["article_id"], e["quote"]) for e in item["evidence"]),
            false_answers=tuple(item.get("false_answers", ())),
            correction=item.get("correction"),
            cluster=item["cluster"],
            split=item["split"],
        )
    except json.JSONDecodeError as error:
        raise CaseError(f"{where}: not JSON: {error}") from None
    except KeyError as error:
        raise CaseError(f"{where}: {error} is missing") from None


def _parts(answers: list[Any], match: str) -> tuple[tuple[str, ...], ...]:
    if match == "any":
        return (tuple(answers),) if answers else ()
    return tuple(tuple(a) if isinstance(a, list) else (a,) for a in answers)
