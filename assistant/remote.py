"""A server that runs on the same store: found, made sure of, and asked in the place of an engine.

A server leaves ``server.json`` in its store, for its owner's eyes only, with its address and a key.
Whether it still runs, and is the one that wrote the file, it has to prove before it is sent
anything. Only the standard library: to ask a server is to cost next to nothing.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import date
from hmac import compare_digest
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from assistant.access import proof
from assistant.errors import AssistantError, Busy, LLMError, UsageError
from assistant.locks import read_only
from assistant.progress import Progress
from assistant.render import parse_answer, parse_found
from assistant.store import FILE as ARTICLES
from assistant.types import Article, CheckedAnswer, Filters, Found, Hit, Nearest, Passage, Span

FILE = "server.json"
QUICK_SECONDS = 2.0  # a server that takes longer to say that it works is of no use
PATIENT_SECONDS = 3600.0

_ERRORS: dict[int, type[AssistantError]] = {400: UsageError, 502: LLMError, 503: Busy}


@dataclass(frozen=True)
class Note:
    """What a server leaves in its store. key: opens its API, for programs on this machine.
    place: the store that it lies in, as `_place` tells it from every copy."""

    address: str
    pid: int
    key: str
    llm: str
    place: str = ""


@contextmanager
def left_in(store: Path, note: Note) -> Iterator[None]:
    """`note` lies in the store while the block runs, readable by its owner only. A store that
    cannot be written does without: its server is then not found."""
    if read_only(store):
        yield
        return
    path, note = store / FILE, replace(note, place=_place(store))
    # mkstemp makes it with mode 0600 from the start.
    handle, temporary = tempfile.mkstemp(dir=store, prefix=FILE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(note), file)
    Path(temporary).replace(path)
    try:
        yield
    finally:
        if _read(path) == note:  # a second server may have come
            with suppress(OSError):
                path.unlink()


def _read(path: Path) -> Note | None:
    try:
        note = Note(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    texts = (note.address, note.key, note.llm, note.place)
    return note if all(isinstance(text, str) for text in texts) else None


def _place(store: Path) -> str:
    """What sets a store apart from its copies: which folder it is to the system, and which file its
    articles are in. A number of the two is free again, for another, only when nobody has it open.
    """
    found = []
    for path in (store, store / ARTICLES):
        with suppress(OSError):
            stat = path.stat()
            found.append(f"{stat.st_dev}:{stat.st_ino}")
    return " ".join(found)


def find(store: Path, *, llm: str | None = None) -> Server | None:
    """The server that runs on `store`; None where there is none, or it does not answer at once.

    llm: only a server with this language model will do; None takes any.
    """
    note = _read(store / FILE)
    if note is None or (llm is not None and llm != note.llm):
        return None
    if note.place != _place(store):  # a copy, or in the place of another
        return None
    challenge = secrets.token_hex(16)
    try:
        with _sent(note, "GET", f"/healthz?challenge={challenge}", seconds=QUICK_SECONDS) as reply:
            said = json.load(reply)
        proven = compare_digest(str(said.get("proof")), proof(note.key, challenge))
    except (OSError, HTTPException, ValueError, AttributeError, TypeError):
        return None
    return Server(note) if proven else None


class Server:
    """One that answers. A connection that breaks is None: the caller does without the server."""

    def __init__(self, note: Note) -> None:
        self._note = note

    def ask(
        self,
        question: str,
        filters: Filters,
        careful: float | None,
        progress: Progress,
        *,
        fast: bool = False,
        on_found: Callable[[Found], None] = lambda found: None,
    ) -> CheckedAnswer | None:
        """As `Engine.ask`, and Busy where too many wait. on_found: told what is found at once."""
        asked: dict[str, Any] = {"question": question, "filters": _filters(filters), "stream": True}
        if careful is not None:
            asked["careful"] = careful
        if fast:
            asked["fast"] = True
        try:
            with _sent(self._note, "POST", "/v1/ask", asked, key=self._note.key) as reply:
                _raise_for(reply)
                for name, said in _events(reply):
                    match name:
                        case "queued":
                            progress(f"Waiting: {said['ahead']} before", 0, None, "steps")
                        case "stage":
                            progress("Answering", 0, None, "steps")
                        case "found":
                            on_found(parse_found(said))
                        case "error":
                            raise _error(said["status"], said)
                        case "answer":
                            return parse_answer(said)
        except (OSError, HTTPException, ValueError):
            pass
        return None

    def search(self, question: str, k: int, filters: Filters) -> list[Hit] | None:
        """As `Engine.search`."""
        asked = {"question": question, "k": k, "filters": _filters(filters)}
        try:
            with _sent(self._note, "POST", "/v1/search", asked, key=self._note.key) as reply:
                _raise_for(reply)
                return parse_hits(json.load(reply))
        except (OSError, HTTPException, ValueError):
            return None


@contextmanager
def _sent(
    note: Note,
    method: str,
    path: str,
    value: Any = None,
    *,
    key: str = "",
    seconds: float = PATIENT_SECONDS,
) -> Iterator[HTTPResponse]:
    """The response to a request. The connection closes with the block, and so frees the server."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    body = None
    if value is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(value)
    at = urlsplit(note.address)
    with closing(HTTPConnection(at.hostname or "", at.port, timeout=seconds)) as connection:
        connection.request(method, path, body, headers)
        yield connection.getresponse()


def _events(reply: HTTPResponse) -> Iterator[tuple[str, Any]]:
    """Server-sent events, as our server writes them: one line of data each."""
    name = ""
    for line in reply:
        field, _, value = line.decode("utf-8").rstrip("\n").partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            yield name, json.loads(value)


def _raise_for(reply: HTTPResponse) -> None:
    if reply.status != http.client.OK:
        raise _error(reply.status, json.load(reply))


def _error(status: int, said: Any) -> AssistantError:
    error = said["error"]
    return _ERRORS.get(status, AssistantError)(str(error["message"]), str(error["hint"]))


def _filters(filters: Filters) -> dict[str, Any]:
    days = {"since": filters.since, "until": filters.until}
    names = {name: sorted(getattr(filters, name)) for name in ("sources", "authors", "articles")}
    return {**names, **{name: day.isoformat() for name, day in days.items() if day}}


def parse_hits(said: Any) -> list[Hit]:
    """The hits of a server's /v1/search: what `render` shows of a hit is what it was.

    Of the article's text only the passage is known; before it stand spaces, so that its positions
    hold. Raises ValueError for anything else than such an object.
    """
    try:
        return [_hit(each) for each in said["hits"]]
    except (KeyError, TypeError) as error:
        raise ValueError(f"not the hits of a search: {error}") from error


def _hit(said: dict[str, Any]) -> Hit:
    start, end, text = said["start"], said["end"], said["text"]
    article = Article(
        id=said["article_id"],
        title=said["title"],
        text=" " * start + text,
        source=said["source"],
        url=said["url"],
        published=_day(said["published"]),
    )
    passage = Passage("", article.id, 0, start, end, ())
    also_in = tuple(
        Nearest(n["article_id"], n["title"], n["source"], _day(n["published"]))
        for n in said["also_in"]
    )
    marked = said.get("answer") or {"start": 0, "end": 0, "score": 0.0}
    answer = Span(marked["start"], marked["end"]) if said.get("answer") else None
    return Hit(
        said["rank"],
        said["score"],
        passage,
        article,
        also_in=also_in,
        answer=answer,
        answers=marked["score"],
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
