"""Which language a text is in, guessed from its commonest words."""

from __future__ import annotations

import re
from collections import Counter

_STOP_WORDS = {
    "en": "the of and to in is that it was for on are as with his they at be this from have or "
    "had by but what were we when your said there an which their will not has who been its "
    "you may two until after over all would more than first about no out up only next can",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch "
    "es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über war",
    "fr": "de la le et les des en un du une que est pour qui dans par plus pas au sur ne se ce il "
    "sont avec aux ont été cette mais nous elle comme leur ses ou son était",
    "es": "de la que el en y a los se del las un por con una su para es al lo como más o pero sus "
    "le ha me sin sobre este ya entre cuando todo esta ser son dos también fue había era muy",
    "it": "di e il la che in un a per è una sono con non si da come i al le dei del nel alla della "
    "più anche ha gli lo ma dalla delle stato nella questo hanno degli dal su",
    "pt": "de a o que e do da em um para com não uma os no se na por mais as dos como mas ao ele "
    "das à seu sua ou quando muito nos já eu também só pelo pela até isso foi são",
    "nl": "de van een het en in is dat op te zijn met voor niet aan er om ook als dan maar bij uit "
    "nog worden door naar heeft hij ze wordt tot je kan deze meer was zich geen",
    "tr": "ve bir bu için ile da de çok daha olarak olan gibi en sonra kadar ne ama her o ise "
    "ancak iki tarafından değil göre var olduğunu dedi",
    "az": "və bir bu üçün ilə da də çox daha olan kimi ən sonra qədər nə amma hər o isə ancaq iki "
    "tərəfindən deyil görə var edib bildirib olub",
    "ru": "и в не на что с по как это он из за от о но у к до же бы для так его только было все "
    "при также который году",
}
_WORDS = {language: frozenset(words.split()) for language, words in _STOP_WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+")
_ENOUGH_WORDS = 400
_CHARACTERS = 4_000


def guess_language(text: str) -> str | None:
    """ISO 639-1 code of the language of `text`, or None where it is not clear."""
    likely = likely_languages(text)
    return likely[0] if len(likely) == 1 else None


def likely_languages(text: str) -> list[str]:
    """The languages that `text` may be in, the likeliest first; empty where nothing tells."""
    words = [word.lower() for word in _WORD.findall(text[:_CHARACTERS])][:_ENOUGH_WORDS]
    if len(words) < 4:
        return []
    counts = Counter(words)
    hits = {code: sum(counts[word] for word in known) for code, known in _WORDS.items()}
    if any("ə" in word for word in counts):  # a letter of Azerbaijani only
        hits["az"] += len(words) // 10
    most = max(hits.values())
    if most < 2 or most * 10 < len(words):
        return []
    likely = [code for code, count in hits.items() if count * 5 >= most * 4]
    return sorted(likely, key=lambda code: -hits[code])
