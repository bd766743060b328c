"""The embedding model: vectors of length 1, and the characters that each word piece stands for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.embedding import DIMENSION, REMEMBERED_TEXTS, Embedder
from assistant.models import embedding_folder

LONG = "The river rose again on Tuesday, and the old bridge was closed to traffic. " * 60
TEXTS = ["The mayor resigned.", "Bürgermeister", "市长辞职", "", "e\u0301 👩‍👧 [SEP] x", LONG]


def test_counting_tokens_needs_no_model_and_counts_no_marks(embedder: Embedder) -> None:
    assert embedder.count_tokens(["the mayor resigned.", "", "市长"]) == [4, 0, 2]
    assert embedder.count_tokens([LONG])[0] > 900, "and is not cut at the model's window"
    assert embedder.count_tokens([]) == []


@pytest.mark.models
class TestVectors:
    def test_vectors_are_of_length_one_and_384_numbers(self, embedder: Embedder) -> None:
        vectors = embedder.encode(TEXTS)
        assert vectors.shape == (len(TEXTS), DIMENSION) == (len(TEXTS), 384)
        assert vectors.dtype == np.float32
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-3)

    def test_no_texts_give_no_vectors(self, embedder: Embedder) -> None:
        assert embedder.encode([]).shape == (0, 384)
        assert embedder.encode_tokens([]) == []

    def test_the_same_text_has_the_same_vector_alone_and_among_others(
        self, embedder: Embedder
    ) -> None:
        together = embedder.encode(TEXTS)
        for text, vector in zip(TEXTS, together, strict=True):
            assert float(embedder.encode([text])[0] @ vector) > 0.999

    def test_like_texts_are_nearer_than_unlike_ones(self, embedder: Embedder) -> None:
        question, right, wrong = embedder.encode(
            ["Who stepped down?", "The mayor resigned on Monday.", "Day fares rise by 40 cents."]
        )
        assert question @ right > question @ wrong + 0.1

    def test_each_word_piece_stands_for_its_characters(self, embedder: Embedder) -> None:
        text = "Zürich's  mayor\nresigned."
        (read,) = embedder.encode_tokens([text])
        pieces = [text[o.start : o.end] for o in read.offsets]
        assert pieces == ["Zürich", "'", "s", "mayor", "resigned", "."]
        assert read.vectors.shape == (6, 384)
        assert read.vectors.dtype == np.float32
        assert np.linalg.norm(read.vectors, axis=1) == pytest.approx(1.0, abs=1e-3)

    def test_there_is_one_vector_for_each_piece_also_in_a_long_text(
        self, embedder: Embedder
    ) -> None:
        for text, read in zip(TEXTS, embedder.encode_tokens(TEXTS), strict=True):
            assert len(read.vectors) == len(read.offsets)
            assert len(read.offsets) == min(embedder.count_tokens([text])[0], 254)
            assert all(0 <= o.start <= o.end <= len(text) for o in read.offsets)
            assert [o.start for o in read.offsets] == sorted(o.start for o in read.offsets)

    def test_the_vector_of_a_piece_depends_on_its_sentence(self, embedder: Embedder) -> None:
        """The last piece of a cut text is a piece of it, not the model's mark of the end."""
        bank, river, cut = embedder.encode_tokens(
            ["The bank lent him money.", "The bank of the river flooded.", LONG]
        )
        assert bank.vectors[1] @ river.vectors[1] < 0.95
        last = cut.offsets[-1]
        assert LONG[last.start : last.end].strip(), "it has characters of the text"

    def test_tokens_and_passage_come_from_the_same_reading(self, embedder: Embedder) -> None:
        text = "The mayor of Bote resigned on Monday."
        (read,) = embedder.encode_tokens([text])
        mean = read.vectors.mean(axis=0)
        assert float(embedder.encode([text])[0] @ mean / np.linalg.norm(mean)) > 0.8

    def test_a_text_that_is_cut_warns_nobody(self, models_folder: Path) -> None:
        """Standard error belongs to progress and notes."""
        code = (
            "import sys; from pathlib import Path; from assistant.embedding import Embedder\n"
            "e = Embedder(*map(Path, sys.argv[1:])); e.encode(['word ' * 600]); "
            "e.encode_tokens(['word ' * 600])"
        )
        folder = embedding_folder(models_folder)
        done = subprocess.run(
            [
                sys.executable,
                "-W",
                "error::UserWarning",
                "-c",
                code,
                str(folder),
                str(models_folder),
            ],
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.models
def test_a_text_read_again_has_the_same_vectors_also_after_many_others(embedder: Embedder) -> None:
    """What is remembered of a text is what the model says of it, whatever came between."""
    first = embedder.encode_tokens(["The bridge opens in June.", "It costs 24.9 million."])
    again = embedder.encode_tokens(["It costs 24.9 million.", "The bridge opens in June."])
    assert (again[1].vectors == first[0].vectors).all() and again[1].offsets == first[0].offsets
    embedder.encode_tokens([f"Sentence {n} stands." for n in range(REMEMBERED_TEXTS + 1)])
    later = embedder.encode_tokens(["The bridge opens in June."])[0]
    assert abs(later.vectors - first[0].vectors).max() < 1e-3
