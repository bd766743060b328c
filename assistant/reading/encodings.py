"""Bytes -> text: by the name that a page, a mail or a server gives their encoding, or by a guess.

The names mean what they mean to browsers (encoding.spec.whatwg.org): "iso-8859-1" is
windows-1252, and "gb2312" is all of GBK.
"""

from __future__ import annotations

import codecs
from typing import NamedTuple

import webencodings

from assistant.reading.text import decode

# Encodings of mails and old files that browsers have dropped, by the start of Python's names.
# Each is a character set, which Python's "idna" and "unicode_escape" are not.
_BESIDES = ("utf_7", "utf_8", "utf_32", "hz", "iso2022_", "cp", "iso8859", "mac", "johab", "koi8")
# These write all in ASCII or in pairs of bytes, so that UTF-8 would seem to fit.
_SEVEN_BIT = ("utf_7", "utf_16", "utf_32", "hz", "iso2022_")
# One character in so many may be wrong before the label is taken to be.
_FIT = 50


class Decoded(NamedTuple):
    """A text, and what a person should know of how it was read: "" where nothing is in doubt."""

    text: str
    doubt: str = ""


def codec(label: str) -> str | None:
    """Python's name of the encoding that `label` means, or None where it means none."""
    label = label.strip(" \t\r\n\"'")
    found = webencodings.lookup(label)
    if found is not None and found.name not in ("replacement", "x-user-defined"):
        return {"gbk": "gb18030"}.get(found.name, _python_name(found.codec_info.name))
    try:
        name = _python_name(codecs.lookup(label).name)
    except (LookupError, ValueError):
        return None
    return name if name.startswith(_BESIDES) else None


def decoded(data: bytes, label: str | None = None) -> Decoded:
    """The text of `data` as `label` names its encoding; guessed where that is missing or wrong.

    UTF-8 that is sound is read as such whatever the label says. No byte is dropped: one that
    means nothing in the encoding becomes U+FFFD. Raises NotText.
    """
    name = codec(label) if label else None
    if name is not None and (name.startswith(_SEVEN_BIT) or not _is_utf8(data)):
        content = data.decode(name, errors="replace")
        if content.count("\ufffd") * _FIT <= len(content):
            return Decoded(content)
    return Decoded(decode(data))


def _python_name(name: str) -> str:
    return name.replace("-", "_")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
