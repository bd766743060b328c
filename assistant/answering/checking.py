"""What was found + the draft -> the answer that may be shown.

Each sentence of the draft is attributed to exact characters and verified against them; the trained
reader has a veto. What fails is dropped, and where nothing is left the articles are quoted. Where
articles differ, the newest counts or all are shown. At last the confidence decides between the
answer and silence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from assistant.answering import quoting
from assistant.answering.assembly import Assembly, citation, nearest
from assistant.answering.attribute import Source, attribute
from assistant.answering.changes import Told, values_by_day
from assistant.answering.confidence import (
    WEIGHTS,
    WEIGHTS_OF_STORY,
    WEIGHTS_WITHOUT_MODEL,
    confidence,
)
from assistant.answering.evidence import Evidence
from assistant.answering.prompts import day
from assistant.answering.reading import Borne, Reader, ReadHit
from assistant.answering.story import about_share
from assistant.answering.verify import missing_names
from assistant.answering.yes_no import decide, without_yes_or_no
from assistant.passages import sentence_spans
from assistant.quantities import values
from assistant.timing import period
from assistant.types import CheckedAnswer, CheckedStatement, Draft, Found, Hit, Kind

# From this confidence on what is said is taken to answer the question.
ANSWERS = 0.5
# What is new, or what happened, is no question that one passage answers.
NOT_READ: frozenset[Kind] = frozenset({"latest", "overview"})
# So sure must the reader be that the cited text denies a sentence for it to be dropped.
DENIES = 0.8
MOST_MISSING = 3


@dataclass(frozen=True)
class _Unknown:
    """What is known of a sentence without a reader: as likely said there as not."""

    entails: float = 0.5
    contradicts: float = 0.0


UNKNOWN = _Unknown()
MOST_CITED = 3


@dataclass(frozen=True)
class Looked:
    """What was found for one question before anything was written. read: without near copies."""

    question: str
    kind: Kind
    hits: tuple[Hit, ...]
    read: tuple[ReadHit, ...]
    evidence: Evidence

    @cached_property
    def found(self) -> Found | None:
        """The sentence that answers best; None where there is no passage."""
        best = quoting.best(self.read)
        if best is None:
            return None
        return Found(best.span_text, citation(quoting.sentence(best)), best.score)


def checked(looked: Looked, said: Draft, reader: Reader | None, least: float) -> CheckedAnswer:
    """The answer, or silence where the confidence is below `least`."""
    assembly = Assembly()
    grounded, entailed = _write(looked, said, reader, assembly)
    told = _told(looked, reader)
    if told.conflict or _is_outdated(assembly, told):
        assembly = Assembly()
        for value in told.newest:
            reason = "outlets disagree" if told.conflict else "the newest article that says"
            assembly.quote(quoting.sentence(value.read), reason)
    signals = _signals(looked, reader, assembly)
    if said.model != "none":
        signals |= {"refused": said.refused, "grounded": grounded, "entailed": entailed}
    sure = confidence(signals, _weights(looked.kind, said))
    silent = sure < least or not assembly.statements
    return CheckedAnswer(
        question=looked.question,
        status="abstained" if silent else "conflict" if told.conflict else "answered",
        statements=() if silent else tuple(_judged(assembly, sure)),
        citations=() if silent else tuple(assembly.citations),
        confidence=sure,
        nearest=nearest(looked.read) if silent else (),
        model=said.model,
        usage=said.usage,
        kind=looked.kind,
        found=looked.found,
        hits=looked.hits,
        read=looked.evidence.excerpts,
        signals=signals,
    )


def _weights(kind: Kind, said: Draft) -> Mapping[str, float]:
    if kind in NOT_READ:
        return WEIGHTS_OF_STORY
    return WEIGHTS_WITHOUT_MODEL if said.model == "none" else WEIGHTS


def _judged(assembly: Assembly, sure: float) -> list[CheckedStatement]:
    """The statements with whether they answer the question, which is as sure as the answer is."""
    return [replace(s, answers=sure >= ANSWERS) for s in assembly.statements]


def _write(
    looked: Looked, said: Draft, reader: Reader | None, assembly: Assembly
) -> tuple[float, float]:
    """Put what holds of the draft into `assembly`, or else quotes.

    The share, 0 to 1, of the draft's sentences that hold, and the mean probability of that.
    """
    text = without_yes_or_no(said.text) if looked.kind == "yes_no" else said.text
    sentences = [text[s.start : s.end] for s in sentence_spans(text)]
    held, entailed = 0, 0.0
    for sentence in sentences:
        found = attribute(sentence, looked.evidence.excerpts, looked.question)
        borne = _borne(found.sources, sentence, reader)
        if found.lacks is None and borne.contradicts < DENIES:
            held += 1
            entailed += borne.entails
            assembly.add(sentence, found.sources, "supported", "the cited text says it")
    if not assembly.statements:
        for source in quoting.quotes(looked.question, looked.evidence, looked.read):
            assembly.quote(source, "in the article's own words")
    if looked.kind == "yes_no":
        _open_with_yes_or_no(looked, reader, assembly)
    return held / (len(sentences) or 1), entailed / (len(sentences) or 1)


def _borne(sources: Sequence[Source], sentence: str, reader: Reader | None) -> Borne:
    """How the cited text bears on the sentence; without a reader nothing is known."""
    if reader is None or not sources:
        return UNKNOWN
    (borne,) = reader.bear([(" ".join(s.text for s in sources), sentence)])
    return borne


def _open_with_yes_or_no(looked: Looked, reader: Reader | None, assembly: Assembly) -> None:
    if not assembly.statements:
        return
    first = assembly.statements[0]
    cited = " ".join(assembly.citations[n - 1].quote for n in first.citations)
    verdict = decide(looked.question, [cited], reader)
    if verdict is not None:
        opening = "Yes." if verdict else "No."
        assembly.statements[0] = replace(first, text=f"{opening} {first.text}")


def _told(looked: Looked, reader: Reader | None) -> Told:
    """What the articles say in numbers, by day; nothing where the question names its own time."""
    if looked.kind != "fact" or reader is None or period(looked.question):
        return Told((), ())
    return values_by_day(looked.read)


def _is_outdated(assembly: Assembly, told: Told) -> bool:
    """Whether the answer gives an earlier figure and not the one that holds."""
    if not told.newest or not told.earlier:
        return False
    said = {v for s in assembly.statements for v in values(s.text)}
    now = {value.quantity.value.normalize() for value in told.newest}
    before = {value.quantity.value.normalize() for value in told.earlier}
    return bool(said & before) and not said & now


def _signals(looked: Looked, reader: Reader | None, assembly: Assembly) -> dict[str, float]:
    """What was measured of passages and citations; see `confidence.SIGNALS`."""
    every = [s for h in looked.hits for s in h.sentences]
    ids = {c.article_id for c in assembly.citations}
    cited = {r.hit.article.id: r.hit.article for r in looked.read if r.hit.article.id in ids}
    about = [
        f"{a.title} {a.text} {a.source or ''} {day(a.published) if a.published else ''}"
        for a in cited.values()
    ]
    lost = missing_names(looked.question, about)
    shares = [about_share(looked.question, r) for r in looked.evidence.story]
    signals = {
        "late": max((s.late for s in every), default=0.0),
        "lexical": max((s.lexical for s in every), default=0.0),
        "subject": max(shares, default=0.0),
        "names_missing": float(min(len(lost), MOST_MISSING)),
    }
    judged = [r.judged for r in looked.read if r.judged is not None]
    if reader is not None and judged and assembly.citations:
        text = " ".join(c.quote for c in assembly.citations[:MOST_CITED])
        (of_cited,) = reader.read(looked.question, [text], [assembly.citations[0].title])
        signals |= {"answers": max(judged), "cited_answers": of_cited.answers}
    return signals
