"""Phrases that say when, where or for what: found in a question, and put in the place of others.

Pure; rules of English, no model. Questions are taken apart and completed in
`assistant.decomposition`.
"""

from __future__ import annotations

import calendar
import re

PREPOSITION = (
    r"(?:in|on|at|by|for|after|before|since|until|till|from|with|during|under|near|against|through"
    r"|to(?=\s+(?:the|an?|[^\W\d_a-z]|\d)))"
)
AUXILIARY = (
    r"(?:was|were|is|are|did|does|do|has|have|had|will|would|can|could|should|must|might|(?-i:may))"
)
_MONTH = "|".join(name for name in calendar.month_name if name)
_SPAN_OF_TIME = (
    r"(?:(?:minute|hour|day|night|week|month|season|year|decade|century)s?"
    r"|spring|summer|autumn|winter)"
)
_COUNTED = (
    r"(?:(?:the|an?|some|few|several|one|two|three|four|five|six|seven|eight|nine|ten|\d+)\s+)"
)
DATED = re.compile(
    rf"(?-i:\b(?:{_MONTH})\b)|\b(?:19|20)\d\d\b|\b(?:{_SPAN_OF_TIME}|morning|evening|noon|midnight"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
    r"|^(?:after|before|since|until|till|during)\b",
    re.IGNORECASE,
)
_STAGE = re.compile(r"\b(?:first|second|third|last|final|round|half|stage|start|end)\b", re.I)
PHRASE = re.compile(
    rf"\b{PREPOSITION}\s+(?!(?:how|what|who|whom|whose|when|where|which|why)\b)"
    rf"(?:(?!\s(?:{PREPOSITION}|{AUXILIARY})\b(?!-))[^,:;?])+",
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
YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def head(rest: str) -> str:
    """What is asked for in " share for the by-election": the words before the first phrase."""
    found = PHRASE.search(rest) or _ADVERB.search(rest)
    return rest[: found.start()].rstrip() if found else ""


def phrases(text: str) -> list[str]:
    """The phrases in `text`, in order."""
    found = [*_ADVERB.finditer(text)]
    found += [
        m
        for m in PHRASE.finditer(_ADVERB.sub(lambda a: "," * len(a.group()), text))
        if m.group().strip()
    ]
    return [m.group().strip() for m in sorted(found, key=lambda m: m.start())]


def is_phrases(text: str) -> bool:
    """Whether `text` only says when, where or for what."""
    left = PHRASE.sub("", _ADVERB.sub(",", text))
    return not left.strip(" ,")


def with_phrases(question: str, added: list[str]) -> str:
    """`question` with each phrase in the place of the one of its kind, else at the end."""
    last_end = len(question)
    for number, phrase in enumerate(added):
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
    known = [*PHRASE.finditer(question), *adverbs]
    timed = [m for m in known if m in adverbs or DATED.search(m.group())]
    if _RELATIVE.search(phrase):
        return timed[0] if timed else None
    preposition = phrase.split()[0].lower()
    alike = [m for m in known if m.group().split()[0].lower() == preposition]
    stages = [m for m in known if _STAGE.search(m.group()) and m not in timed]
    others = [m for m in known if m not in timed]
    if DATED.search(phrase) or _ADVERB.fullmatch(phrase):
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
        rest = re.sub(rf"^{PREPOSITION}\s", "", replaced, flags=re.IGNORECASE)
        return f"{relative['by'] or ''}{'after' if relative['later'] else 'before'} {rest}"
    if back := re.fullmatch(rf"({PREPOSITION}) (?:it|that|them)", phrase, re.IGNORECASE):
        return f"{back[1]} {replaced.split(maxsplit=1)[1]}"
    year = YEAR.search(replaced)
    if year and _ANAPHORIC.search(phrase) and not YEAR.search(phrase):
        return f"{phrase} ({year.group()})"
    return phrase
