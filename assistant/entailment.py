"""Whether a text entails a statement, by a cross-encoder trained for it; for those who have one.

Any cross-encoder of sentence-transformers with a class called entailment, in a folder, for example
cross-encoder/nli-deberta-v3-small. The rules of `check.py` prove that the words are there; this
says whether they are said of the same thing. Knows nothing of answers.
"""

from __future__ import annotations

import json
import threading
from functools import cached_property
from pathlib import Path
from typing import Any

from assistant.errors import ModelMissing
from assistant.offline import stay_offline

LABEL = "entailment"


class Entailment:
    """Loaded when first asked. Safe to share between threads."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        """Raises ModelMissing where `folder` has no model with a class called entailment."""
        self._folder = folder
        self._threads = threads
        self._column = _column(folder)
        self._lock = threading.Lock()

    @cached_property
    def _model(self) -> Any:
        stay_offline()
        import torch
        from sentence_transformers import CrossEncoder

        if self._threads:
            torch.set_num_threads(self._threads)
        try:
            return CrossEncoder(str(self._folder), device="cpu", local_files_only=True)
        except (OSError, ValueError) as error:
            reason = str(error).strip().partition("\n")[0]
            raise ModelMissing(
                f"the entailment model in {self._folder} cannot be loaded: {reason}",
                "Fetch it again, all its files, or leave the setting 'entailment' out.",
            ) from None

    def probability(self, premise: str, hypothesis: str) -> float:
        """0 to 1, that `hypothesis` follows from `premise`. What is too long is cut at its end.

        Raises ModelMissing where the folder has not all of the model.
        """
        import numpy as np

        with self._lock:
            scores = self._model.predict(
                [(premise, hypothesis)], apply_softmax=True, show_progress_bar=False
            )
        return float(np.asarray(scores)[0, self._column])


def _column(folder: Path) -> int:
    """The class of the model that means entailment."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        labels = {str(name).lower(): int(n) for n, name in config["id2label"].items()}
        if len(labels) < 2:
            raise KeyError(LABEL)
        return labels[LABEL]
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        raise ModelMissing(
            f"{folder} holds no model that tells entailment (config.json with such a class)",
            "Set 'entailment' to the folder of an NLI cross-encoder, or leave it out.",
        ) from None
