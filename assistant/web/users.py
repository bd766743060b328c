"""Who asks, as Gradio tells it."""

from __future__ import annotations

import gradio as gr

from assistant.access import LOCAL

__all__ = ["LOCAL", "user_of", "who_of"]


def user_of(request: gr.Request) -> str:
    """The name behind an access key; "local" on a machine of one's own."""
    return request.username or LOCAL


def who_of(request: gr.Request) -> str:
    """Who takes turns with others: users, or on a machine of one's own the browser's tabs."""
    user = user_of(request)
    return user if user != LOCAL else f"tab {request.session_hash}"
