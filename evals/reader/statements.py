"""Pairs of a text and a statement: those of the data sets, and some made of the questions' texts.

Made: a sentence of the text, or its first clause (entailed); the same with a name, number or date
of the article exchanged (contradicted); a sentence of another passage on the subject (neither, or
at least not entailed); a question of who or what with its answer, or a wrong one, in its place.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random

from evals.reader import exchange
from evals.reader.cropping import Crop, crop, holds
from evals.reader.items import STATEMENT, Item
from evals.reader.similar import Similar
from evals.reader.sources import Asked, Library, pairs

# The share of each set that is taken; more than 1: that many times.
SHARES = {"conjnli": 0.3, "mnli_olora": 2.0, "snli": 0.8, "wice_claim_oracle": 1.0}
# What is never trained on: a quarter of MNLI's and a sixth of FEVER's texts with all that is said
# of them (the data set's parts are mixed: `mnli_olora-train` and `-dev` share texts).
HELD_OUT = {"mnli_olora": 4, "fever_athnlp": 6}
MADE = 0.22
_SUBJECT = re.compile(r"(Who|What|Which \w+|What \w+) (?!is|are|was|were|do|does|did)([a-z]+ .+)\?")


def held_out(source: str, text: str) -> bool:
    parts = HELD_OUT.get(source)
    digest = int(hashlib.sha256(text.encode()).hexdigest(), 16)
    return parts is not None and digest % parts == 0


def given(data: Path, random: Random) -> Iterator[Item]:
    """The pairs of the data sets, without those that are held out."""
    for source, text, statement, label in pairs(data):
        if held_out(source, text) or not text or not statement:
            continue
        share = SHARES.get(source, 1.0)
        for _ in range(int(share) + (random.random() < share % 1)):
            cut = " ".join(text.split()[:150])
            yield Item(STATEMENT, source, "given", statement, "", cut, -1, -1, label)


class Statements:
    def __init__(self, library: Library, similar: Similar, random: Random) -> None:
        self._library = library
        self._similar = similar
        self._random = random

    def items(self) -> Iterator[Item]:
        for asked in self._library.asked:
            if asked.sentence < 0 or self._random.random() > MADE:
                continue
            sentences = self._library.paragraphs[asked.paragraph].sentences
            text = crop(sentences, asked.sentence, self._random)
            if text:
                item = self._one(asked, sentences[asked.sentence], text)
                if item:
                    yield item

    def _one(self, asked: Asked, sentence: str, text: Crop) -> Item | None:
        way = self._random.random()
        subject = _SUBJECT.fullmatch(asked.question)
        if subject and way < 0.7:
            return self._answered(asked, subject.group(2), text)
        clause = _clause(sentence, self._random)
        if way < 0.35:
            return self._item(asked, "sentence", clause, text.text, "e/enc")
        near = exchange.pool([text.text]) if way < 0.5 else self._article(asked)
        if way < 0.7:
            made = exchange.exchanged(clause, near, self._random)
            return made and self._item(asked, "exchanged", made[0], text.text, "nc/enc")
        for number in self._similar.paragraphs(asked)[:3]:
            others = self._library.paragraphs[number].sentences
            other = others[self._similar.best_sentence(asked.question, others)]
            if 5 < len(other.split()) < 45 and other not in text.text:
                return self._item(asked, "other passage", other, text.text, "nc/enc")
        return None

    def _answered(self, asked: Asked, rest: str, text: Crop) -> Item | None:
        """The answer before what the question says of it: a statement."""
        answer, label = asked.answers[0], "e/enc"
        if self._random.random() < 0.55:
            inside = exchange.pool([text.text])
            kinds = dict.fromkeys(f.type for f in exchange.find(f"- {answer}"))
            wrong = [
                c
                for kind in kinds
                for c in inside.get(kind, [])
                if not holds(answer, (c,)) and not holds(c, asked.answers) and c not in rest
            ]
            if not wrong:
                return None
            answer, label = self._random.choice(wrong), "nc/enc"
        statement = f"{answer[0].upper()}{answer[1:]} {rest}."
        kind = "answer" if label == "e/enc" else "wrong answer"
        return self._item(asked, kind, statement, text.text, label)

    def _item(self, asked: Asked, kind: str, statement: str, text: str, label: str) -> Item:
        return Item(STATEMENT, f"made of {asked.source}", kind, statement, "", text, -1, -1, label)

    def _article(self, asked: Asked) -> dict[str, list[str]]:
        return exchange.pool(
            s
            for n in self._similar.article(asked.paragraph)
            for s in self._library.paragraphs[n].sentences
        )


def _clause(sentence: str, random: Random) -> str:
    """The sentence, or what stands before its first comma, "and" or "which" where that is long."""
    cut = re.match(r"(.{35,}?)(?:, (?:and|but|which|who|where|while)\b|;)", sentence)
    return f"{cut.group(1)}." if cut and random.random() < 0.6 else sentence
