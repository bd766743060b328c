"""How many tokens a reply took, read from whatever form the reply has."""

from __future__ import annotations

from typing import Any

from llama_index.core.base.llms.types import ChatResponse

from assistant.types import Usage


def tokens_used(body: Any) -> Usage:
    """Tokens that were really read and written: those found in the cache are not counted.

    body: what a completion carries as `raw`; anything but the embedded runtime's reply counts 0.
    """
    if not isinstance(body, dict):
        return Usage()
    timings = body.get("timings", {})
    usage = body.get("usage", {})
    read = timings.get("prompt_n", usage.get("prompt_tokens", 0))
    return Usage(int(read), int(usage.get("completion_tokens", 0)))


def response_usage(response: ChatResponse) -> Usage:
    """Tokens that an endpoint says it read and wrote; 0 where it does not say."""
    raw = response.raw
    usage = raw.get("usage") if isinstance(raw, dict) else getattr(raw, "usage", None)
    if usage is None:
        return Usage()
    get = usage.get if isinstance(usage, dict) else lambda k, d=0: getattr(usage, k, d)
    return Usage(int(get("prompt_tokens", 0) or 0), int(get("completion_tokens", 0) or 0))
