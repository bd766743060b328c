"""RGB (Chen et al., 2024): what noise and falsehood among the passages do to the answer.

Read: the English sets of the authors' repository, JSON lines with `id`, `query`, `answer`,
`positive`, `negative` and, in the counterfactual set, `positive_wrong` and `fakeanswer`. `en.json`
serves for noise and `en_fact.json` for falsehood where both are there; else one file serves both.
`positive_wrong[i]` is `positive[i]` with the fact exchanged.

Every passage is an article, and `within` names the five that an item may use. Its kinds:

    noise_0 .. noise_80  that many per cent unrelated passages, the others right
    only_noise           unrelated passages only: to be declined
    conflict             right and falsified ones together, filled up with unrelated ones
    counterfactual       falsified ones only (the suite `rgb-counterfactual`)

Where RGB fills a ratio up with passages of the other sort, so that "0 % noise" may be mostly noise,
an item here joins a ratio only with enough passages for it; the ratios therefore have different
numbers of items. Unrelated passages that give the answer after all are left out. Which passages
serve depends on a hash of the question's id and nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import AssistantError
from assistant.grounding import locate
from assistant.reading.text import canonical
from evals.items import Item
from evals.suites.suite import Document, Documents, Source, Suite, rank

FILE = "rgb.jsonl"
PASSAGES = 5
NOISE = (0.0, 0.2, 0.4, 0.6, 0.8)
MOST_OF_EACH_SIDE = 2
NOISE_FILES = ("en_refine.json*", "en.json*", "rgb*.json*", "en_fact.json*")
FALSEHOOD_FILES = ("en_fact.json*", "rgb*.json*")


@dataclass(frozen=True)
class Query:
    """One line. answers: parts, each with its forms. The passages are keys of documents."""

    id: str
    question: str
    answers: tuple[tuple[str, ...], ...]
    false_answers: tuple[str, ...]
    right: tuple[str, ...]
    wrong: tuple[str, ...]
    unrelated: tuple[str, ...]
    documents: tuple[Document, ...]


def rgb(source: Source) -> Suite:
    """Noise, only noise, and true and falsified together."""
    noise_file = source.file("RGB's questions", *NOISE_FILES)
    falsehood_file = source.file_if_there("RGB's counterfactual questions", *FALSEHOOD_FILES)
    noise = load(noise_file)
    same = falsehood_file in (None, noise_file)
    falsehood = noise if same or falsehood_file is None else load(falsehood_file)
    items = [item for query in noise for item in _noise_items(query)]
    items += [item for query in falsehood if (item := _conflict(query))]
    return _suite(
        "rgb", "RGB: noise, only noise, true and falsified together", items, noise, falsehood
    )


def counterfactual(source: Source) -> Suite:
    """Falsified passages only.

    A program that says what its articles say is wrong here by RGB's count, and right by its own
    promise, so these items stand apart: look at how many are declined, not at the total.
    """
    queries = load(source.file("RGB's counterfactual questions", *FALSEHOOD_FILES))
    items = [
        _item(query, "counterfactual", _first(query, query.wrong), query.answers)
        for query in queries
        if query.wrong
    ]
    return _suite("rgb-counterfactual", "RGB: falsified passages only", items, queries)


def load(path: Path) -> list[Query]:
    """Raises AssistantError that names the line which is not of the format."""
    queries = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            queries.append(_query(json.loads(line), path.stem))
        except (ValueError, KeyError, TypeError) as error:
            raise AssistantError(
                f"{path}:{number}: not in RGB's format: {error!r}",
                "The English sets en.json, en_refine.json and en_fact.json can be read.",
            ) from None
    return queries


def _query(raw: dict[str, Any], file: str) -> Query:
    answers = _answers(raw["answer"])
    fake = raw.get("fakeanswer") or []
    query_id = f"{file}-{raw['id']}"
    false_answers = tuple(canonical(f).strip() for f in ([fake] if isinstance(fake, str) else fake))
    unrelated = [
        text
        for text in _passages(raw, "negative")
        if not all(any(locate(form, text) for form in part) for part in answers)
    ]
    groups = {
        "right": _passages(raw, "positive"),
        "wrong": _passages(raw, "positive_wrong"),
        "unrelated": unrelated,
    }
    # Neither key nor title may tell the right ones from the others.
    order = sorted(
        ((group, n) for group, texts in groups.items() for n in range(len(texts))),
        key=lambda each: rank(query_id, *each),
    )
    number_of = {each: number for number, each in enumerate(order, 1)}
    keys = {
        group: tuple(f"{query_id}-{number_of[(group, n)]}" for n in range(len(texts)))
        for group, texts in groups.items()
    }
    documents = tuple(
        Document(keys[group][n], f"Passage {number_of[(group, n)]}", groups[group][n])
        for group, n in order
    )
    return Query(
        query_id,
        " ".join(raw["query"].split()),
        answers,
        tuple(f for f in false_answers if f),
        keys["right"],
        keys["wrong"],
        keys["unrelated"],
        documents,
    )


def _answers(raw: Any) -> tuple[tuple[str, ...], ...]:
    """RGB's own reading: a list is parts that must all be there, a list in it the forms of one."""
    parts = raw if isinstance(raw, list) else [raw]
    found = [part if isinstance(part, list) else [part] for part in parts]
    return tuple(tuple(dict.fromkeys(canonical(str(f)).strip() for f in part)) for part in found)


def _passages(raw: dict[str, Any], key: str) -> list[str]:
    texts = raw.get(key) or []
    if any(isinstance(text, list) for text in texts):
        raise ValueError(f"'{key}' holds lists: the set for information integration is not read")
    return [cleaned for text in texts if (cleaned := canonical(text).strip())]


def _noise_items(query: Query) -> Iterator[Item]:
    for ratio in NOISE:
        noise = round(PASSAGES * ratio)
        right, unrelated = PASSAGES - noise, noise
        if len(query.right) >= right and len(query.unrelated) >= unrelated:
            used = _first(query, query.right, right)
            others = _first(query, query.unrelated, unrelated)
            kind = f"noise_{round(ratio * 100)}"
            yield _item(query, kind, (*used, *others), query.answers, gold=(used,))
    if len(query.unrelated) >= PASSAGES:
        used = _first(query, query.unrelated)
        yield _item(query, "only_noise", used, ())


def _conflict(query: Query) -> Item | None:
    """As many of both sides, from different passages where there are several of them."""
    if not query.right or not query.wrong:
        return None
    side = min(MOST_OF_EACH_SIDE, len(query.right) // 2) or 1
    order = sorted(range(len(query.right)), key=lambda n: rank(query.id, "conflict", n))
    right = tuple(query.right[n] for n in order[:side])
    wrong = tuple(query.wrong[n] for n in order[::-1] if n < len(query.wrong))[:side]
    others = _first(query, query.unrelated, PASSAGES - len(right) - len(wrong))
    return _item(query, "conflict", (*right, *wrong, *others), query.answers, gold=(right, wrong))


def _first(query: Query, keys: Sequence[str], n: int = PASSAGES) -> tuple[str, ...]:
    """`n` of the passages, the same ones every time."""
    return tuple(sorted(keys, key=lambda key: rank(query.id, key))[:n])


def _item(
    query: Query,
    kind: str,
    used: Sequence[str],
    answers: tuple[tuple[str, ...], ...],
    gold: Sequence[Sequence[str]] = (),
) -> Item:
    def ids(keys: Sequence[str]) -> tuple[str, ...]:
        return tuple(f"{FILE}#{key}" for key in keys)

    return Item(
        id=f"{query.id}-{kind}",
        question=query.question,
        answers=answers,
        answerable=bool(answers),
        kind=kind,
        gold=tuple(ids(each) for each in gold),
        within=ids(sorted(used)),
        false_answers=query.false_answers,
        cluster=query.id,
        split="tune" if int(rank("half", query.id)[0], 16) % 2 else "report",
    )


def _suite(name: str, description: str, items: list[Item], *sets: list[Query]) -> Suite:
    """Items with only those passages that any of them uses."""
    used = {article for item in items for article in item.within}
    documents = {
        document.key: document
        for queries in sets
        for query in queries
        for document in query.documents
        if f"{FILE}#{document.key}" in used
    }
    kinds = dict.fromkeys(item.kind for item in items)
    counts = (f"{kind} {sum(item.kind == kind for item in items)}" for kind in kinds)
    return Suite(
        name,
        description,
        tuple(items),
        Documents(FILE, tuple(documents.values())),
        notes=(f"items: {', '.join(counts)}",),
    )
