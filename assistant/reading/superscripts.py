"""What is set raised: a note's mark, which is no part of the text, or a power, which is.

Run together with what stands before it, the mark of note 3 turns 15 boats into 153, and the sixth
power of ten into 106. So a mark is left out, and a power is written as one: 10^6.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMBER = re.compile(r"[+−–-]?\d+(?:[.,]\d+)?")
# 3 · 1,2 · 3–5 · [7] · (a) · * · † · 2a
_NOTE = re.compile(r"[\[(].*[\])]|[*†‡§¶#]+|\d+[a-z]?(?:\s*[,;–-]\s*\d+[a-z]?)*")
_UNIT = re.compile(r"(?<![^\W\d_])(?:[kcdmµ]?m|hm|mi|ft|yd|/s)$")
_MONEY = re.compile(r"[$€£¥]\s?\d+$")
_MILLIONS = re.compile(r"[$€£¥]\s?[\d.,]+\s?m$")
_BASE = re.compile(r"(?<![\w.,])10$|[×·*]\s?\d+$")
_VARIABLE = re.compile(r"(?<![^\W_])(?:[b-z]|R|[α-ω])$|=\s?mc$")
_ELEMENT = re.compile(r"[A-Z][a-z]?(?![a-z])")
_WORD = re.compile(r"[^\W\d_]+$")
_CENTS = frozenset(
    "00 49 50 90 95 98 99".split()
)  # as prices have them, and few notes are numbered
_LONGEST_MARK = 12


def with_marks(runs: Iterable[tuple[str, bool]]) -> str:
    """The text of a line out of its runs, each with whether it is raised."""
    told = list(runs)
    text = ""
    for number, (run, is_raised) in enumerate(told):
        after = "".join(run for run, _ in told[number + 1 : number + 2])
        text += raised(text, run, after) if is_raised else run
    return text


def raised(before: str, mark: str, after: str) -> str:
    """What to write for `mark`, which is raised between `before` and `after`: "" for a note's."""
    core = mark.strip()
    if not core:
        return mark
    glued_to = before[-1:].strip()  # "" at the start and after a space
    if core.isdigit() and after[:1] in ("⁄", "/", "∕") and after[1:2].strip():
        return f" {core}" if glued_to.isdigit() else core  # 3 1/2
    if _NUMBER.fullmatch(core):
        return _raised_number(before[-40:], core, after)
    if _NOTE.fullmatch(core):
        return ""
    if core.isalpha():
        return _raised_letters(before, core)
    if len(core) > _LONGEST_MARK or " " in core:
        return f" {core} " if glued_to else mark  # small print, or a badge
    if glued_to and re.search(r"\w\s?[+−-]\s?\w", core):
        return f"^({core})"  # 2^(n+1)
    return mark  # °, ™, the + of an ion


def _raised_number(before: str, number: str, after: str) -> str:
    if not before[-1:].strip() or before[-1:] == "(":
        # The 14 of carbon, or the mark of a note at the head of its text.
        return number if _ELEMENT.match(after) and number.isdigit() else ""
    if _MONEY.search(before) and number in _CENTS:
        return f".{number}"
    is_power = (
        (_UNIT.search(before) and number.lstrip("-−–") in "123" and not _MILLIONS.search(before))
        or _BASE.search(before)
        or _VARIABLE.search(before)
        or (number[0] in "-−" and before[-1:].isalnum())
        or (before.endswith("2") and not before[-2:-1].strip(" (=") and len(number) == 2)
    )
    return f"^{number}" if is_power else ""


def _raised_letters(before: str, letters: str) -> str:
    if letters.upper() == "TM":
        return "™"
    if before[-1:].isdigit():
        if letters in ("n", "x", "k"):
            return f"^{letters}"
        # 19th, 1er, 5e, 12h; but the note a after 2025
        is_note = len(letters) == 1 and (letters not in "eoahms" or before[-3:].isdigit())
        return "" if is_note else letters
    word = _WORD.search(before[-40:])
    if word is None:
        return letters
    if len(letters) == 1:
        if letters in "nxkt" and _VARIABLE.search(before):
            return f"^{letters}"
        return letters if len(word[0]) <= 2 else ""  # no, Sra; but the note a after a word
    return letters if len(word[0]) <= 3 else f" {letters}"  # Mme, Dr, St; a badge such as NEW
