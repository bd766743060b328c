"""Standard streams that are closed or full: one line, the right exit code, and nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import tiny

from assistant.store import Store

FULL = Path("/dev/full")
pytestmark = pytest.mark.skipif(not FULL.exists(), reason="a system without /dev/full")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("streams") / "store"
    store = Store(folder)
    tiny.many(store, 400)
    store.close()
    yield folder


def shell(command: str, store: Path) -> tuple[int, str]:
    """The exit code of a shell's line, in which `assistant` is the program, and the errors."""
    errors = store.parent / "errors"
    line = command.replace(
        "assistant ", f"\"{sys.executable}\" -c 'from assistant.cli import main; main()' "
    ).replace("STORE", str(store))
    with errors.open("w") as file:
        done = subprocess.run(
            ["sh", "-c", line], stderr=file, stdin=subprocess.DEVNULL, check=False
        )
    return done.returncode, errors.read_text()


@pytest.mark.parametrize(
    "command",
    [
        "assistant articles list --store STORE",
        "assistant articles list --json --store STORE",
        "assistant --help",
        "assistant --version",
        "assistant ingest --help",
    ],
)
@pytest.mark.parametrize(
    ("where", "says"), [(">&-", "standard output is closed"), (">/dev/full", "No space left")]
)
def test_results_that_go_nowhere_are_a_failure_of_one_line(
    store: Path, command: str, where: str, says: str
) -> None:
    code, errors = shell(f"{command} {where}", store)
    assert code == 1
    first, hint = errors.splitlines()
    assert first.startswith("assistant: ") and says in first and hint.startswith("  ")


def test_a_closed_output_is_noticed_before_the_work(store: Path, tmp_path: Path) -> None:
    """A file opened later would take its number, and get what libraries print."""
    new = tmp_path / "new"
    code, _ = shell(f"assistant articles list --store {new} >&-", store)
    assert code == 1 and not new.exists()


def test_a_reader_that_goes_away_is_no_failure(store: Path) -> None:
    code, errors = shell("assistant articles list --store STORE | head -1 >/dev/null", store)
    assert (code, errors) == (0, "")


@pytest.mark.parametrize("where", ["2>&-", "2>/dev/full"])
def test_notes_that_go_nowhere_are_no_failure(store: Path, tmp_path: Path, where: str) -> None:
    listed = tmp_path / "listed"
    code, _ = shell(f"assistant articles list --store STORE {where} >{listed}", store)
    assert code == 0 and len(listed.read_text().splitlines()) == 400
    code, _ = shell(f"assistant articles show no-such --store STORE {where}", store)
    assert code == 1, "nor do they hide one"


def test_a_closed_input_is_an_empty_one(store: Path) -> None:
    code, errors = shell("assistant ask - --llm none --store STORE <&-", store)
    assert code == 2 and "the question is empty" in errors
