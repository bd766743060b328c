"""The embedding model's weights -> an ONNX graph in 8-bit integers, made once on this machine.

sentence-transformers reads the weights, torch writes the graph, and onnxruntime's dynamic
quantization (https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html) turns
its matrices into integers. What comes out needs neither torch nor transformers, whose imports take
longer than a search, and multiplies twice as fast. Knows nothing of texts.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.errors import ModelError
from assistant.offline import stay_offline
from assistant.progress import Progress, silent

if TYPE_CHECKING:
    import torch

# Counts up when the graph that is made of the same weights changes.
RECIPE = 1
OPSET = 18


def graph_file(name: str, models: Path) -> Path:
    """Where the graph of the model `name` is kept in the models folder."""
    return models / f"{name}-int8-{RECIPE}.onnx"


def make_graph(folder: Path, file: Path, progress: Progress = silent) -> None:
    """Write the graph of the model in `folder` to `file`; half a minute.

    The graph takes ``input_ids``, int64 (1, tokens), the model's own marks among them, and gives
    ``tokens``, float32 (1, tokens, dimension), the contextual vectors. Raises ModelError where
    that fails.
    """
    progress("Preparing the embedding model, once", 0, 1, "steps")
    # In a process of its own: this one then never holds torch. With -P a folder called "assistant"
    # where the command happens to be run is not taken for this program.
    done = subprocess.run(
        [sys.executable, "-P", "-m", "assistant.quantization", str(folder), str(file)],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        reason = done.stderr.strip().rpartition("\n")[2] or f"exit code {done.returncode}"
        raise ModelError(
            f"the embedding model in {folder} could not be prepared: {reason}",
            "Try again; if it stays so, install the program anew.",
        )
    progress("Preparing the embedding model, once", 1, 1, "steps")


def keep_graph(made: Path, target: Path) -> None:
    """Copy a graph to where it is kept, whole or not at all. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(f"{target.name}.{os.getpid()}.new")
    try:
        shutil.copyfile(made, new)
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)


def _convert(folder: Path, file: Path) -> None:
    """Body of that process."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as place:
        floats = Path(place) / "floats.onnx"
        _export(folder, floats)
        quantize_dynamic(
            floats,
            file,
            per_channel=True,
            # Seven bits for the weights: processors without VNNI add products in 16 bits, where
            # eight may overflow. So all of them give the same vectors.
            reduce_range=True,
            weight_type=QuantType.QInt8,
        )


def _export(folder: Path, file: Path) -> None:
    stay_offline()
    import torch
    from sentence_transformers import SentenceTransformer

    model: Any = SentenceTransformer(
        str(folder),
        device="cpu",
        local_files_only=True,
        # The other kinds of attention guard against rows without any token; there are none here,
        # and the guards would take a fifth of the time.
        model_kwargs={"attn_implementation": "eager"},
    )
    with warnings.catch_warnings():
        # The exporter warns of itself: its successor needs two more packages and ten times as long
        # for the same graph.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _token_vectors(model[0].auto_model.eval()),
            (torch.ones(1, 16, dtype=torch.long),),
            str(file),
            input_names=["input_ids"],
            output_names=["tokens"],
            dynamic_axes={"input_ids": {1: "tokens"}, "tokens": {1: "tokens"}},
            opset_version=OPSET,
            dynamo=False,
        )


def _token_vectors(transformer: Any) -> torch.nn.Module:
    """The transformer for one text at a time: without padding there is nothing to mask."""
    import torch

    class TokenVectors(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
            read: torch.Tensor = self.transformer(
                input_ids=input_ids,
                attention_mask=None,
                token_type_ids=torch.zeros_like(input_ids),
            ).last_hidden_state
            return read

    return TokenVectors()


if __name__ == "__main__":
    os.environ["TQDM_DISABLE"] = "1"
    _convert(Path(sys.argv[1]), Path(sys.argv[2]))
