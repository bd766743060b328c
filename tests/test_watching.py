"""Watching: a change under a folder is noticed, and it ends when it is told to."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from assistant.errors import UsageError
from assistant.watching import changes

pytest.importorskip("watchfiles")


def test_a_burst_of_changes_is_noticed(tmp_path: Path) -> None:
    stop = threading.Event()
    threading.Timer(0.5, lambda: (tmp_path / "a.txt").write_text("The mill is sold.")).start()
    timeout = threading.Timer(20, stop.set)
    timeout.start()
    noticed = 0
    for _ in changes([tmp_path], stop):
        noticed += 1
        stop.set()
    timeout.cancel()
    assert noticed == 1


def test_a_missing_folder_is_a_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="missing"):
        next(changes([tmp_path / "missing"]))
