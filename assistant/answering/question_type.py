"""What kind of answer a question wants. Pure; rules of English, and where none holds: a fact.

The kind chooses the evidence, a line of the prompt and the form of the answer, and nothing else, so
a wrong one costs some polish and no truth.
"""

from __future__ import annotations

import re

from assistant.lexical import terms
from assistant.types import Kind

_DEGREE = (
    r"(?:many|much|long|old|far|big|large|high|tall|wide|broad|deep|often|soon|late|early|heavy|fast"
    r"|hot|cold|strong|thick|few|little|good|bad|likely)"
)
_SAYING = (
    r"(?:say|said|says|saying|think|thinks|thought|claim|claims|claimed|tell|told|promise|promised"
    r"|respond|responded|react|reacted|argue|argued|call|called|comment|commented|complain"
    r"|complained|demand|demanded|explain|explained|warn|warned|announce|announced|want|wanted)"
)
_RULES: list[tuple[Kind, re.Pattern[str]]] = [
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in [
        (
            "overview",
            r"\b(?:summar(?:y|ies|i[sz]e|i[sz]ed|i[sz]ing)|sum up|overview|time ?line|chronology"
            r"|recap|run ?down|tell me (?:more )?about|story (?:of|so far|behind)|history of"
            r"|(?:get|bring|catch) me up|key (?:events|facts|points)|sequence of events|everything"
            r" (?:about|on|that)|in (?:short|brief|a nutshell))\b"
            r"|\bwhat(?:'s|s| has| all)? happened\b(?! to\b)|\bhow did .+ unfold\b",
        ),
        ("why", r"\bwhy\b|\bhow come\b|\breasons? (?:for|why|behind|that)\b|\bwhat (?:caused|led to)\b"),
        (
            "change",
            r"\bhow (?:has|have|did|does|do|was|were|is|are) .+ (?:chang|develop|evolv|grow|grew"
            r"|ris|rose|fall|fell|increas|decreas|shr[iau]nk|mov)\w*\b|\bchanges? (?:in|of|to)\b"
            r"|\bchanged\b(?=.*\b(?:since|over|between|from)\b)|\bcompar\w+\b|\bdiffer\w*\b"
            r"|\bover (?:time|the years)\b|\bversus\b|\bvs\b\.?|\b(?:before|first) and (?:after|now|later)\b"
            r"|\bwhat changed\b|\bwas .+ and (?:what )?is (?:it )?now\b",
        ),
        (
            "said",
            rf"\b(?:what|how) (?:did|does|do|has|have|was|were|is) .+\b{_SAYING}\b"
            rf"|\bwhat .+ (?:said|says|thinks|wrote)\b|\bwhat is .+ (?:saying|position|view|take)\b"
            r"|\b(?:reactions?|response|opinion|comments?|statements?|quotes?|remarks?|views?) "
            r"(?:of|from|by|on|to)\b",
        ),
        (
            "latest",
            r"(?:\b(?:latest|newest|most recent|recent) (?:on|about|news|state|status|development"
            r"|developments|update|updates|with|from|in)\b|\bwhat(?:'s|s| is) (?:new|the latest|happening"
            r"|going on|the (?:state|status))\b|\b(?:any|the) (?:news|updates?)\b|\bnews (?:on|about|of)\b"
            r"|\bwhere (?:do|does) .+ stand\b|\bstate of play\b|\bstatus (?:of|on)\b"
            r"|\b(?:latest|news|updates?)\W*$)",
        ),
        (
            "list",
            r"^\W*(?:(?:please )?(?:list|name|enumerate)\b|give me (?:all|a list|the names)|who all\b"
            r"|(?:who|which \w+(?: \w+)?|what) are all\b|who (?:are|were) the\b|(?:what|which) (?:\w+ ){0,2}"
            r"(?!(?:was|is|has|does|this)\b)\w+[^su\W]s (?:are|were|have|had|did|do|will|can|got|took|won"
            r"|lost|was there)\b|(?:what|which) (?:are|were) the\b|what (?:else|all) )"
            r"|\ball (?:the )?(?:names|people|places|things|reasons|candidates|teams)\b",
        ),
        (
            "yes_no",
            r"^\W*(?:so |and |but )?(?:is|are|was|were|am|do|does|did|has|have|had|can|could|will"
            r"|would|shall|should|may|might|must|(?:is|are|was|were|do|does|did|has|have|had|ca|could"
            r"|wo|would|should)n['’]?t)\b(?!.*\bor\b)",
        ),
        ("why", rf"^\W*(?:and |but |so )?how (?!{_DEGREE}\b)\w+"),
    ]
]
# A count, a name or a day is wanted, however much the rest speaks of news or changes.
_VALUE = re.compile(
    rf"\bhow {_DEGREE}\b|^\W*(?:and |but |so )?(?:(?:by|at|in|on|for|to|from|with) )?(?:who|whom|whose|when|where)\b"
    r"|\bwhat (?:time|day|date|year|age|share|percentage)\b",
    re.IGNORECASE,
)
_VALUE_OVERRULES: frozenset[Kind] = frozenset({"latest", "change", "list"})
_SEVERAL = re.compile(r"^\W*who (?:are|were) (?:all )?the\b|\bcompar", re.IGNORECASE)

# What tells the kind and not the matter.
_KIND_WORDS = frozenset(
    terms(
        "summary summarise summarize summarised overview timeline time line chronology recap rundown"
        " tell story history happened happen happening events event key facts points sequence"
        " everything short brief nutshell latest newest recent news new update updates status state"
        " stand changed change changes changing develop developed development evolve compare"
        " compared comparison difference differ list name names give please say said says think"
        " reasons reason why so far now current currently going up catch bring get unfold all"
    )
)


def kind_of(question: str) -> Kind:
    """The kind of answer that `question` wants."""
    value = bool(_VALUE.search(question)) and not _SEVERAL.search(question)
    for kind, pattern in _RULES:
        if pattern.search(question) and not (value and kind in _VALUE_OVERRULES):
            return kind
    return "fact"


def subject(question: str) -> list[str]:
    """The terms of `question` that say what it is about, without those that tell its kind."""
    found = [t for t in dict.fromkeys(terms(question)) if t not in _KIND_WORDS]
    return found or list(dict.fromkeys(terms(question)))
