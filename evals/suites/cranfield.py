"""Cranfield's 1400 abstracts and 225 questions (Cleverdon, 1967) in their classic files.

    cran.all.1400   .I number, .T title, .A author, .B source, .W text
    cran.qry        .I number, .W question
    cranqrel        query, document, code

Two traps. The numbers after .I in cran.qry skip (1, 2, 4, 8 ... 365), but cranqrel counts the
queries from 1 to 225: a query's number is its position. And the codes of cranqrel run the other way
round than grades do: 1 is "a complete answer", 4 "of minimum interest" (its readme, after
Cleverdon). -1, which the readme does not explain, is taken as not relevant. The convention alone
moves nDCG a long way, so each is a suite of its own:

    cranfield             codes 1 to 4 are relevant, all alike
    cranfield-graded      the grade is 5 - code, so that a complete answer counts 4
    cranfield-as-written  the grade is the code, as some collections of test sets have it, with a
                          complete answer counting least; only to compare with figures made so

The text begins with the title once more, which is taken off. Two documents have no text, and none
of them is dropped but those without title and text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path

from assistant.errors import AssistantError
from evals.suites.beir import finding_item
from evals.suites.suite import Document, Documents, Source, Suite

FILE = "cranfield.jsonl"
GRADES: dict[str, Callable[[int], int]] = {
    "cranfield": lambda code: 1,
    "cranfield-graded": lambda code: 5 - code,
    "cranfield-as-written": lambda code: code,
}
_FIELD = re.compile(r"^\.([ITABW])[ ]?(.*)$")


def cranfield(convention: str, source: Source) -> Suite:
    """convention: a key of `GRADES`."""
    documents = Documents(
        FILE, tuple(_documents(source.file("Cranfield's abstracts", "cran.all.1400*", "cran.all*")))
    )
    path = source.file("Cranfield's questions", "cran.qry*")
    questions = [fields["W"] for fields in records(path)]
    judged = judgements(source.file("Cranfield's judgements", "cranqrel*"), GRADES[convention])
    beyond = sorted(query for query in judged if query > len(questions))
    if beyond:
        raise AssistantError(
            f"cranqrel judges query {beyond[0]}, but {path.name} has {len(questions)}",
            "The classic cranqrel counts queries by position; this file is another edition.",
        )
    keys = {document.key for document in documents.documents}
    items = []
    for position, question in enumerate(questions, 1):
        known = {key: g for key, g in judged.get(position, {}).items() if key in keys}
        if known:
            split = "tune" if position % 2 else "report"
            items.append(finding_item(documents, str(position), question, known, split))
    return Suite(
        convention,
        "Cranfield: is the relevant found",
        tuple(items),
        documents,
        finding_only=True,
        notes=("a query's number is its position in cran.qry, not its .I", f"grades: {convention}"),
    )


SUITES = {name: partial(cranfield, name) for name in GRADES}


def records(path: Path) -> list[dict[str, str]]:
    """The records of a file: field letter -> its text on one line; "I" is the number."""
    found: list[dict[str, list[str]]] = []
    field = ""
    for number, line in enumerate(path.read_text(encoding="latin-1").splitlines(), 1):
        match = _FIELD.match(line)
        if match and match[1] == "I":
            found.append(defaultdict(list))
        if match:
            field = match[1]
            line = match[2]
        if not found:
            raise AssistantError(f"{path}:{number}: no .I yet", "Is it one of Cranfield's files?")
        found[-1][field].append(line)
    return [
        defaultdict(str, {name: " ".join(" ".join(lines).split()) for name, lines in each.items()})
        for each in found
    ]


def judgements(path: Path, grade: Callable[[int], int]) -> dict[int, dict[str, int]]:
    """Position of a query -> relevant document -> grade. Raises AssistantError for a bad line."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for number, line in enumerate(path.read_text(encoding="latin-1").splitlines(), 1):
        if not line.strip():
            continue
        try:
            query, document, code = (int(column) for column in line.split())
        except ValueError:
            raise AssistantError(
                f"{path}:{number}: not query, document and code: {line!r}",
                "Three numbers are wanted.",
            ) from None
        if 1 <= code <= 4:
            found[query][str(document)] = grade(code)
    return dict(found)


def _documents(path: Path) -> list[Document]:
    found = []
    for fields in records(path):
        title = fields["T"].removesuffix(" .").strip()
        text = fields["W"].removeprefix(fields["T"]).strip() or fields["W"]
        if title or text:
            found.append(Document(fields["I"], title or text[:80], text or title))
    return found
