"""Train the reader: `python -m evals.reader.train`. Killed at any time, it goes on where it was.

Plain PyTorch, in 32 bits. The learning rate warms up, stays, and falls over the last part
of the tokens; a run that is started again with another `--tokens` ends accordingly sooner or later.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from assistant.models import embedding_folder
from evals.reader.batches import Batch, Encoded, encode, load_tokenizer, steps
from evals.reader.items import load_items
from evals.reader.model import Read, ReaderModel
from evals.reader.prepare import FILE

CHECKPOINT = "checkpoint.pt"
WARM_UP = 0.04
SMOOTHING = 0.03
# What each judgement counts for; `--span` sets the place's.
ANSWERS, BEARS = 1.0, 0.7


@dataclass(frozen=True)
class Plan:
    out: Path
    tokens: int
    batch: int = 2048
    parts: int = 4
    workers: int = 2
    seed: int = 18
    share: float = 1.0
    rate: float = 1.5e-4
    head_rate: float = 6e-4
    dropout: float = 0.0
    frozen_layers: int = 0
    masked: float = 0.04
    span: float = 0.5
    fall: float = 0.25
    start: Path | None = None
    every: int = 240
    stop_after: int = 0


def loss_of(read: Read, batch: Batch, span: float) -> tuple[Tensor, dict[str, float]]:
    """The three judgements' losses, summed over the items that have each."""
    parts: list[tuple[str, float, Tensor]] = []
    known = batch.start >= 0
    if known.any():
        one = functional.cross_entropy(read.starts[known], batch.start[known])
        other = functional.cross_entropy(read.ends[known], batch.end[known])
        parts.append(("span", span * int(known.sum()), (one + other) / 2))
    asked = batch.answered >= 0
    if asked.any():
        wanted = batch.answered[asked].float() * (1 - 2 * SMOOTHING) + SMOOTHING
        one = functional.binary_cross_entropy_with_logits(read.answers[asked], wanted)
        parts.append(("answers", ANSWERS * int(asked.sum()), one))
    stated = batch.compared.sum(-1) > 0
    if stated.any():
        logits = read.bears[stated]
        among = (1 - batch.compared[stated]) * -1e4
        right = (1 - batch.right[stated]) * -1e4
        one = (logits + among).logsumexp(-1) - (logits + right).logsumexp(-1)
        parts.append(("bears", BEARS * int(stated.sum()), one.mean()))
    total = sum((weight * value for _, weight, value in parts), torch.zeros(()))
    return total, {name: float(value.detach()) for name, _, value in parts}


def rate_at(done: int, tokens: int, fall: float) -> float:
    """The share of the full learning rate after `done` of `tokens`."""
    part = done / tokens
    if part < WARM_UP:
        return max(part / WARM_UP, 0.02)
    return min(1.0, max((1 - part) / fall, 0.0))


def masked(batch: Batch, share: float, mask_id: int) -> Batch:
    """Some word pieces hidden: what is learned does not hang on single words."""
    if not share:
        return batch
    hidden = (torch.rand(batch.ids.shape) < share) & (batch.ids > 999)
    inside = torch.arange(batch.ids.shape[1])
    answer = (inside >= batch.start[:, None]) & (inside <= batch.end[:, None])
    return batch._replace(ids=torch.where(hidden & ~answer, mask_id, batch.ids))


class Training:
    """One run: the model, the optimiser and how far they are."""

    def __init__(self, plan: Plan, encoded: list[Encoded], mask_id: int, base: Path) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.encoded, self.mask_id = plan, encoded, mask_id
        self.model = ReaderModel(base, plan.dropout, plan.frozen_layers)
        if plan.start:
            begun = torch.load(plan.start / CHECKPOINT, weights_only=True)
            self.model.load_state_dict(begun["model"])
        body = [p for p in self.model.body.parameters() if p.requires_grad]
        heads = [p for n, p in self.model.named_parameters() if not n.startswith("body.")]
        self.optimiser = torch.optim.AdamW(
            [{"params": body, "top": plan.rate}, {"params": heads, "top": plan.head_rate}],
            weight_decay=0.01,
            fused=True,
        )
        # Each worker has gradients of its own, and the same weights.
        self._models = [self.model.train()]
        for _ in range(plan.workers - 1):
            twin = ReaderModel(base, plan.dropout, plan.frozen_layers).train()
            for mine, other in zip(self.model.parameters(), twin.parameters(), strict=True):
                other.data = mine.data
            self._models.append(twin)
        self._free: SimpleQueue[ReaderModel] = SimpleQueue()
        for model in self._models:
            self._free.put(model)
        self._pool = ThreadPoolExecutor(plan.workers)
        self.done = self.steps = 0
        self.seconds = 0.0
        self._load()

    def run(self) -> None:
        plan = self.plan
        began = saved = said = time.monotonic()
        before, last = self.seconds, self.done
        sums: dict[str, list[float]] = {}
        stream = steps(self.encoded, plan.batch, plan.parts, plan.seed, skip=self.steps)
        for parts in stream:
            if self.done >= plan.tokens or (plan.stop_after and self.steps >= plan.stop_after):
                break
            for name, value in self.step(parts):
                sums.setdefault(name, []).append(value)
            self.done += sum(int(part.mask.sum()) for part in parts)
            self.steps += 1
            now = time.monotonic()
            self.seconds = before + now - began
            if now - said > 20:
                figures = {n: round(sum(v) / len(v), 4) for n, v in sums.items()}
                speed = round((self.done - last) / (now - said))
                self._say(step=self.steps, tokens=self.done, speed=speed, **figures)
                said, last, sums = now, self.done, {}
            if now - saved > plan.every:
                self.save()
                saved = now
        self.save()

    def step(self, parts: list[Batch]) -> list[tuple[str, float]]:
        """One step of the optimiser; its parts go to the workers, whoever is free."""
        share = rate_at(self.done, self.plan.tokens, self.plan.fall)
        for group in self.optimiser.param_groups:
            group["lr"] = group["top"] * share
        hidden = [masked(part, self.plan.masked, self.mask_id) for part in parts]
        count = sum(len(part.ids) for part in parts)
        said = list(self._pool.map(lambda part: self._backward(part, count), hidden))
        for ours, *theirs in zip(*(m.parameters() for m in self._models), strict=True):
            for other in theirs:
                if other.grad is not None:
                    ours.grad = other.grad if ours.grad is None else ours.grad.add_(other.grad)
                    other.grad = None
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        return [pair for figures in said for pair in figures.items()]

    def _backward(self, part: Batch, count: int) -> dict[str, float]:
        model = self._free.get()
        try:
            loss, figures = loss_of(model(*part[:4]), part, self.plan.span)
            (loss / count).backward()
            return figures
        finally:
            self._free.put(model)

    def save(self) -> None:
        """Whole or not at all."""
        state = {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "random": torch.get_rng_state(),
            "done": self.done,
            "steps": self.steps,
            "seconds": self.seconds,
        }
        self.plan.out.mkdir(parents=True, exist_ok=True)
        new = self.plan.out / f"{CHECKPOINT}.new"
        torch.save(state, new)
        new.replace(self.plan.out / CHECKPOINT)

    def _load(self) -> None:
        file = self.plan.out / CHECKPOINT
        if not file.is_file():
            return
        state = torch.load(file, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["random"])
        self.done, self.steps, self.seconds = state["done"], state["steps"], state["seconds"]
        self._say(resumed=self.steps, tokens=self.done)

    def _say(self, **figures: Any) -> None:
        line = json.dumps({"at": time.strftime("%H:%M:%S"), **figures})
        print(line, flush=True)
        with (self.plan.out / "log.jsonl").open("a") as log:
            log.write(line + "\n")


def train(plan: Plan, data: Path, base: Path) -> Training:
    items = load_items(data / FILE)
    chooser = random.Random(plan.seed)
    items = [i for i in items if plan.share >= 1 or chooser.random() < plan.share]
    tokenizer = load_tokenizer(base)
    encoded = encode(items, tokenizer)
    plan.out.mkdir(parents=True, exist_ok=True)
    print(f"{len(items):,} items, {sum(len(e.ids) for e in encoded):,} tokens", flush=True)
    training = Training(plan, encoded, int(tokenizer.token_to_id("[MASK]") or 0), base)
    training.run()
    return training


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="where `prepare` wrote")
    parser.add_argument("--out", type=Path, required=True, help="for the checkpoint and the log")
    parser.add_argument("--tokens", type=int, default=9_000_000, help="how many to see in all")
    parser.add_argument("--seed", type=int, default=18)
    parser.add_argument("--share", type=float, default=1.0, help="of the items, and of the tokens")
    parser.add_argument("--rate", type=float, default=Plan.rate)
    parser.add_argument("--batch", type=int, default=Plan.batch, help="tokens in one step")
    parser.add_argument("--span", type=float, default=Plan.span, help="what the place counts for")
    parser.add_argument("--fall", type=float, default=Plan.fall, help="share with a falling rate")
    parser.add_argument("--masked", type=float, default=Plan.masked, help="share of words hidden")
    parser.add_argument("--start", type=Path, help="a run whose weights this one begins with")
    parser.add_argument("--frozen-layers", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = vars(parser.parse_args())
    # Each worker computes alone: none waits for the other inside a step.
    torch.set_num_threads(1)
    data = options.pop("data")
    options["tokens"] = int(options["tokens"] * options["share"])
    train(Plan(**options), data, embedding_folder())


if __name__ == "__main__":
    main()
