"""`Answer` -> `CheckedAnswer`: each statement against the sentences it names, before it is shown.

A statement passes when its labels exist and its numbers, names, dates and other words are in the
evidence, with negation the same on both sides. The sentence it then cites is chosen here, by what
it says, not by the model. What fails is replaced by a quote of the best evidence, or the answer
abstains. Knows no language model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.grounding import locate
from assistant.lexical import terms, words
from assistant.premise import Denial
from assistant.prompts import ABSTAINED
from assistant.quantities import Quantity, extended, quantities, values
from assistant.types import (
    Answer,
    CheckedAnswer,
    CheckedStatement,
    Citation,
    Evidence,
    EvidenceSentence,
    Nearest,
    Statement,
    Status,
    Usage,
    Verdict,
)

NEGATIONS = frozenset(
    "not no never none nobody nothing neither nor without cannot n't hardly refused denied failed "
    "nicht kein keine nie ne pas jamais no nunca".split()
)
# Share of a statement's words that must be in its evidence; the rest may be the glue of a sentence.
REQUIRED_WORDS = 0.75
# An answer of fewer words is a value, which says something only with its question.
WHOLE_SENTENCE = 5
LEAST_ENTAILED = 0.5
_NAME = re.compile(r"\b[^\W\d_a-z][\w’'-]+", re.UNICODE)


# (premise, hypothesis) -> probability, 0 to 1, that the first entails the second.
Entails = Callable[[str, str], float]


@dataclass(frozen=True)
class Finding:
    """The result of checking one statement: the sentences that support it, or why none do."""

    verdict: Verdict
    reason: str
    sentences: tuple[EvidenceSentence, ...] = ()
    text: str = ""


def check(
    answer: Answer, evidence: Evidence, *, confidence: float, entails: Entails | None = None
) -> CheckedAnswer:
    """The answer as it may be shown; it abstains where nothing of it can be.

    confidence: 0 to 1, that the corpus answers the question; passed on.
    entails: probability, 0 to 1, that a text entails a statement; asked last, of what has passed.
    """
    citations: list[Citation] = []
    checked = []
    quoted: set[int] = set()
    for statement in answer.statements:
        finding = judge(statement, evidence)
        if entails and finding.verdict == "supported" and answer.model != "none":
            finding = _entailed(finding, answer.question, entails)
        if finding.verdict == "supported":
            numbers = tuple(_cite(s, citations) for s in finding.sentences)
            verdict: Verdict = "quoted" if answer.model == "none" else "supported"
            checked.append(CheckedStatement(finding.text, numbers, verdict, finding.reason))
            continue
        best = _best(statement, evidence)
        if best is None or best.label in quoted:
            continue
        quoted.add(best.label)
        checked.append(
            CheckedStatement(best.text, (_cite(best, citations),), "quoted", finding.reason)
        )
    if not checked:
        return abstain(answer, evidence, confidence)
    status: Status = "answered"
    if answer.conflict and len({c.article_id for c in citations}) > 1:
        status = "conflict"
    return CheckedAnswer(
        question=answer.question,
        status=status,
        statements=tuple(checked),
        citations=tuple(citations),
        confidence=confidence,
        nearest=(),
        model=answer.model,
        usage=answer.usage,
        read=evidence.sentences,
        signals=evidence.signals,
    )


def combine(
    question: str, results: Sequence[CheckedAnswer], *, conflict: bool = False
) -> CheckedAnswer:
    """The answers to the parts of a question as one; each citation once, numbered anew.

    A part that has no answer is said to have none. It abstains only where no part has one.
    conflict: the results are not parts but what different articles say.
    """
    answered = [r for r in results if r.status != "abstained"]
    citations: list[Citation] = []
    statements: list[CheckedStatement] = []
    for result in results if answered else ():
        if result.status == "abstained":
            if not conflict:
                text = f"{ABSTAINED} ({result.question})"
                statements.append(CheckedStatement(text, (), "unsupported", "nothing was found"))
            continue
        numbers = {c.number: _renumbered(c, citations) for c in result.citations}
        for statement in result.statements:
            own = tuple(numbers[n] for n in statement.citations)
            statements.append(replace(statement, citations=own))
    status: Status = "abstained"
    if answered:
        disagree = conflict and len(answered) > 1
        disagree = disagree or any(r.status == "conflict" for r in answered)
        status = "conflict" if disagree else "answered"
    return CheckedAnswer(
        question=question,
        status=status,
        statements=tuple(dict.fromkeys(statements)),
        citations=tuple(citations),
        confidence=min((r.confidence for r in answered or results), default=0.0),
        nearest=() if answered else tuple(dict.fromkeys(n for r in results for n in r.nearest))[:3],
        model=next((r.model for r in results if r.model != "none"), "none"),
        usage=sum((r.usage for r in results), Usage()),
        read=tuple(dict.fromkeys(s for r in results for s in r.read)),
        signals=results[0].signals if results else {},
    )


def abstain(answer: Answer, evidence: Evidence, confidence: float) -> CheckedAnswer:
    """The answer that says the corpus does not hold one, with what came closest."""
    return CheckedAnswer(
        question=answer.question,
        status="abstained",
        statements=(),
        citations=(),
        confidence=confidence,
        nearest=nearest(evidence),
        model=answer.model,
        usage=answer.usage,
        read=evidence.sentences,
        signals=evidence.signals,
    )


def deny(answer: Answer, evidence: Evidence, denial: Denial, confidence: float) -> CheckedAnswer:
    """The answer that says what is wrong with the question, with the sentence that says so."""
    citations: list[Citation] = []
    numbers = (_cite(denial.sentence, citations),)
    reason = "the question takes another number for granted"
    return replace(
        abstain(answer, evidence, confidence),
        status="answered",
        statements=(CheckedStatement(denial.text, numbers, "supported", reason),),
        citations=tuple(citations),
        nearest=(),
    )


def nearest(evidence: Evidence) -> tuple[Nearest, ...]:
    """The three articles with the best sentences, best first."""
    found: dict[str, Nearest] = {}
    for sentence in sorted(evidence.sentences, key=lambda s: -s.score):
        article = sentence.article
        found.setdefault(
            article.id, Nearest(article.id, article.title, article.source, article.published)
        )
    return tuple(found.values())[:3]


def judge(statement: Statement, evidence: Evidence) -> Finding:
    """Which sentences support the statement: those it names first, then any other."""
    named = [s for n in dict.fromkeys(statement.labels) if (s := evidence.by_label(n))]
    invented = [n for n in statement.labels if evidence.by_label(n) is None]
    note = f"; the model invented label {', '.join(map(str, invented))}" if invented else ""
    others = [s for s in evidence.sentences if s not in named]
    failures: list[tuple[int, str]] = []
    said = set(terms(statement.text))
    for sentence in [*named, *others]:
        failure = missing(statement.text, [sentence.text])
        if failure is None:
            where = "the named sentence" if sentence in named else "another sentence than named"
            return Finding(
                "supported",
                f"its words are in {where}{note}",
                (sentence,),
                _as_written(statement.text, sentence),
            )
        failures.append((-len(said & set(terms(sentence.text))), failure))
    if len(named) > 1 and missing(statement.text, [s.text for s in named]) is None:
        return Finding(
            "supported", f"its words are in the named sentences{note}", tuple(named), statement.text
        )
    # The reason is told for the sentence that comes closest.
    reason = min(failures, key=lambda f: f[0])[1] if failures else "there is no evidence"
    verdict: Verdict = "contradicted" if reason.startswith("negat") else "unsupported"
    return Finding(verdict, reason + note)


def _entailed(finding: Finding, question: str, entails: Entails) -> Finding:
    """The finding, unless the model denies that its sentences say it in answer to the question."""
    premise = " ".join(
        [finding.sentences[0].article.title + ".", *(s.text for s in finding.sentences)]
    )
    short = len(words(finding.text)) < WHOLE_SENTENCE
    sure = entails(premise, f"{question} {finding.text}" if short else finding.text)
    if sure >= LEAST_ENTAILED:
        return replace(finding, reason=f"{finding.reason}; entailed ({sure:.2f})")
    return Finding("unsupported", f"the entailment model does not find it there ({sure:.2f})")


def missing(statement: str, evidence: Sequence[str]) -> str | None:
    """What of `statement` the evidence does not have, in words; None where it has everything."""
    if any(locate(statement, text) for text in evidence):
        return None
    have = " ".join(evidence)
    numbers = values(statement) - values(have)
    if numbers:
        shown = ", ".join(f"{n:f}" for n in sorted(numbers))
        return f"the number {shown} is not in the evidence"
    have_words = set(words(have))
    names = [n for n in _names(statement) if not set(words(n)) <= have_words]
    if names:
        return f"the name {names[0]} is not in the evidence"
    other = next((q for q in quantities(statement) if not _measured(q, have)), None)
    if other is not None:
        return f"the number {other.value:f} is not in {other.unit} in the evidence"
    asked, have_terms = set(terms(_without_numbers(statement))), set(terms(have))
    if not asked:
        return None if quantities(statement) else "it has no words to check"
    share = len(asked & have_terms) / len(asked)
    if share < REQUIRED_WORDS:
        lost = sorted(asked - have_terms)[:3]
        return f"too few of its words are in the evidence (not: {', '.join(lost)})"
    if len(words(statement)) >= 4 and _negated(statement) != _negated(_closest(statement, have)):
        return "negation differs between it and the evidence"
    return None


def _measured(quantity: Quantity, have: str) -> bool:
    """Whether the evidence has the number in that unit, or without a unit of its own."""
    units = {q.unit for q in quantities(have) if q.value == quantity.value}
    return not quantity.unit or quantity.unit in units or "" in units


def _without_numbers(text: str) -> str:
    """`text` without its numbers and their units, which are compared by value."""
    for quantity in reversed(quantities(text)):
        start, end = extended(text, quantity.span)
        text = f"{text[:start]} {text[end:]}"
    return text


def _as_written(text: str, sentence: EvidenceSentence) -> str:
    """The statement in the words of the sentence where it is only a value: with its unit."""
    span = locate(text, sentence.text)
    if span is None or len(words(text)) > 8:
        return text
    return " ".join(sentence.text[span.start : span.end].split())


def _names(text: str) -> list[str]:
    """Capitalised words that are not capitalised merely because a sentence begins."""
    return [m.group() for m in _NAME.finditer(text) if m.start() > 0]


def _negated(text: str) -> bool:
    return any(w in NEGATIONS or w.endswith(("n't", "n’t")) for w in words(text))


def _closest(statement: str, have: str) -> str:
    """The clause of the evidence that shares most words with the statement."""
    asked = set(terms(statement))
    clauses = re.split(r"[;,:–—]|\bbut\b|\band\b|\bwhile\b|\balthough\b", have)
    return max(clauses, key=lambda c: len(asked & set(terms(c))))


def _best(statement: Statement, evidence: Evidence) -> EvidenceSentence | None:
    """The sentence to quote in the statement's stead: the one it named, else the best there is."""
    for label in statement.labels:
        sentence = evidence.by_label(label)
        if sentence is not None:
            return sentence
    return max(evidence.sentences, key=lambda s: s.score, default=None)


def _cite(sentence: EvidenceSentence, citations: list[Citation]) -> int:
    """The number of the citation for `sentence`, added to `citations` if it is new."""
    article = sentence.article
    made = Citation(
        number=0,
        article_id=article.id,
        title=article.title,
        source=article.source,
        author=article.author,
        published=article.published,
        url=article.url,
        quote=sentence.text,
        start=sentence.span.start,
        end=sentence.span.end,
    )
    return _renumbered(made, citations)


def _renumbered(citation: Citation, citations: list[Citation]) -> int:
    """The number under which `citations` has it, which is the next one where it is new."""
    place = (citation.article_id, citation.start, citation.end)
    for known in citations:
        if (known.article_id, known.start, known.end) == place:
            return known.number
    citations.append(replace(citation, number=len(citations) + 1))
    return len(citations)
