"""What people think of answers, in the file that the evals read (evals/suites/feedback.py)."""

from __future__ import annotations

from pathlib import Path

from assistant.dialogue import Turn
from assistant.errors import UsageError
from assistant.render import answer_json
from assistant.render.dialogue_json import turn_json
from assistant.web.lines import append, locked


def give(store_folder: Path, turn: Turn, liked: bool, note: str) -> None:
    """Add a line to `feedback.jsonl` in `store_folder`, for good.

    A changed opinion is a further line of the same time and question: the last one counts. Limits
    other than to articles are under `filters`, which the format leaves free. Raises StoreError, and
    UsageError for a turn without a question or an answer, which the reader would refuse.
    """
    said = answer_json(turn.answer)
    abstained = turn.answer.status == "abstained"
    if not turn.question.strip() or not said["answer"].strip():
        raise UsageError("there is nothing to rate here", "Rate another answer.")
    line = {
        "time": turn.asked_at,
        "question": turn.question,
        "answer": "" if abstained else said["answer"],
        "status": turn.answer.status,
        "citations": [
            {key: citation[key] for key in ("article_id", "start", "end", "quote")}
            for citation in said["citations"]
        ],
        "articles": sorted(filter(None, turn.filters.articles)),
        "thumb": "up" if liked else "down",
        "note": note,
        "filters": turn_json(turn)["filters"],
    }
    with locked(store_folder / "feedback.lock"):
        append(store_folder / "feedback.jsonl", [line])
