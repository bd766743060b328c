"""One question about two things -> two questions. Pure; rules of English, no model.

The second half of such a question leaves out what the first half said ("..., and how many in
May?"). What is left out is put back by replacing, in the first half, the phrase of the same kind,
so that each part can be searched and asked alone (gapping; Hudson, 1976).
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

from assistant.lexical import terms, words

_PREPOSITION = (
    r"(?:in|on|at|by|for|after|before|since|until|till|from|with|during|under|near|against|through"
    r"|to(?=\s+(?:the|an?|[^\W\d_a-z]|\d)))"
)
_AUXILIARY = (
    r"(?:was|were|is|are|did|does|do|has|have|had|will|would|can|could|should|must|might|(?-i:may))"
)
_WH = (
    rf"(?:{_PREPOSITION} )?(?:how(?: (?!(?:{_AUXILIARY})\b)\w+)?|what|who|whom|whose|when|where"
    r"|which|why)\b"
)
_ASKS = re.compile(_WH, re.IGNORECASE)
_JOINT = re.compile(rf"[,;]?\s+(?:and|but)\s+(?={_WH})", re.IGNORECASE)
_MONTH = "|".join(name for name in calendar.month_name if name)
_SPAN_OF_TIME = (
    r"(?:(?:minute|hour|day|night|week|month|season|year|decade|century)s?"
    r"|spring|summer|autumn|winter)"
)
_COUNTED = (
    r"(?:(?:the|an?|some|few|several|one|two|three|four|five|six|seven|eight|nine|ten|\d+)\s+)"
)
_DATED = re.compile(
    rf"(?-i:\b(?:{_MONTH})\b)|\b(?:19|20)\d\d\b|\b(?:{_SPAN_OF_TIME}|morning|evening|noon|midnight"
    r"|spring|summer|autumn|winter|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
    r"|^(?:after|before|since|until|till|during)\b",
    re.IGNORECASE,
)
_STAGE = re.compile(r"\b(?:first|second|third|last|final|round|half|stage|start|end)\b", re.I)
_PHRASE = re.compile(
    rf"\b{_PREPOSITION}\s+(?!(?:how|what|who|whom|whose|when|where|which|why)\b)"
    rf"(?:(?!\s(?:{_PREPOSITION}|{_AUXILIARY})\b(?!-))[^,:;?])+",
    re.IGNORECASE,
)
# "two days later", "the year after"
_RELATIVE = re.compile(
    rf"(?P<by>{_COUNTED}{{0,2}}{_SPAN_OF_TIME}\s+)?"
    r"(?:(?P<later>later|after(?:wards)?)|(?P<earlier>earlier|before(?:hand)?))\s*\Z",
    re.IGNORECASE,
)
_ADVERB = re.compile(
    rf"(?:(?:{_COUNTED}{{0,2}}{_SPAN_OF_TIME}\s+)?(?:later|earlier|afterwards|beforehand)"
    rf"|{_COUNTED}{{1,2}}{_SPAN_OF_TIME}\s+(?:after|before)(?=\s*(?:$|,))"
    rf"|(?:last|next|this|the (?:following|previous))\s+{_SPAN_OF_TIME}|now|today|this time)\b",
    re.IGNORECASE,
)
_ANAPHORIC = re.compile(r"\b(?:that|this|those|these|same)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
# Fewer terms of its own and no verb: the second question lives from the first.
FEW_TERMS = 2
# The words of what "it" stands for.
LONGEST_SUBJECT = 5
_PRONOUN = re.compile(
    r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|there|then|that|this|those|these"
    r"|one|ones)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(rf"\s*({_AUXILIARY}) (?:it|they|that|this|he|she)\b", re.IGNORECASE)
_BE = ("is", "are", "was", "were")
# "does the library open", "did Halden decide to cut": what follows the auxiliary.
_CLAUSE = re.compile(
    rf"(?P<head>.*?)\s(?P<verb>{_AUXILIARY})\s(?P<rest>(?:the|an?)\s.+|(?-i:[^\W\d_a-z]).+)", re.I
)
_NAMED = re.compile(r"(?:the )?(?-i:[^\W\d_a-z])[\w’'-]*(?: (?-i:[^\W\d_a-z])[\w’'-]*)*", re.I)
_PARTICIPLE = re.compile(
    r"\w*(?:ed|built|sold|held|made|paid|found|cut|shut|sent|lost|bought|written|taken|given|shown"
    r"|drawn|stolen|broken|chosen|driven|begun|set|put)"
)
_REPLACEABLE = re.compile(r"\b(?:(?P<owner>its|their|his)|it|they|them|he|she|him)\b", re.I)
_NAME = re.compile(r"(?<=\w )[^\W\d_a-z][\w’'-]*")
_EACH = re.compile(
    rf"(?P<asks>.*?\b(?P<verb>{_AUXILIARY})) (?P<all>(?:(?!\bin\b|\bat\b).)+?),? and "
    r"(?P<last>(?:(?!\band\b).)+?),?"
    r" (?:each|respectively)\b(?P<rest>.*)",
    re.IGNORECASE,
)
_SINGULAR = {"are": "is", "were": "was", "do": "does", "have": "has"}
_TWICE = re.compile(
    rf"(?P<before>.*\s)(?P<one>(?P<preposition>{_PREPOSITION})\s[^,]+?),? and (?:also )?"
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
    of, year = _OF.search(one), _YEAR.search(one)
    if _PHRASE.match(other):
        other = _with_phrases(one, _phrases(other))
    elif other.startswith("of ") and of:
        other = one[: of.start()] + other
    elif year and _YEAR.fullmatch(other):
        other = one[: year.start()] + other + one[year.end() :]
    elif of and not other.startswith("the "):
        other = one[: of.start("what")] + other
    many = re.search(r"[^s]s(?: (?:of|in|at|for|on)\b|$)", one) is not None
    verb = ("were" if many else "was") if _DATED.search(one) else ("are" if many else "is")
    return [f"what {verb} {thing}" for thing in (one, other)]


def _second(first: str, piece: str) -> Part:
    """The second question with what it takes from the first: best put into it, else beside it."""
    if full := _completed(first, piece) or _with_subject(first, piece):
        return _alone(full)
    own = set(words(piece))
    names = [n for n in _names(first) if not set(words(n)) <= own]
    asks = _ASKS.match(piece)
    rest = piece[asks.end() :] if asks else piece
    verbless = not re.search(rf"\b{_AUXILIARY}\b", rest, re.IGNORECASE)
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
    inverted = re.match(rf"\s+({_AUXILIARY})\b", tail, re.IGNORECASE)
    if points_back := _POINTS_BACK.match(rest):
        if not inverted or inverted[1].lower() != points_back[1].lower():
            return None
        rest = rest[points_back.end() :]
    elif same and not _is_phrases(rest):
        head = _head(rest)
        if not head or not tail.lower().startswith(head.lower()):
            return None
        rest = rest[len(head) :]
    if not _is_phrases(rest):
        return None
    if same:
        return _with_phrases(first, _phrases(rest))
    if asked.group().lower().startswith(("who", "which")):
        return None
    if not inverted:
        return _of_the_same(asks.group(), tail) if not rest else None
    return _with_phrases(first[: asked.start()] + asks.group() + tail, _phrases(rest))


def _of_the_same(asks: str, tail: str) -> str | None:
    """ "Why" and " jobs were cut" -> "why were jobs cut"; None for any other order of words."""
    told = re.match(rf"\s(?P<noun>\w+) (?P<verb>{_AUXILIARY}) (?P<rest>[a-z]\w+(?: .*)?)", tail)
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
    stated = _PHRASE.split(clause["rest"])[0].strip(" ,").split()
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


def _head(rest: str) -> str:
    """What is asked for in " share for the by-election": the words before the first phrase."""
    found = _PHRASE.search(rest) or _ADVERB.search(rest)
    return rest[: found.start()].rstrip() if found else ""


def _phrases(text: str) -> list[str]:
    found = [*_ADVERB.finditer(text)]
    found += [
        m
        for m in _PHRASE.finditer(_ADVERB.sub(lambda a: "," * len(a.group()), text))
        if m.group().strip()
    ]
    return [m.group().strip() for m in sorted(found, key=lambda m: m.start())]


def _is_phrases(text: str) -> bool:
    """Whether `text` only says when, where or for what."""
    left = _PHRASE.sub("", _ADVERB.sub(",", text))
    return not left.strip(" ,")


def _with_phrases(question: str, phrases: list[str]) -> str:
    """`question` with each phrase in the place of the one of its kind, else at the end."""
    last_end = len(question)
    for number, phrase in enumerate(phrases):
        target = _replaced(question, phrase, after_another=number > 0)
        if target is None:
            question = f"{question[:last_end].rstrip()} {phrase}{question[last_end:]}"
            last_end = last_end + 1 + len(phrase)
            continue
        new = _carried(phrase, target.group())
        question = question[: target.start()] + new + question[target.end() :]
        last_end = target.start() + len(new)
    return question


def _replaced(question: str, phrase: str, *, after_another: bool) -> re.Match[str] | None:
    adverbs = list(_ADVERB.finditer(question))
    known = [*_PHRASE.finditer(question), *adverbs]
    timed = [m for m in known if m in adverbs or _DATED.search(m.group())]
    if _RELATIVE.search(phrase):
        return timed[0] if timed else None
    preposition = phrase.split()[0].lower()
    alike = [m for m in known if m.group().split()[0].lower() == preposition]
    stages = [m for m in known if _STAGE.search(m.group()) and m not in timed]
    others = [m for m in known if m not in timed]
    if _DATED.search(phrase) or _ADVERB.fullmatch(phrase):
        wanted = [m for m in timed if m in alike] or timed or stages
    else:
        wanted = [m for m in others if m in alike]
        if _STAGE.search(phrase):
            wanted = [m for m in known if m in alike] or stages or timed
        if not wanted and not after_another:
            wanted = others
    return wanted[-1] if wanted else None


def _carried(phrase: str, replaced: str) -> str:
    """`phrase` with what it means by "later" or "that season"."""
    relative = _RELATIVE.search(phrase)
    if relative and (relative["later"] or relative["earlier"]):
        rest = re.sub(rf"^{_PREPOSITION}\s", "", replaced, flags=re.IGNORECASE)
        return f"{relative['by'] or ''}{'after' if relative['later'] else 'before'} {rest}"
    if back := re.fullmatch(rf"({_PREPOSITION}) (?:it|that|them)", phrase, re.IGNORECASE):
        return f"{back[1]} {replaced.split(maxsplit=1)[1]}"
    year = _YEAR.search(replaced)
    if year and _ANAPHORIC.search(phrase) and not _YEAR.search(phrase):
        return f"{phrase} ({year.group()})"
    return phrase
