"""Whether yes or no is said is decided by what the text bears out, never by the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from assistant.answering.reading import Judged
from assistant.answering.yes_no import as_statement, decide, without_yes_or_no


@dataclass(frozen=True)
class Borne:
    entails: float
    contradicts: float


class Scripted:
    """Knows two texts."""

    def read(
        self, question: str, texts: Sequence[str], headlines: Sequence[str] | None = None
    ) -> Sequence[Judged]:
        raise AssertionError("not asked")

    def bear(self, pairs: Sequence[tuple[str, str]]) -> Sequence[Borne]:
        known = {"It opened.": Borne(0.9, 0.0), "It did not open.": Borne(0.1, 0.8)}
        return [known.get(text, Borne(0.2, 0.1)) for text, _ in pairs]


def test_the_newest_text_that_is_sure_decides() -> None:
    reader = Scripted()
    assert decide("Did it open?", ["It opened."], reader) is True
    assert decide("Did it open?", ["It opened.", "It did not open."], reader) is False
    assert decide("Did it open?", ["It opened.", "It rained."], reader) is True


def test_where_none_is_sure_neither_is_said() -> None:
    assert decide("Did it open?", ["It rained."], Scripted()) is None
    assert decide("Did it open?", [], Scripted()) is None
    assert decide("Did it open?", ["It opened."], None) is None


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("Did the council close the library?", "the council close the library"),
        ("Is the bridge open?", "the bridge is open"),
        ("Has Anselm Roke resigned?", "Anselm Roke has resigned"),
        ("Was it cancelled?", "it was cancelled"),
        ("bridge open yet", "bridge open yet"),
    ],
)
def test_a_question_as_a_statement(question: str, statement: str) -> None:
    assert as_statement(question) == statement


def test_the_models_own_yes_is_taken_away() -> None:
    assert without_yes_or_no("Yes, the bridge opened.") == "The bridge opened."
    assert without_yes_or_no("No one came.") == "No one came."
    assert without_yes_or_no("Yesterday it rained.") == "Yesterday it rained."
