"""Names of writers as fields state them, made into names: "By Ada Quill, Chief Reporter"."""

from __future__ import annotations

import re

from assistant.reading import names

# What programs and templates put where nobody wrote a name.
_NOBODY = frozenset(
    "admin administrator administrador author anonymous editor editorial guest moderator n/a "
    "nobody none null redaktion root staff system undefined unknown user webmaster -".split()
)
_ADDRESS = re.compile(r"\s*[(<\[]?\s*[^\s()<>\[\]]+@[^\s()<>\[\]]+\s*[)>\]]?\s*")
_IN_BRACKETS = re.compile(r"\((?P<name>[^()@]+)\)")
_LABEL = re.compile(
    # "Di" and "Da" with a capital are parts of names.
    r"(?:(?i:(?:written |text |words |story |report(?:ed)? |posted )?by|von|par|por|door"
    r"|author|autorin|autor|auteur|autore|text|words)|di|da|af|av)\b\s*:?\s+(?=\S+ \S)"
)
_BETWEEN = re.compile(r"\s*(?:[,;|/•·]|\s[-–—]\s)\s*")
_AND = re.compile(r",?\s+(?:and|und|et|y|e|en|och|og|&)\s+", re.IGNORECASE)
_SURNAME_FIRST = re.compile(r"(?P<last>[^\W\d_][\w'’-]*), (?P<first>[^\W\d_][\w'’-]*\.?)")


def tidy_writers(stated: str) -> str | None:
    """The writers in one value of a field, joined by commas; None where it names nobody.

    What has not the form of a person's name stays as it is: not all names have one that is known.
    """
    text = stated.strip()
    if inner := _IN_BRACKETS.search(text) if "@" in text else None:
        text = inner["name"]  # RSS: "ada@gazette.example (Ada Quill)"
    text = _ADDRESS.sub(" ", text).strip(" ,;|") or text
    if text.lower() in _NOBODY or re.match(r"https?://|www\.", text, re.IGNORECASE):
        return None
    if label := _LABEL.match(text):
        text = text[label.end() :]
    match = _SURNAME_FIRST.fullmatch(text)
    if match and not any(map(names.is_outlet, match.groups())):
        text = f"{match['first']} {match['last']}"
    parts = [part for part in _BETWEEN.split(_AND.sub(", ", text)) if part]
    people = [part for part in parts if names.is_person(_cased(part))]
    if not people:
        return text
    return ", ".join(dict.fromkeys(map(_cased, people)))


def _cased(name: str) -> str:
    """A shouted name in small letters: "BEN OKORO", "OKORO", but not "J. R."."""
    words = (w.title() if w.isupper() and len(w.strip(".")) > 2 else w for w in name.split())
    return " ".join(words)
