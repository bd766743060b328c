"""The mean of the weights of two points of a run: `python -m evals.reader.average`.

Judged on the tune halves it was about as good as the better of both in each: the later one reads
better, the earlier one had taken less of how the items are made for the task.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from evals.reader.train import CHECKPOINT


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", type=Path, nargs=2, help="folders with a checkpoint each")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    one, other = (torch.load(run / CHECKPOINT, weights_only=True)["model"] for run in options.runs)
    mean = {n: (w + other[n]) / 2 if w.is_floating_point() else w for n, w in one.items()}
    options.out.mkdir(parents=True, exist_ok=True)
    torch.save({"model": mean}, options.out / CHECKPOINT)


if __name__ == "__main__":
    main()
