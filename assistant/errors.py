"""Everything that can go wrong in a way the user can do something about.

    AssistantError
    ├── UsageError            the call itself was wrong (exit code 2)
    ├── SettingsError         a settings file or environment variable is wrong
    ├── ReadingError          a file could not be read as an article
    ├── Busy                  a server has as many questions waiting as it takes
    ├── StoreError            the index on disk
    │   ├── StoreLocked       another process is writing to it
    │   ├── StoreFull         the disk is full
    │   └── StoreDamaged      it is broken; `assistant doctor --repair` mends it
    ├── ModelError            model weights
    │   ├── ModelMissing      not on this machine, and downloading was refused
    │   ├── DownloadFailed    no source could deliver it
    │   └── WrongHash         the bytes are not the pinned ones
    └── LLMError              the language model
        ├── LLMUnreachable    the endpoint is down or too slow
        └── LLMNonsense       it answered with something that cannot be used

Each carries one line that says what is wrong and where, and a `hint`: what to do now. The shells
turn them into that line and an exit code; any other exception is a bug and keeps its traceback, in
a server in its log.
"""

from __future__ import annotations

import logging


class AssistantError(Exception):
    """Base of the tree. `message` is one line; `hint` is the next thing to do, may be empty."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(AssistantError):
    exit_code = 2


class SettingsError(AssistantError):
    pass


class ReadingError(AssistantError):
    pass


class Busy(AssistantError):
    pass


class StoreError(AssistantError):
    pass


class StoreLocked(StoreError):
    pass


class StoreFull(StoreError):
    pass


class StoreDamaged(StoreError):
    pass


class ModelError(AssistantError):
    pass


class ModelMissing(ModelError):
    pass


class DownloadFailed(ModelError):
    pass


class WrongHash(ModelError):
    pass


class LLMError(AssistantError):
    pass


class LLMUnreachable(LLMError):
    pass


class LLMNonsense(LLMError):
    pass


def told(error: Exception) -> AssistantError:
    """What a server tells whoever waits for it of `error`; a bug goes into the log."""
    if isinstance(error, AssistantError):
        return error
    logging.getLogger(__name__).error("a request failed", exc_info=error)
    return AssistantError(
        "something went wrong in the server that should not have",
        "The log of the server says what.",
    )
