"""One process for the web chat and the HTTP API."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from types import FrameType

import uvicorn
from fastapi import FastAPI

from assistant import api, web
from assistant.access import Access, new_secret
from assistant.engine import Engine
from assistant.errors import AssistantError, UsageError
from assistant.guards import LOOPBACK_NAMES, Guards, checked_root_path, is_loopback
from assistant.remote import Note, left_in
from assistant.settings import Settings
from assistant.turns import Turns
from assistant.web import login

# Those who ask at the same time would only slow each other down on one machine; an endpoint has
# room for more.
AT_ONCE, AT_ONCE_AT_ENDPOINT = 1, 4
END_SECONDS = 3
# What a form or Gradio puts around a file.
AROUND_UPLOAD = 1_000_000


def build(
    engine: Engine,
    turns: Turns,
    settings: Settings,
    *,
    access: Access,
    hosts: frozenset[str],
    root_path: str = "",
    chat: bool = True,
) -> FastAPI:
    """The application: guards around the API, the login and the web chat.

    hosts, root_path: the names by which it is reached, and the path below which, as in `Guards`.
    chat: without it, the API alone.
    """
    app = FastAPI(
        title="article-assistant",
        version=version("article-assistant"),
        description="Answers questions about articles; every sentence cites what supports it.",
        docs_url=None,  # FastAPI's own page loads its scripts from elsewhere
        redoc_url=None,
    )
    api.install_handlers(app)
    app.include_router(api.router(engine, turns, access))
    api.add_documentation(app)
    app.include_router(login.router(access))
    if chat:
        web.mount(app, engine, turns)
    app.add_middleware(
        Guards,
        access=access,
        hosts=hosts,
        max_upload=settings.max_file_bytes + AROUND_UPLOAD,
        root_path=root_path,
    )
    return app


def serve(
    engine: Engine,
    settings: Settings,
    *,
    host: str,
    port: int,
    names: tuple[str, ...] = (),
    root_path: str = "",
    ready: Callable[[str], None],
) -> None:
    """Serve until Ctrl-C (KeyboardInterrupt) or SIGTERM (SystemExit 0).

    host, port: where to listen; port 0 takes a free one. names: further ones by which browsers
    reach it, as behind a proxy. root_path: the path below which a proxy has it. ready: told the
    address once, when all is loaded.
    Raises UsageError where others could reach it and nobody has an access key and for a root path
    that is none, AssistantError where it cannot listen there, and what `Engine` raises.
    """
    root_path = checked_root_path(root_path)
    access = Access(settings.store, local_key=new_secret())
    hosts = _hosts(host, names)
    if not all(map(is_loopback, hosts)) and not access.names():
        reached = f"--host {host}" if not is_loopback(host) else f"--name {names[0]}"
        raise UsageError(
            f"{reached} lets others in, and nobody has an access key yet",
            "Make one first: assistant access add NAME",
        )
    with _ended_by_sigterm(), _listening(host, port) as listener:
        _load(engine)
        at_once = AT_ONCE_AT_ENDPOINT if settings.llm.startswith("openai:") else AT_ONCE
        app = build(
            engine, Turns(at_once), settings, access=access, hosts=hosts, root_path=root_path
        )
        note = Note(
            address=_address(host, listener, here=True),
            pid=os.getpid(),
            key=access.local_key or "",
            llm=settings.llm,
        )
        with left_in(settings.store, note):
            ready(_address(host, listener))
            _run(app, listener)


def _run(app: FastAPI, listener: socket.socket) -> None:
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,  # questions are nobody else's business
        server_header=False,
        timeout_graceful_shutdown=END_SECONDS,
    )
    # It hands SIGINT and SIGTERM on when it has ended.
    uvicorn.Server(config).run(sockets=[listener])


def _load(engine: Engine) -> None:
    """Everything that the first question would wait for."""
    engine.ensure_ready()
    engine.load()
    engine.search("the first question is then as fast as the next")


def _hosts(host: str, names: tuple[str, ...]) -> frozenset[str]:
    given = frozenset(name.lower() for name in (host, *names))
    if all(map(is_loopback, given)):
        return LOOPBACK_NAMES | given
    own = {socket.gethostname().lower(), socket.getfqdn().lower()}
    return LOOPBACK_NAMES | given | own | {f"{name.partition('.')[0]}.local" for name in own}


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens. It does so before models are loaded, for a taken port to be known at
    once; who connects meanwhile waits."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        free = "Take another with --port, or --port 0 for any that is free."
        raise AssistantError(
            f"cannot listen on {host}, port {port}: {error.strerror or error}", free
        ) from error
    with listener:
        yield listener


def _address(host: str, listener: socket.socket, *, here: bool = False) -> str:
    """How to reach it, from this machine or from others."""
    name = host
    if host in ("0.0.0.0", "::", ""):
        loopback = "[::1]" if host == "::" else "127.0.0.1"
        name = loopback if here else socket.gethostname()
    elif ":" in host:
        name = f"[{host}]"
    return f"http://{name}:{listener.getsockname()[1]}"


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM ends the block in order, as Ctrl-C does, with exit code 0: somebody asked for it."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
