"""History: which sentences of an article changed when, and what its editors say of it."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny

from assistant import render
from assistant.history import Replaced, changes, editors_notes, replaced
from assistant.store import Store
from assistant.types import Version

FIRST = "The bridge is closed. Mending it will cost £12m. Nobody was hurt."
SECOND = "The bridge is closed. Mending it will cost £15.8m. Nobody was hurt. It opens in May."


def test_the_store_tells_which_sentences_changed_from_version_to_version(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for text in (FIRST, SECOND, FIRST):
        tiny.put(store, tiny.article("a", text))
    article = store.article("a")
    assert article
    first, second = changes(store.versions("a"), article)
    assert first.removed == ("Mending it will cost £12m.",)
    assert first.added == ("Mending it will cost £15.8m.", "It opens in May.")
    assert (second.removed, second.added) == (first.added, first.removed)
    assert first.replaced_at <= second.replaced_at
    shown = render.history_text(article, [first, second], [])
    assert "- Mending it will cost £12m.\n+ Mending it will cost £15.8m." in shown
    said = render.history_json(article, [first], [])
    assert said["changes"][0]["removed"] == ["Mending it will cost £12m."]


def test_an_article_that_never_changed_has_no_history(tmp_path: Path) -> None:
    store = Store(tmp_path)
    tiny.put(store, tiny.article("a", FIRST))
    article = store.article("a")
    assert article and changes(store.versions("a"), article) == []
    assert "has not changed" in render.history_text(article, [], [])


def test_editors_notes_are_found_where_a_paragraph_begins_with_one() -> None:
    note = "Correction (12 June): an earlier version gave the price as £12m."
    text = f"{SECOND}\n\nThe correction: of prices is no note, he said.\n\n{note}\n*Update:* More."
    found = [text[a:b] for a, b in editors_notes(text)]
    assert found == [note, "*Update:* More."]


def test_an_earlier_version_that_is_spoken_of_makes_a_note_without_a_label() -> None:
    note = "An earlier version of this article misspelled the captain's name."
    text = f"{SECOND}\n\n{note}\n\nAn earlier version of the bridge stood here, he said."
    assert [text[a:b] for a, b in editors_notes(text)] == [note]


MIDDLE = "2025-03-05T10:00:00+00:00"
OLD = [Version("1", FIRST, "2025-03-04T10:00:00+00:00"), Version("2", SECOND, MIDDLE)]


@pytest.mark.parametrize(
    ("quote", "now", "expected"),
    [
        (
            "Mending it will cost £15.8m.",
            SECOND.replace("15.8", "18"),
            "Mending it will cost £18m.",
        ),
        ("cost\n£15.8m", SECOND.replace("15.8", "18"), "Mending it will cost £18m."),
        ("It opens in May.", FIRST, ""),
        ("Mending it will cost £15.8m.", SECOND, None),
        ("It was never said.", SECOND, None),
        ("", SECOND, None),
    ],
)
def test_words_that_were_replaced_are_said_with_what_stands_there_now(
    quote: str, now: str, expected: str | None
) -> None:
    article = tiny.article("a", now)
    found = replaced(OLD, article, quote)
    said = (expected,) if expected else ()
    assert found == (None if expected is None else Replaced(MIDDLE, said))


def test_words_that_went_long_ago_are_dated_by_the_change_that_took_them_out() -> None:
    """What stands there now is told from the article, not from the version in between."""
    article = tiny.article("a", SECOND.replace("15.8", "18"))
    found = replaced(OLD, article, "Mending it will cost £12m.")
    assert found == Replaced(OLD[0].replaced_at, ("Mending it will cost £18m.",))
