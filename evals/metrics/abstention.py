"""Was silence right: when it declined, should it have, and why did it where it should not?

Only a reply that says it has no answer counts as declined. One that failed is neither an answer nor
a right silence, or a program that always crashes would be the most careful of all.
"""

from __future__ import annotations

from collections.abc import Sequence

from evals.items import Item
from evals.metrics.answers import GROUP as ANSWERS
from evals.metrics.answers import answered_right
from evals.metrics.measure import Articles, Measure, Pair, averaged, given
from evals.metrics.retrieval import classes_found
from evals.metrics.spans import gives
from evals.records import Record
from evals.statistics import f1

GROUP = "abstention"


def measures(pairs: Sequence[Pair], articles: Articles) -> list[Measure]:
    """Figures of silence, "unanswerable" being the positive class.

    abstention precision: of the items declined, those that are unanswerable.
    declined right: of the unanswerable items, those declined, or answered by correcting the false
        premise (`declined_right`); the recall of abstention.
    abstention F1: 2 TP / (declined + unanswerable), with a corrected premise as declined.
    over-abstention: of the answerable items, those declined; split into those of which a needed
        article was not retrieved, and those where all were and it was not recognised. The split is
        over items with gold articles, of a system that says what it retrieved.
    right: of all items, those answered right or declined right; where there are both sorts.
    truthfulness: mean of 1 for right, 0 for no answer, -1 for a wrong one (`truthfulness`; CRAG,
        Yang et al., 2024); from -1 to 1.
    """
    answerable = [p for p in pairs if p.item.answerable]
    unanswerable = [p for p in pairs if not p.item.answerable]
    found = [
        averaged("declined right", GROUP, unanswerable, declined_right),
        averaged("over-abstention", GROUP, answerable, _abstained, higher_is_better=False),
        *_reasons(answerable),
        averaged("truthfulness", GROUP, pairs, truthfulness),
    ]
    if not unanswerable or not answerable:
        return found
    return [
        averaged("right", ANSWERS, pairs, right),
        averaged(
            "abstention precision",
            GROUP,
            pairs,
            lambda i, r: not i.answerable if _silent(i, r) else None,
        ),
        Measure("abstention F1", GROUP, {p.item.id: _f1_row(*p) for p in pairs}, f1),
        *found,
    ]


def declined_right(item: Item, record: Record) -> bool:
    """Whether an unanswerable item was declined, or the premise corrected with what is true."""
    return not item.answerable and (record.status == "abstained" or corrected(item, record))


def right(item: Item, record: Record) -> bool:
    """Whether the person who asked was served: the right answer, or silence where there is none."""
    return answered_right(item, record) or declined_right(item, record)


def corrected(item: Item, record: Record) -> bool:
    """Whether an answer gives what the corpus says instead of a false premise."""
    return given(record) and gives(record.text, item.correction)


def truthfulness(item: Item, record: Record) -> float:
    """1 right, 0 missing, -1 hallucinated (CRAG, section 3.3).

    Declining is missing where there is an answer and right where there is none: CRAG has no
    questions of the second kind but those with a false premise, which are to be called invalid. A
    failure is missing, as there.
    """
    if record.status == "failed":
        return 0.0
    if right(item, record):
        return 1.0
    return 0.0 if record.status == "abstained" else -1.0


def _abstained(item: Item, record: Record) -> bool:
    return record.status == "abstained"


def _silent(item: Item, record: Record) -> bool:
    return record.status == "abstained" or corrected(item, record)


def _f1_row(item: Item, record: Record) -> tuple[float, float, float]:
    silent = _silent(item, record)
    return (float(silent and not item.answerable), float(silent), float(not item.answerable))


def _reasons(answerable: Sequence[Pair]) -> list[Measure]:
    golden = [p for p in answerable if p.item.gold]
    if not any(p.record.retrieved for p in golden):
        return []

    def not_retrieved(item: Item, record: Record) -> bool:
        return _abstained(item, record) and not all(classes_found(item, record.retrieved))

    def not_recognised(item: Item, record: Record) -> bool:
        return _abstained(item, record) and all(classes_found(item, record.retrieved))

    return [
        averaged(
            "over-abstention: not retrieved", GROUP, golden, not_retrieved, higher_is_better=False
        ),
        averaged(
            "over-abstention: not recognised", GROUP, golden, not_recognised, higher_is_better=False
        ),
    ]
