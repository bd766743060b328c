"""What both protocols share: whose turn a request takes, and how values are written."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Request, Response

from assistant.safety import json_text

EVENT_STREAM = "text/event-stream"


def who(request: Request) -> str:
    """Whose turn a request takes. All programs of one user share it; browsers have their own."""
    return f"api {request.state.user}"


def as_json(value: Any) -> Response:
    """The very text that the command line prints."""
    return Response(json_text(value), media_type="application/json")


def server_sent_event(name: str, value: Any) -> str:
    """One event; without a name where `name` is empty."""
    lines = [f"event: {name}"] if name else []
    # Only ASCII: no line separator of Unicode's can end a line too early.
    return "\n".join([*lines, f"data: {json.dumps(value)}", "", ""])
