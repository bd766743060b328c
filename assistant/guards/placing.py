"""Where a request is: below which path of a proxy, and where within this server.

Pages link to each other by addresses that are relative, so they hold under any path. What needs an
absolute one, such as Gradio, is told the path by `root_path` of the ASGI scope. It comes from
``--root-path``, or from the header with which proxies say what they took off.
"""

from __future__ import annotations

import re

from starlette.types import Scope

from assistant.errors import UsageError

# Nothing in it can lead to another host or end an attribute.
_ROOT_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_PREFIX = b"x-forwarded-prefix"
# Gradio would take these for the address of its page, without the path.
_GRADIOS = {b"x-forwarded-host", b"x-gradio-server"}


def checked_root_path(given: str) -> str:
    """`given` without a slash at its end; "" for none. Raises UsageError."""
    path = given.rstrip("/")
    if path and (".." in path or not _ROOT_PATH.fullmatch(path)):
        raise UsageError(
            f"--root-path {given!r} is no path below which a proxy can have this server",
            "It begins with a slash and has letters, digits and ._~- only: --root-path /news",
        )
    return path


def placed(scope: Scope, root_path: str) -> Scope:
    """`scope` with `root_path`, and with a path that begins with it, whether the proxy took it off
    or not: so the ASGI specification has it.

    root_path: as `checked_root_path` gives it; without one the header of the proxy counts.
    """
    said = dict(scope["headers"]).get(_PREFIX, b"").decode("latin-1")
    path = str(scope["path"])
    if root_path:
        path = path[len(root_path) :] if f"{path}/".startswith(f"{root_path}/") else path
    elif _ROOT_PATH.fullmatch(said.rstrip("/")) and ".." not in said:
        root_path = said.rstrip("/")
    whole = f"{root_path}{path or '/'}"
    return {
        **scope,
        "root_path": root_path,
        "path": whole,
        "raw_path": whole.encode("utf-8", "surrogateescape"),
        "headers": [each for each in scope["headers"] if each[0] not in _GRADIOS],
    }


def inner_path(scope: Scope) -> str:
    """The path within this server."""
    return str(scope["path"])[len(scope.get("root_path", "")) :]


def way_up(path: str) -> str:
    """From the page at `path` within this server to its start, as a relative address."""
    return "../" * (path.count("/") - 1) or "./"
