"""Questions of a library -> items that answer them and items that look as if they did.

Of every question comes one text that answers it and about one that does not, made in one of these
ways (`kind` of the item):

- passage: another passage, of the same article where there is one, with most of the question's
  words and without its answer;
- exchanged: a name, number, date, place or opposite of the question, or of the passage, is another
  one of the same article;
- question: a similar question of another paragraph, or of another sentence's paragraph;
- neighbour: the paragraph without the sentence that answers;
- plan: the passage only plans what the question asks for (`plans`).

What a way leaves behind is found among the answered ones too: both get exchanges (in question and
passage alike), plans, left out sentences, headlines, reworded and carelessly typed questions.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from evals.reader import edits, exchange, plans
from evals.reader.cropping import Crop, crop, holds
from evals.reader.items import QUESTION, Item
from evals.reader.similar import Similar
from evals.reader.sources import Asked, Library
from evals.reader.wording import as_typed, reworded

HEADLINES = 0.45
REWORDED = 0.3
# The share of each way among the negatives; what one cannot do goes to the next.
WAYS = {"passage": 0.24, "exchanged": 0.4, "neighbour": 0.2, "question": 0.08, "plan": 0.08}
# Where a plan can be made, it mostly is: few sentences and questions allow it.
PLANS = 0.5


class Maker:
    def __init__(self, library: Library, similar: Similar, random: Random) -> None:
        self._library = library
        self._similar = similar
        self._random = random
        self._pools: dict[str, dict[str, list[str]]] = {}

    def items(self) -> Iterator[Item]:
        for number, asked in enumerate(self._library.asked):
            if asked.sentence < 0:
                yield from self._given(asked)
                continue
            made = self._answered(asked)
            if made:
                yield from made
                negative = self._unanswered(number, asked)
                if negative:
                    yield negative

    def _given(self, asked: Asked) -> Iterator[Item]:
        """A question that the data set itself calls unanswerable from its paragraph."""
        text = crop(self._sentences(asked), 0, self._random, words=120)
        if text:
            yield self._item(asked, "given", asked.question, text, "no")

    def _answered(self, asked: Asked) -> list[Item]:
        """The question with a text that answers it, in one of three ways."""
        sentences, way = self._sentences(asked), self._random.random()
        others = [n for n in range(len(sentences)) if n != asked.sentence]
        left_out = [self._random.choice(others)] if others and self._random.random() < 0.25 else []
        text = crop(sentences, asked.sentence, self._random, left_out)
        if text is None:
            return []
        if way < 0.1:
            both = self._both_exchanged(asked, text)
            if both:
                return [both]
        if way < 0.1 + PLANS * 0.6:
            planned = self._planned(asked, sentences, answered=True)
            if planned:
                return [planned]
        return [self._item(asked, "as it is", asked.question, text, "yes")]

    def _unanswered(self, number: int, asked: Asked) -> Item | None:
        ways = list(WAYS)
        first = self._random.choices(ways, list(WAYS.values()))[0]
        first = "plan" if self._random.random() < PLANS else first
        rest = self._random.choices(ways, list(WAYS.values()), k=8)
        for way in dict.fromkeys((first, *rest, *ways)):
            item = self._by(way, number, asked)
            if item:
                return item
        return None

    def _by(self, way: str, number: int, asked: Asked) -> Item | None:
        sentences = self._sentences(asked)
        if way == "passage":
            return self._other_passage(asked)
        if way == "exchanged":
            return self._exchanged(asked)
        if way == "neighbour":
            return self._neighbour(asked, sentences)
        if way == "question":
            return self._other_question(number, asked, sentences)
        return self._planned(asked, sentences, answered=False)

    def _other_passage(self, asked: Asked) -> Item | None:
        """One of the five most alike, cropped around the sentence most like the question."""
        found = self._similar.paragraphs(asked)
        self._random.shuffle(found)
        for number in found:
            paragraph = self._library.paragraphs[number]
            best = self._similar.best_sentence(asked.question, paragraph.sentences)
            text = crop(paragraph.sentences, best, self._random)
            headline = self._headline(number)
            if text and not holds(f"{headline} {text.text}", asked.answers):
                return self._item(asked, "passage", asked.question, text, "no", headline)
        return None

    def _neighbour(self, asked: Asked, sentences: tuple[str, ...]) -> Item | None:
        without = [n for n, s in enumerate(sentences) if holds(s, asked.answers)]
        without = sorted({*without, asked.sentence})
        rest = [n for n in range(len(sentences)) if n not in without]
        if not rest:
            return None
        near = min(rest, key=lambda n: (abs(n - asked.sentence), self._random.random()))
        text = crop(sentences, near, self._random, without)
        headline = self._headline(asked.paragraph)
        if text is None or holds(headline, asked.answers) or len(text.text.split()) < 12:
            return None
        return self._item(asked, "neighbour", asked.question, text, "no", headline)

    def _other_question(self, number: int, asked: Asked, sentences: tuple[str, ...]) -> Item | None:
        text = crop(sentences, asked.sentence, self._random)
        found = self._similar.questions(number)
        self._random.shuffle(found)
        for other in found:
            one = self._library.asked[other]
            headline = self._headline(asked.paragraph)
            if text and one.answers and not holds(f"{headline} {text.text}", one.answers):
                return self._item(one, "question", one.question, text, "no", headline)
        return None

    def _exchanged(self, asked: Asked) -> Item | None:
        """Half in the question, half in the sentence that would answer it."""
        sentences = self._sentences(asked)
        near = self._pool(asked)
        if self._random.random() < 0.35:
            changed = edits.sentence_exchanged(asked, sentences[asked.sentence], near, self._random)
            if changed is None:
                return None
            sentences = (
                *sentences[: asked.sentence],
                changed,
                *sentences[asked.sentence + 1 :],
            )
            text = crop(sentences, asked.sentence, self._random)
            if text is None:
                return None
            return self._item(asked, "exchanged in text", asked.question, text, "no", "")
        text = crop(sentences, asked.sentence, self._random)
        if text is None:
            return None
        pools = [exchange.pool([text.text]), near]
        if self._random.random() < 0.4:
            pools.reverse()
        answer = asked.answers[0].lower()
        made = None
        for pool in pools:
            made = made or exchange.exchanged(asked.question, pool, self._random, answer)
        if made is None:
            return None
        return self._item(asked, "exchanged", made[0], text, "no")

    def _both_exchanged(self, asked: Asked, text: Crop) -> Item | None:
        made = edits.both_exchanged(asked, text, self._pool(asked), self._random)
        return made and self._item(asked, "exchanged in both", made[0], made[1], "yes", "")

    def _planned(self, asked: Asked, sentences: tuple[str, ...], answered: bool) -> Item | None:
        sentence = sentences[asked.sentence]
        made = plans.planned(asked.question, sentence, self._random)
        if made is None:
            return None
        told, question = made
        start = told.find(sentence[asked.start : asked.end])
        if start < 0:
            return None
        changed = (*sentences[: asked.sentence], told, *sentences[asked.sentence + 1 :])
        text = crop(changed, asked.sentence, self._random)
        if text is None:
            return None
        if not answered:
            return self._item(asked, "plan", asked.question, text, "no")
        moved = Crop(text.text, {asked.sentence: text.starts[asked.sentence] + start - asked.start})
        return self._item(asked, "plan asked", question, moved, "yes")

    def _item(
        self,
        asked: Asked,
        kind: str,
        question: str,
        text: Crop,
        label: str,
        headline: str | None = None,
    ) -> Item:
        if headline is None:
            headline = self._headline(asked.paragraph)
        if self._random.random() < REWORDED:
            question = reworded(question, self._random)
        start = end = -1
        if label == "yes":
            start = text.starts[asked.sentence] + asked.start
            end = start + asked.end - asked.start
        question = as_typed(question, self._random)
        return Item(QUESTION, asked.source, kind, question, headline, text.text, start, end, label)

    def _headline(self, paragraph: int) -> str:
        """In a share of the items: the article's title, or how its paragraph begins."""
        if self._random.random() > HEADLINES:
            return ""
        found = self._library.paragraphs[paragraph]
        if found.headline and self._random.random() < 0.6:
            return found.headline
        words = found.sentences[0].split()
        if len(words) < 5:
            return found.headline
        return " ".join(words[: self._random.randint(6, 12)]).rstrip(",.;:")

    def _sentences(self, asked: Asked) -> tuple[str, ...]:
        return self._library.paragraphs[asked.paragraph].sentences

    def _pool(self, asked: Asked) -> dict[str, list[str]]:
        """What can be exchanged in the whole article."""
        paragraph = self._library.paragraphs[asked.paragraph]
        name = paragraph.article or str(asked.paragraph)
        if name not in self._pools:
            texts = [
                sentence
                for number in self._similar.article(asked.paragraph)
                for sentence in self._library.paragraphs[number].sentences
            ]
            self._pools[name] = exchange.pool(texts)
        return self._pools[name]
