"""An answer -> text for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from rich.cells import cell_len

from assistant.render.layout import (
    MARKER,
    NARROWEST,
    Paint,
    article_heading,
    cut,
    indented,
    long_date,
    outlet_and_date,
    shorten_around,
    shorten_middle,
    wrap,
)
from assistant.render.statements import (
    ARTICLES_DISAGREE,
    ARTICLES_SILENT,
    CLOSEST_WORDS,
    FAILED,
    Day,
    Timeline,
    in_marks,
    timeline,
    words,
)
from assistant.safety import one_line
from assistant.types import CheckedAnswer, CheckedStatement, Citation, Found

SCREEN_LINES = 24
FOUND_LINES = 3
MOST_TOGETHER = 3  # numbers of citations on one line
NO_DAY = "No date"


def answer_text(answer: CheckedAnswer, *, width: int, color: bool, links: bool) -> str:
    """The whole answer for a terminal `width` cells wide, `NARROWEST` at least: what it says with
    [n] markers, the numbered citations with their words, a last line with model and seconds."""
    width = max(width, NARROWEST)
    paint = Paint(color, links)
    told = timeline(answer)
    if answer.status == "abstained":
        lines = [*wrap(ARTICLES_SILENT, width), *_closest_lines(answer, width, paint)]
    elif answer.status == "conflict":
        lines = _conflict_lines(answer, width, paint)
    elif told:
        lines = _timeline_lines(told, answer, width, paint)
    else:
        lines = _statement_lines(answer.statements, answer, width, paint)
    if answer.status != "abstained" and answer.citations:
        lines += ["", *_citation_lines(answer, len(lines), width, paint)]
    model = "no language model" if answer.model == "none" else one_line(answer.model)
    seconds = f"{model} · {answer.timings.total / 1000:.1f} s"
    return "\n".join([*lines, "", paint.dim(seconds)])


def found_text(found: Found, *, width: int) -> str:
    """What was found at once, for someone who waits: at most three lines of `width` cells, and the
    answer itself among the words that stay."""
    width, citation = max(width, NARROWEST), found.citation
    origin = outlet_and_date(citation.source, citation.published, citation.article_id)
    title = one_line(citation.title)
    source = f" — {title}, {origin}" if title else f" — {origin}"
    # Wrapping wastes some of each line; a tenth is enough for words of ordinary length.
    room = FOUND_LINES * width * 9 // 10
    source = cut(source, max(room // 2, 1))
    left = max(room - cell_len(source) - 9, 1)
    quote = shorten_around(one_line(citation.quote), one_line(found.text), left)
    return f"Found: “{quote}”{source}"


def answer_line(answer: CheckedAnswer) -> str:
    """The answer as one run of text with [n] markers, as in the JSON and in a chat's history."""
    if answer.status == "abstained":
        return ARTICLES_SILENT
    return " ".join(
        _marked(MARKER.sub(r"(\1)", statement.text), statement) for statement in answer.statements
    )


def _marked(text: str, statement: CheckedStatement) -> str:
    """`text` with the verdict, where that is one that failed, and the [n] markers."""
    doubt = f" ({statement.verdict})" if statement.verdict in FAILED else ""
    return " ".join([text + doubt, *(f"[{number}]" for number in statement.citations)])


def _said(statement: CheckedStatement, citations: Sequence[Citation]) -> str:
    """As `_marked`, what is quoted in quotation marks."""
    opening, text, quoted = words(statement, citations)
    return _marked(f"{opening} {in_marks(text) if quoted else text}".strip(), statement)


def _statement_lines(
    statements: Iterable[CheckedStatement], answer: CheckedAnswer, width: int, paint: Paint
) -> list[str]:
    """The statements, wrapped; quoted ones are indented and stand in quotation marks."""
    lines: list[str] = []
    for statement in statements:
        indent = 2 if statement.verdict == "quoted" else 0
        wrapped = wrap(_said(statement, answer.citations), width - indent)
        lines += indented(map(paint.markers, wrapped), indent)
        if statement.verdict in FAILED:
            doubt = cut("  not confirmed: " + one_line(statement.reason), width)
            lines.append(paint.warning(doubt))
        elif statement.answers is False:
            lines.append(paint.dim(cut("  may not answer the question", width)))
    return lines


def _timeline_lines(told: Timeline, answer: CheckedAnswer, width: int, paint: Paint) -> list[str]:
    lines = _statement_lines(told.opening, answer, width, paint)
    for day in told.days:
        lines += map(paint.bold, wrap(day_heading(day), width))
        lines += _statement_lines(day.statements, answer, width, paint)
    return lines


def day_heading(day: Day) -> str:
    """As "13 March 2024 · The Kelderby Gazette"."""
    return f"{long_date(day.published) if day.published else NO_DAY} · {', '.join(day.outlets)}"


def _conflict_lines(answer: CheckedAnswer, width: int, paint: Paint) -> list[str]:
    """Each of the disagreeing statements with the outlets and dates that stand behind it."""
    citations = {citation.number: citation for citation in answer.citations}
    lines = [ARTICLES_DISAGREE]
    for statement in answer.statements:
        wrapped = wrap(_said(statement, answer.citations), width - 4)
        lines += [
            ("    " if position else "  - ") + paint.markers(line)
            for position, line in enumerate(wrapped)
        ]
        behind = (citations[number] for number in statement.citations if number in citations)
        origins = dict.fromkeys(
            outlet_and_date(c.source, c.published, c.article_id) for c in behind
        )
        lines += indented(map(paint.dim, wrap("; ".join(origins), width - 4)), 4)
    return lines


def _closest_lines(answer: CheckedAnswer, width: int, paint: Paint) -> list[str]:
    """What helps on where the articles do not say: the closest words, the closest articles."""
    lines: list[str] = []
    if answer.found:
        citation = answer.found.citation
        lines += ["", CLOSEST_WORDS]
        lines += indented(wrap(f"“{one_line(citation.quote)}”", width - 2), 2)
        lines += article_heading("  ", citation, width, paint)
    if answer.nearest:
        lines += ["", "Closest articles:"]
        for nearest in answer.nearest:
            lines += article_heading("  - ", nearest, width, paint)
    return lines


def _citation_lines(answer: CheckedAnswer, used: int, width: int, paint: Paint) -> list[str]:
    """The numbered citations, their quotes so short that `used` lines above them still fit."""
    blocks = [
        (article_heading(lead, citation, width, paint), quote)
        for lead, citation, quote in _sources(answer)
    ]
    room = SCREEN_LINES - used - sum(len(heading) for heading, _ in blocks) - 3
    quote_lines = min(max(room // max(len(blocks), 1), 1), 3)
    lines: list[str] = []
    for heading, quote in blocks:
        lines += heading
        if quote:
            cells = quote_lines * (width - 4) * 9 // 10 - 2
            lines += indented(wrap(f"“{shorten_middle(quote, cells)}”", width - 4), 4)
    return lines


def _sources(answer: CheckedAnswer) -> Iterator[tuple[str, Citation, str]]:
    """The numbers, the citation, and its words, "" where they stand above already. Citations of
    one article that need no words of their own share a line."""
    shown = [one_line(s.text) for s in answer.statements if s.verdict == "quoted"]

    def article(citation: Citation) -> tuple[str, str]:
        quote = one_line(citation.quote)
        again = any(quote in statement for statement in shown)
        return citation.article_id, "" if again else f"{citation.number} {quote}"

    for (_, quote), group in groupby(answer.citations, article):
        left = list(group)
        while together := left[:MOST_TOGETHER]:
            left = left[MOST_TOGETHER:]
            lead = "".join(f"[{citation.number}] " for citation in together)
            yield lead, together[0], quote.partition(" ")[2]
