"""What a person may narrow a question to: days, outlets, articles, and how careful to be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

import gradio as gr

from assistant.errors import UsageError
from assistant.store import Store
from assistant.types import Filters

# A browser slows down with more. Others are reached from their own page: "Ask within".
LISTED_ARTICLES = 2_000


class Within(NamedTuple):
    """The fields of the form."""

    since: gr.Textbox
    until: gr.Textbox
    outlets: gr.Dropdown
    articles: gr.Dropdown
    careful: gr.Slider


def form(careful: float) -> Within:
    """The form, closed. careful: what the settings say."""
    day: dict[str, Any] = {"placeholder": "2025-12-31", "max_length": 10}
    with gr.Accordion("Ask within: days, outlets, articles", open=False, elem_id="within"):
        with gr.Row():
            since = gr.Textbox(label="From day", elem_id="since", **day)
            until = gr.Textbox(label="As of day (nothing later counts)", elem_id="until", **day)
        outlets = gr.Dropdown([], label="Outlets", multiselect=True, elem_id="outlets")
        articles = gr.Dropdown([], label="Articles", multiselect=True, elem_id="articles")
        label = "How careful: at 0 it always answers, at 1 hardly ever"
        slider = gr.Slider(0, 1, careful, step=0.05, label=label, elem_id="careful")
    return Within(since, until, outlets, articles, slider)


def choices(store: Store, article: str | None) -> tuple[Any, Any]:
    """What `outlets` and `articles` offer. article: id of the one that is chosen at first."""
    offered = [(f"{title} · {id}", id) for id, title in store.titles(LISTED_ARTICLES)]
    chosen = store.article(article) if article else None
    if chosen and chosen.id not in (id for _, id in offered):
        offered.append((f"{chosen.title} · {chosen.id}", chosen.id))
    return (
        gr.update(choices=store.outlets()),
        gr.update(choices=offered, value=[chosen.id] if chosen else []),
    )


def filters(
    since: str | None, until: str | None, outlets: Sequence[str], articles: Sequence[str]
) -> Filters:
    """The form's values, in the order of `Within`. Raises UsageError for what is not a day."""
    found = Filters(
        since=_day(since),
        until=_day(until),
        sources=frozenset(outlets or ()),
        articles=frozenset(articles or ()),
    )
    if found.since and found.until and found.since > found.until:
        raise UsageError("the first day is after the last", "Exchange the two days.")
    return found


def _day(text: str | None) -> date | None:
    if not text or not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(
            f"{text.strip()!r} is not a day", "Write it as year-month-day: 2025-12-31."
        ) from None
