"""The graph that is made of the embedding model's weights: once, as good as they are, and without
torch afterwards."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from assistant.embedding import NAME, Embedder
from assistant.errors import ModelError
from assistant.models import embedding_folder
from assistant.offline import stay_offline
from assistant.progress import Unit
from assistant.quantization import graph_file, make_graph

TEXTS = [
    "The mayor resigned.",
    "Bürgermeister",
    "The river rose again on Tuesday, and the old bridge was closed to traffic. " * 8,
    "Day fares rise by 40 cents from January; monthly passes stay at 61 crowns.",
]


@pytest.mark.models
class TestTheGraph:
    def test_says_what_sentence_transformers_says(
        self, embedder: Embedder, models_folder: Path
    ) -> None:
        """Integers round; what is near stays near (see evals/performance for what search loses)."""
        stay_offline()
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(
            str(embedding_folder(models_folder)), device="cpu", local_files_only=True
        )
        exact = np.asarray(model.encode(TEXTS, normalize_embeddings=True))
        assert ((embedder.encode(TEXTS) * exact).sum(axis=1) > 0.98).all()

    def test_needs_neither_torch_nor_transformers(
        self, embedder: Embedder, models_folder: Path
    ) -> None:
        """A search would spend most of its time on importing them."""
        embedder.load()  # and so the graph is there
        code = (
            "import sys; from pathlib import Path; from assistant.embedding import Embedder\n"
            "Embedder(*map(Path, sys.argv[1:])).encode(['The mayor resigned.'])\n"
            "print({'torch', 'transformers'} & set(sys.modules))"
        )
        folders = [str(embedding_folder(models_folder)), str(models_folder)]
        done = subprocess.run(
            [sys.executable, "-c", code, *folders], capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "set()"

    def test_is_made_where_it_is_missing_or_damaged_and_kept(
        self, embedder: Embedder, models_folder: Path, tmp_path: Path
    ) -> None:
        graph = graph_file(NAME, tmp_path)
        graph.write_bytes(b"half of one")
        said: list[str] = []

        def progress(what: str, done: int, total: int | None, unit: Unit) -> None:
            said.append(what)

        folder = embedding_folder(models_folder)
        made = Embedder(folder, tmp_path, 1, progress).encode(TEXTS)
        assert set(said) == {"Preparing the embedding model, once"}
        assert (made == embedder.encode(TEXTS)).all(), "the same on every machine"
        assert [p.name for p in tmp_path.iterdir()] == [graph.name], "and nothing is left over"
        said.clear()
        Embedder(folder, tmp_path, 1, progress).encode(TEXTS[:1])
        assert not said

    def test_serves_also_where_it_cannot_be_kept(self, models_folder: Path, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("no folder can be made in here")
        embedder = Embedder(embedding_folder(models_folder), tmp_path / "file" / "models", 1)
        assert embedder.encode(TEXTS[:1]).shape == (1, 384)

    def test_weights_that_are_none_are_said_to_be(self, tmp_path: Path) -> None:
        (tmp_path / "weights").mkdir()
        with pytest.raises(ModelError, match="could not be prepared") as caught:
            make_graph(tmp_path / "weights", tmp_path / "graph.onnx")
        assert caught.value.hint
        assert not list(tmp_path.glob("*graph*")), "and no half of one stays"
