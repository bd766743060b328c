"""Scores -> text for a terminal: the figures of several systems side by side, and each number."""

from __future__ import annotations

from collections.abc import Sequence

from evals.scores import GROUPS, Figure, Scores

KIND = "kind: "  # before the name of a slice


def table(systems: Sequence[tuple[str, Scores]]) -> str:
    """The figures of all systems side by side, for a terminal of 100 columns: three at a time.

    A cell is the value, its 95 % interval and n. A dash where a figure does not apply.
    """
    blocks = [_block(systems[n : n + 3]) for n in range(0, len(systems), 3)]
    return "\n\n".join([*blocks, _legend(systems)])


def _block(systems: Sequence[tuple[str, Scores]]) -> str:
    names = list(dict.fromkeys(f.name for _, s in systems for f in s.figures))
    groups = {f.name: f.group for _, s in systems for f in s.figures}
    first = max([len(_labelled(name, systems)) for name in names] + [len("figure")]) + 2
    wide = max(21, (100 - first) // len(systems) if len(systems) == 3 else 24)
    lines = [
        "figure".ljust(first) + "".join(f"{title[: wide - 2]:<{wide}}" for title, _ in systems)
    ]
    for group in GROUPS:
        own = [name for name in names if groups[name] == group]
        if own:
            lines += ["", group]
        for name in own:
            cells = (cell(scores.get(name)).ljust(wide) for _, scores in systems)
            lines.append(_labelled(name, systems).ljust(first) + "".join(cells))
    lines += _kind_lines(systems, first, wide)
    lines += _funnel_lines(systems, first, wide)
    lines += [
        f"\n{title}: no reply to {len(scores.missing)} of the items ({scores.missing[0]} …)"
        for title, scores in systems
        if scores.missing
    ]
    return "\n".join(line.rstrip() for line in lines)


def _labelled(name: str, systems: Sequence[tuple[str, Scores]]) -> str:
    units = {f.unit for _, scores in systems if (f := scores.get(name))}
    return f"{name} (s)" if "s" in units else name


def _kind_lines(systems: Sequence[tuple[str, Scores]], first: int, wide: int) -> list[str]:
    """What is right of each kind of question, where there are several; then what kinds were taken
    for which other, of the systems that say it."""
    names = [n for _, s in systems for n in s.slices if n.startswith(KIND)]
    lines = ["", "right, by kind of question"] if names else []
    for name in dict.fromkeys(names):
        cells = (cell(_right(s.slices.get(name, ()))).ljust(wide) for _, s in systems)
        lines.append(name.removeprefix(KIND).ljust(first) + "".join(cells))
    for title, scores in systems:
        wrong = [f"{a} as {b} {n}" for (a, b), n in scores.kinds.items() if a != b]
        if wrong:
            lines += [f"{title} took: {', '.join(wrong)}"]
    return lines


def _right(figures: Sequence[Figure]) -> Figure | None:
    """The figure that says it best: silence counts too where a suite asks for it."""
    by_name = {f.name: f for f in figures}
    return next((by_name[n] for n in ("right", "answered right") if n in by_name), None)


def _funnel_lines(systems: Sequence[tuple[str, Scores]], first: int, wide: int) -> list[str]:
    names = list(dict.fromkeys(stage.name for _, s in systems for stage in s.funnel))
    lines = ["", "funnel: of the answerable items, those that came so far"] if names else []
    for name in names:
        cells = []
        for _, scores in systems:
            stage = next((s for s in scores.funnel if s.name == name), None)
            cells.append(("–" if stage is None else f"{stage.passed} of {stage.n}").ljust(wide))
        lines.append(f"-> {name}".ljust(first) + "".join(cells))
    return lines


def _legend(systems: Sequence[tuple[str, Scores]]) -> str:
    names = [f.name for _, s in systems for f in s.figures if not f.higher_is_better]
    names = [n for n in dict.fromkeys(names)]
    line, lines = "", []
    for name in names:
        if len(line) + len(name) > 90:
            lines.append(line.rstrip())
            line = ""
        line += f"{name}; "
    head = "Cells are value, 95 % interval, n. Seconds are those of this machine."
    if not names:
        return head
    return "\n  ".join([f"{head} Lower is better in:", *lines, line.rstrip("; ")])


def cell(figure: Figure | None) -> str:
    """Value, 95 % interval, n; a dash where there is no figure."""
    if figure is None:
        return "–"
    value = number(figure.value, figure.unit)
    if figure.low is None or figure.high is None:
        return f"{value} (n {figure.n})"
    return (
        f"{value} {number(figure.low, figure.unit)}…{number(figure.high, figure.unit)} {figure.n}"
    )


def number(value: float, unit: str) -> str:
    """A share as .85, a negative one as -.20; seconds and dollars with two digits; else whole."""
    if unit in ("", "s", "$"):
        shown = f"{value:.2f}"
        if not unit:
            shown = shown.replace("0.", ".", 1) if abs(value) < 0.995 else shown
        return shown
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.1f}"
