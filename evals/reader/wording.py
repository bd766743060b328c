"""The same question as other people would type it: the meaning stays.

Applied to questions that are answered and to those that are not alike, so that neither a small
letter nor an unusual word tells them apart.
"""

from __future__ import annotations

import re
from random import Random

SAME = {
    "biggest": "largest", "begin": "start", "began": "started", "buy": "purchase", "film": "movie",
    "kids": "children", "city": "town", "build": "construct", "built": "constructed",
    "created": "made", "create": "make", "located": "situated", "died": "passed away",
    "called": "named", "job": "occupation", "received": "got", "receive": "get",
    "happened": "took place", "obtained": "got", "approximately": "about",
    "residents": "inhabitants",
    "assist": "help", "helped": "assisted", "large": "big", "finished": "completed",
    "war": "conflict",
    "people": "persons", "kind": "type", "type": "kind", "many": "a large number of",
    "primary": "main", "main": "chief", "region": "area", "area": "region", "various": "different",
    "reason": "cause", "used": "employed", "show": "programme", "company": "firm",
    "given": "awarded",
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "ten": "10",
    "percentage": "share", "country": "nation", "nation": "country", "said": "stated",
    "think": "believe", "believed": "thought", "occur": "happen", "occurred": "happened",
}  # fmt: skip
SMALL = set("the a an did do does was were is are has have had of to that be been".split())


def reworded(question: str, random: Random) -> str:
    """One or two words exchanged for others that mean the same; perhaps the question word last."""
    words = question.split(" ")
    places = [i for i, w in enumerate(words) if w.lower() in SAME]
    for i in random.sample(places, min(len(places), 2)):
        words[i] = SAME[words[i].lower()]
    text = " ".join(words)
    turned = re.fullmatch(r"(In|On|At|For|To|By) (what|which) (\w+) (.+?)\??", text)
    if turned and random.random() < 0.5:
        word, what, noun, rest = turned.groups()
        text = f"{rest[0].upper()}{rest[1:]} {word.lower()} {what} {noun}?"
    if random.random() < 0.1:
        text = random.choice(("Tell me: ", "Do you know ", "Please say ")) + text
    return text


def as_typed(question: str, random: Random) -> str:
    """As it is, in small letters, without its mark, in a few words, or with a slip of the keys."""
    style = random.random()
    if style < 0.45:
        return question
    bare = question.rstrip("?. ")
    if style < 0.55:
        return bare
    if style < 0.75:
        return bare.lower()
    if style < 0.88:
        return _terse(bare, random)
    slipped = _slip(question, random)
    return slipped.lower() if random.random() < 0.4 else slipped


def _terse(question: str, random: Random) -> str:
    words = question.lower().split()
    kept = [w for i, w in enumerate(words) if i == 0 or w not in SMALL]
    if len(kept) < 3:
        return " ".join(words)
    if kept[0] in ("what", "which", "who") and random.random() < 0.35:
        kept = kept[1:]
    elif random.random() < 0.3:
        kept = [*kept[1:], kept[0]]
    return " ".join(kept)


def _slip(question: str, random: Random) -> str:
    """One letter lost, doubled or exchanged with its neighbour, in a longer word."""
    words = question.split(" ")
    places = [i for i, w in enumerate(words) if len(w) > 4 and w.isalpha()]
    if not places:
        return question
    i = random.choice(places)
    word, at = words[i], random.randrange(1, len(words[i]) - 1)
    words[i] = random.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )
    return " ".join(words)
