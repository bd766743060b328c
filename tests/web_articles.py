"""A small corpus for the tests of the pages, and a server that shows it, each made once."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from hostile import HOSTILE, LINKS

import assistant.web
from assistant.embedding import Embedder
from assistant.engine import Engine
from assistant.settings import load_settings
from assistant.types import Article
from assistant.web.pages import router

STATIC = Path(assistant.web.__file__).parent / "static"
# What the real server sends, or stricter: the pages must need nothing else.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'self'; "
    "base-uri 'none'"
)

BRIDGE = """---
title: Bridge dearer again
date: 2025-08-14
source: The Gazette
author: Clara Whitlow
url: https://gazette.example/2025/bridge
language: en
---
The Old Mill Bridge will cost 24.9 million crowns, the works department said.
It is to open in June 2026.

## What it means

"Nobody was hurt when the crane fell," the mayor said. "We were lucky."

Correction: an earlier version of this article named the wrong month.
"""
BRIDGE_BEFORE = BRIDGE.replace("in June 2026", "in May 2026")
FLOOD = (
    "At least three people died and eleven are missing after the river Sarn burst its banks in "
    "the night to Wednesday and flooded the lower districts of Kelderby. About 1,900 people were "
    "brought to safety, the county police said in the morning. Schools in the whole town will be "
    "closed until Monday, and the mayor asked everybody to stay away from the riverside."
)
ARTICLES = {
    "flood.md": f"---\ntitle: Three dead in flood\ndate: 2024-06-12\nsource: The Gazette\n"
    f"language: en\n---\n{FLOOD}\n",
    "flood-wire.md": f"---\ntitle: Sarn floods Kelderby\ndate: 2024-06-12\n"
    f"source: Northern Wire\nlanguage: en\n---\n{FLOOD} More soon.\n",
    "zurich.md": "---\ntitle: 'UPDATED: Zürich Straße gesperrt'\ndate: 2025-01-02\n"
    "source: Der Bote\nlanguage: de\n---\nDie Straße nach Zürich ist bis Montag gesperrt.\n",
    "arabic.md": "---\ntitle: افتتاح الجسر الجديد\ndate: 2025-03-01\nsource: الراديو\n"
    "language: ar\n---\nافتتح رئيس البلدية الجسر الجديد يوم السبت. حضر الحفل ألف شخص.\n",
    "chinese.md": "---\ntitle: 新桥开通\ndate: 2025-03-02\nsource: 晨报\nlanguage: zh\n---\n"
    "市长周六为新桥剪彩。约有一千人参加了仪式。\n",
    "undated.txt": "Notes on otters\n\nThe otters won by three goals to two on a cold night.\n",
    "wire.jsonl": '{"id": "1", "title": "Heron stolen", "text": "A bronze heron was stolen from '
    'the quay.", "date": "2025-03-04"}\n{"id": "2", "title": "Heron found", "text": "The bronze '
    'heron was found in a shed.", "date": "2025-06-28"}\n',
}


def build(store: Path, corpus: Path, embedder: Embedder) -> None:
    """Make the store: the corpus above, in which the article on the bridge was changed once."""
    engine = opened(store, embedder)
    corpus.mkdir()
    for name, content in ARTICLES.items():
        (corpus / name).write_text(content, encoding="utf-8")
    (corpus / "bridge.md").write_text(BRIDGE_BEFORE, encoding="utf-8")
    engine.ingest([corpus])
    (corpus / "bridge.md").write_text(BRIDGE, encoding="utf-8")
    engine.ingest([corpus])
    engine.close()


def opened(store: Path, embedder: Embedder, **flags: object) -> Engine:
    """An engine over a store, without a language model and with the one embedder of all tests."""
    settings = load_settings(flags={"llm": "none", "store": store, **flags})
    return Engine(settings, embedder=embedder)


def add_hostile(engine: Engine) -> list[str]:
    """Store every hostile text, as text and in every fact, past all that reading would clean.

    Returns the ids.
    """
    ids = []
    for number, (name, text) in enumerate(HOSTILE):
        text = text.encode("utf-8", "replace").decode()  # SQLite takes no lone surrogate
        article = Article(
            id=f"hostile-{number}/{name}{text[9:60]}",
            title=text[:300],
            text=f"{text}\n\nAn ordinary paragraph, READABLE to the end.",
            author=text[:120],
            source=text[:120],
            url=LINKS[number % len(LINKS)],
            language=text[10:40] or None,
            tags=(text[:60],),
        )
        engine.store.put(article, [], np.empty((0, engine.store.dimension or 1), np.float32))
        ids.append(article.id)
    return ids


def application(engine: Engine) -> FastAPI:
    """The pages alone, under the strict policy."""
    app = FastAPI()

    @app.middleware("http")
    async def strict(request: Request, call_next):  # type: ignore[no-untyped-def]
        response: Response = await call_next(request)
        response.headers["Content-Security-Policy"] = POLICY
        return response

    app.include_router(router(engine))
    app.mount("/web", StaticFiles(directory=STATIC))
    return app


@contextmanager
def served(engine: Engine) -> Iterator[str]:
    """The address of a server that shows the pages while the block runs."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application(engine), log_level="error"))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(20)
    listening.close()
