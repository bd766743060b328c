"""The list of conversations beside the chat: find, open, rename, remove and bring back, export."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, ParamSpec

import gradio as gr
from markupsafe import Markup

from assistant.errors import AssistantError, UsageError
from assistant.render.dialogue_json import MOST_BYTES
from assistant.web.conversations import Summary
from assistant.web.talk import Message, Session, Talk
from assistant.web.users import user_of

P = ParamSpec("P")
FORMATS = (("md", "Markdown"), ("html", "HTML"), ("json", "JSON"))


class Shelf(NamedTuple):
    """The parts of the list that events change."""

    new: gr.Button
    sought: gr.Textbox
    listed: gr.Radio
    name: gr.Textbox
    renamed: gr.Button
    removed: gr.Button
    restored: gr.Button
    gone: gr.State
    exports: gr.Markdown
    imported: gr.UploadButton


def build() -> Shelf:
    gr.Markdown("## Conversations")
    return Shelf(
        new=gr.Button("New conversation", size="sm"),
        sought=gr.Textbox(label="Search", placeholder="Words in questions or answers"),
        listed=gr.Radio([], label="Open one", elem_id="listed"),
        name=gr.Textbox(label="Name of the open one", max_length=200),
        renamed=gr.Button("Rename", size="sm"),
        removed=gr.Button("Remove the open one", size="sm"),
        restored=gr.Button("Undo remove", size="sm", visible=False),
        gone=gr.State(""),
        exports=gr.Markdown(""),
        imported=gr.UploadButton("Import a JSON export", file_types=[".json"], size="sm"),
    )


def choices(found: Sequence[Summary], open_now: str = "") -> Any:
    """The list as it is now."""
    offered = [(_line(summary), summary.id) for summary in found]
    ids = {id for _, id in offered}
    return gr.update(choices=offered, value=open_now if open_now in ids else None)


def _line(summary: Summary) -> str:
    if summary.unreadable:
        return f"{summary.name} (cannot be read)"
    return f"{summary.name} ({summary.snippet})" if summary.snippet else summary.name


def wire(
    talk: Talk, shelf: Shelf, session: gr.State, messages: gr.Chatbot, question: gr.Textbox
) -> None:
    """What each part does. Whatever changes the list shows it anew."""
    screen = [messages, session]
    about = [shelf.name, shelf.exports]

    @_telling
    def opened(id: str | None, request: gr.Request) -> tuple[Any, ...]:
        if not id:
            return gr.skip(), gr.skip(), gr.skip(), gr.skip()
        shown, at = talk.opened(id, user_of(request))
        kept = talk.conversations(user_of(request)).open(id)
        if kept.skipped:
            gr.Warning(f"{kept.skipped} damaged lines of its file are left out.")
        return shown, at, kept.name, export_links(id)

    @_telling
    def renamed(name: str, at: Session, request: gr.Request) -> None:
        talk.conversations(user_of(request)).rename(at.conversation, name)

    @_telling
    def removed(at: Session, request: gr.Request) -> tuple[Any, ...]:
        talk.conversations(user_of(request)).remove(at.conversation)
        return [], Session(), "", "", at.conversation, gr.update(visible=True)

    @_telling
    def restored(gone: str, request: gr.Request) -> tuple[Any, ...]:
        talk.conversations(user_of(request)).restore(gone)
        return (*talk.opened(gone, user_of(request)), gr.update(visible=False))

    @_telling
    def imported(path: str, request: gr.Request) -> tuple[list[Message], Session]:
        added = talk.conversations(user_of(request)).import_(_read(Path(path)))
        return talk.opened(added.id, user_of(request))

    shelf.new.click(lambda: ([], Session(), "", "", ""), None, [*screen, *about, question])
    shelf.listed.input(opened, shelf.listed, [*screen, *about])
    shown_anew = refreshed(talk, shelf, session)
    shelf.new.click(**shown_anew)
    shelf.sought.change(**shown_anew)
    shelf.renamed.click(renamed, [shelf.name, session]).success(**shown_anew)
    shelf.removed.click(removed, session, [*screen, *about, shelf.gone, shelf.restored]).success(
        **shown_anew
    )
    shelf.restored.click(restored, shelf.gone, [*screen, shelf.restored]).success(**shown_anew)
    shelf.imported.upload(imported, shelf.imported, screen).success(**shown_anew)


def refreshed(talk: Talk, shelf: Shelf, session: gr.State) -> dict[str, Any]:
    """An event's arguments: the list, the name and the links as they are now."""

    def now(sought: str, at: Session, request: gr.Request) -> tuple[Any, ...]:
        user = user_of(request)
        shown = choices(talk.found(sought, user), at.conversation)
        try:
            name = talk.conversations(user).open(at.conversation).name
        except AssistantError:  # none is open, or another tab has removed it
            return shown, "", ""
        return shown, name, export_links(at.conversation)

    return {
        "fn": now,
        "inputs": [shelf.sought, session],
        "outputs": [shelf.listed, shelf.name, shelf.exports],
        "show_progress": "hidden",
    }


def export_links(id: str) -> str:
    """Where the open conversation can be downloaded."""
    links = Markup(" · ").join(
        Markup('<a href="./conversations/export?id={}&format={}" download>{}</a>').format(id, *each)
        for each in FORMATS
    )
    return str(Markup('<p class="exports">Export: {}</p>').format(links))


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            most = f"{MOST_BYTES // 1_000_000} MB"
            raise UsageError(
                f"the file is larger than {most}", "Import one conversation at a time."
            )
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UsageError("the file is not text in UTF-8", "Choose a JSON export.") from None


def _telling(handler: Callable[P, Any]) -> Callable[P, Any]:
    """`handler`, but one of our errors becomes a message in the corner and changes nothing else.

    Gradio's own error would lie over the whole conversation.
    """

    @functools.wraps(handler)
    def told(*arguments: P.args, **named: P.kwargs) -> Any:
        try:
            return handler(*arguments, **named)
        except AssistantError as error:
            message = error.message.rstrip(".")
            text = Markup("{}. {}").format(message, error.hint)
            gr.Warning(str(text), title="This did not work")
            return gr.skip()

    return told
