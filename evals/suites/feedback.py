"""What people thought of answers in the web chat: one JSON object a line.

    time        when the answer was given, ISO 8601
    question    as it was asked
    answer      the text that was shown; "" when it abstained
    status      "answered", "abstained" or "conflict"
    citations   list of {"article_id", "start", "end", "quote"}
    articles    ids of the articles the search was limited to; [] means all
    thumb       "up" or "down"
    note        what the person added, may be ""

A thumb up says that this answer, or this silence, was right: it becomes an item. The accepted form
is the whole text shown, so that an answer put otherwise counts as wrong until someone adds its
form: shorten it to the fact. A thumb down says only that something was wrong, not what is right:
it becomes a draft that someone must complete, and no item (`drafts`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError, UsageError
from evals.items import Item, Quote, as_json
from evals.suites.suite import Source, Suite, rank

STATUSES = ("answered", "abstained", "conflict")
_TEXTS = ("time", "question", "answer", "status", "thumb")


@dataclass(frozen=True)
class Feedback:
    """One line. quotes: what was cited. articles: what the search was limited to."""

    time: str
    question: str
    answer: str
    status: str
    quotes: tuple[Quote, ...]
    articles: tuple[str, ...]
    liked: bool
    note: str

    @property
    def id(self) -> str:
        return f"feedback-{rank(self.time, self.question)[:10]}"


def feedback(source: Source) -> Suite:
    """The answers people liked, as questions: does the program still give them?"""
    path = source.file("file of feedback", "feedback*.jsonl", "*.jsonl")
    if source.corpus is None:
        raise UsageError(
            f"{path}: which articles was this feedback about?",
            "Name their folder: assistant eval run feedback --data FILE --corpus FOLDER",
        )
    given = read(path)
    left = sum(not each.liked for each in given)
    return Suite(
        "feedback",
        "answers that people marked as right, asked again",
        tuple(item(each) for each in given if each.liked),
        source.corpus,
        notes=(f"{left} answers marked as wrong are left out: nobody said what is right",),
    )


def read(path: Path) -> list[Feedback]:
    """What a file says of each answer at last: who thinks otherwise later has a line of its own.

    Raises AssistantError that names the line and what is wrong with it.
    """
    found = []
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise AssistantError(f"{path}: cannot be read: {error}", "Check the file.") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                found.append(_parse(json.loads(line)))
            except ValueError as error:
                raise AssistantError(
                    f"{path}:{number}: {error}", "evals/suites/feedback.py has the format."
                ) from None
    return list({given.id: given for given in found}.values())


def item(given: Feedback) -> Item:
    """The question of a thumb up, with what was shown as its answer."""
    answered = given.status != "abstained"
    kinds = {"answered": "single", "abstained": "unanswerable", "conflict": "conflict"}
    cited = dict.fromkeys(quote.article_id for quote in given.quotes)
    return Item(
        id=given.id,
        question=given.question,
        answers=((given.answer,),) if answered else (),
        answerable=answered,
        kind=kinds[given.status],
        gold=tuple((article,) for article in cited) if answered else (),
        evidence=given.quotes if answered else (),
        within=given.articles,
        cluster=given.question.casefold(),
    )


def drafts(given: list[Feedback]) -> list[dict[str, Any]]:
    """An object for each thumb down, in the form of an item but for one key.

    The reader of items refuses `complete`, so that none is used before somebody has filled in
    `answers` and `answerable` and taken that key out.
    """
    found = []
    for each in given:
        if not each.liked:
            empty = Item(id=each.id, question=each.question, answerable=False, within=each.articles)
            shown = f"{each.status}: {each.answer}" if each.answer else each.status
            found.append({**as_json(empty), "complete": f"shown: {shown}; note: {each.note}"})
    return found


def _parse(raw: Any) -> Feedback:
    if not isinstance(raw, dict):
        raise ValueError("a JSON object is wanted")
    for key in _TEXTS:
        if not isinstance(raw.get(key), str) or not (raw[key].strip() or key == "answer"):
            raise ValueError(f"'{key}' must be text")
    if raw["status"] not in STATUSES:
        raise ValueError(f"'status' must be one of {', '.join(STATUSES)}")
    if raw["thumb"] not in ("up", "down"):
        raise ValueError("'thumb' must be up or down")
    if raw["status"] != "abstained" and not raw["answer"].strip():
        raise ValueError("'answer' is empty, but 'status' says that there was one")
    try:
        quotes = tuple(Quote(c["article_id"], c["quote"]) for c in raw.get("citations", ()))
    except (TypeError, KeyError):
        raise ValueError("'citations' must hold objects with article_id and quote") from None
    articles = raw.get("articles") or []
    if not isinstance(articles, list) or not all(isinstance(a, str) and a for a in articles):
        raise ValueError("'articles' must hold ids")
    return Feedback(
        time=raw["time"],
        question=raw["question"],
        answer=raw["answer"],
        status=raw["status"],
        quotes=quotes,
        articles=tuple(articles),
        liked=raw["thumb"] == "up",
        note=str(raw.get("note") or ""),
    )
