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
_ASKED_OF = r"(?:how|what) (?:did|does|do|has|have|was|were|is)"
# Words of two times, side by side: what it was "at first, and" what it is "now". An old bridge
# alone, or the first to leave after a vote, is no such pair.
_BESIDE = r"(?:\band\b|\bthan\b|\bvs?\b|\bversus\b|\bcompared\b|[,;?–-])"
_TWO_TIMES = (
    rf"\b(?:first|initially|originally|at the start|before|used to)\b.{{1,60}}?{_BESIDE}.{{0,40}}"
    r"\b(?:now|later|then|after|in the end|end(?:ed)? up|near the end|today|new|final)\b"
    rf"|\bold\b.{{1,40}}?{_BESIDE}.{{0,20}}\bnew\b"
)
# Each kind with what tells it; the first that holds counts.
_TELLING: list[tuple[Kind, tuple[str, ...]]] = [
    (
        "overview",
        (
            r"\b(?:summar(?:y|ies|i[sz]e\w*|i[sz]ing)|sum up|overview|recap|run ?down)\b",
            r"\b(?:time ?line|chronology|sequence of events|key (?:events|facts|points))\b",
            r"\b(?:tell me (?:more )?about|story (?:of|so far|behind)|history of)\b",
            r"\b(?:(?:get|bring|catch) me up|in (?:short|brief|a nutshell))\b",
            r"\beverything (?:about|on|that)\b|\bhow did .+ unfold\b|\bstep by step\b",
            r"\bwhat(?:'s|s| has| all)? happened\b(?! to\b)",
        ),
    ),
    (
        "why",
        (r"\bwhy\b|\bhow come\b|\breasons? (?:for|why|behind|that)\b|\bwhat (?:caused|led to)\b",),
    ),
    (
        "change",
        (
            r"\bhow (?:has|have|did|does|do|was|were|is|are) .+ (?:chang|develop|evolv|gr[eo]w"
            r"|ris|rose|fall|fell|increas|decreas|shr[iau]nk|mov|(?:go|gone) (?:up|down))\w*\b",
            _TWO_TIMES,
            r"\bchanges? (?:in|of|to)\b|\bwhat changed\b|\bchanged\b.*\b(?:since|over|from)\b",
            r"\bcompar\w+\b|\bdiffer\w*\b|\bover (?:time|the years)\b|\bversus\b|\bvs?\b\.?",
            r"\bthen and now\b",
        ),
    ),
    (
        "said",
        (
            # "What is the dog called?" asks for a name.
            rf"\b{_ASKED_OF} (?!.*\bcalled\W*$).+\b{_SAYING}\b",
            r"\bwhat .+ (?:said|says|thinks|wrote)\b|\bwhat is .+ (?:saying|position|view|take)\b",
            r"\b(?:reactions?|response|opinion|comments?|statements?|quotes?|remarks?|views?|words)"
            r" (?:of|from|by|on|to|after|about)\b|\bquotes?\b",
        ),
    ),
    (
        "latest",
        (
            r"\b(?:latest|newest|(?:most )?recent) (?:on|about|news|state|status|developments?"
            r"|updates?|with|from|in)\b|\bwhat(?:'s|s| is) (?:new|the latest|happening|going on)\b",
            r"\b(?:any|the) (?:news|updates?)\b|\bnews (?:on|about|of|from)\b|\banything new\b",
            r"\bwhat(?:'s|s| is) the situation\b|\blast thing\b",
            r"\bwhere (?:do|does) .+ stand\b|\bstate of play\b|\bstatus (?:of|on)\b",
            r"\b(?:latest|news|updates?)\W*$",
        ),
    ),
    (
        "list",
        (
            r"^\W*(?:list|name|enumerate|give me (?:all|a list|the names))\b(?! of the\b)",
            r"^\W*(?:who all|(?:who|what|which) (?:are|were) (?:all )?the)\b",
            # Things are asked for in the plural: "which roads were closed", "dates of the strikes".
            r"^\W*(?:what|which) (?:\w+ ){0,3}(?!(?:was|is|has|does|this)\b)\w+[^su\W]s"
            r" (?:are|were|have|had|did|do|will|can|of|in|at|from|got|took|won|lost)\b",
            r"^\W*(?:main |the |names? of (?:all|the) )*\w+[^su\W]s (?:of|in|that|who|for|at)\b",
            r"^\W*all \w+|\bwhat (?:else|all)\b|\ball (?:the )?(?:names|people|places|things)\b",
        ),
    ),
    (
        "yes_no",
        (
            r"^\W*(?:so |and |but )?(?:is|are|was|were|am|do|does|did|has|have|had|can|could|will"
            r"|would|shall|should|may|might|must)(?:n['’]?t)?\b(?!.*\bor\b)|\bor not\W*$",
        ),
    ),
    ("why", (rf"^\W*(?:and |but |so )?how (?!{_DEGREE}\b)\w+",)),
]
_RULES = [(kind, re.compile("|".join(patterns), re.IGNORECASE)) for kind, patterns in _TELLING]
# What a polite person says before the question.
_POLITE = re.compile(
    r"^\W*(?:please|hi|hello|ok|(?:can|could|would|will) you|do you know|i wonder|if"
    r"|i(?:'d| would)? (?:want|like) to know|tell me(?! (?:more )?about))\b[\s,]*",
    re.IGNORECASE,
)
# A count, a name or a day is wanted, however much the rest speaks of news or changes.
_VALUE = re.compile(
    rf"\bhow {_DEGREE}\b|^\W*(?:and |but |so )?(?:(?:by|at|in|on|for|to|from|with) )?"
    r"(?:who|whom|whose|when|where(?! (?:do|does) .+ stand\b))\b"
    r"|\bwhat (?:time|day|date|year|age|share|percentage)\b",
    re.IGNORECASE,
)
_VALUE_OVERRULES: frozenset[Kind] = frozenset({"latest", "change", "list"})
_SEVERAL = re.compile(rf"^\W*who (?:are|were) (?:all )?the\b|\bcompar|{_TWO_TIMES}", re.IGNORECASE)

# What tells the kind and not the matter.
_KIND_WORDS = frozenset(
    terms(
        "summary summarise summarize summarised overview timeline time line chronology recap"
        " rundown tell story history happened happen happening events event key facts points"
        " sequence everything short brief nutshell latest newest recent news new update updates"
        " status state stand changed change changes changing develop developed development evolve"
        " compare compared comparison difference differ list name names give please say said says"
        " think reasons reason why so far now current currently going up catch bring get unfold all"
    )
)


# What is new, or what happened, is a question to a story and not one that a passage answers.
STORY_KINDS: frozenset[Kind] = frozenset({"latest", "overview"})


def kind_of(question: str) -> Kind:
    """The kind of answer that `question` wants."""
    while match := _POLITE.match(question):
        if not match.end():
            break
        question = question[match.end() :]
    value = bool(_VALUE.search(question)) and not _SEVERAL.search(question)
    for kind, pattern in _RULES:
        if pattern.search(question) and not (value and kind in _VALUE_OVERRULES):
            return kind
    return "fact"


_CHANGED = re.compile(
    r"^\W*how (?:much )?(?:has|have|did|does|do) (?P<what>.+?) (?:chang|develop|evolv|gr[eo]w|ris"
    r"|rose|fall|fell|increas|decreas|go|gone|mov)\w*\b",
    re.IGNORECASE,
)


def as_read(question: str, kind: Kind) -> str:
    """The question to put to each article: of a change, what it is at that article's time."""
    changed = _CHANGED.match(question) if kind == "change" else None
    return f"What is {changed['what']}?" if changed else question


def subject(question: str) -> list[str]:
    """The terms of `question` that say what it is about, without those that tell its kind."""
    found = [t for t in dict.fromkeys(terms(question)) if t not in _KIND_WORDS]
    return found or list(dict.fromkeys(terms(question)))
