"""Was it found: ranks of articles by trec_eval's code, and ranks of passages by their evidence.

Articles: `retrieved` passages are taken as articles by their first occurrence. An item needs
classes of articles; any member of a class serves, and the first one found stands for the class.
Further members are taken out of the ranking, as a reader would pass over a story told twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.errors import AssistantError
from evals.items import Item
from evals.metrics.measure import Articles, Measure, Pair, averaged
from evals.metrics.spans import classes_reached
from evals.records import Place, Record

GROUP = "retrieval"
Grades = Mapping[str, int]


def measures(pairs: Sequence[Pair], articles: Articles) -> list[Measure]:
    """Figures over the items that have gold articles, if the system retrieved at all.

    recall@k: share of the needed classes among the first k articles, k = 1, 5, 10.
    MRR: mean of 1 / rank of the first needed article, 0 where there is none (Voorhees, 1999).
    nDCG@10: sum of gain / log2(rank + 1) by the best possible sum (Järvelin and Kekäläinen, 2002),
        with trec_eval's linear gain: the grade of the class (`Item.grades`), or 1.
    right passage first: the first passage shows evidence of a needed class.
    right passage in five: share of the needed classes shown by the first five passages.
    evidence among what was read: share of them shown by the characters that an answer could use.
    """
    judged = [p for p in pairs if p.item.gold]
    if not any(p.record.retrieved for p in judged):
        return []
    wanted = {p.item.id: _grades(p.item) for p in judged}
    rankings = {
        p.item.id: class_ranking(p.item.gold, _articles(p.record.retrieved)) for p in judged
    }
    found = [
        Measure(name, GROUP, {item: (value, 1.0) for item, value in by_item.items()})
        for name, by_item in ranked(wanted, rankings).items()
    ]
    reached = {
        p.item.id: classes_reached(p.item, p.record.retrieved, articles)
        for p in judged
        if p.item.evidence
    }

    def shown(item: Item, within: int) -> list[bool] | None:
        ranks = reached.get(item.id)
        return None if ranks is None else [r is not None and r < within for r in ranks]

    def first(item: Item, _: object) -> float | None:
        hits = shown(item, 1)
        return None if hits is None else float(any(hits))

    def in_five(item: Item, _: object) -> float | None:
        hits = shown(item, 5)
        return None if hits is None else sum(hits) / len(hits)

    def read(item: Item, record: Record) -> float | None:
        if not (item.evidence and record.read):
            return None
        hits = [n is not None for n in classes_reached(item, record.read, articles)]
        return sum(hits) / len(hits)

    return [
        *found,
        averaged("right passage first", GROUP, judged, first),
        averaged("right passage in five", GROUP, judged, in_five),
        averaged("evidence among what was read", GROUP, judged, read),
    ]


def ranked(
    grades: Mapping[str, Grades], rankings: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Figure -> query -> value, computed by ir_measures (trec_eval underneath).

    grades: query -> document -> relevance, 0 or less being irrelevant.
    rankings: query -> documents, best first, each once. A query without a ranking has 0.
    """
    try:
        import ir_measures
        from ir_measures import RR, R, nDCG
    except ImportError:
        raise AssistantError(
            "The figures of retrieval need the package ir_measures, which is not installed.",
            hint="pip install 'article-assistant[evals]'",
        ) from None

    kinds = {"recall@1": R @ 1, "recall@5": R @ 5, "recall@10": R @ 10, "MRR": RR}
    kinds["nDCG@10"] = nDCG @ 10
    values = {name: dict.fromkeys(grades, 0.0) for name in kinds}
    run = {
        query: {document: float(-rank) for rank, document in enumerate(documents)}
        for query, documents in rankings.items()
        if documents
    }
    names = {str(kind): name for name, kind in kinds.items()}
    qrels = {query: dict(of) for query, of in grades.items()}
    for metric in ir_measures.iter_calc(list(kinds.values()), qrels, run):
        values[names[str(metric.measure)]][metric.query_id] = float(metric.value)
    return values


def class_ranking(gold: Sequence[Sequence[str]], ranking: Sequence[str]) -> list[str]:
    """`ranking` with the first found member of each class as the class, the others taken out.

    An article that serves several classes stands for each of them, one after the other.
    """
    member_of: dict[str, list[int]] = {}
    for number, members in enumerate(gold):
        for member in members:
            member_of.setdefault(member, []).append(number)
    seen: set[int] = set()
    result = []
    for article in ranking:
        if article not in member_of:
            result.append(f"article {article}")
            continue
        for number in member_of[article]:
            if number not in seen:
                seen.add(number)
                result.append(_class(number))
    return result


def classes_found(item: Item, retrieved: Sequence[Place]) -> list[bool]:
    """For each needed class whether any of its articles was retrieved."""
    found = {place.article_id for place in retrieved}
    return [bool(found.intersection(members)) for members in item.gold]


def _grades(item: Item) -> dict[str, int]:
    grades = item.grades or (1,) * len(item.gold)
    return {_class(number): grade for number, grade in enumerate(grades)}


def _class(number: int) -> str:
    return f"class {number}"


def _articles(retrieved: Sequence[Place]) -> list[str]:
    return list(dict.fromkeys(place.article_id for place in retrieved))
