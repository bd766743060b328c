"""/login and /logout: the access key once, then a session cookie. Works without JavaScript."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from assistant.access import SESSION_SECONDS, Access
from assistant.guards import SESSION_COOKIE
from assistant.web.pages.templates import page


def router(access: Access) -> APIRouter:
    """The two pages. They must stand behind `assistant.guards`."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/login")
    def log_in_here(request: Request, next: Annotated[str, Query()] = "/") -> Response:
        if request.state.user is not None:
            return RedirectResponse(f".{_local(next)}", 303)
        return _page(next)

    @pages.post("/login")
    def log_in(
        request: Request, key: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/"
    ) -> Response:
        address = request.client.host if request.client else ""
        wait = access.attempts.wait(address)
        if wait:
            return _too_many(next, math.ceil(wait))
        user = access.user_of(key)
        if user is None or user not in access.names():
            access.attempts.failed(address)
            return _page(next, "This is not an access key of this server.", 401)
        response = RedirectResponse(f".{_local(next)}", 303)
        response.set_cookie(
            SESSION_COOKIE,
            access.open_session(user),
            max_age=SESSION_SECONDS,
            path=_cookie_path(request),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response

    @pages.get("/logout")
    def ask_to_log_out(request: Request) -> Response:
        return _page(user=request.state.user)

    @pages.post("/logout")
    def log_out(request: Request) -> Response:
        access.close_session(request.cookies.get(SESSION_COOKIE, ""))
        response = RedirectResponse("./login", 303)
        response.delete_cookie(
            SESSION_COOKIE, path=_cookie_path(request), httponly=True, samesite="strict"
        )
        return response

    return pages


def _page(
    next: str = "/", problem: str = "", status: int = 200, user: str | None = None
) -> HTMLResponse:
    return page("login.html", status, up="./", next=_local(next), problem=problem, user=user)


def _too_many(next: str, seconds: int) -> HTMLResponse:
    minutes = math.ceil(seconds / 60)
    when = f"{minutes} minutes" if minutes > 1 else f"{seconds} seconds"
    page = _page(next, f"Too many wrong keys. Try again in {when}.", 429)
    page.headers["Retry-After"] = str(seconds)
    return page


def _cookie_path(request: Request) -> str:
    """Behind a proxy no other server of the same name is to see the cookie."""
    return f"{request.scope.get('root_path', '')}/"


def _local(path: str) -> str:
    """`path` where it leads to this server, else the start page."""
    leads_here = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if leads_here and path.isprintable() else "/"
