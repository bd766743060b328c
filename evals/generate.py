"""Articles that nobody labelled -> questions with verbatim answers and evidence.

A language model sees one sentence and proposes an answer in it and a question to that answer.
Rules without a model decide what is kept (`evals.question_rules`), and every article is searched
for another answer to the same question. A quarter of what is kept becomes unanswerable: the
articles that answer it are left out when it is asked (`Item.without`). Near-copies are one story:
one cluster, one split.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assistant.copies import groups
from assistant.errors import LLMNonsense
from assistant.lexical import terms, words
from assistant.passages import sentence_spans
from assistant.types import Article, Span
from evals.items import Item, Quote
from evals.metrics.spans import gives
from evals.question_rules import SIMILAR, Proposal, broken, similarity
from evals.question_writing import propose

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

LEFT_OUT = "left_out"
# So many proposals for each question that is wanted, at most: a model may be unable to do it.
MOST_TRIES = 20
SENTENCE_WORDS = (8, 45)
# Another sentence with this share of the question's terms may answer it too.
NEAR = 0.75
# An article with this share and the answer in it is counted among those that answer.
SERVES = 0.5
MOST_SERVING = 20
# Of the shorter article, the share that must stand in the other for the two to be one story here:
# less than for a reader, since a question must not be told from the copy of its article. In the
# sample corpus the copies that were planted share .35 and more, independent reports .03 and less.
LEAKS = 0.2


@dataclass(frozen=True)
class Tally:
    """How it goes: proposals made, questions kept of those wanted, and why the others fell."""

    wanted: int
    proposed: int = 0
    kept: int = 0
    left_out: int = 0
    fell: Mapping[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        why = [f"  {number:4} {reason}" for reason, number in Counter(self.fell).most_common()]
        head = (
            f"{self.proposed} proposed, {self.kept} kept of {self.wanted} wanted "
            f"({self.left_out} of them made unanswerable); the others fell because"
        )
        return "\n".join([head, *(why or ["  none did"])])


def leaks(shared: int, one: int, other: int) -> bool:
    """Whether one of two articles with so many shingles gives away what the other says."""
    return shared >= LEAKS * min(one, other)


def generate(
    articles: Iterable[Article],
    llm: LLM,
    n: int,
    seed: int,
    progress: Callable[[Tally], None],
) -> Iterator[Item]:
    """Up to `n` items, each as soon as it is there; fewer where the articles or the model run out.

    progress: called after every proposal. The same seed, articles and model give the same items.
    Raises LLMUnreachable.
    """
    archive = _Archive(articles)
    kept: list[frozenset[str]] = []
    fell: Counter[str] = Counter()
    left_out = 0
    for proposed, (article, before, span) in enumerate(_places(archive, seed), 1):
        if len(kept) >= n or proposed > n * MOST_TRIES:
            return
        reason, proposal, serving = _tried(archive, article, before, span, llm, kept)
        if proposal is not None and reason is None:
            # Every fourth: silence is to be measured too, and most questions have an answer.
            unanswerable = len(kept) % 4 == 3
            left_out += unanswerable
            kept.append(frozenset(terms(proposal.question)))
            yield _item(archive, proposal, serving, seed, unanswerable)
        else:
            fell[reason or ""] += 1
        progress(Tally(n, proposed, len(kept), left_out, dict(fell)))


class _Archive:
    """The articles with what the rules need to know of them."""

    def __init__(self, articles: Iterable[Article]) -> None:
        self.articles = {a.id: a for a in articles}
        self.copies = groups(self.articles.values(), leaks)
        self.terms = {
            a.id: frozenset(terms(f"{a.title}\n{a.text}")) for a in self.articles.values()
        }

    def near(self, asked: frozenset[str], share: float) -> list[Article]:
        """The articles that have this share of the terms asked for."""
        wanted = share * len(asked)
        return [self.articles[i] for i, own in self.terms.items() if len(own & asked) >= wanted]


def _tried(
    archive: _Archive,
    article: Article,
    before: str,
    span: Span,
    llm: LLM,
    kept: Sequence[frozenset[str]],
) -> tuple[str | None, Proposal | None, tuple[str, ...]]:
    """One proposal: why it falls (None: it does not), itself, the articles that answer it."""
    quote = article.text[span.start : span.end]
    try:
        answer, question = propose(article, before, quote, llm)
    except LLMNonsense:
        return "the model did not keep to the form", None, ()
    proposal = Proposal(question, answer, quote, article)
    reason = broken(proposal)
    if reason is not None:
        return reason, proposal, ()
    asked = frozenset(terms(question))
    if any(similarity(asked, other) >= SIMILAR for other in kept):
        return "much like one that was kept", proposal, ()
    serving = _serving(archive, proposal, asked)
    if _answered_otherwise(archive, asked, serving):
        return "another article may answer it otherwise", proposal, ()
    if len(serving) > MOST_SERVING:
        return "too many articles answer it", proposal, ()
    return None, proposal, serving


def _places(archive: _Archive, seed: int) -> Iterator[tuple[Article, str, Span]]:
    """Sentences worth asking about, each with the one before it, one of every story in turn.

    Of near-copies one is asked about. The order is that of the seed.
    """
    rng = random.Random(seed)
    stories = sorted({group for group in archive.copies.values()})
    rng.shuffle(stories)
    waiting = []
    for group in stories:
        article = archive.articles[rng.choice(group)]
        waiting.append(_sentences(article, rng))
    while waiting:
        still = []
        for places in waiting:
            place = next(places, None)
            if place is not None:
                yield place
                still.append(places)
        waiting = still


def _sentences(article: Article, rng: random.Random) -> Iterator[tuple[Article, str, Span]]:
    spans = sentence_spans(article.text, article.language)
    order = list(range(len(spans)))
    rng.shuffle(order)
    fewest, most = SENTENCE_WORDS
    for n in order:
        text = article.text[spans[n].start : spans[n].end]
        # A name or a number beyond the first word: something to ask for and to be asked by.
        if fewest <= len(words(text)) <= most and any(c.isupper() or c.isdigit() for c in text[1:]):
            previous = spans[n - 1] if n else Span(0, 0)
            yield article, article.text[previous.start : previous.end], spans[n]


def _serving(archive: _Archive, proposal: Proposal, asked: frozenset[str]) -> tuple[str, ...]:
    """The article, its near-copies, and every other that has the answer and half of the terms."""
    others = {a.id for a in archive.near(asked, SERVES) if gives(a.text, [proposal.answer])}
    return tuple(sorted(others | set(archive.copies[proposal.article.id])))


def _answered_otherwise(archive: _Archive, asked: frozenset[str], serving: Sequence[str]) -> bool:
    """Whether a sentence of an article that is not known to answer comes close to the question."""
    for article in archive.near(asked, NEAR):
        if article.id in serving:
            continue
        for span in sentence_spans(article.text, article.language):
            said = frozenset(terms(article.text[span.start : span.end]))
            if len(said & asked) >= NEAR * len(asked):
                return True
    return False


def _item(
    archive: _Archive,
    proposal: Proposal,
    serving: tuple[str, ...],
    seed: int,
    unanswerable: bool,
) -> Item:
    story = archive.copies[proposal.article.id][0]
    key = f"{proposal.article.id}\x1f{proposal.quote}\x1f{proposal.question}"
    holders = [i for i in serving if proposal.quote in archive.articles[i].text]
    # Half of the stories may be looked at while working on the program.
    odd = hashlib.sha256(f"{seed}\x1f{story}".encode()).digest()[0] % 2
    return Item(
        id=f"g-{hashlib.sha256(key.encode()).hexdigest()[:10]}",
        question=proposal.question,
        answers=() if unanswerable else ((proposal.answer,),),
        answerable=not unanswerable,
        kind=LEFT_OUT if unanswerable else "single",
        gold=() if unanswerable else (serving,),
        evidence=tuple(Quote(i, proposal.quote) for i in holders),
        without=serving if unanswerable else (),
        cluster=story,
        split="tune" if odd else "report",
    )
