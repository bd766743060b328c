"""History: which sentences of an article changed when, and what its editors say of it."""

from __future__ import annotations

from pathlib import Path

import tiny

from assistant import render
from assistant.history import changes, editors_notes
from assistant.store import Store

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
