"""The headers of every response, which keep scripts, images and frames of others out."""

from __future__ import annotations

import base64
import hashlib
import re

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

# The one page that Gradio makes. Its scripts stand in the page, so they are named by their hashes.
GRADIO_PAGE = "/"

_POLICY = (
    "default-src 'self'; script-src 'self'{scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'self'; "
    "frame-src 'self'; object-src 'none'"
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
# The one link of Gradio's page that is not relative: below a path of a proxy it leads to another
# server. It is for installing the page as an app, which is not offered.
_MANIFEST = re.compile(rb"<link rel=\"manifest\"[^>]*>")
_INLINE_SCRIPT = re.compile(
    rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE
)


class Protecting:
    """Sends a response with our headers. Gradio's page is held back until all of it is there, so
    that the policy can name its scripts."""

    def __init__(self, send: Send, path: str) -> None:
        self._send = send
        self._path = path
        self._held: Message | None = None
        self._body = b""
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(raw=list(message.get("headers", ())))
            message = {**message, "headers": headers.raw}
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers["content-security-policy"] = _POLICY.format(scripts="")
            is_page = headers.get("content-type", "").startswith("text/html")
            if self._path == GRADIO_PAGE and is_page:
                # It says below which path it is, which another's request may have told.
                headers.setdefault("cache-control", "no-store")
            if self._path == GRADIO_PAGE and is_page and "content-encoding" not in headers:
                self._held = message
                return
        elif self._held is not None:
            self._body += message.get("body", b"")
            if message.get("more_body"):
                return
            body = _MANIFEST.sub(b"", self._body)
            headers = MutableHeaders(raw=self._held["headers"])
            headers["content-security-policy"] = _POLICY.format(scripts=_hashes(body))
            headers["content-length"] = str(len(body))
            start, self._held = self._held, None
            await self._send(start)
            message = {"type": "http.response.body", "body": body}
        await self._send(message)


def _hashes(page: bytes) -> str:
    """The inline scripts of a page, as the policy names them."""
    scripts = _INLINE_SCRIPT.findall(page)
    digests = (base64.b64encode(hashlib.sha256(s).digest()).decode() for s in scripts)
    return "".join(f" 'sha256-{digest}'" for digest in dict.fromkeys(digests))
