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


def editors_notes(text: str) -> list[Span]:
    """The paragraphs in which the editors say that they corrected or updated this article."""
    return [Span(*match.span()) for match in _NOTE.finditer(text)]


def _sentences(text: str, language: str | None) -> list[str]:
    return [" ".join(text[a:b].split()) for a, b in sentence_spans(text, language)]
