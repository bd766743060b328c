"""Who wrote an article and who published it, as its text says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

_CAPITALISED = r"[A-ZÀ-ÖØ-ÞĀŁŚŠŽĞİŞƏЀ-Я](?:[\w'’&-]|\.(?=\w))*"
_PHRASE = rf"(?:{_CAPITALISED})(?: {_CAPITALISED}){{0,5}}"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PARTICLES = _words("van von der den de di da del della dos du la le ter ten zu bin ibn al el y af")
_BYLINE = re.compile(
    r"(?:(?:(?:written|text|words|story|reported|report|review|analysis|opinion|interview|column"
    r"|commentary|posted|submitted|published) )?by|von|par|por|door|di|af|av"
    r"|author|reporter|autorin|autor|auteur|autore|text|words)\b:? +(.+)",
    re.IGNORECASE,
)
_NAME_ENDS = re.compile(r"\s*(?:[,;|/(·•]| and | und | et | y | e | en | & | [-–—] | in | on )\s*")
_ROLES = _words(
    "staff writer writers reporter reporters correspondent editor editors desk agency agencies "
    "news press team redaktion redaktor redakteur redakteurin contributor columnist"
)
_NO_NAME = _words(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june "
    "july august september october november december hall house street bridge square council "
    "court police hospital school museum library church lake river county town city university "
    "office road lane party club festival updated correction ends"
)

# The words that end the name of a newspaper, a station or an agency.
_OUTLET_WORDS = _words(
    "courier gazette times post news herald radio tribune journal chronicle telegraph guardian "
    "observer mail star sun wire press agency bote boten zeitung anzeiger blatt rundschau echo "
    "mirror standard independent globe examiner dispatch sentinel bulletin register record "
    "review weekly tv fm broadcasting argus advertiser messenger citizen nachrichten kurier "
    "tageblatt presse monde figaro país mundo repubblica stampa"
)
_AGENCIES = _words(
    "AFP AP APA AZERTAC ANSA BBC CNN DPA EFE PTI TASS UPI Reuters Bloomberg Xinhua Interfax "
    "Anadolu Axios Politico Ukrinform Belga Tanjug dpa"
)
_DOMAIN = re.compile(r"[A-ZÀ-Þ][\w-]{2,}\.[A-Za-z]{2,4}")
_ORNAMENTS = " ()[]*_~–—-"
_LONGEST_CREDIT = 120
_NAME_WORD = re.compile(r"\w\.|[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LAST_BRACKET = re.compile(r"\([^()]+\)$")
_SIGNATURE_PARTS = re.compile(r"\s*(?:[,;|/·]| and | und | with | & )\s*")
_ATTRIBUTIONS = (
    re.compile(
        rf"({_PHRASE}) "
        r"(?:has (?:learned|learnt|been told|seen)|can (?:reveal|report)|understands)\b"
    ),
    re.compile(
        r"\b(?:told|tells|seen by|confirmed to|said to|in an interview with|speaking to) "
        rf"(?:the )?({_PHRASE})"
    ),
    re.compile(rf"({_PHRASE}) (?:reports|writes|is reporting|berichtet|meldet|rapporte)\b"),
    re.compile(rf"\b(?:berichtet|meldet) (?:der|die|das) ({_PHRASE})"),
)
_DATELINE_SOURCE = re.compile(rf"^[^\n()]{{0,60}}\(({_PHRASE})\) ?[-–—:]")
_ATTRIBUTED_WITHIN = 2_000


def credits_of(line: str) -> list[str]:
    """The people and outlets that a byline names: "By Maud Ellery and Jack Torrance-Reed".

    Empty for any other line, such as "By the river, people waited."
    """
    bare = line.strip(_ORNAMENTS)
    match = _BYLINE.fullmatch(bare) if len(line) <= _LONGEST_CREDIT else None
    # A capital is asked for, since "by the river" is the start of a sentence that goes on.
    if not match:
        return _with_role(bare) if len(line) <= _LONGEST_CREDIT else []
    if not bare[0].isupper() and not bare.startswith("di "):  # Italian bylines have a small one
        return []
    credited: list[str] = []
    for part in _NAME_ENDS.split(match[1]):
        is_role = bool(credited) and not _ROLES.isdisjoint(part.lower().split())
        if is_role or not (is_name(part) or is_outlet(part)):
            break  # "Staff Writer", or a place or date: what follows is no name either.
        credited.append(part)
    return credited


def _with_role(line: str) -> list[str]:
    """The name in "Ben Okoro, Transport Correspondent"."""
    parts = _SIGNATURE_PARTS.split(line)
    if len(parts) != 2 or not is_role(parts[1]) or is_role(parts[0]) or not is_name(parts[0]):
        return []
    return parts[:1]


def is_role(text: str) -> bool:
    """Whether `text` says what somebody does at a paper: "Chief Reporter", "staff"."""
    words = text.split()
    return 1 <= len(words) <= 4 and words[-1].lower() in _ROLES


def byline(line: str) -> str | None:
    """The people that the byline `line` names, joined by commas; None if it names none."""
    return ", ".join(name for name in credits_of(line) if not is_outlet(name)) or None


def signature(line: str) -> str | None:
    """The author that a last line such as "Maud Ellery" or "... (Finn Abara, agencies)" names."""
    bracket = _LAST_BRACKET.search(line[-_LONGEST_CREDIT:])
    line = bracket[0] if bracket else line
    if not line or len(line) > _LONGEST_CREDIT:
        return None
    bare = line.strip(_ORNAMENTS + ".").removesuffix(" reports").removesuffix(" reporting")
    parts = _SIGNATURE_PARTS.split(bare)
    # "Ann Lee, Ray Poe" may be a list of winners; beside an outlet or in brackets it is not.
    if len(parts) > 1 and line[0].isalnum() and not any(is_outlet(part) for part in parts):
        return None
    return ", ".join(part for part in parts if is_name(part) and not is_outlet(part)) or None


def is_name(text: str) -> bool:
    """Whether `text` has the form of a person's name, or of "Northern Wire staff"."""
    words = text.split()
    return (
        2 <= len(words) <= 5
        and _well_formed(words)
        and not any(word.lower() in _NO_NAME for word in words)
    )


def is_person(text: str) -> bool:
    """Whether `text` has the form of a person's name and is neither an outlet's nor a role's."""
    return is_name(text) and not is_outlet(text) and not is_role(text)


def _well_formed(words: list[str]) -> bool:
    last = len(words) - 1
    for position, word in enumerate(words):
        if word in _PARTICLES and position < last:
            continue
        if word.lower() in _ROLES and position == last and position > 0:
            continue
        initial = len(word) == 2 and word.endswith(".")
        if not word[0].isupper() or not (
            initial or re.fullmatch(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", word)
        ):
            return False
    return True


def is_outlet(phrase: str) -> bool:
    """Whether `phrase` looks like the name of a newspaper, a station, an agency or a site."""
    if phrase in _AGENCIES or _DOMAIN.fullmatch(phrase):
        return True
    words = phrase.split()
    last = words[-1].lower() if words else ""
    ends = last in _OUTLET_WORDS or any(part in _OUTLET_WORDS for part in last.split("-")[1:])
    return ends and len(words) <= 6 and all(word[0].isupper() for word in words)


def tidy_outlet(name: str) -> str:
    """`name` with a title's capitals if it is shouted: "SARN VALLEY RADIO", but not "BBC NEWS"."""
    words = name.split()
    shouted = name.isupper() and any(len(word) > 4 for word in words) and len(words) > 1
    return " ".join(w.title() if len(w) > 3 else w for w in words) if shouted else name


def outlet_of_dateline(paragraph: str) -> str | None:
    """The agency in a paragraph that starts like "BAKU, June 12 (Reuters) - "."""
    match = _DATELINE_SOURCE.match(paragraph)
    return match[1] if match else None


def attributed_outlet(text: str) -> str | None:
    """The outlet that `text` names as its own, as in "the Thornvale Courier has learned".

    The surest phrase decides, and of the names it gives the longest form: "Thornvale Courier"
    where both that and "the Courier" occur.
    """
    beginning = text[:_ATTRIBUTED_WITHIN]
    for pattern in _ATTRIBUTIONS:
        names = list(_outlets(match[1] for match in pattern.finditer(beginning)))
        if names:
            return max((n for n in names if n.endswith(names[0])), key=len)
    return None


def _outlets(phrases: Iterable[str]) -> Iterator[str]:
    for phrase in phrases:
        words = phrase.split()
        # "In Baku AZERTAC reports": the name is at the end of the capitalised words.
        if words[-1] in _AGENCIES or _DOMAIN.fullmatch(words[-1]):
            yield words[-1]
            continue
        while words and words[0] in ("The", "Today", "On", "In", "As", "But", "And", "Yesterday"):
            words = words[1:]
        if words and is_outlet(" ".join(words)):
            yield " ".join(words)
