"""One question from the chat: its turn in the queue, what is being done, the checked answer.

Values of the engine -> what the chat shows. Knows nothing of Gradio.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from assistant.engine import Engine
from assistant.errors import told
from assistant.render.html import error_html, stage_html, waiting_html
from assistant.render.html_answer import (
    Around,
    answer_html,
    found_html,
    statements_html,
    surroundings,
)
from assistant.turns import Turns
from assistant.types import CheckedAnswer, CheckedStatement, Filters, Found, Stage

# How often someone who waits is told so; when the browser has gone, this is when it is noticed.
TELL_SECONDS = 0.5


@dataclass(frozen=True)
class Asked:
    """A question, and what it is asked within.

    who: the user or browser session that waits for the answer.
    history: earlier (question, answer) pairs, oldest first. careful: None means as settings say.
    """

    question: str
    who: str
    history: Sequence[tuple[str, str]] = ()
    filters: Filters = field(default_factory=Filters)
    careful: float | None = None


def answering(
    engine: Engine, turns: Turns, asked: Asked
) -> Generator[tuple[Markup, CheckedAnswer | None]]:
    """What to show from now on, again and again; with the last one the answer itself.

    An error is shown, with no answer. Whoever closes the iterator gives up the turn.
    """
    try:
        with turns.take(asked.who) as ticket:
            while not ticket.wait(TELL_SECONDS):
                ahead = ticket.ahead
                yield (
                    waiting_html(f"Waiting: {ahead} question{'s' * (ahead != 1)} before yours …"),
                    None,
                )
            yield from _steps(engine, asked)
    except Exception as failure:
        error = told(failure)
        yield error_html(error.message, error.hint), None


def _steps(engine: Engine, asked: Asked) -> Iterator[tuple[Markup, CheckedAnswer | None]]:
    checked: tuple[CheckedStatement, ...] = ()
    found: Found | None = None
    steps = engine.ask_stream(asked.question, asked.history, asked.filters, careful=asked.careful)
    yield waiting_html("Making ready …"), None
    for step in steps:
        match step:
            case CheckedAnswer():
                yield shown_again(engine, step), step
                return
            case CheckedStatement():  # it says it better
                checked, found = (*checked, step), None
            case Found():
                found = step
        shown = statements_html(checked) + (found_html(found) if found else "")
        doing = stage_html(step, found=found is not None) if isinstance(step, Stage) else ""
        yield shown + doing, None


def shown_again(engine: Engine, answer: CheckedAnswer) -> Markup:
    """An answer with what stands around its quotes in the articles as they are now."""
    return answer_html(answer, _around(engine, answer))


def _around(engine: Engine, answer: CheckedAnswer) -> Mapping[int, Around]:
    found = {}
    for citation in answer.citations:
        article = engine.article(citation.article_id)
        span = slice(citation.start, citation.end)
        if article is not None and article.text[span] == citation.quote:
            found[citation.number] = surroundings(article, citation.start, citation.end)
    return found
