"""/docs: the paths on one plain page. FastAPI's own page loads scripts from another server."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>HTTP API</title>
<link rel="icon" href="./web/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="./web/base.css">
<style>
body {{ max-width: 50rem; margin: 0 auto; padding: 2rem 1.25rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.55 var(--sans); }}
h1, h2 {{ font-family: var(--serif); line-height: 1.25; }}
h2 {{ margin-top: 2.5rem; }}
pre, code {{ font-size: 0.9rem; }}
pre {{ padding: 0.75rem; white-space: pre-wrap; overflow-wrap: anywhere;
  border: 1px solid var(--line); background: var(--raised); }}
th, td {{ padding: 0.2rem 1rem 0.2rem 0; text-align: left; vertical-align: top; }}
a {{ color: var(--accent); }}
</style>
</head>
<body>
<main>
<h1>HTTP API</h1>
<p>Every path answers with JSON; errors are <code>{{"error": {{"message", "hint"}}}}</code>. Where
access keys are in use, send one as <code>Authorization: Bearer KEY</code>.
<a href="./openapi.json">openapi.json</a> is the full description, for programs.</p>
{paths}
</main>
</body>
</html>
"""


def add_documentation(app: FastAPI) -> None:
    """Adds the page; it describes the paths that `app` has when it is asked for."""

    @app.get("/docs", include_in_schema=False)
    def documentation(request: Request) -> Response:
        described = app.openapi()
        address = str(request.base_url).rstrip("/")
        paths = (
            _operation(described, address, method.upper(), path, operation)
            for path, methods in described["paths"].items()
            for method, operation in methods.items()
        )
        return HTMLResponse(_PAGE.format(paths="\n".join(paths)))


def _operation(
    described: dict[str, Any], address: str, method: str, path: str, operation: dict[str, Any]
) -> str:
    fields = [(p["name"], p.get("description", "")) for p in operation.get("parameters", ())]
    example = ""
    body = operation.get("requestBody")
    if body:
        schema = _referenced(described, body["content"]["application/json"]["schema"])
        fields += [
            (name, each.get("description", "")) for name, each in schema["properties"].items()
        ]
        example = _example(address, path, schema["properties"])
    rows = "".join(
        f"<tr><th scope='row'><code>{escape(name)}</code></th><td>{_words(about)}</td></tr>"
        for name, about in fields
    )
    said = operation["responses"].get("200", {}).get("description", "")
    events = f"<p>{_words(said)}</p>" if len(said.split()) > 2 else ""
    return (
        f"<h2><code>{method} {escape(path)}</code></h2>"
        f"<p>{_words(operation.get('description', ''))}</p>"
        f"{f'<table>{rows}</table>' if rows else ''}{events}{example}"
    )


def _words(text: str) -> str:
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text))


def _referenced(described: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = schema["$ref"].rpartition("/")[2]
    return dict(described["components"]["schemas"][name])


def _example(address: str, path: str, properties: dict[str, Any]) -> str:
    value = {name: p["examples"][0] for name, p in properties.items() if "examples" in p}
    command = f"curl {address}{path} -H 'Content-Type: application/json' -d '{json.dumps(value)}'"
    return f"<pre>{escape(command)}</pre>"
