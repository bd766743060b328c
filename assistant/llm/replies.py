"""What a model says, out of all that a reply may hold beside it: thoughts, fences, JSON, prose."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

# What models think aloud goes before what they say. Templates often hold the opening mark
# themselves, so that only the closing one is in the reply.
_TAG = "think|thinking|thought|reasoning|reflection"
_THOUGHTS = (
    re.compile(rf"\A.*</(?:{_TAG})>", re.DOTALL | re.IGNORECASE),
    re.compile(rf"\A\s*<(?:{_TAG})>.*", re.DOTALL | re.IGNORECASE),  # cut off while thinking
    re.compile(r"\A.*\[/THINK\]", re.DOTALL),
    re.compile(r"\A\s*\[THINK\].*", re.DOTALL),
    re.compile(r"\A.*◁/think▷", re.DOTALL),
    re.compile(r"\A.*<\|channel\|>final<\|message\|>", re.DOTALL),
)
# Each may be looked at up to the end of the text.
MOST_BRACES = 100
MOST_YAML = 20_000
_FENCED = re.compile(r"\A```[\w-]*[ \t]*\n(.*?)\n?```\Z", re.DOTALL)
# Under these names models put words when they answer in JSON though they were not asked to, or
# their server holds them to it.
_SAYING = ("statements", "sentences", "answer", "text", "response", "reply", "content", "message")


def without_thoughts(text: str) -> str:
    """`text` from where the model speaks; empty where it never does."""
    for thought in _THOUGHTS:
        text = thought.sub("", text, count=1)
    return text.strip()


def words_of(text: str) -> str:
    """What `text` says in words: those of the JSON object that it holds, if it holds one with words
    in it, else `text` itself without a fence around it.

    Empty where the object has no words or says that nothing was found.
    """
    text = text.strip()
    for found in _objects(text):
        if _denies(found):
            return ""
        if not found.keys().isdisjoint(_SAYING):
            return " ".join(_said(found))
    fenced = _FENCED.match(text)
    return fenced[1].strip() if fenced else text


def json_object(text: str, keys: frozenset[str]) -> dict[str, Any] | None:
    """The first object in `text` that has all of `keys`, else the first that there is."""
    found = list(_objects(text))
    return next((each for each in found if keys <= each.keys()), found[0] if found else None)


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The objects in `text`, those within others left out. Where none is sound JSON, what lies
    between the first brace and the last is read as YAML, which takes single quotes and a comma
    too many."""
    decoder = json.JSONDecoder(strict=False)
    at, sound = text.find("{"), False
    for _ in range(MOST_BRACES):
        if at < 0:
            break
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            end = at + 1
        else:
            if value:
                sound = True
                yield value
        at = text.find("{", end)
    start, end = text.find("{"), text.rfind("}") + 1
    # References could make it larger than memory.
    if sound or not 0 <= start < end or end - start > MOST_YAML or "&" in text[start:end]:
        return
    try:
        value = yaml.safe_load(text[start:end])
    except (yaml.YAMLError, ValueError, RecursionError):
        return
    # Words in braces are a mapping to YAML as well, of these words to nothing.
    if isinstance(value, dict) and any(each is not None for each in value.values()):
        yield value


def _denies(found: dict[str, Any]) -> bool:
    return found.get("found", found.get("answerable", True)) in (False, "false", "False", "no")


def _said(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value.strip():
            yield value.strip()
    elif isinstance(value, list):
        for each in value:
            yield from _said(each)
    elif isinstance(value, dict):
        name = next((name for name in _SAYING if value.get(name)), None)
        if name is not None:
            yield from _said(value[name])
