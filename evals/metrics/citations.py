"""Does the source say it: ALCE's citation figures, exactness of the spans, and rightness by gold.

ALCE (Gao et al., 2023) asks a language model for entailment. Here the program's own deterministic
check is asked instead (`assistant.answering.verify.missing`), and the names of the figures say so.
It is the same check that lets our answers pass, so ours start near 1; what it cannot see, these
figures cannot either. They are of use between versions and against systems that do not check.
"""

from __future__ import annotations

from collections.abc import Sequence

from assistant.answering.prompts import ABSTAINED
from assistant.answering.verify import missing
from evals.items import Item
from evals.metrics.answers import answered_right, enough
from evals.metrics.measure import Articles, Measure, Pair, averaged, given
from evals.metrics.spans import classes_reached, gives, text_at
from evals.records import Cited, Record, Said
from evals.statistics import median

GROUP = "citations"


def measures(pairs: Sequence[Pair], articles: Articles) -> list[Measure]:
    """Figures over the answers given, unless the system never cites.

    citation recall (our check): share of an answer's statements that their citations entail, mean
        over answers. citation precision (our check): share of its citations that are of use
        (`alce`). Both as in ALCE, section 4; an answer without citations has 0 in both.
    quoted span verbatim: of all citations, those for which article.text[start:end] is the quote.
    answers with invented labels: answers that name a source that was not given.
    cited right: of the answerable items, those answered right whose citations show the evidence of
        every needed class of articles. Items without gold articles are left out.
    cited where right: the same, of those answered right.
    cited text has the answer: of those answered right, those with every part in what is cited.
    characters cited: median of a citation's length; whoever cites whole articles is always right.
    """
    if not any(p.record.citations or p.record.invalid_labels for p in pairs):
        return []
    answered = [p for p in pairs if given(p.record)]
    answerable = [p for p in pairs if p.item.answerable]
    golden = [p for p in answerable if p.item.gold]
    support = {p.item.id: alce(p.record, articles) for p in answered}
    right = {p.item.id for p in answerable if answered_right(p.item, p.record)}

    def recall(item: Item, _: Record) -> float | None:
        return None if support.get(item.id) is None else support[item.id][0]

    def precision(item: Item, _: Record) -> float | None:
        return None if support.get(item.id) is None else support[item.id][1]

    def where_right(item: Item, record: Record) -> bool | None:
        return cited_right(item, record, articles) if item.id in right else None

    def has_answer(item: Item, record: Record) -> bool | None:
        return cited_has_answer(item, record, articles) if item.id in right else None

    lengths = {
        p.item.id: (float(sum(c.end - c.start for c in cited) / len(cited)),)
        for p in answered
        if (cited := p.record.citations)
    }
    return [
        averaged("citation recall (our check)", GROUP, pairs, recall),
        averaged("citation precision (our check)", GROUP, pairs, precision),
        _verbatim(pairs, articles),
        averaged(
            "answers with invented labels",
            GROUP,
            pairs,
            lambda i, r: r.invalid_labels > 0 if given(r) else None,
            higher_is_better=False,
        ),
        averaged(
            "cited right",
            GROUP,
            golden,
            lambda i, r: i.id in right and cited_right(i, r, articles),
        ),
        averaged("cited where right", GROUP, golden, where_right),
        averaged("cited text has the answer", GROUP, answerable, has_answer),
        Measure("characters cited", GROUP, lengths, median, False, "characters"),
    ]


def alce(record: Record, articles: Articles) -> tuple[float, float]:
    """Citation recall and precision of one answer, each 0 to 1.

    A statement has recall 1 if what it cites, taken together, entails it. A citation has precision
    1 if its statement has recall 1 and it either entails the statement alone, or the statement's
    other citations do not entail it without this one. A statement that only says that there is no
    answer claims nothing and is left out; so is an answer made of such statements (1, 1).
    """
    claims = [s for s in record.statements if not s.text.startswith(ABSTAINED)]
    if record.statements and not claims:
        return (1.0, 1.0)
    if not claims:
        # Without statements of its own the whole text is one that cites everything.
        claims = [Said(record.text, tuple(range(len(record.citations))))]
    recalled = useful = cited = 0
    for claim in claims:
        texts = [
            text_at(record.citations[n], articles)
            for n in dict.fromkeys(claim.citations)
            if 0 <= n < len(record.citations)
        ]
        cited += len(texts)
        if not _entails(texts, claim.text):
            continue
        recalled += 1
        for place, text in enumerate(texts):
            others = texts[:place] + texts[place + 1 :]
            useful += _entails([text], claim.text) or not _entails(others, claim.text)
    return (recalled / len(claims), useful / cited if cited else 0.0)


def verbatim(cited: Cited, articles: Articles) -> bool:
    """Whether the quote is, to the letter, what stands at the place that is cited."""
    return bool(cited.quote) and text_at(cited, articles) == cited.quote


def cited_right(item: Item, record: Record, articles: Articles) -> bool:
    """Whether a citation shows the evidence of each needed class (`classes_reached`)."""
    reached = classes_reached(item, record.citations, articles)
    return bool(reached) and all(place is not None for place in reached)


def cited_has_answer(item: Item, record: Record, articles: Articles) -> bool:
    """Whether the parts of the answer that are needed stand in some cited characters."""
    texts = [text_at(cited, articles) for cited in record.citations]
    return bool(item.answers) and enough(item, lambda forms: any(gives(t, forms) for t in texts))


def _entails(texts: Sequence[str], claim: str) -> bool:
    return any(texts) and missing(claim, texts) is None


def _verbatim(pairs: Sequence[Pair], articles: Articles) -> Measure:
    """Counts citations, not answers: the weight of an item is how many it has."""
    rows = {
        p.item.id: (
            float(sum(verbatim(c, articles) for c in p.record.citations)),
            float(len(p.record.citations)),
        )
        for p in pairs
    }
    return Measure("quoted span verbatim", GROUP, rows)
