"""Templates -> responses, and what every template may call.

Words of articles are data: the templates escape them, and `shown` takes away what a browser would
obey without a tag, such as a mark that turns the reading direction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from assistant.errors import AssistantError, told
from assistant.guards import inner_path, way_up
from assistant.render import relation
from assistant.render.addresses import article_address, outside
from assistant.safety import one_line, plain
from assistant.types import Article, Failure

_FOLDER = Path(__file__).parent.parent / "templates"
# A language as an attribute: what does not look like one would only mislead a screen reader.
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-zA-Z0-9]{2,8})*")
_LANGUAGES = {
    "ar": "Arabic",
    "az": "Azerbaijani",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fa": "Persian",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "zh": "Chinese",
}
_MONTHS = (
    "January February March April May June July August September October November December".split()
)


class Page(APIRoute):
    """A route whose errors are pages too: what is wrong, and what to do now."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError:
                up = way_up(inner_path(request.scope))
                message = "the request lacks something, or has it in the wrong form"
                return page(
                    "error.html", 400, up=up, message=message, hint="Go back and try again."
                )
            except HTTPException:
                raise
            except Exception as failure:
                status = 409 if isinstance(failure, AssistantError) else 500
                error = told(failure)
                up = way_up(inner_path(request.scope))
                return page("error.html", status, up=up, message=error.message, hint=error.hint)

        return handled


def page(template: str, status: int = 200, *, up: str = "../", **values: Any) -> HTMLResponse:
    """The page that `template` makes of `values`; never kept by the browser, since what an article
    says may have changed the next time.

    up: the way from the page to the start page, by which all its links begin.
    """
    html = _environment().get_template(template).render(up=up, **values)
    # A lone surrogate cannot be sent.
    body = html.encode("utf-8", "replace")
    return HTMLResponse(body, status, headers={"Cache-Control": "no-store"})


def gone_to(path: str, **values: object) -> RedirectResponse:
    """To another page, from one below ``articles/``."""
    return RedirectResponse(f"../{query(path, **values)}", 303)


def missing(article_id: str) -> HTMLResponse:
    """The page for an article that is not in the index."""
    return page("missing.html", 404, article_id=article_id)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        shown=plain, line=one_line, day=day, language=language_name, code=language_code
    )
    environment.globals.update(
        address=_address,
        outside=outside,
        query=_query,
        language_of=language_of,
        relation=relation,
    )
    return environment


@pass_context
def _address(context: Context, *arguments: Any, **options: Any) -> str:
    """`article_address` as a link of the page that is made."""
    return f"{context['up']}{article_address(*arguments, **options)}"


@pass_context
def _query(context: Context, path: str, **values: object) -> str:
    """`query` as a link of the page that is made."""
    return f"{context['up']}{query(path, **values)}"


def day(article: Article) -> str:
    """The day of publication in words; "" where none is known."""
    if article.published:
        when = article.published
        return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"
    stated = re.fullmatch(r"--(\d\d)-(\d\d)", article.partial_date or "")
    if stated and 1 <= int(stated[1]) <= 12:
        return f"{int(stated[2])} {_MONTHS[int(stated[1]) - 1]}, year not stated"
    return ""


def moment(replaced_at: str) -> str:
    """An ISO 8601 time as people read it."""
    try:
        when = datetime.fromisoformat(replaced_at)
    except ValueError:
        return replaced_at
    return f"{when.day} {when:%B %Y, %H:%M} UTC"


def language_code(article: Article) -> str:
    """What to say in a `lang` attribute; "" (not known) where the article has no usable code."""
    code = article.language or ""
    return code if _LANGUAGE.fullmatch(code) else ""


def language_name(code: str) -> str:
    return _LANGUAGES.get(code, code)


def language_of(article: Article) -> str:
    """The language in words where it is not English, which needs no saying."""
    return "" if article.language in (None, "en") else language_name(article.language or "")


def query(path: str, **values: object) -> str:
    """`path` with those of `values` that are not empty as its query."""
    said = {name: str(value) for name, value in values.items() if value not in ("", None)}
    return f"{path}?{urlencode(said, errors='replace')}" if said else path


def where(failure: Failure, folder: Path) -> str:
    """The file of a failure as its owner knows it, without the folder that we keep it in."""
    return failure.where.removeprefix(f"{folder}/")
