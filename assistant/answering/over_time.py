"""How something changed: one plain question, put to each article of the story in turn.

A small model that is shown a whole story mixes up its numbers; of one article at a time it says
what was true on that day, and the days make the change. "How has the cost of the bridge changed?"
is asked as "How much does the bridge cost?". Pure but for the model that rewrites the question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from assistant.answering import prompts
from assistant.answering.assembly import combine
from assistant.answering.checking import ANSWERS
from assistant.answering.evidence import Evidence
from assistant.answering.few_shot import one_line
from assistant.answering.reading import ReadHit
from assistant.quantities import quantities, values
from assistant.timing import names_a_time
from assistant.types import (
    Article,
    CheckedAnswer,
    CheckedStatement,
    Excerpt,
    Span,
    Usage,
)

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

MOST_ARTICLES = 5
# Of one article the sentences that fit best of those that have a number or a time.
MOST_SENTENCES = 4
# How well an article's best one must fit, as a share of the best of all.
FITS = 0.7


@dataclass
class _State:
    """What one article may say: its sentences with how well each fits."""

    read: ReadHit
    late: dict[Span, float] = field(default_factory=dict)

    @property
    def article(self) -> Article:
        return self.read.hit.article

    @property
    def day(self) -> date:
        return self.article.published or date.min

    @property
    def fit(self) -> float:
        return max(self.late.values())


def plain_question(question: str, llm: LLM) -> tuple[str, Usage]:
    """The question of change as one about a single time, and what that took.

    Raises LLMUnreachable and LLMNonsense.
    """
    written, used = one_line(prompts.PLAIN_SYSTEM, prompts.PLAIN_EXAMPLES, question, llm)
    return written or question, used


def by_article(read: Sequence[ReadHit]) -> list[tuple[ReadHit, Evidence]]:
    """What each article may say, oldest first: its best passage and the sentences to read.

    read: best first. The oldest and the newest article that fit are always among them.
    """
    states = _states(read)
    most = max((s.fit for s in states), default=0.0)
    fitting = sorted((s for s in states if s.fit >= FITS * most), key=lambda s: -s.fit)
    best = fitting[:MOST_ARTICLES]
    dated = sorted((s for s in fitting if s.article.published), key=lambda s: s.day)
    ends = [s for s in dated[:1] + dated[-1:] if s not in best]
    best = [*best[: len(best) - len(ends)], *ends]
    return [(s.read, _evidence(s)) for s in sorted(best, key=lambda s: s.day)]


def _states(read: Sequence[ReadHit]) -> list[_State]:
    """One for each article that has a sentence with a number or a time."""
    states: dict[str, _State] = {}
    for each in read:
        text = each.hit.article.text
        for span, score in zip(each.hit.passage.sentences, each.hit.sentences, strict=False):
            sentence = text[span.start : span.end]
            if quantities(sentence) or names_a_time(sentence):
                state = states.setdefault(each.hit.article.id, _State(each))
                state.late[span] = max(score.late, state.late.get(span, 0.0))
    return list(states.values())


def _evidence(state: _State) -> Evidence:
    """Its best sentences in reading order, each an excerpt."""
    best = sorted(state.late, key=lambda span: -state.late[span])
    kept = sorted(best[:MOST_SENTENCES])
    excerpts = tuple(Excerpt(state.article, span, (span,), best[0]) for span in kept)
    return Evidence("fact", excerpts, (state.read,))


def joined(question: str, results: Sequence[CheckedAnswer], least: float) -> CheckedAnswer | None:
    """The answers of the articles as one, oldest first; what an earlier one told is left out.

    What came last must not be missing: where an article after the last that is believed says
    something new that is borne out and not believed all the same, its own words stand there.
    least: the confidence from which on an article is believed.
    None where they tell fewer than two things, which is no change.
    """
    told: list[CheckedAnswer] = []
    unsure: CheckedAnswer | None = None
    for result in results:
        if not result.statements or _again(result, told):
            continue
        if result.confidence >= least:
            told.append(result)
            unsure = None
        elif result.signals.get("grounded") == 1.0:
            unsure = result
    if len(told) < 2:
        return None
    sure = sum(r.confidence for r in told) / len(told)
    shown = [_with_day(result) for result in told] + ([_in_own_words(unsure)] if unsure else [])
    whole = combine(question, shown)
    judged = tuple(replace(s, answers=sure >= ANSWERS) for s in whole.statements)
    return replace(whole, kind="change", confidence=sure, statements=judged)


def _in_own_words(result: CheckedAnswer) -> CheckedAnswer:
    """What the answer of one article cites, in place of what it says."""
    quotes = tuple(
        CheckedStatement(" ".join(c.quote.split()), (c.number,), "quoted", "the newest that says")
        for c in result.citations
    )
    return replace(result, statements=quotes)


def _with_day(result: CheckedAnswer) -> CheckedAnswer:
    """The answer of one article under the day of that article: "14 May 2024: It costs 18 million."

    What is quoted word for word stays as it is.
    """
    published = result.citations[0].published if result.citations else None
    if published is None:
        return result
    when = f"{prompts.day(published)}: "
    dated = (
        s if s.verdict == "quoted" else replace(s, text=when + s.text) for s in result.statements
    )
    return replace(result, statements=tuple(dated))


def _again(result: CheckedAnswer, told: Sequence[CheckedAnswer]) -> bool:
    """Whether it says no more than those before: the same numbers, or the same words. An article
    that gives an old figure tells again what was."""
    numbers = values(_said(result))
    if numbers:
        return any(numbers <= values(_said(before)) for before in told)
    return any(_said(result) == _said(before) for before in told)


def _said(result: CheckedAnswer) -> str:
    return " ".join(s.text for s in result.statements)
