"""A checkpoint -> the file that ships: `python -m evals.reader.export`.

One ONNX graph, in 8-bit integers unless `--floats`; beside it the tokenizer and the numbers that
make probabilities of what it says (1 and 0 until `calibrate` has found better ones).
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import warnings
from pathlib import Path

import torch
from torch import Tensor, nn

from assistant.models import embedding_folder
from assistant.models.reader import GRAPH, SCALES, TOKENIZER
from evals.reader.model import FAR, ReaderModel
from evals.reader.train import CHECKPOINT

OPSET = 18
MOST_MEGABYTES = 25
INPUTS = ("ids", "types", "mask", "text")
OUTPUTS = ("starts", "ends", "answers", "bears")


class Graph(nn.Module):
    """The model as the exporter can trace it: the mask as what is added to attention's scores."""

    def __init__(self, model: ReaderModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor, text: Tensor) -> tuple[Tensor, ...]:
        seen = (1 - mask.to(torch.float32))[:, None, None, :] * FAR
        return tuple(self.model(ids, types, seen, text))


def load_model(checkpoint: Path, base: Path) -> ReaderModel:
    model = ReaderModel(base, attention="eager")
    model.load_state_dict(torch.load(checkpoint / CHECKPOINT, weights_only=True)["model"])
    return model.eval()


def write_floats(model: ReaderModel, file: Path) -> None:
    ones = torch.ones(2, 16, dtype=torch.long)
    several = {0: "batch", 1: "length"}
    axes = {n: several for n in (*INPUTS, "starts", "ends")} | {
        n: {0: "batch"} for n in ("answers", "bears")
    }
    with warnings.catch_warnings():
        # As in `assistant.quantization`: the exporter warns of itself.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Graph(model),
            (ones, ones, ones, ones),
            str(file),
            input_names=list(INPUTS),
            output_names=list(OUTPUTS),
            dynamic_axes=axes,
            opset_version=OPSET,
            dynamo=False,
        )


def export(checkpoint: Path, out: Path, floats: bool = False, keep: tuple[str, ...] = ()) -> None:
    """keep: parts of names of the operations that stay in floats."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    base = embedding_folder()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        whole = Path(place) / "floats.onnx"
        write_floats(load_model(checkpoint, base), whole)
        if floats:
            shutil.copyfile(whole, out / GRAPH)
        else:
            nodes = [n.name for n in onnx.load(whole, load_external_data=False).graph.node]
            quantize_dynamic(
                whole,
                out / GRAPH,
                per_channel=True,
                reduce_range=True,  # the same numbers on processors without VNNI
                weight_type=QuantType.QInt8,
                nodes_to_exclude=[n for n in nodes if any(k in n for k in keep)],
            )
    shutil.copyfile(base / TOKENIZER, out / TOKENIZER)
    if not (out / SCALES).is_file():
        (out / SCALES).write_text(json.dumps({"answers": [1.0, 0.0], "bears": [1.0]}) + "\n")
    size = (out / GRAPH).stat().st_size / 1e6
    print(f"{out / GRAPH}: {size:.1f} MB")
    if not floats and size > MOST_MEGABYTES:
        raise SystemExit(f"more than {MOST_MEGABYTES} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, required=True, help="the folder of `train`")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--floats", action="store_true", help="to compare with")
    parser.add_argument("--keep", nargs="*", default=[], help="operations that stay in floats")
    options = parser.parse_args()
    export(options.checkpoint, options.out, options.floats, tuple(options.keep))


if __name__ == "__main__":
    main()
