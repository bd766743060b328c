"""One question about two things -> two questions. Pure; rules of English, no model.

The second half of such a question leaves out what the first half said ("..., and how many in
May?"). What is left out is put back by replacing, in the first half, the phrase of the same kind,
so that each part can be searched and asked alone (gapping; Hudson, 1976).
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

from assistant.adverbials import (
    AUXILIARY,
    DATED,
    PHRASE,
    PREPOSITION,
    YEAR,
    head,
    is_phrases,
    phrases,
    with_phrases,
)
from assistant.lexical import terms, words

_WH = (
    rf"(?:{PREPOSITION} )?(?:how(?: (?!(?:{AUXILIARY})\b)\w+)?|what|who|whom|whose|when|where"
    r"|which|why)\b"
)
_ASKS = re.compile(_WH, re.IGNORECASE)
_JOINT = re.compile(rf"[,;]?\s+(?:and|but)\s+(?={_WH})", re.IGNORECASE)
# Fewer terms of its own and no verb: the second question lives from the first.
FEW_TERMS = 2
# The words of what "it" stands for.
LONGEST_SUBJECT = 5
_PRONOUN = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|there|then|that|this|those|these"
    r"|one|ones)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(rf"\s*({AUXILIARY}) (?:it|they|that|this|he|she)\b", re.IGNORECASE)
_BE = ("is", "are", "was", "were")
# "does the library open", "did Halden decide to cut": what follows the auxiliary.
_CLAUSE = re.compile(
    rf"(?P<head>.*?)\s(?P<verb>{AUXILIARY})\s(?P<rest>(?:the|an?)\s.+|(?-i:[^\W\d_a-z]).+)", re.I
)
_NAMED = re.compile(r"(?:the )?(?-i:[^\W\d_a-z])[\w’'-]*(?: (?-i:[^\W\d_a-z])[\w’'-]*)*", re.I)
_PARTICIPLE = re.compile(
    r"\w*(?:ed|built|sold|held|made|paid|found|cut|shut|sent|lost|bought|written|taken|given|shown"
    r"|drawn|stolen|broken|chosen|driven|begun|set|put)"
)
_REPLACEABLE = re.compile(r"\b(?:(?P<owner>its|their|his)|it|they|them|he|she|him)\b", re.I)
_NAME = re.compile(r"(?<=\w )[^\W\d_a-z][\w’'-]*")
_EACH = re.compile(
    rf"(?P<asks>.*?\b(?P<verb>{AUXILIARY})) (?P<all>(?:(?!\bin\b|\bat\b).)+?),? and "
    r"(?P<last>(?:(?!\band\b).)+?),?"
    r" (?:each|respectively)\b(?P<rest>.*)",
    re.IGNORECASE,
)
_SINGULAR = {"are": "is", "were": "was", "do": "does", "have": "has"}
_TWICE = re.compile(
    rf"(?P<before>.*\s)(?P<one>(?P<preposition>{PREPOSITION})\s[^,]+?),? and (?:also )?"
    r"(?P<other>(?P=preposition)\s[^,]+)",
    re.IGNORECASE,
)
_BEFORE_AND_AFTER = re.compile(r"\b(before) and (after)\b|\b(after) and (before)\b", re.I)
_COMPARE = re.compile(r"compare (?P<one>.+?)(?:,? (?:with|to|and)) (?P<other>.+)", re.IGNORECASE)
_OF = re.compile(r"\bof (?P<what>(?:(?!\bof\b).)+)$", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """
    asked: what the language model is asked, understandable alone.
    searched: what retrieval looks for.
    """

    asked: str
    searched: str


def parts(question: str) -> list[Part]:
    """The questions in `question`; itself alone where it asks one thing."""
    pieces = [p.strip(" ,;?.") for p in _JOINT.split(question)]
    if len(pieces) > 1 and _ASKS.search(pieces[0]):
        first = pieces[0]
        return [_alone(first), *(_second(first, piece) for piece in pieces[1:])]
    whole = question.strip(" ,;?.")
    return [_alone(q) for q in _shared_out(whole)] or [Part(question, question)]


def _alone(question: str) -> Part:
    asked = f"{question[:1].upper()}{question[1:]}?"
    return Part(asked, asked)


def _shared_out(question: str) -> list[str]:
    """The questions in one that names two things, times or places but asks once."""
    if match := _COMPARE.fullmatch(question):
        return _compared(match["one"], match["other"])
    if not _ASKS.match(question):
        return []
    if match := _EACH.fullmatch(question):
        asks = match["asks"]
        names = [*re.split(r",\s*", match["all"]), match["last"]]
        single = _SINGULAR.get(match["verb"].lower(), match["verb"])
        return [
            f"{asks if _is_plural(n) else asks[: -len(match['verb'])] + single} {n}{match['rest']}"
            for n in names
        ]
    if match := _BEFORE_AND_AFTER.search(question):
        ends = question[: match.start()], question[match.end() :]
        return [ends[0] + when + ends[1] for when in match.groups() if when]
    if match := _TWICE.fullmatch(question):
        return [match["before"] + match["one"], match["before"] + match["other"]]
    return []


def _is_plural(name: str) -> bool:
    return name.lower().endswith("s") and name.lower().startswith("the ")


def _compared(one: str, other: str) -> list[str]:
    """The two things to compare as questions; none where the second cannot be told."""
    other = re.sub(r"^(?:that|those) (?=of |in |on |at |for )", "", other, flags=re.IGNORECASE)
    of, year = _OF.search(one), YEAR.search(one)
    if PHRASE.match(other):
        other = with_phrases(one, phrases(other))
    elif other.startswith("of ") and of:
        other = one[: of.start()] + other
    elif year and YEAR.fullmatch(other):
        other = one[: year.start()] + other + one[year.end() :]
    elif of and not other.startswith("the "):
        other = one[: of.start("what")] + other
    many = re.search(r"[^s]s(?: (?:of|in|at|for|on)\b|$)", one) is not None
    verb = ("were" if many else "was") if DATED.search(one) else ("are" if many else "is")
    return [f"what {verb} {thing}" for thing in (one, other)]


def _second(first: str, piece: str) -> Part:
    """The second question with what it takes from the first: best put into it, else beside it."""
    if full := _completed(first, piece) or _with_subject(first, piece):
        return _alone(full)
    own = set(words(piece))
    names = [n for n in _names(first) if not set(words(n)) <= own]
    asks = _ASKS.match(piece)
    rest = piece[asks.end() :] if asks else piece
    verbless = not re.search(rf"\b{AUXILIARY}\b", rest, re.IGNORECASE)
    leans = bool(_PRONOUN.search(rest)) or re.match(r"\s(?:the|an?)\s", rest) is not None
    if (verbless and len(terms(rest)) < FEW_TERMS) or (leans and verbless) or (leans and not names):
        return Part(asked=f"{first}? And {piece}?", searched=f"{first} {piece}")
    if _names(rest) and not _PRONOUN.search(rest):
        return _alone(piece)
    about = f" ({' '.join(names)})" if names else ""
    return Part(f"{piece[:1].upper()}{piece[1:]}?{about}", searched=" ".join([f"{piece}?", *names]))


def _names(text: str) -> list[str]:
    return [n for n in _NAME.findall(text) if n not in calendar.month_name]


def _completed(first: str, piece: str) -> str | None:
    """The second question in full, made from the first; None where it says more than a phrase."""
    asks, asked = _ASKS.match(piece), _ASKS.search(first)
    if asks is None or asked is None:
        return None
    rest, tail = piece[asks.end() :], first[asked.end() :]
    same = asks.group().lower() == asked.group().lower()
    inverted = re.match(rf"\s+({AUXILIARY})\b", tail, re.IGNORECASE)
    if points_back := _POINTS_BACK.match(rest):
        if not inverted or inverted[1].lower() != points_back[1].lower():
            return None
        rest = rest[points_back.end() :]
    elif same and not is_phrases(rest):
        same_head = head(rest)
        if not same_head or not tail.lower().startswith(same_head.lower()):
            return None
        rest = rest[len(same_head) :]
    if not is_phrases(rest):
        return None
    if same:
        return with_phrases(first, phrases(rest))
    if asked.group().lower().startswith(("who", "which")):
        return None
    if not inverted:
        return _of_the_same(asks.group(), tail) if not rest else None
    return with_phrases(first[: asked.start()] + asks.group() + tail, phrases(rest))


def _of_the_same(asks: str, tail: str) -> str | None:
    """ "Why" and " jobs were cut" -> "why were jobs cut"; None for any other order of words."""
    told = re.match(rf"\s(?P<noun>\w+) (?P<verb>{AUXILIARY}) (?P<rest>[a-z]\w+(?: .*)?)", tail)
    if told is None or re.match(r"(?:the|an?|it|they|he|she)\b", told["rest"]):
        return None
    return f"{asks} {told['verb']} {told['noun']} {told['rest']}"


def _with_subject(first: str, piece: str) -> str | None:
    """ "How old is the tower in Arl", "who built it" -> "who built the tower"; None where it cannot
    be told what the pronoun means."""
    asked, pronouns = _ASKS.search(first), list(_REPLACEABLE.finditer(piece))
    clause = _CLAUSE.match(first[asked.end() :]) if asked else None
    if asked is None or clause is None or len(pronouns) != 1:
        return None
    stated = PHRASE.split(clause["rest"])[0].strip(" ,").split()
    ends_in_participle = len(stated) > 2 and _PARTICIPLE.fullmatch(stated[-1])
    if name := _NAMED.match(clause["rest"]):
        subject = name.group()
    elif clause["verb"].lower() not in _BE or ends_in_participle:
        subject = " ".join(stated[:-1])
    else:
        subject = " ".join(stated)
    if not 0 < len(subject.split()) <= LONGEST_SUBJECT or " to " in subject:
        return None
    own = pronouns[0]["owner"]
    ending = "" if not own else "'" if subject.endswith("s") else "'s"
    start, end = pronouns[0].span()
    return f"{piece[:start]}{subject}{ending}{piece[end:]}"
