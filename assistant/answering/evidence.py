"""Passages as read -> the excerpts that an answer may rest on, as a language model should see them.

Narrow questions get the best three or four passages, cut to the sentences around the one that
answers. Wide ones (list, change, latest, overview) get the articles of the story. Knows no model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.answering.reading import ReadHit
from assistant.answering.story import by_day, newest, originals, story
from assistant.passages import sentence_spans
from assistant.types import Article, Excerpt, Kind, Span

# How many excerpts each kind gets.
EXCERPTS: dict[Kind, int] = {
    "fact": 3,
    "yes_no": 3,
    "why": 3,
    "said": 3,
    "list": 4,
    "change": 6,
    "latest": 1,
    "overview": 7,
}
# Of one excerpt, however many there are.
LEAST_TOKENS = 20
# Characters within which an article has begun.
OPENING = 3_000


@dataclass(frozen=True)
class Evidence:
    """excerpts: oldest first. story: the best passage of each article of the story, best first; for
    a narrow question the passages that were read, best first."""

    kind: Kind
    excerpts: tuple[Excerpt, ...]
    story: tuple[ReadHit, ...]


def select(question: str, kind: Kind, read: Sequence[ReadHit], tokens: int) -> Evidence:
    """The excerpts for a question of this kind. tokens: about how many they may have together."""
    kept = originals(read)
    if kind in ("change", "latest", "overview"):
        kept = story(question, kept)
    best = kept[: EXCERPTS[kind]]
    if kind == "change":
        best = _with_first_and_last(best, kept)
    if kind == "latest":
        excerpts = _news(newest(kept), tokens) if kept else iter(())
    else:
        each = max(tokens // max(len(best), 1), LEAST_TOKENS)
        excerpts = (_excerpt(r, each) for r in by_day(best))
    return Evidence(kind, tuple(excerpts), tuple(kept))


def _with_first_and_last(best: Sequence[ReadHit], story: Sequence[ReadHit]) -> list[ReadHit]:
    """`best`, the worst of it put out by the story's oldest and newest where they are missing."""
    dated = [each for each in by_day(story) if each.hit.article.published]
    ends = [each for each in dict.fromkeys(dated[:1] + dated[-1:]) if each not in best]
    return [*best[: len(best) - len(ends)], *ends]


def _news(read: ReadHit, tokens: int) -> Iterator[Excerpt]:
    """How the article begins, and the passage of it that fits best where that comes later."""
    article = read.hit.article
    begun = _begun(article, tokens)
    if begun and read.sentence.start >= begun[-1].end:
        begun = _begun(article, tokens // 2)
    if begun:
        span = Span(begun[0].start, begun[-1].end)
        yield Excerpt(article, span, tuple(begun), begun[0])
    if not begun or read.sentence.start >= begun[-1].end:
        yield _excerpt(read, tokens // 2)


def _begun(article: Article, tokens: int) -> list[Span]:
    """The first sentences of the article that have `tokens` together, one at least."""
    begun: list[Span] = []
    for sentence in sentence_spans(article.text[:OPENING], article.language):
        tokens -= estimated_tokens(article.text[sentence.start : sentence.end])
        if begun and tokens < 0:
            break
        begun.append(sentence)
    return begun


def _excerpt(read: ReadHit, tokens: int) -> Excerpt:
    """The sentence that answers and as many around it as fit, those before it first."""
    sentences = read.hit.passage.sentences
    text = read.hit.article.text
    first = last = sentences.index(read.sentence)
    spent = estimated_tokens(text[read.sentence.start : read.sentence.end])
    grown = True
    while grown:
        grown = False
        for number in (first - 1, last + 1):
            if not 0 <= number < len(sentences):
                continue
            cost = estimated_tokens(text[sentences[number].start : sentences[number].end])
            if spent + cost <= tokens:
                first, last = min(first, number), max(last, number)
                spent += cost
                grown = True
    span = Span(sentences[first].start, sentences[last].end)
    kept = tuple(sentences[first : last + 1])
    return Excerpt(read.hit.article, span, kept, read.sentence)


def estimated_tokens(text: str) -> int:
    """About how many tokens a language model makes of `text`: four characters each, at least one
    a word; of scripts without spaces one a character."""
    unspaced = sum("\u0e00" <= c <= "\u0e7f" or "\u3040" <= c <= "\ud7af" for c in text)
    return max(int(1.2 * len(text.split())), len(text) // 4) + unspaced + 1
