"""The checks, in their order. See `assistant.guards`."""

from __future__ import annotations

import ipaddress
import math
import re
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.access import LOCAL, Access
from assistant.errors import told
from assistant.guards.bodies import Bounded, Refused, refuse
from assistant.guards.headers import Protecting
from assistant.guards.placing import inner_path, placed, way_up

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
SESSION_COOKIE = "assistant_session"
MAX_BODY = 1_000_000
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([^\s@/:\[\]]+))(?::\d+)?")
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_API = ("/v1/", "/healthz", "/openapi.json", "/login", "/logout")
_OPEN_TO_ALL = {"/login", "/healthz", "/favicon.ico"}
_STATIC = "/web/"


class Guards:
    """The middleware around `app`.

    hosts: the names by which browsers reach this server, in lower case, without ports. Where they
        are names of loopback only, and no access key exists, whoever asks is `LOCAL`.
    max_upload: bytes that a file sent to a page may have.
    root_path: below which path of a proxy the server is, as `checked_root_path` gives it.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        access: Access,
        hosts: frozenset[str],
        max_upload: int,
        root_path: str = "",
    ) -> None:
        self._app = app
        self._access = access
        self._hosts = hosts
        self._reached_by_others = not all(map(is_loopback, hosts))
        self._max_upload = max_upload
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # nothing here uses them
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope = placed(scope, self._root_path)
        path = inner_path(scope)
        send = Protecting(send, path)
        headers = Headers(scope=scope)
        try:
            self._check_host(headers)
            user, by_key = self._user(scope, headers)
            if scope["method"] not in _SAFE_METHODS and not by_key:
                _check_origin(headers)
            if user is None and not _open_to_all(path):
                raise _who_are_you(scope, headers)
            body = Bounded(receive, send, self._limit(path))
            body.check_announced(headers)
            scope.setdefault("state", {})["user"] = user
            await body.read_by(self._app, scope)
        except Refused as refused:
            await refuse(send, refused)
        except Exception as failure:
            if send.started:  # the client sees it cut off; uvicorn writes why into its log
                raise
            error = told(failure)
            await refuse(send, Refused(500, error.message, error.hint))

    def _limit(self, path: str) -> int:
        return MAX_BODY if path.startswith(_API) else self._max_upload

    def _check_host(self, headers: Headers) -> None:
        given = headers.get("host", "")
        name = _host_name(given)
        if name in self._hosts or (self._reached_by_others and _is_address(name)):
            return  # an address is not a name that somebody could make lead here
        raise Refused(
            421,
            f"this server is not called '{name}'",
            f"If it should be: assistant serve --name {name}" if name else "",
        )

    def _user(self, scope: Scope, headers: Headers) -> tuple[str | None, bool]:
        """Who asks, or None, and whether a bearer key says so."""
        needs_key = self._reached_by_others or bool(self._access.names())
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and key:
            user = self._by_key(scope, key, needs_key)
            if user is not None:
                return user, True
        token = _cookie(headers.get("cookie", ""))
        user = self._access.session_user(token) if token else None
        if user is None and not needs_key:
            user = LOCAL
        return user, False

    def _by_key(self, scope: Scope, key: str, needs_key: bool) -> str | None:
        """Whose key it is. Where none is needed a wrong one is no matter: many clients cannot be
        told to send none."""
        if not needs_key:
            return self._access.user_of(key)
        address = (scope.get("client") or ("",))[0]
        wait = self._access.attempts.wait(address)
        if wait:
            seconds = math.ceil(wait)
            raise Refused(
                429,
                "too many attempts with a wrong access key",
                f"Try again in {seconds} seconds.",
                retry_after=str(seconds),
            )
        user = self._access.user_of(key)
        if user is None:
            self._access.attempts.failed(address)
            raise Refused(
                401,
                "the access key is not known",
                "`assistant access list` shows who has one.",
                www_authenticate="Bearer",
            )
        return user


def is_loopback(host: str) -> bool:
    """Whether only this machine is reached under that name or address."""
    return host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


def _host_name(given: str) -> str:
    """The name in a Host header, without port and brackets; empty where it is malformed."""
    found = _HOST.fullmatch(given.lower())
    return (found[1] or found[2]) if found else ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _open_to_all(path: str) -> bool:
    return path in _OPEN_TO_ALL or path.startswith(_STATIC)


def _check_origin(headers: Headers) -> None:
    """Raises Refused where a page that is not ours makes a browser send this. What is no browser
    sends neither header."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if (site is None or site in ("same-origin", "none")) and (
        origin is None or urlsplit(origin).netloc == headers.get("host")
    ):
        return
    raise Refused(
        403,
        "the request comes from a page of another server",
        "Behind a proxy: let it pass on the Host header that the browser sent.",
    )


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(SESSION_COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _who_are_you(scope: Scope, headers: Headers) -> Refused:
    path = inner_path(scope)
    if scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
        query = scope["query_string"].decode("latin-1")
        wanted = quote(f"{path}?{query}" if query else path, safe="/")
        return Refused(303, "log in first", location=f"{way_up(path)}login?next={wanted}")
    return Refused(
        401,
        "an access key is needed here",
        "Send it as `Authorization: Bearer KEY`, or open /login in a browser.",
        www_authenticate="Bearer",
    )
