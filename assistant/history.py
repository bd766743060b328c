"""What changed in an article from version to version, and what its editors say they corrected.

Pure: versions in, changes out. Sentences are compared as wholes (Ratcliff and Obershelp's matching,
Python's difflib): a sentence with one figure changed was taken out and another put in.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.passages import sentence_spans
from assistant.types import Article, Span, Version

# A paragraph that begins so is a note of the editors about this same article.
_NOTE = re.compile(
    r"(?im)^[*_\[( ]*(?:correction|corrections|clarification|editor['’]s note|update|updated|"
    r"berichtigung|korrektur|correctif|rectificatif|corrección|rettifica)\b[^:\n]{0,40}:[^\n]+"
    r"|^[*_\[( ]*(?:(?:an|the) (?:earlier|previous) version of this (?:article|story|report)|"
    r"(?:in einer|eine) früheren? (?:version|fassung) dieses artikels|"
    r"une version antérieure de cet article|una versión anterior de este artículo)\b[^\n]+"
)


@dataclass(frozen=True)
class Change:
    """What one new version did. replaced_at: when, in UTC, as ISO 8601.

    removed: sentences that were in the version before only. added: that are in the new one only.
    """

    replaced_at: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


def changes(versions: Sequence[Version], article: Article) -> list[Change]:
    """The changes from each version of `article` to the next, oldest first.

    versions: those that were replaced, oldest first. One whose text is the same (only its title,
    say, was another) changes no sentence.
    """
    texts = [*(version.text for version in versions), article.text]
    sentences = [_sentences(text, article.language) for text in texts]
    found = []
    for number, version in enumerate(versions):
        before, after = sentences[number], sentences[number + 1]
        removed: list[str] = []
        added: list[str] = []
        matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
        for kind, a, b, c, d in matcher.get_opcodes():
            if kind != "equal":
                removed += before[a:b]
                added += after[c:d]
        found.append(Change(version.replaced_at, tuple(removed), tuple(added)))
    return found


@dataclass(frozen=True)
class Replaced:
    """Words that an article had and has no longer.

    replaced_at: when they went, in UTC, as ISO 8601. now: the sentences that stand in their place;
    empty where they were only taken out.
    """

    replaced_at: str
    now: tuple[str, ...]


def replaced(versions: Sequence[Version], article: Article, quote: str) -> Replaced | None:
    """What became of the words `quote`; None where no version had them, or the article still has.

    versions: those that were replaced, oldest first. White space counts as one space.
    """
    words = " ".join(quote.split())
    current = _sentences(article.text, article.language)
    if not words or words in " ".join(current):
        return None
    for version in reversed(versions):
        before = _sentences(version.text, article.language)
        if words in " ".join(before):
            return Replaced(version.replaced_at, _in_place_of(words, before, current))
    return None


def _in_place_of(words: str, before: list[str], current: list[str]) -> tuple[str, ...]:
    """The sentences of `current` where those of `before` that had `words` stood."""
    start = " ".join(before).index(words)
    touched, at = set(), 0
    for number, sentence in enumerate(before):
        if at < start + len(words) and start < at + len(sentence):
            touched.add(number)
        at += len(sentence) + 1
    matcher = difflib.SequenceMatcher(None, before, current, autojunk=False)
    found: list[str] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal" and touched & set(range(a, b)):
            # Of sentences that were replaced one for one, only the one that was cited.
            pairs = [c + n - a for n in range(a, b) if n in touched] if b - a == d - c else ()
            found += [current[n] for n in (pairs or range(c, d))]
    return tuple(found)


def editors_notes(text: str) -> list[Span]:
    """The paragraphs in which the editors say that they corrected or updated this article."""
    return [Span(*match.span()) for match in _NOTE.finditer(text)]


def _sentences(text: str, language: str | None) -> list[str]:
    return [" ".join(text[a:b].split()) for a, b in sentence_spans(text, language)]
