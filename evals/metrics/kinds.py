"""Was it recognised what kind of question it is? Kinds of items as the program's answers name them.

The kind chooses what is read and how it is answered, so a question taken for another kind is
answered in the wrong way. A system that does not say what kind it took is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from evals.metrics.measure import Articles, Measure, Pair, averaged

GROUP = "answers"
KINDS = ("fact", "yes_no", "why", "said", "list", "change", "latest", "overview")


def measures(pairs: Sequence[Pair], articles: Articles) -> list[Measure]:
    """kind recognised: of the items whose kind is one of `KINDS`, those taken for what they are."""
    return [
        averaged(
            "kind recognised",
            GROUP,
            [p for p in pairs if p.item.kind in KINDS],
            lambda i, r: r.kind == i.kind if r.kind else None,
        )
    ]


def confusions(pairs: Sequence[Pair]) -> dict[tuple[str, str], int]:
    """(kind of the item, kind it was taken for) -> how often, most frequent first; right ones too.

    Of the items whose kind is one of `KINDS`.
    """
    found = Counter(
        (p.item.kind, p.record.kind) for p in pairs if p.item.kind in KINDS and p.record.kind
    )
    return dict(found.most_common())
