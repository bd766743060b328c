"""What is set above the line, as it is written within a line: 10^6, km², 12th, and no note marks.

Glued to what stands before it, a note mark falsifies a number: "15" with note 3 becomes 153.
"""

from __future__ import annotations

import re

_SIGNS = re.compile(r"[*†‡§¶#‖↑\s]+")
_IN_BRACKETS = re.compile(r"\[.{0,40}\]|\(\s*(?:\d{1,3}|[a-z*†‡])\s*\)", re.DOTALL)
_NUMBERS = re.compile(r"\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\)?[,;.]?")
# A letter for a note, rather than the end of "1a" or "Sra".
_NOTE_LETTER = re.compile(r"(?:[^\W\d_]{5}|\d{4})\Z")
_WRITTEN_ON = re.compile(r"[^\W\d_]{1,4}\.?|[+−-]+|\d{1,3}")

_NEGATIVE = re.compile(r"[-−–](?:\d{1,2}|[a-z])")
_EXPONENT = re.compile(r"\d{1,3}|[a-z]")
_CHARGE = re.compile(r"\d[+−-]")
_MATHS = r"[=+×·⋅*/<>≈≤≥√∑±−]"
_CALCULATED = re.compile(rf"(?:{_MATHS}\s?)(?:\d+|[^\W\d_]{{1,2}})\Z")
_CALCULATES = re.compile(rf"\s?{_MATHS}")
_TEN = re.compile(r"(?<![\d.,])10\Z")
_LENGTHS = r"(?:[kcdmµn]?m|ft|yd|mi|in)"
_AREA = re.compile(
    rf"(?:\d[\s\u00a0\u2009\u202f-]?{_LENGTHS}|/\s?(?:s|{_LENGTHS})|\b(?:km|cm|mm)|\b[Pp]\w\w m"
    rf"|(?:\A|[\s(])m)\Z"
)
_MONEY = re.compile(r"[$£€¥]\s?[\d.,]+\s?m\Z")
_VARIABLE = re.compile(r"(?<![\w°'’.])[b-hj-zB-HJ-ZΑ-Ωα-ω]\Z")
_FORMULA = re.compile(r"(?<!\w)\([^()]*(?:[+×·*=]|\s[-−]\s)[^()]*\)\Z")
_ELEMENT = re.compile(r"(?:C|H|O|N|U|K|I|Cs|Sr|Pu|Tc|Xe|Kr|Ra|Rn|Th|Am|Co|Po|Pb|Be|Ir)(?![a-z])")
_FRACTION = re.compile(r"\s?[/⁄]\s?\d")
_HOUR = re.compile(r"(?<![\d.,:])(?:[01]?\d|2[0-4])\Z")
_OF_THE_CLOCK = re.compile(r"\s*(?:Uhr|h\b|hrs\b|hod|ч|час|óra|godz|[ap]\.?m)")


def in_line(mark: str, before: str, after: str = "") -> str:
    """What to write for a superscript `mark` that stands between these two texts.

    "" for the mark of a note, which is left out: "15 boats" with note 3 stays "15 boats". Powers
    stay such ("10^6", "12 km²"), and ordinals and abbreviations are written on: "12th", "Mme".
    before, after: of the same paragraph; forty characters of each are enough.
    """
    mark = " ".join(mark.split())
    before, after = before[-40:], after[:20]
    if not mark or _SIGNS.fullmatch(mark) or _IN_BRACKETS.fullmatch(mark):
        return ""
    if mark in ("TM", "tm"):
        return "™"
    if not before or before[-1].isspace():
        return _first(mark, before, after)
    if mark.isdigit() and _FRACTION.match(after):
        return f" {mark}" if before[-1].isdigit() else mark
    if (
        re.fullmatch(r"[0-5]\d", mark)
        and _HOUR.search(before)
        and (mark == "00" or _OF_THE_CLOCK.match(after))
    ):
        return f":{mark}"
    if _is_power(mark, before, after):
        small = {"2": "²", "3": "³"}.get(mark)
        return small if small and not before[-1].isdigit() else f"^{mark.replace('−', '-')}"
    if _NUMBERS.fullmatch(mark) or (re.fullmatch("[a-z]", mark) and _NOTE_LETTER.search(before)):
        return ""
    return mark if _WRITTEN_ON.fullmatch(mark) else f" {mark}"


def _first(mark: str, before: str, after: str) -> str:
    """A mark that touches nothing before it: of a note's own text, of carbon 14, or put apart."""
    if not after[:1].isalnum():
        return "" if before and _NUMBERS.fullmatch(mark) else mark
    return mark if before and _ELEMENT.match(after) else f"{mark} "


def _is_power(mark: str, before: str, after: str) -> bool:
    if _NEGATIVE.fullmatch(mark):
        return True
    if _CHARGE.fullmatch(mark):
        return before[-1].isalpha()
    if not _EXPONENT.fullmatch(mark):
        return False
    if _TEN.search(before) or _FORMULA.search(before) or _CALCULATED.search(before):
        return not mark.isalpha() or mark == "n" or bool(_CALCULATES.match(after))
    single = before[-1].isdigit() or re.search(r"(?<!\w)\w\Z", before)
    if single and _CALCULATES.match(after):
        return True
    if mark in ("2", "3") and _AREA.search(before):
        return not _MONEY.search(before)
    return mark in "23456789" and _VARIABLE.search(before) is not None
