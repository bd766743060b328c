"""Which articles say of themselves that they correct or update something.

The headline is marked ("Correction:", "UPDATED", "Korrektur:"), or a note of the editors stands in
the text ("An earlier version of this article ...").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from assistant.history import editors_notes
from assistant.types import Article, Version

Kind = Literal["correction", "update"]

_CORRECTION = (
    "corrections?(?: and clarifications?)?|corrected|clarifications?|erratum|errata|retraction|"
    "berichtigung|korrektur|richtigstellung|correctif|rectificatif|corrección|rectificación|"
    "fe de errores|rettifica|errata corrige"
)
_UPDATE = "updated?|aktualisiert|aktualisierung|mise à jour|actualización|aggiornamento"
_WORDS: dict[Kind, str] = {"correction": _CORRECTION, "update": _UPDATE}
_MARKS = {
    kind: re.compile(
        rf"(?i)^\W*(?:{said})\b(?: \d+)?[^:\w]{{0,3}}(?::|[–—-] |[–—-](?=[A-Z])|$)"
        rf"|[(\[–—-]\s*(?:{said})\s*[)\]]?$"
    )
    for kind, said in _WORDS.items()
}
_TAGS: dict[str, Kind] = {
    "CORRECTED": "correction",
    "CORRECTION": "correction",
    "UPDATED": "update",
    "UPDATE": "update",
}
_SELF = re.compile(r"(?i)[*_\[( ]*(?:update|updated|aktualis\w+)\b")


def own_version(article: Article, versions: Sequence[Version]) -> Version | None:
    """The last version before the editors' mark, where `article` has one; versions: oldest first.

    A mark in the headline was not kept with the versions: then it is the last other text.
    """
    notes = {article.text[a:b] for a, b in editors_notes(article.text)}
    for version in reversed(versions):
        if notes - {version.text[a:b] for a, b in editors_notes(version.text)}:
            return version
    if notice_kind(article)[1]:
        return next((v for v in reversed(versions) if v.text != article.text), None)
    return None


def bare_title(article: Article) -> str:
    """The headline without the mark that makes it a notice."""
    title = article.title
    for mark in _MARKS.values():
        title = mark.sub("", title, count=1)
    return title.strip()


def notice_kind(article: Article) -> tuple[Kind | None, bool]:
    """What kind of notice it is, None where it is none; and whether its headline says so."""
    for kind, mark in _MARKS.items():
        if mark.search(article.title) or any(_TAGS.get(tag) == kind for tag in article.tags):
            return kind, True
    notes = [article.text[a:b] for a, b in editors_notes(article.text)]
    if not notes:
        return None, False
    return ("update" if all(map(_SELF.match, notes)) else "correction"), False
