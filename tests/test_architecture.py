"""Who may import whom: the order of the design, and the libraries that stay behind their seam."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

import assistant
import evals

ROOT = Path(assistant.__file__).parent
EVALS = Path(evals.__file__).parent

# A module imports only from what stands before it. A package counts as one.
ORDER = [
    *(
        "types",
        "errors",
        "progress",
        "stopwatch",
        "locks",
        "settings",
        "dialogue",
        "safety",
        "proxies",
    ),
    *("lexical", "quantities", "grounding", "fusion", "late_interaction", "timing", "scope"),
    *("fetching", "reading", "passages", "graphs", "models"),
    *("offline", "quantization", "embedding", "llm"),
    *("store", "index"),
    *(
        "ingest",
        "ingest_urls",
        "watching",
        "history",
        "copies",
        "notices",
        "retractions",
        "corrections",
    ),
    *("retrieval", "searching", "answering"),
    *("language_model", "engine", "render", "llamaindex", "terminal", "doctor"),
    *("turns", "access", "guards", "web", "api", "remote", "server", "cli"),
]
# One does not know the other, not even through a third.
KNOWS_NOTHING_OF = {
    "fetching": {"reading", "store", "index", "ingest"},
    "reading": {"fetching", "passages", "embedding", "store", "index"},
    "passages": {"retrieval", "embedding", "store", "index"},
    "models": {"llm"},
    "embedding": {"index"},
    "llm": {"retrieval", "answering"},
    "store": {"index", "llm"},
    "index": {"llm", "embedding"},
    "ingest": {"llm", "embedding", "fetching"},
    "ingest_urls": {"llm", "embedding"},
    "retrieval": {"llm", "answering"},
    "answering": {"index", "store", "render", "engine"},
    "engine": {"render", "terminal", "cli"},
    "render": {"engine", "terminal", "store", "llm"},
    "turns": {"engine", "web", "api"},
    "access": {"engine", "web", "api"},
    "guards": {"engine", "web", "api"},
    "web": {"cli", "api", "server"},
    "api": {"cli", "web", "server"},
    "remote": {"engine", "web", "api", "server"},
}
# Libraries, and the only places that may use them.
BEHIND = {
    "chromadb": {"index"},
    "bm25s": {"index"},
    "torch": {"quantization"},
    "sentence_transformers": {"quantization"},
    "onnxruntime": {"quantization", "graphs", "models"},
    "tokenizers": {"embedding", "models"},
    "xllamacpp": {"llm"},
    "openai": {"llm"},
    "Stemmer": {"lexical"},
    "sentencex": {"passages"},
    "rich": {"render", "terminal", "cli"},
    "typer": {"cli"},
    "trafilatura": {"reading"},
    "lxml": {"reading"},
    "defusedxml": {"reading"},
    "webencodings": {"reading"},
    "chardet": {"reading"},
    "babel": {"reading"},
    "httpcore": {"fetching"},
    "watchfiles": {"watching"},
    "pypdfium2": {"reading"},
    "gradio": {"web"},
    "fastapi": {"web", "api", "guards", "server"},
    "starlette": {"web", "api", "guards", "server"},
    "uvicorn": {"server"},
    "jinja2": {"web"},
}
HEAVY = {"torch", "transformers", "sentence_transformers", "chromadb", "llama_index", "numpy"}
HEAVY |= {"onnxruntime", "bm25s", "xllamacpp", "openai", "trafilatura", "lxml", "pypdfium2"}
HEAVY |= {"gradio", "fastapi", "starlette", "uvicorn", "jinja2", "pandas"}
# They subclass classes of LlamaIndex, or are the server: so they are themselves imported late.
HEAVY_MODULES = ("assistant.llm", "assistant.llamaindex", "assistant.api", "assistant.guards")
HEAVY_MODULES += ("assistant.web", "assistant.server")


class Import(NamedTuple):
    by: Path
    line: int
    name: str
    for_types_only: bool


def imports(path: Path) -> Iterator[Import]:
    """Every import in a file, wherever it stands, with the whole dotted name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno}: write imports in full"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            yield Import(path, getattr(node, "lineno", 0), name, id(node) in guarded)


@cache
def all_imports() -> tuple[Import, ...]:
    return tuple(i for path in sorted(ROOT.rglob("*.py")) for i in imports(path))


def part(path: Path) -> str:
    """The module or package directly under `assistant` that a file belongs to."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def ours(found: Import) -> str | None:
    pieces = found.name.split(".")
    return pieces[1] if pieces[0] == "assistant" and len(pieces) > 1 else None


def test_every_module_has_its_place_in_the_order() -> None:
    parts = {part(path) for path in ROOT.rglob("*.py")} - {"__init__"}
    assert parts <= set(ORDER), "give a new module its place in ORDER, and in the design"


def test_imports_only_go_down_the_order() -> None:
    for found in all_imports():
        used, user = ours(found), part(found.by)
        if used is not None and used != user:
            assert ORDER.index(used) < ORDER.index(user), found


def test_stages_do_not_know_each_other_not_even_through_a_third() -> None:
    direct: dict[str, set[str]] = {name: set() for name in ORDER}
    for found in all_imports():
        used = ours(found)
        if used is not None and not found.for_types_only and part(found.by) in direct:
            direct[part(found.by)].add(used)
    for name, forbidden in KNOWS_NOTHING_OF.items():
        reached: set[str] = set()
        waiting = [name]
        while waiting:
            for used in direct[waiting.pop()] - reached:
                reached.add(used)
                waiting.append(used)
        assert not reached & forbidden, (name, reached & forbidden)


@pytest.mark.parametrize("library", BEHIND)
def test_a_library_stays_behind_its_seam(library: str) -> None:
    users = {part(i.by) for i in all_imports() if i.name.split(".")[0] == library}
    assert users <= BEHIND[library]
    assert users, "nobody uses it any more: take it out of the list"


def test_only_the_command_line_knows_the_evals() -> None:
    """What ships does not need what measures it; `evals` may use everything of ours."""
    users = {i.by.relative_to(ROOT).as_posix() for i in all_imports() if _root(i) == "evals"}
    commands = ("evals", "eval_performance", "eval_questions", "eval_reading", "eval_verdicts")
    assert users == {f"cli/{name}.py" for name in commands}


def test_help_does_not_load_the_evals() -> None:
    """An installation without them still has every other command."""
    code = "import sys, assistant.cli; print('evals' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_evals_do_not_know_the_command_line() -> None:
    found = (i for path in sorted(EVALS.rglob("*.py")) for i in imports(path))
    assert not [i for i in found if i.name.startswith(("assistant.cli", "assistant.web", "typer"))]


def _root(found: Import) -> str:
    return found.name.split(".")[0]


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    """`assistant --help` is instant, and so is importing any module but the two adapters."""
    names = [
        ".".join(("assistant", *path.relative_to(ROOT).with_suffix("").parts))
        for path in sorted(ROOT.rglob("*.py"))
    ]
    light = [n for n in names if not n.startswith(HEAVY_MODULES) and not n.endswith("__main__")]
    code = (
        "import importlib, json, sys\n"
        "for name in json.loads(sys.argv[1]): importlib.import_module(name)\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(light)], capture_output=True, text=True, check=True
    )
    assert not HEAVY & set(json.loads(done.stdout))
