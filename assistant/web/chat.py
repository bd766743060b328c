"""The chat page: what stands where, and what calls what. Gradio and nothing else.

`gr.HTML` is not used: it evaluates strings as scripts, which our Content-Security-Policy forbids.
`gr.Markdown` and `gr.Chatbot` sanitise what they are given, on top of our escaping.

The pane in which articles open beside it is made by static/chat.js; its look is static/chat.css.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from assistant.errors import UsageError
from assistant.web import shelf, within
from assistant.web.suggestions import three_questions
from assistant.web.talk import Message, Session, Talk
from assistant.web.users import LOCAL, user_of, who_of

LONGEST_QUESTION = 2_000
HEAD = """
<link rel="icon" href="./web/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="./web/base.css">
<link rel="stylesheet" href="./web/chat.css">
<script src="./web/chat.js" defer></script>
"""
NAVIGATION = """
<header class="top"><h1>Ask the articles</h1>
<nav><a href="./articles">Articles</a> <a href="./articles/add">Add</a>{more}</nav></header>
"""
LOG_OUT = ' <a href="./logout">Log out</a>'
EMPTY = """
<div class="empty"><h2>What do you want to know?</h2>
<p>Every sentence of an answer cites the words that support it: click its number to read them in
their article. What the articles do not say is not answered.</p></div>
"""
FONTS = ["system-ui", "Segoe UI", "Roboto", "Noto Sans", "Helvetica Neue", "Arial", "sans-serif"]


def theme() -> gr.themes.Base:
    """Gradio's plainest look, in fonts that every machine has: none is fetched."""
    mono = ["ui-monospace", "Menlo", "Consolas", "monospace"]
    return gr.themes.Base(primary_hue="sky", neutral_hue="stone", font=FONTS, font_mono=mono)


def build(talk: Talk) -> gr.Blocks:
    """The page. `talk` does the work."""
    page: gr.Blocks
    with gr.Blocks(
        title="Ask the articles",
        analytics_enabled=False,
        fill_height=True,
        delete_cache=(3_600, 3_600),  # files that were imported; seconds
    ) as page:
        session = gr.State(Session())
        with gr.Sidebar(open=False, label="Conversations", elem_id="conversations"):
            conversations = shelf.build()
        navigation = gr.Markdown(NAVIGATION.format(more=""), elem_id="navigation")
        messages = _messages()
        rating = _rating_note()
        question = gr.Textbox(
            label="Your question",
            placeholder="Ask about the articles",
            max_length=LONGEST_QUESTION,
            submit_btn="Ask",
            autofocus=True,
            elem_id="question",
        )
        limits = within.form(talk.engine.settings.careful)
        anew = shelf.refreshed(talk, conversations, session)
        _wire_asking(talk, session, messages, question, limits, anew)
        _wire_rating(talk, session, messages, *rating)
        shelf.wire(talk, conversations, session, messages, question)

        def loaded(request: gr.Request) -> tuple[Any, ...]:
            more = LOG_OUT if user_of(request) != LOCAL else ""
            wanted = request.query_params.get("article")
            suggested = [{"text": each} for each in three_questions(talk.engine)]
            return (
                NAVIGATION.format(more=more),
                gr.update(examples=suggested),
                *within.choices(talk.engine.store, wanted),
            )

        shown = [navigation, messages, limits.outlets, limits.articles]
        page.load(loaded, None, shown, show_progress="hidden")
        page.load(**anew)
    return page


def _messages() -> gr.Chatbot:
    return gr.Chatbot(
        label="Conversation",
        show_label=False,
        container=False,
        layout="panel",
        placeholder=EMPTY,
        buttons=["copy"],
        latex_delimiters=[],
        allow_file_downloads=False,
        elem_id="messages",
    )


def _rating_note() -> tuple[gr.Row, gr.Textbox, gr.Button]:
    with gr.Row(visible=False, elem_id="note-row") as row:
        note = gr.Textbox(label="What was right or wrong? (optional)", max_length=2_000, scale=4)
        sent = gr.Button("Send note", scale=1)
    return row, note, sent


def _wire_asking(
    talk: Talk,
    session: gr.State,
    messages: gr.Chatbot,
    question: gr.Textbox,
    limits: within.Within,
    anew: dict[str, Any],
) -> None:
    screen = [messages, session]

    def begin(text: str, shown: list[Message], at: Session) -> Any:
        if not text.strip():  # an error of Gradio's would lie over the whole conversation
            gr.Info("Write a question first.", duration=4)
            return gr.skip()
        return (
            *talk.begin(text, shown, at),
            gr.update(value="", submit_btn=False, stop_btn="Stop"),
        )

    def answer(
        shown: list[Message],
        at: Session,
        since: str,
        until: str,
        outlets: list[str],
        articles: list[str],
        careful: float,
        request: gr.Request,
    ) -> Iterator[tuple[list[Message], Session]]:
        if not talk.waits(shown, at):
            yield shown, at
            return
        try:
            filters = within.filters(since, until, outlets, articles)
        except UsageError as error:
            yield talk.failed(shown, at, error)
            return
        yield from talk.answer(
            shown, at, filters, careful, user=user_of(request), who=who_of(request)
        )

    def take_back(shown: list[Message], at: Session) -> tuple[Any, ...]:
        return (*talk.take_back(shown, at), at.question)

    def ready() -> Any:
        return gr.update(submit_btn="Ask", stop_btn=False)

    quiet: dict[str, Any] = {"show_progress": "hidden"}
    asked = [
        question.submit(begin, [question, *screen], [*screen, question], **quiet),
        messages.example_select(_example, None, question, **quiet).then(
            begin, [question, *screen], [*screen, question], **quiet
        ),
        messages.retry(take_back, screen, [*screen, question], **quiet).then(
            begin, [question, *screen], [*screen, question], **quiet
        ),
    ]
    for each in asked:
        run = each.success(answer, [*screen, *limits], screen, concurrency_limit=None, **quiet)
        run.then(ready, None, question, **quiet).then(**anew)
    messages.undo(take_back, screen, [*screen, question], **quiet)
    messages.clear(Session, None, session, **quiet).then(**anew)
    question.stop(talk.stop, session, None, **quiet)


def _example(event: gr.SelectData) -> str:
    return str(event.value["text"])


def _wire_rating(
    talk: Talk,
    session: gr.State,
    messages: gr.Chatbot,
    row: gr.Row,
    note: gr.Textbox,
    sent: gr.Button,
) -> None:
    def rated(at: Session, event: gr.LikeData, request: gr.Request) -> tuple[Session, Any, str]:
        position = event.index if isinstance(event.index, int) else event.index[0]
        at = talk.rate(at, position, bool(event.liked), "", user=user_of(request))
        return at, gr.update(visible=at.rated is not None), ""

    def noted(at: Session, text: str, request: gr.Request) -> Any:
        talk.add_note(at, text, user=user_of(request))
        gr.Info("Thank you: kept with the answer.", duration=4)
        return gr.update(visible=False)

    messages.like(rated, session, [session, row, note], show_progress="hidden")
    gr.on([sent.click, note.submit], noted, [session, note], row, show_progress="hidden")
