"""Whether a text looks as if somebody wrote it, or as if it was read in a wrong encoding."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice, pairwise

_FOREIGN = re.compile(r"[^\s\x00-\x7f]\S{0,60}")
_WORDS_READ = 5_000

_NEVER = re.compile("[\ufffd\x80-\x9f\ue000-\uf8ff\U000f0000-\U0010ffff]")
# What dashes become in a wrong encoding.
_NO_WORDS = frozenset("ÐðÑñÞþ")
# A letter in the place of a closing quote, a capital in that of an opening one.
_QUOTE_LOST = re.compile(r"[.,!?;:][^\W\d_]\Z|\A[À-ÞŒŠŽŸ][A-Z][a-z]")
# Parts of tables in or for a word; the upright ones stand alone between columns.
_BOX = re.compile(r"\A[─-▟]\Z|[^\W\d_][─-▟]|[─-▟][^\W\d_]")
_UPRIGHT = frozenset("│║")
_WITHIN_WORDS = frozenset("’‘“”«»‹›–—‐‑…·•ʼ\u00ad\u200b\u200c\u200d\u2060")
_LATIN = 0
# Alphabets: the first code point of each, and the one after its last. Chinese, Japanese and Thai
# stand next to Latin letters without a space.
_ALPHABETS = ((0, 0x250), (0x370, 0x400), (0x400, 0x530), (0x590, 0x600), (0x600, 0x780))


def odd_share(text: str) -> float:
    """Of the words that are not all ASCII, the share that nobody writes: 0 to 1.

    Such are "councilÕs" with its capital after a small letter, "podwy¿sza" with a sign between
    letters, "Ìîñò" of accents alone, "cаfе" of two alphabets, and what holds no character at all.
    """
    words = [_word(text, match) for match in islice(_FOREIGN.finditer(text), _WORDS_READ)]
    return sum(map(_is_odd, words)) / len(words) if words else 0.0


def _word(text: str, foreign: re.Match[str]) -> str:
    start = foreign.start()
    return text[max(0, start - 30) : start].rpartition(" ")[2] + foreign[0]


def _is_odd(word: str) -> bool:
    if _NEVER.search(word) or word in _NO_WORDS or (_BOX.search(word) and word not in _UPRIGHT):
        return True
    lost = _QUOTE_LOST.search(word)
    if lost and not lost[0].isascii():
        return True
    for one, two in pairwise(word):
        if one.isascii() and two.isascii():
            continue
        if one.islower() and two.isupper():
            return True
        alphabets = {_alphabet(one), _alphabet(two)}
        if len(alphabets) == 2 and None not in alphabets:
            return True
    for before, sign, after in zip(word, word[1:], word[2:], strict=False):
        if _is_sign(sign) and None not in (_alphabet(before), _alphabet(after)):
            return True
    latin = [letter for letter in word if _alphabet(letter) == _LATIN]
    return len(latin) >= 4 and sum(letter > "\x7f" for letter in latin) * 4 >= len(latin) * 3


def _is_sign(character: str) -> bool:
    return (
        character > "\x7f"
        and character not in _WITHIN_WORDS
        and unicodedata.category(character)[0] not in "LMN"
    )


def _alphabet(character: str) -> int | None:
    if not character.isalpha() or character in "µªº":
        return None
    if "\u1e00" <= character < "\u1f00":  # of Vietnamese, for the most part
        return _LATIN
    places = enumerate(_ALPHABETS)
    return next((n for n, (first, end) in places if first <= ord(character) < end), None)
