"""Conversations on disk: nothing that was acknowledged is lost, nothing leaves the folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_render import ABSTAINED, ANSWER, CONFLICT

from assistant.dialogue import Turn
from assistant.errors import AssistantError, StoreDamaged, StoreFull, UsageError
from assistant.render import conversation_json
from assistant.safety import json_text
from assistant.types import CheckedAnswer, Filters
from assistant.web.conversations import UNDO_DAYS, UNREADABLE, Conversations, user_folder

# Appends turns as fast as it can, and says each number once the turn is acknowledged.
WRITER = """
import sys
from pathlib import Path
from test_conversations import turn
from assistant.web.conversations import Conversations
kept = Conversations(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    kept.append(sys.argv[2], turn(f"{sys.argv[4]} {number}"))
    print(number, flush=True)
"""


def turn(question: str, answer: CheckedAnswer = ANSWER, minute: int = 0) -> Turn:
    filters = Filters(sources=frozenset({"The Gazette"}))
    return Turn(question, answer, f"2025-08-12T09:{minute:02}:00+00:00", filters)


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path / "ann")


def started(kept: Conversations, *questions: str, minute: int = 0) -> str:
    id = kept.new().id
    for question in questions:
        kept.append(id, turn(question, minute=minute))
    return id


def file_of(tmp_path: Path, id: str) -> Path:
    return tmp_path / "ann" / f"{id}.jsonl"


def writer(folder: Path, id: str, number: int, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), id, str(number), name],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(["tests", "."])},
        cwd=Path(__file__).parent.parent,
        stdout=subprocess.PIPE,
        text=True,
    )


class TestKeeping:
    def test_what_was_asked_is_there_again_after_a_restart(self, kept, tmp_path):
        turns = (turn("What does it cost?"), turn("Who says so?", CONFLICT), turn("x", ABSTAINED))
        id = kept.new().id
        for each in turns:
            kept.append(id, each)
        shown = Conversations(tmp_path / "ann").open(id)
        assert [(t.question, t.filters, t.asked_at) for t in shown.turns] == [
            (t.question, t.filters, t.asked_at) for t in turns
        ]
        assert [t.answer.citations for t in shown.turns] == [t.answer.citations for t in turns]
        assert shown.skipped == 0

    def test_the_list_has_the_latest_question_first(self, kept):
        first = started(kept, "A?", minute=1)
        second = started(kept, "B?", minute=2)
        assert [s.id for s in kept.list()] == [second, first]
        kept.append(first, turn("And now?", minute=3))
        assert [(s.id, s.turns) for s in kept.list()] == [(first, 2), (second, 1)]

    def test_a_conversation_without_a_question_leaves_nothing_behind(self, kept, tmp_path):
        """Each opened page begins one."""
        new = kept.new()
        assert kept.list() == []
        assert not (tmp_path / "ann").exists()
        with pytest.raises(UsageError):
            kept.open(new.id)

    def test_it_is_named_after_its_first_question_until_it_is_renamed(self, kept):
        id = started(kept, "What does the new bridge over the Lume in Harlow cost the town now?")
        assert kept.open(id).name == "What does the new bridge over the Lume in Harlow cost the…"
        kept.rename(id, "  The\nbridge " + "x" * 300)
        assert kept.list()[0].name == ("The bridge " + "x" * 300)[:200]
        kept.rename(id, "")
        assert kept.list()[0].name.startswith("What does the new bridge")

    @given(st.text(max_size=200))
    def test_a_name_is_one_short_line(self, question):
        from assistant.web.conversation_file import name_after

        name = name_after(question)
        assert 0 < len(name) <= 60
        assert "\n" not in name

    def test_a_thumb_and_its_note_stay_with_the_turn(self, kept):
        id = started(kept, "A?", "B?")
        kept.rate(id, 0, "down", "wrong year")
        kept.rate(id, 1, "up", "")
        kept.rate(id, 1, None, "")
        assert [(t.thumb, t.note) for t in kept.open(id).turns] == [
            ("down", "wrong year"), (None, ""),
        ]  # fmt: skip

    @pytest.mark.parametrize("index", [1, 7, -2])
    def test_a_turn_that_is_not_there_cannot_be_rated(self, kept, index):
        id = started(kept, "A?")
        with pytest.raises(UsageError):
            kept.rate(id, index, "up", "")

    def test_the_last_question_can_be_edited(self, kept):
        id = started(kept, "A?", "B?")
        kept.rate(id, 1, "down", "")
        kept.replace_last(id, turn("C?", CONFLICT))
        assert [t.question for t in kept.open(id).turns] == ["A?", "C?"]
        assert kept.open(id).turns[1].thumb is None

    def test_removing_can_be_undone(self, kept):
        id = started(kept, "A?")
        kept.remove(id)
        assert kept.list() == []
        with pytest.raises(UsageError, match="removed"):
            kept.append(id, turn("from another tab"))
        kept.restore(id)
        assert [t.question for t in kept.open(id).turns] == ["A?"]
        with pytest.raises(UsageError):
            kept.restore(id)

    def test_what_was_removed_long_ago_is_deleted(self, kept, tmp_path):
        old, new = started(kept, "A?"), started(kept, "B?")
        kept.remove(old)
        then = time.time() - (UNDO_DAYS + 1) * 86_400
        os.utime(tmp_path / "ann" / "removed" / f"{old}.jsonl", (then, then))
        os.utime(file_of(tmp_path, new), (then, then))  # its days begin with the removal
        kept.remove(new)
        assert [p.stem for p in (tmp_path / "ann" / "removed").iterdir()] == [new]


class TestSearching:
    def test_words_in_names_questions_and_answers_are_found(self, kept):
        bridge = started(kept, "What does the bridge in Zürich cost?", minute=1)
        named = started(kept, "Who won?", minute=2)
        kept.rename(named, "Élections")
        assert [s.id for s in kept.search("ZURICH bridge")] == [bridge]
        assert [s.id for s in kept.search("elections")] == [named]
        assert [s.id for s in kept.search("24.9 crowns")] == [named, bridge]
        assert kept.search("bridge elections") == []

    def test_the_words_around_are_shown(self, kept):
        started(kept, "A?", "word " * 60 + "Ærøskøbing ﬁnds its ferry " + "word " * 60)
        (found,) = kept.search("FINDS ferry")
        assert "ﬁnds its ferry" in found.snippet
        assert len(found.snippet) < 200
        assert found.snippet.startswith("… ") and found.snippet.endswith(" …")

    def test_scripts_without_spaces_are_searched_too(self, kept):
        id = started(kept, "新しい橋の費用はいくらですか")
        assert [s.id for s in kept.search("費用")] == [id]

    def test_no_words_find_everything(self, kept):
        started(kept, "A?")
        assert kept.search("  ") == kept.list()


class TestDamage:
    def test_half_a_last_line_is_left_out_and_cut_off_by_the_next_turn(self, kept, tmp_path):
        id = started(kept, "A?", "B?")
        path = file_of(tmp_path, id)
        path.write_bytes(path.read_bytes()[:-40])
        assert [t.question for t in kept.open(id).turns] == ["A?"]
        assert kept.open(id).skipped == 1
        kept.append(id, turn("C?"))
        assert [t.question for t in kept.open(id).turns] == ["A?", "C?"]
        assert kept.open(id).skipped == 0

    def test_a_damaged_line_costs_only_its_own_turn(self, kept, tmp_path):
        id = started(kept, "A?", "B?", "C?")
        path = file_of(tmp_path, id)
        lines = path.read_bytes().split(b"\n")
        path.write_bytes(b"\n".join([*lines[:2], b"\xff" + lines[2][9:], *lines[3:]]))
        assert [t.question for t in kept.open(id).turns] == ["A?", "C?"]
        kept.rate(id, 1, "up", "")
        kept.append(id, turn("D?"))
        assert [(t.question, t.thumb) for t in kept.open(id).turns] == [
            ("A?", None), ("C?", "up"), ("D?", None),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "line",
        [b"3", b"{}", b'{"at": 0, "thumb": "maybe", "note": ""}', b'{"at": 0, "note": ""}',
         b'{"at": 9, "thumb": "up", "note": ""}', b'{"name": 3}', b"[" * 99_999, b"\x00" * 512],
    )  # fmt: skip
    def test_a_line_of_no_known_kind_is_left_out(self, kept, tmp_path, line):
        id = started(kept, "A?")
        with file_of(tmp_path, id).open("ab") as file:
            file.write(line + b"\n")
        shown = kept.open(id)
        assert ([t.question for t in shown.turns], shown.skipped) == (["A?"], 1)

    @pytest.mark.parametrize("first", [b"garbage\n", b"\xff\xfe\n", b'{"format": "x"}\n', b"[]\n"])
    def test_an_unreadable_file_is_listed_as_such_and_harms_no_other(self, kept, tmp_path, first):
        broken, sound = started(kept, "A?"), started(kept, "B?")
        file_of(tmp_path, broken).write_bytes(first)
        listed = {s.id: s for s in kept.list()}
        assert listed[sound].unreadable == ""
        assert listed[broken].name == UNREADABLE
        assert broken in listed[broken].unreadable
        with pytest.raises(StoreDamaged):
            kept.open(broken)
        with pytest.raises(StoreDamaged):
            kept.append(broken, turn("C?"))
        assert [s.id for s in kept.search("B")] == [sound]
        kept.remove(broken)
        assert [s.id for s in kept.list()] == [sound]

    def test_a_file_of_a_newer_version_says_what_to_do(self, kept, tmp_path):
        id = started(kept, "A?")
        path = file_of(tmp_path, id)
        path.write_text(path.read_text().replace('"version":1', '"version":2'))
        with pytest.raises(StoreDamaged, match="'version' must be 1") as caught:
            kept.open(id)
        assert "update" in caught.value.hint

    def test_foreign_files_in_the_folder_are_left_alone(self, kept, tmp_path):
        id = started(kept, "A?")
        (tmp_path / "ann" / "notes.jsonl").write_text("mine")
        assert [s.id for s in kept.list()] == [id]

    @pytest.mark.skipif(os.name != "posix", reason="needs a limit on the size of files")
    def test_a_full_disk_keeps_what_was_there_and_says_so(self, kept, tmp_path):
        import resource

        id = started(kept, "A?")
        before = file_of(tmp_path, id).read_bytes()
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 100, hard))
        try:
            with pytest.raises(StoreFull):
                kept.append(id, turn("B?"))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            signal.signal(signal.SIGXFSZ, ignored)
        assert file_of(tmp_path, id).read_bytes() == before
        kept.append(id, turn("C?"))
        assert [t.question for t in kept.open(id).turns] == ["A?", "C?"]


class TestManyAtOnce:
    def test_threads_lose_nothing(self, kept, tmp_path):
        """Two tabs, and two shells over one folder."""
        id = started(kept, "first")
        other = Conversations(tmp_path / "ann")

        def ask(number: int) -> None:
            (kept if number % 2 else other).append(id, turn(f"q{number}"))
            kept.list()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(ask, range(40)))
        asked = {t.question for t in kept.open(id).turns}
        assert asked == {"first", *(f"q{n}" for n in range(40))}
        assert len(kept.open(id).turns) == 41

    def test_processes_lose_nothing(self, kept, tmp_path):
        id = started(kept, "first")
        writers = [writer(tmp_path / "ann", id, 15, name) for name in ("a", "b")]
        for each in writers:
            each.communicate(timeout=120)
        asked = {t.question for t in kept.open(id).turns}
        assert asked == {"first", *(f"{name} {n}" for name in "ab" for n in range(15))}

    def test_a_kill_loses_at_most_the_turn_in_hand(self, kept, tmp_path):
        id = started(kept, "first")
        process = writer(tmp_path / "ann", id, 100_000, "k")
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(5)]
        process.kill()
        told += process.stdout.read().splitlines(keepends=True)
        process.wait()
        acknowledged = [int(line) for line in told if line.endswith("\n")]
        shown = [t.question for t in kept.open(id).turns]
        assert shown[: len(acknowledged) + 1] == ["first", *(f"k {n}" for n in acknowledged)]
        assert len(shown) <= len(acknowledged) + 2
        kept.append(id, turn("after"))
        assert kept.open(id).turns[-1].question == "after"


class TestImporting:
    def test_an_exported_conversation_is_taken_in_as_a_new_one(self, kept):
        id = started(kept, "A?", "B?")
        kept.rate(id, 0, "up", "good")
        kept.rename(id, "Bridge")
        exported = json_text(conversation_json(kept.open(id)))
        taken_in = kept.import_(exported)
        assert taken_in.id != id
        assert replace(taken_in, id=id) == kept.open(id)
        assert len(kept.list()) == 2

    def test_a_broken_file_is_refused_and_leaves_nothing_behind(self, kept, tmp_path):
        id = started(kept, "A?")
        exported = conversation_json(kept.open(id))
        exported["turns"].append({"question": "B?"})
        with pytest.raises(AssistantError, match=r"'turns\[1\]\.filters' is missing"):
            kept.import_(json.dumps(exported))
        assert {p.name for p in (tmp_path / "ann").glob("*.json*")} == {f"{id}.jsonl"}


class TestNamesFromOutside:
    @pytest.mark.parametrize(
        "id", ["../../etc/passwd", "", "a", "A" * 32, "0" * 31 + "\n", "0" * 32 + "/..", "lock"]
    )
    def test_an_id_that_is_not_ours_makes_no_path(self, kept, id):
        for act in (kept.open, kept.remove, kept.restore, lambda i: kept.append(i, turn("A?"))):
            with pytest.raises(UsageError):
                act(id)

    @given(st.text(max_size=60) | st.sampled_from(["..", ".", "/", "a/../..", "C:\\x", "con", ""]))
    def test_a_user_name_makes_one_folder_inside_the_store(self, user):
        store = Path("/store")
        folder = user_folder(store, user)
        assert folder.parent == store / "conversations"
        assert folder == Path(os.path.normpath(folder))
        assert folder.name.isascii() and len(folder.name) < 60

    @given(st.text(max_size=10), st.text(max_size=10))
    def test_two_users_never_share_a_folder_not_even_where_case_does_not_count(self, one, other):
        folders = {user_folder(Path(), user).name.lower() for user in (one, other)}
        assert len(folders) == len({one, other})

    def test_names_that_differ_only_in_case_have_folders_of_their_own(self):
        assert user_folder(Path(), "Ann").name.lower() != user_folder(Path(), "ann").name
