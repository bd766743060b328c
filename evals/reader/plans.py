"""What happened -> what was planned, and the question after it.

"The hall was opened in 1990" does not answer "When was it opened?" once it reads "was to be opened
in 1990"; "When was it to be opened?" it does. Both come out of the same item, so the words of
planning do not tell the one from the other.
"""

from __future__ import annotations

import re
from random import Random

# Past -> base, where the ending does not tell.
IRREGULAR = {
    "won": "win", "became": "become", "began": "begin", "took": "take", "gave": "give",
    "made": "make", "built": "build", "left": "leave", "sold": "sell", "bought": "buy",
    "paid": "pay", "sent": "send", "led": "lead", "met": "meet", "held": "hold", "lost": "lose",
    "went": "go", "came": "come", "wrote": "write", "ran": "run", "broke": "break", "fell": "fall",
    "rose": "rise", "grew": "grow", "spent": "spend", "brought": "bring", "taught": "teach",
    "fought": "fight", "found": "find", "kept": "keep", "put": "put", "cut": "cut", "set": "set",
    "chose": "choose", "drew": "draw", "flew": "fly", "spoke": "speak", "beat": "beat",
}  # fmt: skip
PARTICIPLES = set(
    "won taken given made built left sold bought paid sent led met held lost written run broken "
    "brought taught fought found kept put cut set chosen drawn flown spoken beaten born".split()
)
PLANS = ("is expected to", "plans to", "hopes to", "is due to", "intends to", "wants to")
PASSIVE_PLANS = ("is expected to be", "is to be", "is due to be", "may be", "is planned to be")
_PASSIVE = re.compile(r"\b(was|were) (?:(\w+ly) )?([a-z]+)\b")


def base(verb: str) -> str | None:
    """The verb of a past form; None where it is none that is surely known."""
    if verb in IRREGULAR:
        return IRREGULAR[verb]
    if not verb.endswith("ed") or len(verb) < 5:
        return None
    stem = verb[:-2]
    if stem[-1] == "i":
        return stem[:-1] + "y"
    if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsz":
        return stem[:-1]
    silent = ("at", "iv", "as", "us", "uc", "ag", "rg", "ar", "ir", "in", "iz", "is", "ov", "ov")
    if stem.endswith(("ct", "nt", "st", "rt", "pt", "ain", "ter", "er", "en", "on", "ss", "ish")):
        return stem
    return (
        stem + "e" if stem.endswith((*silent, "os", "ol", "id", "ud", "ut", "et", "eas")) else stem
    )


def planned(question: str, sentence: str, random: Random) -> tuple[str, str] | None:
    """The sentence as a plan, and the question that it then answers.

    None where the question does not ask for what the sentence tells in the past.
    """
    return _passive(question, sentence, random) or _active(question, sentence, random)


def _is_participle(word: str) -> bool:
    return word in PARTICIPLES or (word.endswith("ed") and len(word) > 4)


def _passive(question: str, sentence: str, random: Random) -> tuple[str, str] | None:
    for match in _PASSIVE.finditer(sentence):
        verb = match.group(3)
        asked = re.search(rf"\b(was|were)\b(.*?)\b{verb}\b", question)
        if not _is_participle(verb) or not asked or verb == "born":
            continue
        plan = random.choice(PASSIVE_PLANS)
        if match.group(1) == "were":
            plan = plan.replace("is ", "are ")
        told = sentence[: match.start()] + f"{plan} {verb}" + sentence[match.end() :]
        if asked.group(2).strip():  # "When was it opened": the subject stands between
            first, *rest = plan.split(" ")
            middle = f"{first}{asked.group(2)}{' '.join([*rest, verb])}"
        else:
            middle = f"{plan} {verb}"
        return told, question[: asked.start()] + middle + question[asked.end() :]
    return None


def _active(question: str, sentence: str, random: Random) -> tuple[str, str] | None:
    for match in re.finditer(r"\b[a-z]+\b", sentence):
        verb, before = match.group(), sentence[: match.start()].rstrip()
        root = base(verb)
        last = before.rpartition(" ")[2].lower()
        if not root or not before or last in ("was", "were", "had", "has", "have", "be", "been"):
            continue
        plan = random.choice(PLANS)
        told = f"{before} {plan} {root}{sentence[match.end() :]}"
        did = re.search(rf"\bdid\b(.*)\b{root}\b", question)
        if did:
            return told, question[: did.start()] + "will" + question[did.start() + 3 :]
        same = re.match(rf"(Who|What|Which [\w ]+?) {verb}\b", question)
        if same:
            return told, f"{same.group(1)} {plan} {root}{question[same.end() :]}"
    return None
