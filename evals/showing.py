"""One item of a run in a terminal: asked, found, read, said and cited, system by system."""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Mapping

from assistant.errors import AssistantError
from assistant.safety import plain
from assistant.types import Article
from evals.compare import outcome
from evals.items import Item
from evals.metrics.measure import Pair
from evals.records import Place, Record
from evals.runs import Run

FOUND_SHOWN = 5


def item_text(run: Run, item_id: str, width: int) -> str:
    """The item as every system of the run answered it. An id may be `SUITE/ID` where suites share
    it. Raises AssistantError where the run has no such item."""
    suite, item = _find(run, item_id)
    articles = run.articles(suite)
    lines = _about(suite, item, width)
    for system in run.systems:
        for record in run.records(suite, system):
            if record.item == item.id:
                lines += ["", *_reply(system, item, record, articles, width)]
    return plain("\n".join(lines))


def _find(run: Run, item_id: str) -> tuple[str, Item]:
    by_name = {
        f"{suite}/{item.id}": (suite, item) for suite in run.suites for item in run.items(suite)
    }
    found = [each for name, each in by_name.items() if item_id in (name, each[1].id)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(f"{suite}/{item.id}" for suite, item in found)
        raise AssistantError(f"'{item_id}' is in several suites", f"Name one of: {names}")
    ids = [item.id for _, item in by_name.values()]
    close = difflib.get_close_matches(item_id, ids, n=3) or ids[:3]
    raise AssistantError(f"{run.folder} has no item '{item_id}'", f"Close: {', '.join(close)}")


def _about(suite: str, item: Item, width: int) -> list[str]:
    answers = " AND ".join(" / ".join(part) for part in item.answers) or "none: not answerable"
    rows = [
        ("question", item.question),
        ("right", answers),
        ("corrected", " / ".join(item.correction)),
        ("tempting", " / ".join(item.false_answers)),
        ("needs", " AND ".join(" / ".join(members) for members in item.gold)),
        ("only from", ", ".join(item.within)),
        ("not from", ", ".join(item.without)),
        *(("evidence", f"“{quote.quote}” {quote.article_id}") for quote in item.evidence),
    ]
    lines = [f"{suite}/{item.id}  {item.kind}, {item.split}"]
    return lines + [line for name, value in rows if value for line in _row(name, value, width)]


def _reply(
    system: str, item: Item, record: Record, articles: Mapping[str, Article], width: int
) -> list[str]:
    sure = "" if record.confidence is None else f", confidence {record.confidence:.2f}"
    verdict = outcome(Pair(item, record), articles)
    lines = [
        f"== {system}: {record.status}{sure}, {record.seconds.total:.1f} s, "
        f"{record.prompt_tokens} tokens read -> {verdict}"
    ]
    if record.error:
        lines += _row("error", record.error, width)
    for said in record.statements:
        marks = "".join(f" [{n + 1}]" for n in said.citations)
        lines += _row(said.verdict or "said", said.text + marks, width)
    for number, cited in enumerate(record.citations, 1):
        article = articles.get(cited.article_id)
        there = article is not None and article.text[cited.start : cited.end] == cited.quote
        note = "" if there else " — NOT WHAT STANDS THERE"
        lines += _row(f"[{number}]", f"“{cited.quote}” {cited.article_id}{note}", width)
    if record.invalid_labels:
        lines += _row(
            "invented", f"{record.invalid_labels} sources that it had not been given", width
        )
    needed = {article for members in item.gold for article in members}
    for rank, place in enumerate(record.retrieved[:FOUND_SHOWN], 1):
        mark = "*" if place.article_id in needed else " "
        lines += _row(f"found {rank}{mark}", _at(place, articles, 90), width)
    for place in record.read:
        lines += _row("read", _at(place, articles, 400), width)
    return lines


def _at(place: Place, articles: Mapping[str, Article], most: int) -> str:
    article = articles.get(place.article_id)
    if article is None or place.start < 0:
        return f"{place.article_id} (place not known)"
    text = " ".join(article.text[place.start : place.end].split())
    return f"{place.article_id}: {text if len(text) <= most else text[:most] + '…'}"


def _row(name: str, value: str, width: int) -> list[str]:
    return textwrap.wrap(
        " ".join(value.split()),
        width=width,
        initial_indent=f"{name:<12}",
        subsequent_indent=" " * 12,
        break_on_hyphens=False,
    ) or [name]
