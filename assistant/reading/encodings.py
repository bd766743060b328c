"""Bytes -> text: by the name that a page, a mail or a server gives their encoding, or by a guess.

The names mean what they mean to browsers (encoding.spec.whatwg.org): "iso-8859-1" is
windows-1252, and "gb2312" is all of GBK.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

import webencodings

from assistant.errors import ReadingError
from assistant.reading.files import printable
from assistant.reading.legibility import odd_share
from assistant.reading.text import canonical
from assistant.types import Failure

# Encodings of mails and old files that browsers have dropped, by the start of Python's names.
# Each is a character set, which Python's "idna" and "unicode_escape" are not.
_BESIDES = (
    *("utf_7", "utf_8", "utf_32", "hz", "iso2022_", "cp", "iso8859", "mac", "koi8"),
    *("euc_", "gb", "big5", "shift_jis", "johab", "tis_620"),
)
# These write all in ASCII or in pairs of bytes, so that UTF-8 would seem to fit.
_SEVEN_BIT = ("utf_7", "utf_16", "utf_32", "hz", "iso2022_")
# One character in so many may be wrong before the label is taken to be.
_FIT = 50
# A share of odd words from which on a text is not legible; cleanly read ones have a few in 1,000.
_MANY_ODD = 0.2

_MARKS = (
    *((codecs.BOM_UTF32_LE, "utf_32"), (codecs.BOM_UTF32_BE, "utf_32")),
    *((codecs.BOM_UTF16_LE, "utf_16"), (codecs.BOM_UTF16_BE, "utf_16")),
    *((b"<\0?\0x\0", "utf_16_le"), (b"\0<\0?\0x", "utf_16_be")),  # as XML may begin
)
_BINARY_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))
_SWITCHES = re.compile(rb"\x1b\$[@B(]|\x1b\$\)[CA]|~\{")  # of encodings that are all ASCII
_MARKUP = re.compile(rb"<[^<>]*>")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Those that texts of the last forty years are in, without such as are part of another one here.
# What chardet knows besides is taken for them too often where there is little to go by.
_GUESSED = (
    "cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp874 "
    "iso8859-2 iso8859-5 iso8859-6 iso8859-7 iso8859-13 iso8859-15 iso8859-16 "
    "koi8-r koi8-u cp866 mac-roman mac-cyrillic mac-latin2 cp437 cp850 cp852 "
    "gb18030 big5hkscs cp932 euc_jis_2004 euc_kr cp949"
).split()
_COMMONEST, _AS_WELL = "cp1252", 0.995
_CLEARLY, _ENOUGH = 1.5, 10  # times as sure, on so many bytes beyond ASCII
_START = 10_000
_HIGH = bytes(range(128, 256))


class NotText(ValueError):
    """The bytes are no text; the message says why, to follow "the file ..."."""


@dataclass(frozen=True)
class Decoded:
    """A text, and what a person should know of how it was read: "" where nothing is in doubt.

    legible: whether it looks like words that somebody wrote.
    """

    text: str
    doubt: str = ""
    legible: bool = True

    def notes(self, where: Path | str) -> list[Failure]:
        """What the report says of it: nothing, or one line."""
        if not self.doubt:
            return []
        hint = "If letters in it look wrong, save it as UTF-8."
        return [Failure(printable(where), self.doubt, hint, note=self.legible)]


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


def labelled(data: bytes, label: str | None) -> str | None:
    """The text of `data` in the encoding that `label` names; None where it means none, or the
    bytes do not fit it. UTF-8 that is sound is read as such whatever the label says."""
    text = _as_said(data, label)
    return text if text is not None and odd_share(text) < _MANY_ODD else None


def decoded(data: bytes, label: str | None = None) -> Decoded:
    """The text of `data` as `label` names its encoding; guessed where that is missing or wrong.

    No byte is dropped: one that means nothing in the encoding becomes U+FFFD. Raises NotText.
    """
    if name := _marked(data):
        return Decoded(data.decode(name, errors="replace"))
    said = _as_said(data, label)
    if said is not None and odd_share(said) < _MANY_ODD:
        lost = said.count("\ufffd") if _utf8(data) is None else 0
        told = f"{lost:,} of its characters could not be read in {label}, as it says it is"
        return Decoded(said, told if lost else "")
    guess = _guessed(data, label)
    if said is not None and said == guess.text:
        return Decoded(said)
    if said is not None and not guess.legible:
        return Decoded(said, f"read as {label}, as it says, many words look wrong", legible=False)
    return guess


def file_text(data: bytes, path: Path, label: str | None = None) -> Decoded:
    """As `decoded`. Raises ReadingError where a file's bytes are binary or hold nothing."""
    try:
        found = decoded(data, label)
    except NotText as error:
        raise ReadingError(
            f"{printable(path)}: {error}", "Save it as plain UTF-8 text, or remove it."
        ) from None
    # What is seen decides: a file of control characters alone is as empty.
    if not canonical(found.text[:_START]).strip() and not canonical(found.text).strip():
        raise ReadingError(f"{printable(path)}: empty", "Put the article's text in, or remove it.")
    return found


def _guessed(data: bytes, label: str | None) -> Decoded:
    if b"\0" in data:
        raise NotText("contains NUL bytes, so it is binary, or UTF-16 without a byte order mark")
    if _SWITCHES.search(data) and data.isascii() and (switched := _switched(data, label)):
        return switched
    if (text := _utf8(data)) is not None:
        return Decoded(text)
    controls = len(data) - len(data.translate(None, _BINARY_CONTROLS))
    if controls * 50 > len(data):
        raise NotText("is full of control characters, so it is binary")
    return _stray_bytes(data) or _older(data, label)


def _marked(data: bytes) -> str | None:
    return next((name for mark, name in _MARKS if data.startswith(mark)), None)


def _as_said(data: bytes, label: str | None) -> str | None:
    name = codec(label) if label else None
    if name is None or _marked(data):
        return None
    if not name.startswith(_SEVEN_BIT) and (text := _utf8(data)) is not None:
        return text
    if name == "utf_8" or (name == _COMMONEST and _is_other(data)):
        return None
    text = data.decode(name, errors="replace")
    return text if text.count("\ufffd") * _FIT <= len(text) else None


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _switched(data: bytes, label: str | None) -> Decoded | None:
    """The text of bytes that are all ASCII and switch to Japanese, Korean or Chinese and back."""
    for name in ("iso2022_jp_ext", "iso2022_kr", "hz"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if not text.isascii():
            return Decoded(text, _guess_told(name.removesuffix("_ext"), label))
    return None


def _stray_bytes(data: bytes) -> Decoded | None:
    """Good UTF-8 with a few stray bytes, as when two files were joined."""
    escaped = data.decode("utf-8", errors="surrogateescape")
    wrong = len(_SURROGATES.findall(escaped))
    foreign = [c for c in escaped if c > "\x7f" and not "\ud800" <= c < "\ue000"]
    if len(foreign) <= 10 * wrong and (
        # Chinese and Korean pairs of bytes are UTF-8 for rare letters by chance.
        len(foreign) < 2 * wrong or any("\u0180" <= c < "\u0800" for c in foreign)
    ):
        return None
    text = _SURROGATES.sub(
        lambda match: bytes([ord(match[0]) - 0xDC00]).decode("cp1252", errors="replace"), escaped
    )
    several = f"{wrong:,} bytes in it are" if wrong > 1 else "one byte in it is"
    return Decoded(text, f"{several} no UTF-8, and taken for windows-1252")


def _older(data: bytes, label: str | None) -> Decoded:
    """The text in one of the encodings of a single country, or of one alphabet."""
    sure = _confidences(data) or {_COMMONEST: 1.0}
    best = max(sure.values())
    # Of those that fit as well, that with the fewest odd words; else the commonest one.
    tried = [
        (odd_share(data.decode(name, errors="replace")), name != _COMMONEST, name)
        for name in sure
        if sure[name] >= best * _AS_WELL
    ]
    odd, _, name = min(tried)
    text = data.decode(name, errors="replace")
    if odd < _MANY_ODD:
        return Decoded(text, _guess_told(name, label))
    doubt = f"its encoding cannot be told; read as {_shown_name(name)}, many words look wrong"
    return Decoded(text, doubt, legible=False)


def _is_other(data: bytes) -> bool:
    """Whether bytes that are said to be in the commonest encoding clearly are not: it is what
    programs write that know nothing of encodings."""
    if len(data) - len(data.translate(None, _HIGH)) < _ENOUGH:
        return False
    sure = _confidences(data)
    return max(sure.values(), default=0) > sure.get(_COMMONEST, 0) * _CLEARLY


def _confidences(data: bytes) -> dict[str, float]:
    import chardet

    found = chardet.detect_all(
        _MARKUP.sub(b" ", data), include_encodings=_GUESSED, compat_names=False
    )
    return {str(each["encoding"]): each["confidence"] for each in found if each["encoding"]}


def _guess_told(name: str, label: str | None) -> str:
    why = f"is not in {label}, as it says" if label else "does not say its encoding"
    return f"{why}; read as {_shown_name(name)}, a guess"


def _shown_name(name: str) -> str:
    found = webencodings.lookup(name)
    return str(found.name) if found else name.replace("_", "-")


def _python_name(name: str) -> str:
    return name.replace("-", "_")
