"""The web chat and the pages beside it: thin shells over one engine.

`mount` adds them to a server: Gradio at /, pages under /articles, exports under /conversations.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.proxies import none_named

if TYPE_CHECKING:
    from fastapi import FastAPI

    from assistant.engine import Engine
    from assistant.turns import Turns

STATIC = Path(__file__).parent / "static"


def mount(app: FastAPI, engine: Engine, turns: Turns) -> None:
    """Add the chat and the pages to `app`, which guards what comes in and says who asks."""
    # Read when it is imported: without it Gradio asks its makers for the newest version, and more.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    with none_named():
        import gradio
    from fastapi.staticfiles import StaticFiles

    from assistant.render.dialogue_json import MOST_BYTES
    from assistant.web import exports, pages
    from assistant.web.chat import HEAD, build, theme
    from assistant.web.talk import Talk
    from assistant.web.users import LOCAL

    talk = Talk(engine, turns, engine.settings.store)
    # Not /static: files of Gradio itself are there.
    app.mount("/web", StaticFiles(directory=STATIC), name="web")
    app.include_router(pages.router(engine))
    app.include_router(exports.router(talk))
    chat = build(talk)
    chat.queue(max_size=4 * turns.most_waiting, api_open=False)
    gradio.mount_gradio_app(
        app,
        chat,
        path="/",
        auth_dependency=lambda request: getattr(request.state, "user", LOCAL),
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=MOST_BYTES,
        theme=theme(),
        head=HEAD,
        ssr_mode=False,
        favicon_path=None,
        enable_monitoring=False,
        pwa=False,
    )
