"""A server on a free port, in a thread of this process, around a real engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from assistant.access import Access
from assistant.engine import Engine
from assistant.guards import LOOPBACK_NAMES
from assistant.server import build
from assistant.settings import load_settings
from assistant.turns import Turns

BRIDGE = """---
title: Bridge dearer again
date: 2025-08-14
source: The Gazette
author: Maud Ellery
---
The Old Mill Bridge will cost 24.9 million crowns, the works department said.
It is to open in June 2026. Nobody was hurt when the crane fell.
"""
FAIR = """---
title: The fair <script>alert(1)</script> & [more](http://evil.example)
date: 2025-09-01
---
The fair is on Friday. The mayor, Ada Quill, will open it at noon.
"""


def write_corpus(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bridge.md").write_text(BRIDGE)
    (folder / "fair.md").write_text(FAIR)
    return folder


def application(
    engine: Engine,
    turns: Turns | None = None,
    *,
    access: Access | None = None,
    hosts: frozenset[str] = LOOPBACK_NAMES,
    root_path: str = "",
    chat: bool = False,
) -> FastAPI:
    """What `assistant serve` builds around `engine`; without the web chat, which takes its time,
    unless it is asked for."""
    return build(
        engine,
        turns or Turns(),
        engine.settings,
        access=access or Access(engine.settings.store),
        hosts=hosts,
        root_path=root_path,
        chat=chat,
    )


@contextmanager
def quoting(folder: Path) -> Iterator[Engine]:
    """An engine over `write_corpus`, loaded, that answers every question with a quote."""
    flags = {"llm": "none", "careful": 0.0, "store": folder / "store"}
    engine = Engine(load_settings(flags=flags))
    engine.ingest([write_corpus(folder / "corpus")])
    engine.load()
    yield engine
    engine.close()


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """The address of `app` behind real sockets."""
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="warning", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
