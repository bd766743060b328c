"""The items worth looking at, and what changed between two runs, with citations in their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assistant.types import Article, Span
from evals.compare import OUTCOMES, Change, Flip, compare, outcome
from evals.items import Item
from evals.metrics.measure import Articles, Pair
from evals.metrics.spans import evidence_places
from evals.records import Record
from evals.report.highlight import Excerpt, excerpts
from evals.report.view import Suite
from evals.tables import number

# Of each suite, system and split.
MOST_SHOWN = 40
# Of each suite and system in two runs.
MOST_FLIPS = 100
_BADNESS = {name: n for n, name in enumerate(OUTCOMES)}


@dataclass(frozen=True)
class Reply:
    """What one system said to an item. statements: text, numbers of its citations from 1, verdict.
    cited: for each article the paragraphs with the cited characters."""

    system: str
    outcome: str
    text: str
    statements: tuple[tuple[str, tuple[int, ...], str], ...]
    cited: tuple[Excerpt, ...]
    confidence: str
    seconds: str
    error: str


@dataclass(frozen=True)
class Shown:
    """An item with one reply, or with the replies of two runs. hidden: of the half that is not to
    be looked at, until somebody asks for it."""

    suite: str
    item: Item
    expected: tuple[str, ...]
    evidence: tuple[Excerpt, ...]
    replies: tuple[Reply, ...]
    hidden: bool
    change: str = ""

    @property
    def outcome(self) -> str:
        return self.replies[-1].outcome

    @property
    def system(self) -> str:
        return self.replies[-1].system


@dataclass(frozen=True)
class Difference:
    """One suite and system in two runs. changes: worse first, then better, then the others.

    worse, better: how many items; flips: the first of them, regressions first.
    """

    suite: str
    system: str
    items: int
    left_out: int
    worse: int
    better: int
    changes: tuple[Change, ...]
    flips: tuple[Shown, ...]


def worst(suite: Suite) -> list[Shown]:
    """The items of one system after another, worst outcome first, the most confident among equals.

    Not mixed: the sentinels are wrong on purpose and would stand before what is worth a look.
    """
    two_halves = len({i.split for i in suite.items}) > 1
    found = []
    for system in suite.systems:
        counts: dict[str, int] = defaultdict(int)
        judged = [(outcome(p, suite.articles), p) for p in suite.pairs(system)]
        judged.sort(key=lambda each: _rank(each[0], each[1].record), reverse=True)
        for result, pair in judged:
            counts[pair.item.split] += 1
            if counts[pair.item.split] > MOST_SHOWN:
                continue
            found.append(
                _shown(
                    suite.name,
                    pair.item,
                    (reply(pair, result, suite.articles),),
                    suite.articles,
                    hidden=two_halves and pair.item.split == "report",
                )
            )
    return found


def differences(suites: Iterable[Suite], before: Mapping[str, Suite]) -> list[Difference]:
    """For each suite and system that both runs have, those with regressions first."""
    found = []
    for suite in suites:
        old = before.get(suite.name)
        for system in suite.systems if old else ():
            if old is not None and system in old.records:
                found.append(_difference(suite, old, system))
    return sorted(found, key=lambda d: -d.worse)


def reply(pair: Pair, result: str, articles: Articles) -> Reply:
    record = pair.record
    spans: dict[str, list[Span]] = defaultdict(list)
    for cited in record.citations:
        spans[cited.article_id].append(Span(cited.start, cited.end))
    return Reply(
        system=record.system,
        outcome=result,
        text=record.text,
        statements=tuple(
            (s.text, tuple(n + 1 for n in s.citations), s.verdict) for s in record.statements
        ),
        cited=_all_excerpts(spans, articles),
        confidence="" if record.confidence is None else f"{record.confidence:.2f}",
        seconds=f"{record.seconds.total:.1f} s" if record.seconds.total else "",
        error=record.error,
    )


def _rank(result: str, record: Record) -> tuple[float, ...]:
    return (_BADNESS[result], record.confidence or 0.0)


def _shown(
    suite: str,
    item: Item,
    replies: tuple[Reply, ...],
    articles: Articles,
    *,
    hidden: bool,
    change: str = "",
) -> Shown:
    spans: dict[str, list[Span]] = defaultdict(list)
    for place in evidence_places(item, articles):
        spans[place.article_id].append(Span(place.start, place.end))
    expected = tuple(" or ".join(part) for part in item.answers)
    return Shown(
        suite,
        item,
        expected or ("no answer in the articles",),
        _all_excerpts(spans, articles),
        replies,
        hidden,
        change,
    )


def _all_excerpts(
    spans: Mapping[str, list[Span]], articles: Mapping[str, Article]
) -> tuple[Excerpt, ...]:
    return tuple(e for i, own in spans.items() for e in excerpts(articles.get(i), i, own))


def _difference(suite: Suite, old: Suite, system: str) -> Difference:
    articles = {**old.articles, **suite.articles}
    found = compare(suite.items, old.records[system], suite.records[system], articles)
    order = {"worse": 0, "better": 1, "no difference shown": 2}
    changes = sorted(found.changes, key=lambda c: (not c.judged, order[c.verdict], c.p))
    pairs = {p.item.id: p for p in suite.pairs(system)}
    records = {r.item: r for r in old.records[system]}
    two_halves = len({i.split for i in suite.items}) > 1
    flips = []
    for flip in found.flips[:MOST_FLIPS]:
        new = pairs[flip.item]
        past = Pair(new.item, records[flip.item])
        flips.append(
            _shown(
                suite.name,
                new.item,
                (reply(past, flip.before, articles), reply(new, flip.after, articles)),
                articles,
                hidden=two_halves and new.item.split == "report",
                change=_said(flip),
            )
        )
    return Difference(
        suite.name,
        system,
        found.items,
        len(found.only_a) + len(found.only_b),
        sum(flip.worse for flip in found.flips),
        sum(not flip.worse for flip in found.flips),
        tuple(changes),
        tuple(flips),
    )


def _said(flip: Flip) -> str:
    return f"{'worse' if flip.worse else 'better'}: {flip.before}, then {flip.after}"


def change_cells(change: Change) -> tuple[str, str, str, str, str]:
    """before, after, difference with interval, corrected p, the verdict in words."""
    low, high = (
        "unknown" if v is None else number(v, change.unit) for v in (change.low, change.high)
    )
    return (
        number(change.a, change.unit),
        number(change.b, change.unit),
        f"{number(change.difference, change.unit)} ({low} to {high})",
        f"{change.p:.3f}" if change.judged else "",
        change.said,
    )
