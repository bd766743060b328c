"""What works, what does not, and what to do about it: the checks of `assistant doctor`.

Each check stands alone: one that fails says so and the others still run. Nothing is downloaded or
changed; only `repair` writes.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from assistant.errors import AssistantError, ModelError
from assistant.locks import read_only
from assistant.progress import Progress, silent
from assistant.settings import Settings

if TYPE_CHECKING:
    from assistant.engine import Engine

CheckStatus = Literal["ok", "warn", "fail"]
OLDEST_PYTHON = (3, 11)
# An article takes some tens of kilobytes with its vectors; below this an ingest may not end well.
LITTLE_DISK_BYTES = 500_000_000
ENDPOINT_SECONDS = 5.0


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    found: what is the case, in a few words. advice: what to do now; empty where all is well.
    """

    name: str
    status: CheckStatus
    found: str
    advice: str = ""


def checks(settings: Settings) -> Iterator[Check]:
    """All findings, cheap ones first, each as soon as it is known."""
    yield _python()
    yield _settings(settings)
    for name, look in (
        ("embedding model", _embedding_model),
        ("reader", _reader),
        ("language model", _language_model),
        ("corpus", _corpus),
        ("store folder", _store_folder),
    ):
        yield _guarded(name, look, settings)
    if settings.store.is_dir():
        yield from _index(settings)


def repair(settings: Settings, progress: Progress = silent) -> None:
    """Rebuild the caches from the store, without embedding again. Raises StoreError."""
    engine = _engine(settings, progress)
    try:
        engine.index.rebuild(progress)
    finally:
        engine.close()


def _guarded(name: str, look: Callable[[Settings], Check], settings: Settings) -> Check:
    try:
        return look(settings)
    except AssistantError as error:
        return Check(name, "fail", error.message, error.hint)


def _engine(settings: Settings, progress: Progress = silent) -> Engine:
    from assistant.engine import Engine

    return Engine(settings, progress=progress)


def _python() -> Check:
    version = platform.python_version()
    if sys.version_info < OLDEST_PYTHON:
        oldest = ".".join(map(str, OLDEST_PYTHON))
        return Check("python", "fail", version, f"Install Python {oldest} or newer.")
    return Check("python", "ok", f"{version} on {platform.system()} {platform.machine()}")


def _settings(settings: Settings) -> Check:
    threads = settings.threads or f"all ({os.cpu_count()})"
    found = (
        f"llm {settings.llm}, store {settings.store}, threads {threads}, "
        f"downloads {'allowed' if settings.download else 'refused'}, careful {settings.careful:g}"
    )
    return Check("settings", "ok", found)


def _embedding_model(settings: Settings) -> Check:
    from assistant.embedding import NAME
    from assistant.models import embedding_folder
    from assistant.quantization import graph_file

    ready = graph_file(NAME, settings.models).is_file()
    state = "prepared" if ready else "will be prepared at its first use, half a minute"
    return Check("embedding model", "ok", f"{embedding_folder(settings.models)}, {state}")


def _reader(settings: Settings) -> Check:
    """The small model that judges whether a passage answers. Answers do without it, but worse: only
    who named one of their own is told that it fails."""
    from assistant.models.reader import Reader

    folder = Path(settings.reader).expanduser() if settings.reader else None
    try:
        Reader(folder, settings.threads).load()
    except ModelError as error:
        if folder:
            raise
        return Check("reader", "warn", f"answers do without it: {error.message}", error.hint)
    return Check("reader", "ok", str(folder or "the one in the package"))


def _language_model(settings: Settings) -> Check:
    from assistant.models import find, local_path, own_file

    name = "language model"
    kind, _, rest = settings.llm.partition(":")
    if settings.llm == "none":
        return Check(name, "ok", "none: answers are quotes")
    if kind == "openai":
        return _endpoint(settings)
    if kind != "embedded":
        advice = "Use embedded:MODEL, openai:URL#MODEL or none."
        return Check(name, "fail", f"'{settings.llm}' is no language model", advice)
    if rest.endswith(".gguf"):
        return Check(name, "ok", str(own_file(Path(rest))))
    model = find(rest)
    path = local_path(model, settings.models)
    if path:
        return Check(name, "ok", f"{rest} at {path}")
    size = f"{model.size / 1e6:,.0f} MB" if model.size else "size unknown"
    found = f"{rest} is not in {settings.models} yet ({size})"
    return Check(name, "warn", found, f"Run: assistant models pull {rest}")


def _endpoint(settings: Settings) -> Check:
    import httpx

    from assistant.llm import parse_endpoint
    from assistant.proxies import proxy_for, transport_for

    name = "language model"
    url, model = parse_endpoint(settings.llm)
    key = {"Authorization": f"Bearer {settings.api_key}"} if settings.api_key else {}
    try:
        with httpx.Client(transport=transport_for(url), timeout=ENDPOINT_SECONDS) as client:
            reply = client.get(f"{url.rstrip('/')}/models", headers=key)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        proxy = proxy_for(url)
        way = f" through {proxy}" if proxy else ""
        reason = f"{url} cannot be reached{way}: {str(error) or type(error).__name__}"
        return Check(name, "fail", reason, "Start it, or use --llm.")
    if reply.status_code in (401, 403):
        advice = "Set ASSISTANT_API_KEY to a key that it accepts."
        return Check(name, "fail", f"{url} refuses the key", advice)
    if reply.is_error:
        found = f"{url} is there but answered {reply.status_code} to a question for its models"
        return Check(name, "warn", found, "Check that the URL ends where the API begins: …/v1")
    return Check(name, "ok", f"{model} at {url}")


def _corpus(settings: Settings) -> Check:
    if settings.corpus.is_dir():
        return Check("corpus", "ok", str(settings.corpus))
    advice = "Name a folder: assistant ingest FOLDER, or 'corpus' in the settings file."
    return Check("corpus", "warn", f"{settings.corpus} is no folder", advice)


def _store_folder(settings: Settings) -> Check:
    from assistant.store import FILE

    name, folder = "store folder", settings.store
    if folder.exists() and not folder.is_dir():
        return Check(name, "fail", f"{folder} is a file", "Name a folder with --store.")
    existing = next(place for place in (folder, *folder.absolute().parents) if place.is_dir())
    if (folder / FILE).is_file() and read_only(folder):
        advice = "To add articles, allow writing to it or name another folder with --store."
        return Check(name, "warn", f"{folder} can be searched and asked, not written", advice)
    if not os.access(existing, os.W_OK | os.X_OK):
        advice = "Allow writing to it, or name another folder with --store."
        return Check(name, "fail", f"{existing} cannot be written to", advice)
    free = shutil.disk_usage(existing).free
    found = f"{folder}, {free / 1e9:.1f} GB free"
    if free < LITTLE_DISK_BYTES:
        return Check(name, "warn", found, "Make room on the disk before the next ingest.")
    if not folder.exists():
        return Check(name, "warn", f"{found}, not made yet", "Run: assistant ingest")
    return Check(name, "ok", found)


def _index(settings: Settings) -> Iterator[Check]:
    """Whether the store opens, what is in it, and whether the caches find what it holds."""
    try:
        engine = _engine(settings)
        number = len(engine.articles())
    except AssistantError as error:
        yield Check("store", "fail", error.message, error.hint)
        return
    try:
        if number == 0:
            yield Check("store", "warn", "no articles", "Run: assistant ingest")
            return
        yield Check("store", "ok", f"{number} {'article' if number == 1 else 'articles'}")
        health = engine.index.health()
        if health.ok:
            found = f"{health.passages} passages, {health.probed} of them looked up and found"
            yield Check("caches", "ok", found)
        else:
            problems = "; ".join(health.problems)
            yield Check("caches", "fail", problems, "Run: assistant doctor --repair")
    except AssistantError as error:
        yield Check("caches", "fail", error.message, error.hint)
    finally:
        engine.close()
