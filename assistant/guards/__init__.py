"""What every request passes first (ASGI middleware): is it for us, from our own pages and small
enough, and who asks.

- Host: a page elsewhere that makes its name lead to this machine (DNS rebinding) is refused.
- Origin: a page elsewhere cannot make a browser change anything here (CSRF). A request with a valid
  bearer key is no browser's doing and excepted.
- Size: more than `MAX_BODY` to the API, or `max_upload` elsewhere, is refused while it comes in.
- Who: ``request.state.user`` is `LOCAL` where no key is needed, else the name behind the bearer key
  or the session cookie; without one, pages lead to /login and everything else is refused.
- Headers on every response keep scripts, images and frames of others out (Content-Security-Policy).
"""

from assistant.guards.middleware import (
    LOOPBACK_NAMES,
    MAX_BODY,
    SESSION_COOKIE,
    Guards,
    is_loopback,
)
from assistant.guards.placing import checked_root_path, inner_path, way_up

__all__ = [
    "LOOPBACK_NAMES",
    "MAX_BODY",
    "SESSION_COOKIE",
    "Guards",
    "checked_root_path",
    "inner_path",
    "is_loopback",
    "way_up",
]
