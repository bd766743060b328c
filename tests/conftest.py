"""What several test files share: the user's own models folder, so that nothing is fetched twice."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from assistant.embedding import Embedder
from assistant.models import embedding_folder, find, pull
from assistant.settings import load_settings

# No test here is about time: a machine that does something else meanwhile is no failure.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # So it is where a shell starts pytest in the background. The programs under test would inherit
    # it, and those that wait for Ctrl-C would wait for ever.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def models_folder() -> Path:
    return load_settings().models


@pytest.fixture(scope="session")
def embedder(models_folder: Path) -> Embedder:
    """The real one. Counting tokens is quick; the first encoding loads the model.

    One thread: with as many as cores, a machine that has something else to do crawls.
    """
    return Embedder(embedding_folder(models_folder), models_folder, threads=1)


@pytest.fixture(scope="session")
def smollm(models_folder: Path) -> Path:
    """The file of a language model of 98 MB: too small to answer, large enough for mechanics."""
    return pull(find("smollm2-135m"), models_folder)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The Chromium of the system, driven by Playwright."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield launched
        launched.close()
