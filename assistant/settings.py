"""One frozen object with every setting, from a TOML file, the environment and flags.

Later wins: defaults, then the TOML file, then ``ASSISTANT_*`` variables, then flags. A key that
does not exist is refused with its path, so that a typing error is not a silent default.
"""

from __future__ import annotations

import codecs
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path, user_config_path, user_data_path

from assistant.errors import SettingsError

PREFIX = "ASSISTANT_"
COLUMNS = ("text", "title", "author", "date", "source", "url", "language", "id")


def _sample_corpus() -> Path:
    """`corpus/` where the command is run, else the sample corpus of the checkout."""
    here = Path.cwd() / "corpus"
    return here if here.is_dir() else Path(__file__).resolve().parent.parent / "corpus"


@dataclass(frozen=True)
class Settings:
    """
    store: folder of the index.
    corpus: folder that is taken in when nothing else was named.
    models: folder of downloaded weights.
    llm: ``embedded:MODEL`` (a name from `assistant models list`), ``openai:URL#MODEL``, or
        ``none`` to answer by quoting only.
    api_key: for an endpoint; read from ``ASSISTANT_API_KEY`` or ``OPENAI_API_KEY``, never a flag.
    llm_timeout: seconds to wait for an endpoint's answer.
    download: whether missing weights may be fetched.
    threads: processor threads for the models; 0 means all cores.
    passages: how many passages retrieval returns.
    evidence: about how many tokens of evidence the language model reads.
    careful: confidence, 0 to 1, below which the answer is that the articles do not say.
    reader: folder of another reader (``reader.onnx``, ``tokenizer.json``, ``reader.json``); ""
        means the one in the package.
    max_file_bytes: larger files are refused with a message.
    max_unpacked_bytes: what one archive, .docx or .epub may hold, unpacked.
    max_entries: how many files one archive may hold.
    max_pages: how many pages of one PDF, and web pages behind one feed or sitemap, are read.
    columns: which column of a .csv, or key of a .jsonl, holds what, where that is none of the
        usual names: ``text=Volltext, title=Schlagzeile``; also author, date, source, url,
        language, id.
    fetch_timeout: seconds to wait for a web page.
    private_addresses: whether a URL may lead into a private network, or to this machine.
    """

    store: Path = user_data_path("assistant") / "store"
    corpus: Path = Path()
    models: Path = user_cache_path("assistant") / "models"
    llm: str = "embedded:qwen2.5-coder-1.5b"
    api_key: str = ""
    llm_timeout: float = 120.0
    download: bool = True
    threads: int = 0
    passages: int = 10
    evidence: int = 600
    careful: float = 0.4
    reader: str = ""
    max_file_bytes: int = 20_000_000
    max_unpacked_bytes: int = 500_000_000
    max_entries: int = 20_000
    max_pages: int = 2_000
    columns: str = ""
    fetch_timeout: float = 20.0
    private_addresses: bool = False

    def __post_init__(self) -> None:
        if self.corpus == Path():
            object.__setattr__(self, "corpus", _sample_corpus())
        for name, low, high in (
            ("llm_timeout", 0.1, 86_400.0),
            ("threads", 0, 1024),
            ("passages", 1, 100),
            ("evidence", 20, 100_000),
            ("careful", 0.0, 1.0),
            ("max_file_bytes", 1, 1 << 40),
            ("max_unpacked_bytes", 1, 1 << 40),
            ("max_entries", 1, 10_000_000),
            ("max_pages", 1, 1_000_000),
            ("fetch_timeout", 0.1, 3_600.0),
        ):
            value = getattr(self, name)
            if not low <= value <= high:
                raise SettingsError(
                    f"setting '{name}' is {value}, but must be from {low} to {high}",
                    f"Correct '{name}' in the settings file, the environment or the flag.",
                )

        self.column_names()

    def column_names(self) -> dict[str, str]:
        """`columns` as field -> name of its column. Raises SettingsError where it is malformed."""
        pairs = [pair.partition("=") for pair in self.columns.split(",") if pair.strip()]
        names = {field.strip().lower(): column.strip() for field, _, column in pairs}
        for field, column in names.items():
            if field not in COLUMNS or not column:
                raise SettingsError(
                    f"setting 'columns' is {self.columns!r}, where '{field}' is no field or "
                    "has no column",
                    f"Write it as FIELD=COLUMN, with commas; the fields: {', '.join(COLUMNS)}.",
                )
        return names

    def __repr__(self) -> str:
        shown = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "api_key"}
        return f"Settings({', '.join(f'{k}={v!r}' for k, v in shown.items())})"


def _convert(name: str, value: Any, kind: str, where: str) -> Any:
    """`value` as the type of setting `name`. Raises SettingsError that names `where`."""
    kinds = {
        "Path": "a path",
        "bool": "true or false",
        "int": "a whole number",
        "float": "a number",
        "str": "text",
    }
    try:
        if kind == "Path":
            # An empty one would be the folder in which the command happens to be run.
            if not isinstance(value, str | Path) or not str(value).strip():
                raise ValueError
            return Path(value).expanduser()
        if kind == "bool":
            if isinstance(value, bool):
                return value
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[
                str(value).strip().lower()
            ]
        if isinstance(value, bool) or (kind == "str" and not isinstance(value, str)):
            raise ValueError
        if kind == "int" and isinstance(value, float):
            raise ValueError  # 2.7 threads would silently become 2
        return {"int": int, "float": float, "str": str}[kind](value)
    except (ValueError, KeyError, TypeError, OverflowError, RuntimeError):
        shown = "***" if name == "api_key" else repr(value)
        raise SettingsError(
            f"{where}: '{name}' is {shown}, which is not {kinds[kind]}",
            f"Write {name} as {kinds[kind]}.",
        ) from None


def load_settings(
    config: Path | None = None,
    flags: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """The settings in force.

    config: a TOML file; None means the user's own file, if there is one.
    flags: values from the command line; those that are None count as not given.
    Raises SettingsError for a file that is missing or broken, an unknown key or a wrong value.
    """
    environment = os.environ if environment is None else environment
    kinds = {f.name: str(f.type) for f in fields(Settings)}
    values: dict[str, Any] = {}

    path = config or user_config_path("assistant") / "assistant.toml"
    if config is not None or path.is_file():
        for key, value in _read_toml(path).items():
            if key not in kinds:
                raise SettingsError(
                    f"{path}: unknown setting '{key}'", f"Known settings: {', '.join(kinds)}."
                )
            values[key] = _convert(key, value, kinds[key], str(path))
    for key in kinds:
        if PREFIX + key.upper() in environment:
            name = PREFIX + key.upper()
            values[key] = _convert(key, environment[name], kinds[key], name)
    unknown = [
        k for k in environment if k.startswith(PREFIX) and k[len(PREFIX) :].lower() not in kinds
    ]
    if unknown:
        raise SettingsError(
            f"environment: unknown setting {unknown[0]}",
            f"Known: {', '.join(PREFIX + k.upper() for k in kinds)}.",
        )
    values.setdefault("api_key", environment.get("OPENAI_API_KEY", ""))
    for key, value in (flags or {}).items():
        if key not in kinds:
            raise SettingsError(f"unknown setting '{key}'", f"Known settings: {', '.join(kinds)}.")
        if value is not None:
            values[key] = _convert(key, value, kinds[key], f"--{key.replace('_', '-')}")
    return Settings(**values)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        data = path.read_bytes()
        # Editors on Windows put a byte order mark first, or save "Unicode", which is UTF-16.
        is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = data.decode("utf-16" if is_wide else "utf-8-sig")
        return tomllib.loads(text)
    except FileNotFoundError:
        raise SettingsError(
            f"{path}: no such settings file", "Check the path given with --config."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{path}: cannot be read as TOML: {error}", "Fix the file.") from None
