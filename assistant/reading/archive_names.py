"""The names of files in archives, which say in no way what encoding they are in."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Sequence
from itertools import pairwise
from unicodedata import category

from assistant.reading.legibility import odd_share

_IN_UTF8 = 0x800  # the flag of a zip that says so
_UNICODE_PATH = 0x7075  # the extra field in which Info-ZIP repeats a name in UTF-8
# Those in which Windows and DOS write names, by the language they are set to.
_ENCODINGS = (
    "cp437 cp850 cp852 cp866 cp737 cp1252 cp1250 cp1251 gb18030 cp932 cp949 big5hkscs".split()
)
_USUAL = ("cp437", "cp850", "cp1252")
_LOOKED_AT = 500
_SIGNS = ("So", "Sm", "Sk", "Co", "Cn", "Cc", "No")  # box drawings, and what no name has in it


def names_in_zip(entries: Sequence[zipfile.ZipInfo]) -> list[str]:
    """The name of each entry: as the zip says where it does, else in the encoding that makes words
    of all names."""
    raw = [_raw(entry) for entry in entries]
    guessed = decoded_names([name for name in raw if name is not None])
    untold = iter(guessed)
    return [
        entry.filename if name is None else _unicode_path(entry, name, next(untold))
        for entry, name in zip(entries, raw, strict=True)
    ]


def _raw(entry: zipfile.ZipInfo) -> bytes | None:
    """The bytes of a name of which nothing is said."""
    if entry.flag_bits & _IN_UTF8:
        return None
    try:
        return entry.orig_filename.partition("\0")[0].encode("cp437")
    except UnicodeEncodeError:  # a later Python has read the extra field itself
        return None


def _unicode_path(entry: zipfile.ZipInfo, raw: bytes, otherwise: str) -> str:
    """The name in the extra field, if there is one and it is that of this name."""
    extra = entry.extra
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        value, extra = extra[4 : 4 + size], extra[4 + size :]
        is_of_this = int.from_bytes(value[1:5], "little") == zlib.crc32(raw)
        if kind == _UNICODE_PATH and value[:1] == b"\x01" and is_of_this:
            return value[5:].decode("utf-8", "replace")
    return otherwise


def decoded_names(raw: Sequence[bytes]) -> list[str]:
    """Names that belong together as text. Each stays apart where no encoding is good for all."""
    foreign = [name for name in raw if _in_utf8(name) is None]
    encoding = _guessed(b"\n".join(foreign[:_LOOKED_AT])) if foreign else None
    return [
        _in_utf8(name) or name.decode(encoding or _guessed(name) or "cp437", "replace")
        for name in raw
    ]


def _in_utf8(name: bytes) -> str | None:
    try:
        text = name.decode()
    except UnicodeDecodeError:
        return None
    # Pairs of letters in other encodings are UTF-8 for characters of scripts that nobody writes.
    return None if any("\U00010000" <= c < "\U0001f000" or c > "\U0001ffff" for c in text) else text


def _guessed(names: bytes) -> str | None:
    import chardet

    found = chardet.detect_all(names, include_encodings=_ENCODINGS, compat_names=False)
    likely = {str(each["encoding"]): each["confidence"] for each in found}
    fitting = {name: sure for name, sure in likely.items() if _makes_words(names, name)}
    if not fitting:
        return None
    # A few letters tell little: then it is what most programs write.
    enough = max(fitting.values()) / 2
    usual = (name for name in _USUAL if fitting.get(name, 0) >= enough)
    return next(usual, max(fitting, key=lambda name: fitting[name]))


def _makes_words(names: bytes, encoding: str) -> bool:
    try:
        text = names.decode(encoding)
    except UnicodeDecodeError:
        return False
    foreign = [(before, c) for before, c in pairwise(" " + text) if c > "\x7f"]
    return not odd_share(text) and not any(
        category(c) in _SIGNS or (before.isalpha() and c not in "’–—·" and category(c)[0] in "PS")
        for before, c in foreign
    )
