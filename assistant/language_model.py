"""The language model that the settings name, made ready: its weights, its runtime, its prompts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import UsageError
from assistant.models import find, local_path, own_file, pull
from assistant.progress import Progress
from assistant.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.llms import LLM


def make(settings: Settings, progress: Progress) -> LLM | None:
    """The model; its weights are fetched first if they are missing and that is allowed.

    None where the settings say so, or where the weights are missing and may not be fetched.
    Raises UsageError for a name of no known form, and ModelMissing and its kind.
    """
    named = settings.llm
    if named == "none":
        return None
    if named.startswith("openai:"):
        from assistant.llm import endpoint, parse_endpoint

        url, model = parse_endpoint(named)
        return endpoint(url, model, settings.api_key, settings.llm_timeout)
    if not named.startswith("embedded:"):
        raise UsageError(
            f"--llm {named!r} is none of the forms embedded:NAME, openai:URL#MODEL and none",
            "`assistant models list` shows the names.",
        )
    path = _weights(named.removeprefix("embedded:"), settings, progress)
    if path is None:
        progress("No language model here: answering with quotes", 0, None, "steps")
        return None
    from assistant.llm import EmbeddedLLM

    return EmbeddedLLM(
        path=path,
        name=path.stem,
        threads=settings.threads,
        state_folder=settings.models / "state",
    )


def _weights(name: str, settings: Settings, progress: Progress) -> Path | None:
    if name.endswith(".gguf"):
        return own_file(Path(name).expanduser())
    model = find(name)
    path = local_path(model, settings.models, progress)
    if path is None and settings.download:
        path = pull(model, settings.models, progress)
    return path


def prime(llm: LLM) -> None:
    """Have an embedded model read what all prompts begin with, so that no question waits for it."""
    from assistant.answering import generate
    from assistant.llm import EmbeddedLLM

    if isinstance(llm, EmbeddedLLM):
        generate.prime(llm)
