"""The reader: what it promises for any input, and the one that ships."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant.errors import ModelError
from assistant.models import reader as module
from assistant.models.reader import FOLDER, GRAPH, SCALES, TOKENIZER, Reader

pytestmark = pytest.mark.models
TEXT = (
    "The council of Kelderby met on Tuesday. It voted to close the Northgate library in June, "
    "which will save 640,000 crowns a year. The mayor, Ilse Varga, called the vote a mistake."
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader(threads=2)


def test_the_span_is_characters_of_the_text_and_the_answer(reader: Reader) -> None:
    (found,) = reader.read("Who is the mayor?", [TEXT])
    assert found.span is not None
    assert "Ilse Varga" in TEXT[found.span.start : found.span.end]
    assert 0 <= found.span_score <= 1


def test_a_text_that_answers_is_told_from_one_that_does_not(reader: Reader) -> None:
    answers, silent = reader.read(
        "How much will closing the library save?",
        [TEXT, "The Northgate library has a new roof. It was paid for by the county."],
    )
    assert answers.answers > silent.answers


def test_a_text_is_read_the_same_alone_and_among_others(reader: Reader) -> None:
    """Neither its place nor its company changes what is said of it."""
    texts = [TEXT, TEXT[:60], "Rain is expected on Friday.", TEXT * 12]
    together = reader.read("What did the council vote for?", texts)
    assert [reader.read("What did the council vote for?", [t])[0] for t in texts] == together


def test_what_stands_at_the_end_of_a_long_text_is_found(reader: Reader) -> None:
    text = "It rained on the hills all day, and nobody went out. " * 150 + TEXT
    (found,) = reader.read("Who is the mayor of Kelderby?", [text])
    assert found.span is not None
    assert "Ilse Varga" in text[found.span.start : found.span.end]


@pytest.mark.parametrize(
    "text",
    ["", "   \n", "\x00", "\ud800 \udfff", "国会は火曜日に法案を可決した。", "x" * 100_000, "🙂"],
)
def test_any_text_is_read(reader: Reader, text: str) -> None:
    for found in reader.read("Who is the mayor?", [text, TEXT]):
        assert 0 <= found.answers <= 1
    (found, _) = reader.read("Who is the mayor?", [text, TEXT])
    assert found.span is None or 0 <= found.span.start < found.span.end <= len(text)
    (bearing,) = reader.bear([(text, "The mayor is Ilse Varga.")])
    assert bearing.entails + bearing.neutral + bearing.contradicts == pytest.approx(1)


@pytest.mark.parametrize("asked", ["", "?", "\udc80", "why " * 5_000])
def test_any_question_is_asked(reader: Reader, asked: str) -> None:
    assert len(reader.read(asked, [TEXT], ["Library"])) == 1
    assert len(reader.bear([(TEXT, asked)])) == 1


def test_nothing_is_read_for_nothing(reader: Reader) -> None:
    assert reader.read("Who?", []) == []
    assert reader.bear([]) == []
    (found,) = reader.read("Who?", [""])
    assert (found.answers, found.span, found.span_score) == (0.0, None, 0.0)


def test_a_statement_is_borne_out_or_denied(reader: Reader) -> None:
    same, other = reader.bear(
        [(TEXT, "The mayor is Ilse Varga."), (TEXT, "The library will stay open.")]
    )
    assert same.entails > other.entails
    assert same.contradicts < other.contradicts


@pytest.mark.parametrize("name", [GRAPH, TOKENIZER, SCALES])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut"])
def test_a_damaged_file_is_one_clear_error(tmp_path: Path, name: str, damage: str) -> None:
    shutil.copytree(FOLDER, tmp_path / "reader")
    file = tmp_path / "reader" / name
    content = file.read_bytes()
    file.unlink()
    if damage != "missing":
        file.write_bytes(content[: len(content) // 2] if damage == "cut" else b"")
    with pytest.raises(ModelError) as raised:
        Reader(tmp_path / "reader").load()
    assert name in raised.value.message
    assert raised.value.hint


def test_the_file_stays_small() -> None:
    assert (FOLDER / GRAPH).stat().st_size < 25_000_000


def test_windows_overlap_and_miss_nothing(reader: Reader) -> None:
    text = " ".join(f"w{n}" for n in range(2_000))
    windows = reader._windows("Who?", text, "", (0, 1))
    places = [place for window in windows for place in window.offsets]
    assert {c for a, b in places for c in range(a, b)} == {
        n for n, c in enumerate(text) if c != " "
    }
    assert all(len(window.ids) <= module.WINDOW for window in windows)
