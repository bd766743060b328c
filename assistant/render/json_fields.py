"""The fields of a JSON object that somebody else wrote, read one by one, each checked.

Whatever is wrong is an AssistantError that names the key, as in ``citations[2].published``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from assistant.errors import AssistantError


def wrong(key: str, what: str, hint: str) -> AssistantError:
    return AssistantError(f"'{key}' {what}" if key else f"the JSON {what}", hint)


class Fields:
    """One JSON object. where: the way to it from the outermost one, empty for that one itself.
    hint: what to do about any mistake in it."""

    def __init__(self, raw: Any, hint: str, where: str = "") -> None:
        self._hint = hint
        self._where = where
        if not isinstance(raw, dict):
            raise wrong(where, "must be a JSON object", hint)
        self._raw: dict[str, Any] = raw

    def wrong(self, key: str, what: str) -> AssistantError:
        """The error to raise for `key`."""
        return wrong(self._name(key), what, self._hint)

    def has(self, key: str) -> bool:
        """Whether it is there, and not null."""
        return self._raw.get(key) is not None

    def text(self, key: str) -> str:
        value = self._value(key)
        if not isinstance(value, str):
            raise self.wrong(key, "must be text")
        return value

    def optional_text(self, key: str) -> str | None:
        return None if self._value(key) is None else self.text(key)

    def one_of(self, key: str, choices: Sequence[str]) -> str:
        value = self._value(key)
        if not isinstance(value, str) or value not in choices:
            raise self.wrong(key, f"must be one of {', '.join(choices)}")
        return value

    def truth(self, key: str) -> bool:
        value = self._value(key)
        if not isinstance(value, bool):
            raise self.wrong(key, "must be true or false")
        return value

    def count(self, key: str) -> int:
        return self._as_count(self._value(key), key)

    def counts(self, key: str) -> tuple[int, ...]:
        return tuple(self._as_count(each, f"{key}[{n}]") for n, each in enumerate(self._list(key)))

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._list(key)
        for n, value in enumerate(values):
            if not isinstance(value, str):
                raise self.wrong(f"{key}[{n}]", "must be text")
        return tuple(values)

    def number(self, key: str, most: float = math.inf) -> float:
        """From 0 to `most`, finite."""
        value = self._value(key)
        try:
            number = math.nan if isinstance(value, bool | str) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not 0 <= number <= most or math.isinf(number):
            most_said = "" if math.isinf(most) else f" and at most {most:g}"
            raise self.wrong(key, f"must be a number of at least 0{most_said}")
        return number

    def optional_day(self, key: str) -> date | None:
        value = self._value(key)
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            raise self.wrong(key, "must be a day such as 2025-08-12, or null") from None

    def object(self, key: str) -> Fields:
        return Fields(self._value(key), self._hint, self._name(key))

    def objects(self, key: str) -> Iterator[Fields]:
        for n, each in enumerate(self._list(key)):
            yield Fields(each, self._hint, f"{self._name(key)}[{n}]")

    def _name(self, key: str) -> str:
        return f"{self._where}.{key}" if self._where else key

    def _value(self, key: str) -> Any:
        if key not in self._raw:
            raise self.wrong(key, "is missing")
        return self._raw[key]

    def _list(self, key: str) -> list[Any]:
        value = self._value(key)
        if not isinstance(value, list):
            raise self.wrong(key, "must be a list")
        return value

    def _as_count(self, value: Any, key: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.wrong(key, "must be a whole number of at least 0")
        return value
