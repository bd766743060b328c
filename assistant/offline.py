"""Keeping the libraries from asking a hub: files on this machine are all that is read."""

from __future__ import annotations

import os


def stay_offline() -> None:
    """Before the first import of transformers: it would look for newer files at the hub."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
