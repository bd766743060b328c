"""What the figures of a run depend on, pinned: code, settings, data, models, libraries, machine."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from assistant.errors import UsageError
from assistant.models import find
from assistant.models.catalogue import EMBEDDING
from assistant.models.files import hash_file, write_json
from assistant.progress import Progress, silent
from assistant.settings import Settings
from evals import items as item_files
from evals.items import Item
from evals.prepare import sources_sha256
from evals.runs import MANIFEST
from evals.suites import Suite
from evals.suites.suite import SEED
from evals.systems import Workplace

LIBRARIES = (
    *("torch", "sentence-transformers", "transformers", "chromadb", "bm25s", "PyStemmer"),
    *("sentencex", "xllamacpp", "llama-index-core", "llama-index-embeddings-huggingface", "numpy"),
)
# Of the settings, where things lie on this machine, and what must not be written down.
_NOT_PINNED = ("store", "corpus", "models", "api_key")
# What must be the same for records of two sessions to stand in one run.
PINNED = ("code", "settings", "models", "libraries", "choice")


def manifest(
    settings: Settings, choice: Mapping[str, Any], progress: Progress = silent
) -> dict[str, Any]:
    """Everything but the data, which is added suite by suite (`with_suite`).

    choice: n and split, as they were asked for.
    """
    return {
        "format": 1,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
        "suites": [],
        "systems": [],
        "choice": {**choice, "seed": SEED},
        "code": _code(),
        "settings": {
            f.name: getattr(settings, f.name) for f in fields(settings) if f.name not in _NOT_PINNED
        },
        "models": {
            "embedding": {"name": EMBEDDING.name, "sha256": EMBEDDING.sha256},
            "llm": _llm(settings, progress),
        },
        "libraries": {name: _version(name) for name in LIBRARIES},
        "machine": machine(),
        "data": {},
        "index": {},
        "git": _git(),
    }


def with_suite(
    value: Mapping[str, Any], suite: Suite, systems: Sequence[str], work: Workplace
) -> dict[str, Any]:
    """The manifest with the data and the index of one more suite."""
    data = {
        "description": suite.description,
        "notes": list(suite.notes),
        "finding_only": suite.finding_only,
        "items": len(suite.items),
        "items_sha256": items_sha256(suite.items),
        "articles": len(work.articles),
        "articles_sha256": _sha256(a.sha256 + a.id for a in work.articles.values()),
    }
    index = {
        "passages": work.engine.store.passage_count(),
        "code": sources_sha256("reading", "passages.py", "embedding.py", "store", "index"),
    }
    return {
        **value,
        "suites": list(dict.fromkeys((*value["suites"], suite.name))),
        "systems": list(dict.fromkeys((*value["systems"], *systems))),
        "data": {**value["data"], suite.name: data},
        "index": {**value["index"], suite.name: index},
    }


def write(value: Mapping[str, Any], folder: Path) -> None:
    """Replaces the manifest of a run in one step, so that a kill leaves a whole one."""
    write_json(folder / MANIFEST, dict(value))


def check_same(before: Mapping[str, Any], now: Mapping[str, Any], folder: Path) -> None:
    """Raises UsageError where a run that is to go on was begun with something else."""
    for key in PINNED:
        old, new = before.get(key), json.loads(json.dumps(now[key]))
        if old != new:
            raise UsageError(
                f"{folder} was begun with other {_difference(key, old, new)}",
                "Replies of both in one run would say nothing. Begin another: --run NEW_FOLDER",
            )


def check_same_items(before: Mapping[str, Any], suite: Suite, folder: Path) -> None:
    """Raises UsageError where the run has asked other questions of this suite."""
    known = before["data"].get(suite.name)
    if known and known["items_sha256"] != items_sha256(suite.items):
        raise UsageError(
            f"{folder} was begun with other questions of {suite.name}",
            "Begin another run: --run NEW_FOLDER",
        )


def check_same_articles(before: Mapping[str, Any], now: Mapping[str, Any], folder: Path) -> None:
    """Raises UsageError where a suite's articles are not those the run was begun with."""
    for suite, known in before["data"].items():
        if known["articles_sha256"] != now["data"][suite]["articles_sha256"]:
            raise UsageError(
                f"{folder} was begun with other articles of {suite}",
                "Begin another run: --run NEW_FOLDER",
            )


def items_sha256(items: Iterable[Item]) -> str:
    return _sha256(json.dumps(item_files.as_json(item), sort_keys=True) for item in items)


def _difference(key: str, old: Any, new: Any) -> str:
    """Which value differs, in words."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in (*new, *old):
            if old.get(name) != new.get(name):
                if name == "sha256":
                    return f"{key} ({str(old.get(name))[:10]}, now {str(new.get(name))[:10]})"
                return f"{key}: {name} was {old.get(name)!r} and is now {new.get(name)!r}"
    return key


def _sha256(texts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode() + b"\n")
    return digest.hexdigest()


def _code() -> dict[str, str]:
    """A hash of what answers depend on: the program, and the systems it is compared with."""
    here = Path(__file__).parent / "systems"
    systems = _sha256(f.name + f.read_text("utf-8") for f in sorted(here.rglob("*.py")))
    return {
        "version": _version("article-assistant"),
        "sha256": _sha256([sources_sha256(), systems]),
    }


def _git() -> dict[str, Any]:
    """Commit, and a hash of what was changed since; empty outside a checkout."""
    root = Path(__file__).parent.parent

    def said(*arguments: str) -> str | None:
        try:
            done = subprocess.run(
                ["git", "-C", str(root), *arguments], capture_output=True, timeout=30, check=True
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return done.stdout.decode("utf-8", "replace")

    commit = said("rev-parse", "HEAD") if (root / ".git").exists() else None
    if commit is None:
        return {}
    changes = said("diff", "HEAD", "--", "assistant", "evals") or ""
    return {"commit": commit.strip(), "changes": _sha256([changes]) if changes else None}


def _llm(settings: Settings, progress: Progress) -> dict[str, str | None]:
    """name: as it was asked for. model_name: as the model calls itself, which is how a judge is
    found to be the answerer."""
    kind, _, name = settings.llm.partition(":")
    if kind == "none":
        return {"name": "none", "model_name": "none", "sha256": None}
    if kind != "embedded":
        model = name.partition("#")[2] or name
        return {"name": model, "model_name": model, "sha256": None}
    if name.endswith(".gguf"):
        path = Path(name).expanduser()
        digest = hash_file(path, progress)[1]
        return {"name": path.name, "model_name": path.stem, "sha256": digest}
    model_file = find(name)
    return {"name": name, "model_name": Path(model_file.file).stem, "sha256": model_file.sha256}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def machine() -> dict[str, Any]:
    """What figures of speed depend on, without the name of the machine."""
    return {
        "system": platform.platform(),
        "python": platform.python_version(),
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
        "memory_gb": _memory_gb(),
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _memory_gb() -> float | None:
    try:
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
    return round(pages / 1e9, 1)
