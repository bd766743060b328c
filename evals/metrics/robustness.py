"""Does it hold up: noise among the passages, nothing but noise, articles that disagree (RGB).

RGB (Chen et al., 2024) fixes what may be read, so reading is tested apart from finding. Kinds of
items: "noise_80" has 80 % unrelated passages, "only_noise" has nothing else, "conflict" has two
values for one thing. The sample corpus has "conflict" and "false_premise" of its own.

RGB's own scorer counts a falsified passage as corrected where the reply does not contain a wrong
answer, which a refusal never does. Here only an answer that is right counts (`answered_right`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from evals.items import Item
from evals.metrics.abstention import corrected
from evals.metrics.answers import answered_right, false_answers_in
from evals.metrics.measure import Articles, Measure, Pair, averaged, given
from evals.metrics.spans import gives
from evals.records import Record

GROUP = "robustness"
ONLY_NOISE, CONFLICT = "only_noise", "conflict"
_NOISE = re.compile(r"noise_(\d+)")


def measures(pairs: Sequence[Pair], articles: Articles) -> list[Measure]:
    """Figures by what the items' kinds test.

    right with N % noise: `answered_right` over the items of each noise ratio.
    only noise: declined: of the items whose passages hold no answer (RGB's rejection rate).
    conflict shown: of the items about a conflict, those whose reply shows it (`conflict_shown`).
    conflict: one side told: of them, those that give one value as if there were no other.
    conflict shown where there is none: of all other answerable items, those that show one.
    false premise corrected: of the items of which it is known what is true instead, those answered
        with it; declining them is right too, and counted elsewhere.
    """
    found = [
        averaged(f"right with {ratio} % noise", GROUP, among, answered_right)
        for ratio, among in by_noise(pairs).items()
    ]
    only_noise = [p for p in pairs if p.item.kind == ONLY_NOISE]
    conflicts = [p for p in pairs if p.item.kind == CONFLICT]
    others = [p for p in pairs if p.item.answerable and p.item.kind != CONFLICT]
    premises = [p for p in pairs if p.item.correction]
    found += [
        averaged("only noise: declined", GROUP, only_noise, lambda i, r: r.status == "abstained"),
        averaged("false premise corrected", GROUP, premises, corrected),
    ]
    if conflicts:
        found += [
            averaged("conflict shown", GROUP, conflicts, conflict_shown),
            averaged(
                "conflict: one side told",
                GROUP,
                conflicts,
                lambda i, r: given(r) and not conflict_shown(i, r),
                higher_is_better=False,
            ),
            averaged(
                "conflict shown where there is none",
                GROUP,
                others,
                conflict_shown,
                higher_is_better=False,
            ),
        ]
    return found


def by_noise(pairs: Sequence[Pair]) -> dict[int, list[Pair]]:
    """The pairs of each noise ratio in per cent, rising; a kind like "noise_80" says which."""
    found: dict[int, list[Pair]] = {}
    for pair in pairs:
        match = _NOISE.fullmatch(pair.item.kind)
        if match:
            found.setdefault(int(match.group(1)), []).append(pair)
    return dict(sorted(found.items()))


def conflict_shown(item: Item, record: Record) -> bool:
    """Whether the reply says that the articles disagree: by its status, or by giving both values.

    A system without such a status, like the plain recipe, can only do it in words. Both values are
    every part of the answer where it has several, else the right one and a tempting wrong one. An
    item over time has several values without a conflict, so there only the status counts.
    """
    if record.status == "conflict":
        return True
    if not given(record) or item.kind == "over_time":
        return False
    parts = [gives(record.text, forms) for forms in item.answers]
    if item.kind == CONFLICT and len(parts) > 1:
        return all(parts)
    return bool(parts) and all(parts) and bool(false_answers_in(item, record.text))
