"""Templates -> one HTML file that needs nothing else: no network, no other file.

Whatever comes out of an article or a model is data. Every text is stripped of invisible and
direction-changing characters (`assistant.safety.plain`) and escaped; the page's policy allows the
one script and the one style sheet that it carries, by their hashes, and no request at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from assistant.safety import plain

FOLDER = Path(__file__).parent


def page(name: str, **values: Any) -> str:
    """The page `name`, of NAME.html with base.css, NAME.css, base.js and NAME.js in this folder."""
    style = _text("base.css") + _text(f"{name}.css")
    script = _text("base.js") + _text(f"{name}.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return (
        _environment()
        .get_template(f"{name}.html")
        .render(style=Markup(style), script=Markup(script), policy=policy, **values)
    )


def json_script(value: Any) -> Markup:
    """`value` as JSON that can stand in a script element: no character of it can end the element,
    begin a comment, or be a line end to a script."""
    text = json.dumps(value, ensure_ascii=True)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def write(path: Path, text: str) -> None:
    """All of the page or none of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.globals["json_script"] = json_script
    return environment


def _shown(value: Any) -> Any:
    """What an expression of a template puts out; text that is not markup becomes plain text."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return plain(value)
    return "" if value is None else value


@cache
def _text(name: str) -> str:
    path = FOLDER / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
