"""Text that is safe to show: words of articles and of models are data, whatever they contain."""

from __future__ import annotations

import json
import re
from typing import Any

_ESCAPE_SEQUENCES = re.compile(
    r"(?:\x1b\]|\x9d)[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)"  # OSC: window titles, links, clipboard
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c\n]*(?:\x1b\\|\x9c)"  # DCS, SOS, PM, APC
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor, screen
)
# Controls, zero-width marks, direction overrides and isolates. Joiners (200C, 200D) stay: some
# scripts are misspelt without them.
_INVISIBLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u206f\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def plain(text: str) -> str:
    """`text` without anything a terminal would obey; line feeds stay, other white space is a space.

    Escape sequences go as a whole, lone surrogates become U+FFFD. The result can be encoded.
    """
    text = _ESCAPE_SEQUENCES.sub("", text)
    text = re.sub("\r\n?|[\x85\u2028\u2029]", "\n", text)
    text = re.sub("[\t\x0b\x0c]", " ", text)
    return _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", text))


def one_line(text: str) -> str:
    """`plain` text on one line, runs of white space as one space."""
    return " ".join(plain(text).split())


def json_text(value: Any) -> str:
    """`value` as indented JSON that is safe to print: every character `plain` would take away is
    written as an escape, so nothing is lost and nothing reaches the terminal."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    for unsafe in (_INVISIBLE, _SURROGATE):
        text = unsafe.sub(lambda match: json.dumps(match.group())[1:-1], text)
    return text
