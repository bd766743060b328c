"""Which articles correct or update an earlier one of the same outlet.

Pure: articles in, links out. What a notice (see `assistant.notices`) corrects is only said with
evidence, best first: it names the other's address, number or headline; the other says what it takes
back; the other is almost the same text; the other has the same headline. A link that is missing
costs a reader less than one that is wrong, so where the evidence is thin there is none.

The limits below were set by reading the cases of tests/test_corrections.py, not measured on others.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal
from urllib.parse import urlsplit

from assistant.copies import word_runs
from assistant.lexical import fold, terms, words
from assistant.notices import Kind, bare_title, notice_kind, own_version
from assistant.quantities import values
from assistant.retractions import Retracted, retracted
from assistant.types import Article, Version

Why = Literal["names it", "takes back what it says", "almost the same text", "the same headline"]

# A newspaper corrects soon; a text or a headline like it from longer ago is another edition's.
WITHIN_DAYS = 31
# An article and its update come within the week; what comes every week has the same form.
SAME_WEEK = 6
# What share of the shorter text's five-word runs the other has: within the week, and later.
ALIKE, ALIKE_LATER = 0.4, 0.7
FEWEST_RUNS = 12
SAME_HEADLINE = 0.6
MOST_CORRECTED = 5

_ADDRESS = re.compile(r"https?://[^\s<>\"'”’)\]]+", re.IGNORECASE)
_NUMBERED = re.compile(
    r"(?i)\b(?:article|story|report|item|artikel|beitrag|ref(?:erence)?|id|no|nr|number|nummer)"
    r"\.?:? ?(?:no\.?|nr\.?|number|id)? ?[:#]? ?([\w-]*\d[\w-]*)"
)
_QUOTED = re.compile(r"[“\"„«]\s*([^“”\"„«»\n]{12,200}?)\s*[,.]?[”\"“»]")


@dataclass(frozen=True)
class Link:
    """The article `later` corrects or updates `earlier` (ids); `why` says on what evidence."""

    later: str
    earlier: str
    kind: Kind
    why: Why


@dataclass(frozen=True)
class Related:
    """The other article of a link, to be shown beside one of them."""

    article: Article
    kind: Kind
    why: Why


@dataclass(frozen=True)
class Corrections:
    """What is known of one article. corrects, corrected_by: other articles, by day.

    own_version: what it said itself before its editors marked it as corrected or updated.
    """

    corrects: tuple[Related, ...] = ()
    corrected_by: tuple[Related, ...] = ()
    own_version: Version | None = None


@dataclass(frozen=True)
class _Told:
    """An article with what is compared of it, worked out when first needed.

    marked: its headline says that it is a notice; else only a note in its text does.
    """

    article: Article
    kind: Kind | None
    marked: bool

    @cached_property
    def address(self) -> str:
        return _host_and_path(self.article.url or "")

    @cached_property
    def title_words(self) -> tuple[str, ...]:
        return tuple(words(self.article.title))

    @cached_property
    def headline(self) -> frozenset[str]:
        return frozenset(terms(bare_title(self.article)))

    @cached_property
    def body(self) -> frozenset[str]:
        return frozenset(terms(self.article.text))

    @cached_property
    def raw(self) -> frozenset[str]:
        return frozenset(self.article.text.split())

    @cached_property
    def runs(self) -> frozenset[int]:
        return word_runs(self.article.text)


# Articles by their outlet, with what is compared of them; from `by_outlet`, to be kept and asked.
Outlets = dict[str, list[_Told]]


def by_outlet(articles: Iterable[Article]) -> Outlets:
    """`articles` made ready for `links` and `corrections_of`."""
    outlets: defaultdict[str, list[_Told]] = defaultdict(list)
    for article in articles:
        kind, marked = notice_kind(article)
        outlets[_outlet(article)].append(_Told(article, kind, marked))
    return dict(outlets)


def links(outlets: Outlets) -> list[Link]:
    """Every link among the articles, those of one outlet together."""
    return [
        Link(notice.article.id, earlier.article.id, notice.kind, why)
        for told in outlets.values()
        for notice in told
        if notice.kind is not None
        for earlier, why in _corrected(notice, told)
    ]


def corrections_of(
    article: Article, outlets: Outlets, versions: Sequence[Version] = ()
) -> Corrections:
    """The links of one article, the newest last. versions: its own, oldest first.

    Only notices that may be about it are looked at, so this takes no longer in a large archive.
    """
    told = outlets.get(_outlet(article), [])
    own = next((each for each in told if each.article.id == article.id), None)
    corrects: list[Related] = []
    corrected_by: list[Related] = []
    if own is not None and own.kind is not None:
        corrects = [Related(t.article, own.kind, why) for t, why in _corrected(own, told)]
    for notice in told:
        if own is None or notice.kind is None or not _is_before(own, notice):
            continue
        if _days(own, notice) <= WITHIN_DAYS or _named(notice.article, [own]):
            found = [why for earlier, why in _corrected(notice, told) if earlier is own]
            corrected_by += [Related(notice.article, notice.kind, why) for why in found]
    return Corrections(
        tuple(sorted(corrects, key=_by_day)),
        tuple(sorted(corrected_by, key=_by_day)),
        own_version(article, versions),
    )


def _by_day(related: Related) -> tuple[str, str]:
    return str(related.article.published or ""), related.article.id


def _outlet(article: Article) -> str:
    """What tells outlets apart: the name, else the host of the address, else nothing."""
    name = fold(article.source or "").removeprefix("the ").strip()
    return name or _host_and_path(article.url or "").partition("/")[0]


def _is_before(other: _Told, notice: _Told) -> bool:
    """Whether `other` can be what `notice` is about; without days, if it is no notice itself."""
    if other.article.id == notice.article.id:
        return False
    one, two = other.article.published, notice.article.published
    if one and two and one != two:
        return one < two
    return other.kind is None


def _corrected(notice: _Told, outlet: Sequence[_Told]) -> list[tuple[_Told, Why]]:
    """Those of `outlet` that the notice is about, on the best kind of evidence that there is."""
    before = [each for each in outlet if _is_before(each, notice)]
    near = sorted(
        (t for t in before if _days(t, notice) <= WITHIN_DAYS), key=lambda t: _days(t, notice)
    )
    what: list[Retracted] = []
    if notice.kind == "correction" and notice.marked:
        named = _named(notice.article, before)
        if named:
            return [(told, "names it") for told in named[:MOST_CORRECTED]]
        what = retracted(f"{bare_title(notice.article)}.\n\n{notice.article.text}")
        says = [t for t in near if _dated(t, notice) and _says(t, what, notice)]
        if says:
            return [(told, "takes back what it says") for told in says[:MOST_CORRECTED]]
    for told in near:
        if _is_alike(told, notice):
            return [(told, "almost the same text")]
    # An article with this headline that does not say what is taken back is another.
    if notice.kind == "correction" and notice.marked and not what:
        for told in near:
            if _dated(told, notice) and _same_headline(told, notice):
                return [(told, "the same headline")]
    return []


def _dated(one: _Told, other: _Told) -> bool:
    return bool(one.article.published and other.article.published)


def _days(before: _Told, notice: _Told) -> int:
    one, two = before.article.published, notice.article.published
    return (two - one).days if one and two else WITHIN_DAYS


def _named(notice: Article, before: Sequence[_Told]) -> list[_Told]:
    text = notice.text
    addresses = {_host_and_path(found.rstrip(".,;")) for found in _ADDRESS.findall(text)} - {""}
    numbers = {fold(found) for found in _NUMBERED.findall(text) if len(found) >= 3}
    quoted = {tuple(words(found)) for found in _QUOTED.findall(text)}
    return [
        told
        for told in before
        if (addresses and told.address in addresses)
        or (numbers and not numbers.isdisjoint(_keys(told.article.id)))
        or (quoted and told.title_words in quoted and len(told.headline) >= 3)
    ]


def _keys(article_id: str) -> Iterator[str]:
    """By what number or name a newspaper may call the article: its row, or its file."""
    row = fold(article_id.rpartition("#")[2])
    name = row.rpartition("/")[2]
    yield from {row, name, name.partition(".")[0]}


def _host_and_path(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{(parts.hostname or '').removeprefix('www.')}{parts.path.rstrip('/')}"


def _says(told: _Told, what: Sequence[Retracted], notice: _Told) -> bool:
    """Whether an article about the same thing has, in one sentence, what the notice takes back."""
    topic = {t for t in notice.headline if not t.isdigit()} or notice.body
    if len(topic & (told.headline | told.body)) < max(2, 0.6 * min(len(topic), 12)):
        return False
    about = len(topic & told.headline)
    for line in [told.article.title, *re.split(r"\n|(?<=[.!?])\s", told.article.text)]:
        near = about + len(topic.intersection(terms(line)) - told.headline)
        # A whole name says more than a figure, which may be one of something else.
        if any(_has(line, each) and near >= (1 if each.names else 2) for each in what):
            return True
    return False


def _has(sentence: str, what: Retracted) -> bool:
    """Whether it has all of what is wrong and not what is right."""
    said = f" {' '.join(words(sentence))} "
    numbers = values(sentence)
    return (
        all(_any_scale(n) & numbers for n in what.numbers)
        and not (what.right and all(_any_scale(n) & numbers for n in what.right))
        and all(f" {name} " in said for name in what.names)
    )


def _any_scale(number: Decimal) -> set[Decimal]:
    """A number as it stands in a sentence, or in a table of thousands or millions."""
    return {(number / scale).normalize() for scale in (1, 1_000, 1_000_000)}


def _is_alike(told: _Told, notice: _Told) -> bool:
    within_week = _days(told, notice) <= SAME_WEEK
    if notice.kind == "update" and not within_week and _dated(told, notice):
        return False
    needed = ALIKE if within_week else ALIKE_LATER
    # Words as they stand are counted at once, and texts that share few of them share no runs.
    if len(told.raw & notice.raw) < 0.4 * min(len(told.raw), len(notice.raw)):
        return False
    shorter = min(len(told.runs), len(notice.runs))
    shared = len(told.runs & notice.runs)
    if shorter < FEWEST_RUNS:
        return shared == shorter > 0 and _same_headline(told, notice)
    return shared >= needed * shorter


def _same_headline(told: _Told, notice: _Told) -> bool:
    common = len(told.headline & notice.headline)
    return common >= 3 and common >= SAME_HEADLINE * len(told.headline | notice.headline)
