"""A store that cannot be written, on a medium or of somebody else: it is searched and asked."""

from __future__ import annotations

import json
import os
import shutil
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import tiny
from served import BRIDGE, FAIR, quoting

pytestmark = pytest.mark.skipif(
    os.name != "posix" or (os.geteuid() == 0 and not shutil.which("setpriv")),
    reason="permissions must hold",
)
MAIN = "from assistant.cli import main; main()"
COST = "How much will the Old Mill Bridge cost?"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    with quoting(folder):
        pass
    return folder / "store"


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy that is closed by `closed`."""
    folder = tmp_path / "store"
    shutil.copytree(made, folder)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)


def closed(store: Path) -> Path:
    """Nothing in it can be written any more, not even by its owner."""
    for path in (store, *store.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    return store


def said(*arguments: object) -> str:
    process = tiny.python(MAIN, *arguments, "-q", as_user=True)
    output, errors = process.communicate(timeout=300)
    assert (process.returncode, errors) == (0, "")
    return output


def files(store: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in store.rglob("*")}


@pytest.mark.models
def test_it_is_searched_asked_and_listed_and_nothing_is_changed(store: Path) -> None:
    before = files(closed(store))
    assert "24.9 million crowns" in said("search", COST, "--k", 1, "--store", store)
    assert "24.9 million crowns" in said("ask", COST, "--llm", "none", "--store", store)
    within = said("search", COST, "--since", "2025-09-01", "--store", store)
    assert "fair.md" in within and "bridge.md" not in within
    assert "bridge.md" in said("articles", "list", "--store", store)
    assert files(store) == before


@pytest.mark.models
def test_without_its_caches_they_are_made_elsewhere_for_the_while(store: Path) -> None:
    shutil.rmtree(store / "caches")
    assert "24.9 million crowns" in said("search", COST, "--k", 1, "--store", closed(store))
    assert not (store / "caches").exists()


@pytest.mark.models
def test_a_damaged_cache_is_made_anew_elsewhere(store: Path) -> None:
    for path in (store / "caches" / "lexical").glob("*/vectors.npy"):
        path.write_bytes(b"nonsense")
    assert "24.9 million crowns" in said("search", COST, "--k", 1, "--store", closed(store))


@pytest.mark.models
def test_what_would_write_says_that_it_cannot(store: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "more"
    corpus.mkdir()
    (corpus / "fair.md").write_text(FAIR + BRIDGE)
    for command in (["ingest", corpus], ["articles", "remove", "bridge.md"]):
        process = tiny.python(MAIN, *command, "--store", closed(store), as_user=True)
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 1 and "Traceback" not in errors
        assert str(store) in errors.splitlines()[-2]


@pytest.mark.models
def test_it_is_served(store: Path) -> None:
    serving = tiny.python(
        MAIN, "serve", "--llm", "none", "--port", 0, "--store", closed(store), as_user=True
    )
    try:
        assert serving.stdout is not None
        address = serving.stdout.readline().strip()
        asked = json.dumps({"question": COST}).encode()
        request = urllib.request.Request(
            f"{address}/v1/ask", asked, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=120) as reply:
            assert "24.9 million" in json.load(reply)["answer"]
        for page in ("/", "/articles", "/articles/view?id=bridge.md", "/articles/removed"):
            with urllib.request.urlopen(f"{address}{page}", timeout=60) as reply:
                assert reply.status == 200
        assert not (store / "server.json").exists()
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.communicate(timeout=60)
    assert serving.returncode == 0


KILLED = """
import os, signal, sys
from pathlib import Path
import tiny
from assistant.store import Store
store = Store(Path(sys.argv[1]))
tiny.put(store, tiny.article("late.md", "Written just before the kill."))
os.kill(os.getpid(), signal.SIGKILL)
"""
READ = """
import sys
from pathlib import Path
from assistant.store import Store
print(*(a.id for a in Store(Path(sys.argv[1])).articles()))
"""


def test_what_a_killed_writer_left_beside_the_file_is_read_too(tmp_path: Path) -> None:
    """The last changes are in a file of their own until the next writer puts them in."""
    folder = tmp_path / "store"
    tiny.python(KILLED, folder).communicate(timeout=60)
    assert (folder / "articles.sqlite3-wal").stat().st_size
    process = tiny.python(READ, closed(folder), as_user=True)
    output, errors = process.communicate(timeout=60)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    assert (output.split(), errors) == (["late.md"], "")
