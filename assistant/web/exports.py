"""`/conversations/export`: a conversation of one's own as a file."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, Response

from assistant.errors import AssistantError
from assistant.render import (
    conversation_html,
    conversation_json,
    conversation_markdown,
)
from assistant.safety import json_text
from assistant.web.talk import Talk
from assistant.web.users import LOCAL

FORMATS = {
    "md": ("text/markdown", conversation_markdown),
    "html": ("text/html", conversation_html),
    "json": ("application/json", lambda conversation: json_text(conversation_json(conversation))),
}


def router(talk: Talk) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/conversations/export")
    def export(request: Request, id: str, format: str = "md") -> Response:
        if format not in FORMATS:
            raise HTTPException(404, "There is no such format; there are md, html and json.")
        kind, written = FORMATS[format]
        user = getattr(request.state, "user", LOCAL)
        try:
            text = written(talk.conversations(user).open(id))
        except AssistantError as error:
            raise HTTPException(404, error.message) from None
        return Response(
            text,
            media_type=f"{kind}; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="conversation.{format}"'},
        )

    return routes
