"""The object of `ask --json` -> the CheckedAnswer it was made from."""

from __future__ import annotations

from typing import Any, cast, get_args

from assistant.render.json_fields import Fields
from assistant.types import (
    CheckedAnswer,
    CheckedStatement,
    Citation,
    Found,
    Kind,
    Nearest,
    Status,
    Timings,
    Usage,
    Verdict,
)

_HINT = "It must be what `assistant ask --json` prints, of the same version of this program."


def parse_answer(raw: Any) -> CheckedAnswer:
    """The answer that `answer_json` turned into `raw`, where `hits`, `read` and `signals` are
    empty, since the JSON does not have them, and timings are to a tenth of a millisecond.

    Keys it does not know are left out, so that a newer program may add some. Those that an older
    program did not write (`kind`, `found`, `answers` of a statement) may be missing. `answer`, the
    text with its markers, follows from the statements and is made anew. Raises AssistantError that
    names the key that is missing or wrong, a statement that cites a number that is not there too.
    """
    return answer_of(Fields(raw, _HINT))


def parse_found(raw: Any) -> Found:
    """What `found_json` turned into `raw`. Raises AssistantError as `parse_answer`."""
    return _found(Fields(raw, _HINT))


def answer_of(fields: Fields) -> CheckedAnswer:
    """As `parse_answer`, for an object inside another one."""
    fields.text("answer")
    citations = tuple(map(_citation, fields.objects("citations")))
    numbers = {citation.number for citation in citations}
    if len(numbers) < len(citations):
        raise fields.wrong("citations", "have the same number twice")
    usage, timings = fields.object("usage"), fields.object("timings_ms")
    return CheckedAnswer(
        question=fields.text("question"),
        status=cast(Status, fields.one_of("status", get_args(Status))),
        statements=tuple(_statement(each, numbers) for each in fields.objects("statements")),
        citations=citations,
        confidence=fields.number("confidence", most=1),
        nearest=tuple(map(_nearest, fields.objects("nearest"))),
        model=fields.text("model"),
        usage=Usage(usage.count("prompt_tokens"), usage.count("completion_tokens")),
        timings=Timings(
            load=timings.number("load"),
            retrieve=timings.number("retrieve"),
            answer=timings.number("answer"),
            check=timings.number("check"),
            total=timings.number("total"),
        ),
        kind=cast(Kind, fields.one_of("kind", get_args(Kind))) if fields.has("kind") else "fact",
        found=_found(fields.object("found")) if fields.has("found") else None,
    )


def _statement(fields: Fields, numbers: set[int]) -> CheckedStatement:
    cited = fields.counts("citations")
    for number in cited:
        if number not in numbers:
            raise fields.wrong("citations", f"names [{number}], which no citation has")
    return CheckedStatement(
        text=fields.text("text"),
        citations=cited,
        verdict=cast(Verdict, fields.one_of("verdict", get_args(Verdict))),
        reason=fields.text("reason"),
        answers=fields.truth("answers") if fields.has("answers") else None,
    )


def _found(fields: Fields) -> Found:
    return Found(
        text=fields.text("text"),
        citation=_citation(fields.object("citation")),
        score=fields.number("score", most=1),
    )


def _citation(fields: Fields) -> Citation:
    start, end = fields.count("start"), fields.count("end")
    if end < start:
        raise fields.wrong("end", "must not be before 'start'")
    return Citation(
        number=fields.count("number"),
        article_id=fields.text("article_id"),
        title=fields.text("title"),
        source=fields.optional_text("source"),
        author=fields.optional_text("author"),
        published=fields.optional_day("published"),
        url=fields.optional_text("url"),
        quote=fields.text("quote"),
        start=start,
        end=end,
    )


def _nearest(fields: Fields) -> Nearest:
    return Nearest(
        article_id=fields.text("article_id"),
        title=fields.text("title"),
        source=fields.optional_text("source"),
        published=fields.optional_day("published"),
    )
