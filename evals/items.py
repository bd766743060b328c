"""Questions with their answers: the item format, in JSON lines, read and checked.

One JSON object a line; `evals/README.md` has the table of keys. Knows nothing of systems or runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SPLITS = ("tune", "report")
MATCHES = ("any", "all")
OPENINGS = ("yes", "no")
_KEYS = frozenset(
    "id question answers match needed opening answerable kind gold grades evidence within without "
    "false_answers correction cluster split".split()
)


@dataclass(frozen=True)
class Quote:
    """Words of an article that answer, exactly as they stand in its text."""

    article_id: str
    quote: str


@dataclass(frozen=True)
class Item:
    """One question and what is known about its answer.

    answers: the parts of a right answer, each a tuple of forms that are equally right. Every part
        must be given, or `needed` of them. Empty where the articles do not answer.
    needed: how many of the parts an answer must give to be right, for example 4 of the 6 facts of
        an overview; 0 means every one.
    opening: "yes" or "no" where the question asks for one of them; an answer that begins with the
        other is wrong. Else empty.
    kind: for slices of the figures, for example "single", "conflict" or "false_premise".
    gold: for each article that is needed, the ids any of which serves (near-copies).
    grades: how relevant each class of `gold` is, from 1, where a collection grades it; else empty.
    within: ids of the only articles that may be used: reading is then tested apart from finding.
        Empty means the whole corpus.
    without: ids of articles that may not be used, so that a question whose articles they are has no
        answer; shorter to write than `within` for a large corpus. See `allowed`.
    false_answers: wrong values that the corpus makes tempting; none may be in the answer.
    correction: for a false premise, what the corpus says instead, in forms that are equally right.
    cluster: the story; items of one story depend on each other, and intervals respect that.
    split: "tune" may be looked at while working on the program, "report" may not.
    """

    id: str
    question: str
    answers: tuple[tuple[str, ...], ...] = ()
    needed: int = 0
    opening: str = ""
    answerable: bool = True
    kind: str = "single"
    gold: tuple[tuple[str, ...], ...] = ()
    grades: tuple[int, ...] = ()
    evidence: tuple[Quote, ...] = ()
    within: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    false_answers: tuple[str, ...] = ()
    correction: tuple[str, ...] = ()
    cluster: str = ""
    split: str = "report"


def allowed(item: Item, articles: Iterable[str]) -> frozenset[str] | None:
    """Of all `articles` (ids) those that may be used to answer the item; None: every one."""
    if not item.within and not item.without:
        return None
    return frozenset(item.within or articles) - frozenset(item.without)


class ItemError(ValueError):
    """A line of a question file is not of the form; the message names file, line and what."""


def load(paths: Iterable[Path]) -> list[Item]:
    """The items of the files in order. Raises ItemError for a bad line or a repeated id."""
    items: list[Item] = []
    seen: dict[str, str] = {}
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8").split("\n")  # a text may hold U+2028
        except (OSError, UnicodeDecodeError) as error:
            raise ItemError(f"{path}: cannot be read: {error}") from None
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            where = f"{path}:{number}"
            item = parse(line, where)
            if item.id in seen:
                raise ItemError(f"{where}: id {item.id!r} is also at {seen[item.id]}")
            seen[item.id] = where
            items.append(item)
    return items


def parse(line: str, where: str) -> Item:
    """The item on one line. Raises ItemError, its message beginning with `where`."""
    try:
        raw = json.loads(line)
    except json.JSONDecodeError as error:
        raise ItemError(f"{where}: not JSON: {error}") from None
    if not isinstance(raw, dict):
        raise ItemError(f"{where}: a JSON object is wanted, not {type(raw).__name__}")
    unknown = sorted(set(raw) - _KEYS)
    if unknown:
        raise ItemError(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(sorted(_KEYS))}")
    for key in ("id", "question"):
        if not isinstance(raw.get(key), str) or not raw[key].strip():
            raise ItemError(f"{where}: {key!r} must be text")
    answers = _answers(raw, where)
    answerable = raw.get("answerable", bool(answers))
    if answerable != bool(answers):
        raise ItemError(
            f"{where}: 'answerable' is {answerable}, but there are {len(answers)} answers"
        )
    split = raw.get("split", "report")
    if split not in SPLITS:
        raise ItemError(f"{where}: 'split' is {split!r}, but must be one of {', '.join(SPLITS)}")
    gold = tuple(_texts(each, "gold", where) for each in _list(raw, "gold", where))
    return Item(
        id=raw["id"],
        question=raw["question"],
        answers=answers,
        needed=_needed(raw, len(answers), where),
        opening=_opening(raw, where),
        answerable=answerable,
        kind=_text(raw, "kind", where) or ("single" if answerable else "unanswerable"),
        gold=gold,
        grades=_grades(raw, len(gold), where),
        evidence=tuple(_quote(each, where) for each in _list(raw, "evidence", where)),
        within=_texts(_list(raw, "within", where), "within", where),
        without=_texts(_list(raw, "without", where), "without", where),
        false_answers=_texts(_list(raw, "false_answers", where), "false_answers", where),
        correction=_correction(raw, where),
        cluster=_text(raw, "cluster", where) or raw["id"],
        split=split,
    )


def as_json(item: Item) -> dict[str, Any]:
    """The object from which `parse` makes this item again; empty fields are left out."""
    value: dict[str, Any] = {
        "id": item.id,
        "question": item.question,
        "kind": item.kind,
        "answerable": item.answerable,
        "answers": [list(part) for part in item.answers],
        "match": "all",
        "needed": item.needed,
        "opening": item.opening,
        "gold": [list(each) for each in item.gold],
        "grades": list(item.grades),
        "evidence": [vars(q) for q in item.evidence],
        "within": list(item.within),
        "without": list(item.without),
        "false_answers": list(item.false_answers),
        "correction": list(item.correction),
        "cluster": item.cluster,
        "split": item.split,
    }
    return {k: v for k, v in value.items() if v or k in ("answerable", "answers")}


def _answers(raw: Mapping[str, Any], where: str) -> tuple[tuple[str, ...], ...]:
    """With "match" "any" the list is the forms of one part; with "all" each entry is a part."""
    answers = _list(raw, "answers", where)
    match = raw.get("match", "any")
    if match not in MATCHES:
        raise ItemError(f"{where}: 'match' is {match!r}, but must be one of {', '.join(MATCHES)}")
    if not answers:
        return ()
    if match == "any":
        return (_texts(answers, "answers", where),)
    parts = (each if isinstance(each, list) else [each] for each in answers)
    return tuple(_texts(part, "answers", where) for part in parts)


def _needed(raw: Mapping[str, Any], parts: int, where: str) -> int:
    needed = raw.get("needed", 0)
    if type(needed) is not int or not 0 <= needed <= parts:
        raise ItemError(f"{where}: 'needed' must be a whole number, at most that of the answers")
    return needed


def _opening(raw: Mapping[str, Any], where: str) -> str:
    opening = _text(raw, "opening", where) or ""
    if opening and opening not in OPENINGS:
        raise ItemError(f"{where}: 'opening' is {opening!r}, but must be 'yes' or 'no'")
    return opening


def _correction(raw: Mapping[str, Any], where: str) -> tuple[str, ...]:
    value = raw.get("correction")
    if isinstance(value, str):
        return (value,)
    return () if value is None else _texts(value, "correction", where)


def _grades(raw: Mapping[str, Any], classes: int, where: str) -> tuple[int, ...]:
    grades = _list(raw, "grades", where)
    if grades and (len(grades) != classes or not all(type(g) is int and g > 0 for g in grades)):
        raise ItemError(f"{where}: 'grades' must be a whole number from 1 for each of 'gold'")
    return tuple(grades)


def _list(raw: Mapping[str, Any], key: str, where: str) -> list[Any]:
    value = raw.get(key, [])
    if not isinstance(value, list):
        raise ItemError(f"{where}: {key!r} must be a list")
    return value


def _texts(value: Any, key: str, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise ItemError(f"{where}: {key!r} must hold texts that are not empty")
    return tuple(value)


def _text(raw: Mapping[str, Any], key: str, where: str) -> str | None:
    value = raw.get(key)
    if value is not None and not isinstance(value, str):
        raise ItemError(f"{where}: {key!r} must be text")
    return value


def _quote(value: Any, where: str) -> Quote:
    try:
        return Quote(str(value["article_id"]), str(value["quote"]))
    except (TypeError, KeyError):
        raise ItemError(
            f"{where}: 'evidence' must hold objects with article_id and quote"
        ) from None
