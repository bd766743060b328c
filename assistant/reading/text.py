"""Text -> its canonical form, the one that all character positions refer to."""

from __future__ import annotations

import re
import unicodedata

# Escape sequences of terminals: with a string in them (OSC, DCS, ...), CSI, and the short ones.
# The strings exclude every control character, so that the search stays linear.
_ESCAPES = re.compile(
    r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x00-\x08\x0a-\x1f\x7f-\x9f]*(?:\x07|\x9c|\x1b\\)"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|\x1b[ -/]*[0-~]"
)
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u205f]")
# What no reader sees: controls but \n and \t; the soft hyphen; zero width space, word joiner and
# byte order mark; direction overrides and isolates; tag characters, which can hide a message.
# U+200C and U+200D stay, since some scripts need them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
# Letters in the shapes that a typesetter gave them: one for "fi", the Arabic ones for the start and
# the end of a word. A reader sees the letters, and nobody asks with any others.
_SHAPES = re.compile("[\ufb00-\ufb4f\ufb50-\ufdfb\ufe70-\ufefc]+")
_SURROGATES = re.compile("[\ud800-\udfff]")
_ENDLESS_MARKS = re.compile(r"[^\w\s\x00-\x7f]{1000}")  # combining marks are no \w
_BLANK_LINES = re.compile(r"\n{3,}")


def canonical(text: str) -> str:
    """`text` in the form that articles are stored in; ``canonical(canonical(x)) == canonical(x)``.

    Unicode NFC; lines end in ``\\n``, without trailing white space; at most one blank line in a
    row, none at the start or end; no control characters, terminal escapes or invisible characters;
    spaces are U+0020; no ligatures, but the letters.
    """
    text = _ESCAPES.sub("", text)
    text = _LINE_ENDS.sub("\n", text)
    text = _SPACES.sub(" ", text)
    text = _INVISIBLE.sub("", text)
    text = _SURROGATES.sub("\ufffd", text)
    text = _SHAPES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = "\n".join(_composed(line).rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", text).strip("\n")


def _composed(line: str) -> str:
    # Sorting a run of combining marks takes the square of its length: a megabyte of them, hours.
    # No language has such runs, so that line stays as it is.
    if line.isascii() or _ENDLESS_MARKS.search(line):
        return line
    return unicodedata.normalize("NFC", line)


def one_line(text: str) -> str:
    """`text` in canonical form, with every run of white space as one space: for titles, names."""
    return " ".join(canonical(text).split())
