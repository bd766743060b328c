"""What goes wrong, as HTTP: ``{"error": {"message", "hint"}}`` and a status."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from assistant.api.answering import ClientLeft
from assistant.errors import AssistantError, Busy, LLMError, StoreLocked, UsageError
from assistant.guards import inner_path

RETRY_SECONDS = 30
OPENAI_PATHS = ("/v1/chat/", "/v1/models")
_CODES = {404: "model_not_found", 502: "model_failed", 503: "busy"}
API_PATHS = ("/v1/", "/healthz", "/openapi.json")
_CLIENT_LEFT = 499  # nginx's number for it; nobody is there to read it


class NotFound(AssistantError):
    """There is no such thing on this server."""


_STATUS: tuple[tuple[type[AssistantError], int], ...] = (
    (UsageError, 400),
    (NotFound, 404),
    (Busy, 503),
    (StoreLocked, 503),
    (LLMError, 502),
)


def status_of(error: AssistantError) -> int:
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def error_object(message: str, hint: str = "", *, of_openai: int | None = None) -> dict[str, Any]:
    """of_openai: the status, where the client expects what OpenAI's errors have as well."""
    error: dict[str, Any] = {"message": message, "hint": hint}
    if of_openai is not None:
        kind = "invalid_request_error" if of_openai < 500 else "server_error"
        error |= {"type": kind, "param": None, "code": _CODES.get(of_openai)}
    return {"error": error}


def error_response(request: Request, status: int, message: str, hint: str = "") -> JSONResponse:
    headers = {"Retry-After": str(RETRY_SECONDS)} if status == 503 else None
    theirs = inner_path(request.scope).startswith(OPENAI_PATHS)
    said = error_object(message, hint, of_openai=status if theirs else None)
    return JSONResponse(said, status, headers)


def install_handlers(app: FastAPI) -> None:
    """Errors of ours, and FastAPI's own below `API_PATHS`, become such responses."""

    @app.exception_handler(AssistantError)
    async def _ours(request: Request, error: AssistantError) -> Response:
        return error_response(request, status_of(error), error.message, error.hint)

    @app.exception_handler(ClientLeft)
    async def _left(request: Request, error: ClientLeft) -> Response:
        return Response(status_code=_CLIENT_LEFT)

    @app.exception_handler(RequestValidationError)
    async def _malformed(request: Request, error: RequestValidationError) -> Response:
        if request.method == "POST" and "json" not in request.headers.get("content-type", ""):
            hint = "Send it with the header Content-Type: application/json."
            return error_response(request, 400, "the request must be JSON", hint)
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            return error_response(
                request, 400, "the request is not valid JSON", "Check its quotes and commas."
            )
        where = ".".join(str(part) for part in first["loc"][1:])
        said = str(first["msg"]).removeprefix("Value error, ")
        message = f"'{where}': {said}" if where else said
        return error_response(request, 400, message, "/docs says what a request may hold.")

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        if not inner_path(request.scope).startswith(API_PATHS):
            return await http_exception_handler(request, error)
        hint = "/docs lists what there is." if error.status_code in (404, 405) else ""
        return error_response(request, error.status_code, str(error.detail).lower(), hint)
