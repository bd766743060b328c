"""Text -> terms, the same for an article and for a question.

Both sides go through the same normalisation, so that Zürich meets Zurich, U.S. meets US, 1,200
meets 1200 and a composed accent meets a decomposed one. Knows nothing of indexes.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Any

# Function words of English and of the other languages of a mixed archive, folded. Question words
# are here too: "how many" says what kind of answer is wanted, not what to look for.
STOP_WORDS = frozenset(
    """a an the and or but nor so if then than that this these those of in on at by for from to
    into onto with without about as is are was were be been being am do does did doing done has
    have had having it its he him his she her hers they them their theirs we us our ours you your
    yours i me my mine who whom whose which what when where why how many much will would shall
    should can could may might must not no there here also just
    der die das den dem des ein eine einer eines einem einen und oder ist sind war waren wer wie
    was wann wo warum im am zu von mit auf
    le la les un une des du de et ou est sont etait qui que quoi quand comment
    el los las una unos unas y es son era quien cuando donde como del al""".split()
)

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|\d+\w+", re.UNICODE)
_DOTTED = re.compile(r"\b(?:[^\W\d_]\.){2,}(?=\W|$)")
_GROUPED = re.compile(r"^\d{1,3}(?:,\d{3})+(?:\.\d+)?$")
# What is longer is no word of any language, and megabytes of it would stay in memory.
_LONGEST_REMEMBERED = 64
# Scripts written without spaces: each character is a term of its own.
_UNSPACED = re.compile(r"([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f])")


def fold(text: str) -> str:
    """`text` in lower case without accents, with compatibility forms made plain."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", text).casefold()
    decomposed = unicodedata.normalize("NFKD", folded)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", bare)  # Korean syllables whole again


def words(text: str) -> list[str]:
    """The folded words and numbers of `text` in order, stop words included, nothing stemmed."""
    text = _DOTTED.sub(lambda m: m.group().replace(".", ""), unicodedata.normalize("NFC", text))
    found: list[str] = []
    for match in _TOKEN.finditer(text):
        token = match.group()
        known = len(token) <= _LONGEST_REMEMBERED
        found.extend(_parts(token) if known else _parts.__wrapped__(token))
    return found


@lru_cache(maxsize=65_536)  # most words of an archive are few words
def _parts(token: str) -> tuple[str, ...]:
    if token in ("IT", "US", "WHO", "UN"):  # acronyms that would be stop words in lower case
        return (token.lower() + "_",)
    token = fold(token)
    if token.endswith(("'s", "’s")):
        token = token[:-2]
    if _GROUPED.match(token):
        token = token.replace(",", "")
    return tuple(part for part in _UNSPACED.split(token) if part)


def terms(text: str) -> list[str]:
    """The index terms of `text` in order: folded, stemmed, without stop words.

    Stemming is Porter's second (Snowball) for English; on other languages it changes little.
    """
    return [
        _stem(w) if len(w) <= _LONGEST_REMEMBERED else w for w in words(text) if w not in STOP_WORDS
    ]


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


@lru_cache(maxsize=65_536)
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))
