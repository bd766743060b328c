"""The encoder of BERT (Devlin et al. 2019) in plain torch, as MiniLM's weights need it.

Texts of one batch stand one behind the other, without padding: the layers that treat every token
alike see one long matrix, and attention runs over the texts of each length together. So a short
text costs what its own tokens cost. Written out here because the libraries that would read these
weights as well take five seconds to import, which is most of the wait for a first answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import torch

WIDTH, HEADS = 384, 12
LAYERS = 6
EPSILON = 1e-12


class _Layer(NamedTuple):
    """Weight and bias of each step. `attend` holds query, key and value, one above the other."""

    attend: tuple[torch.Tensor, torch.Tensor]
    project: tuple[torch.Tensor, torch.Tensor]
    attended: tuple[torch.Tensor, torch.Tensor]
    widen: tuple[torch.Tensor, torch.Tensor]
    narrow: tuple[torch.Tensor, torch.Tensor]
    done: tuple[torch.Tensor, torch.Tensor]


class Encoder:
    """The weights in `folder`, as `model.safetensors` holds them."""

    def __init__(self, folder: Path) -> None:
        import torch
        from safetensors.torch import load_file

        self._weights = load_file(folder / "model.safetensors")
        # Half the bytes and twice the speed where the processor calculates with them; elsewhere
        # they would be emulated. Vectors differ from those of float32 by a cosine of 0.0001.
        fast = torch.backends.mkldnn.is_available() and _has_bfloat16()
        self._type = torch.bfloat16 if fast else torch.float32
        self._layers = [self._layer(f"encoder.layer.{n}.") for n in range(LAYERS)]

    def _layer(self, name: str) -> _Layer:
        import torch

        def of(step: str) -> tuple[torch.Tensor, torch.Tensor]:
            return self._weights[f"{name}{step}.weight"], self._weights[f"{name}{step}.bias"]

        def linear(*steps: str) -> tuple[torch.Tensor, torch.Tensor]:
            weights, biases = zip(*map(of, steps), strict=True)
            return torch.cat(weights).to(self._type), torch.cat(biases).to(self._type)

        return _Layer(
            attend=linear(*(f"attention.self.{n}" for n in ("query", "key", "value"))),
            project=linear("attention.output.dense"),
            attended=of("attention.output.LayerNorm"),
            widen=linear("intermediate.dense"),
            narrow=linear("output.dense"),
            done=of("output.LayerNorm"),
        )

    def read(self, texts: Sequence[Sequence[int]]) -> list[torch.Tensor]:
        """The contextual vectors of each text's tokens: float32 (tokens, 384), not normalised.

        texts: token numbers, the model's own marks included, at most 512 of each. Fastest where
            texts of the same length stand together.
        """
        import torch

        with torch.inference_mode():
            x = self._embedded(texts)
            groups = list(_groups(texts))
            for layer in self._layers:
                x = self._through(layer, x, groups)
            return list(x.split([len(t) for t in texts]))

    def _embedded(self, texts: Sequence[Sequence[int]]) -> torch.Tensor:
        import torch
        from torch.nn.functional import embedding

        tokens = torch.tensor([t for text in texts for t in text])
        places = torch.cat([torch.arange(len(text)) for text in texts])
        words, positions, types = (
            self._weights[f"embeddings.{n}_embeddings.weight"]
            for n in ("word", "position", "token_type")
        )
        x = embedding(tokens, words) + embedding(places, positions) + types[0]
        name = "embeddings.LayerNorm"
        return _normalised(x, (self._weights[f"{name}.weight"], self._weights[f"{name}.bias"]))

    def _through(
        self, layer: _Layer, x: torch.Tensor, groups: Sequence[tuple[slice, int]]
    ) -> torch.Tensor:
        """groups: the rows of texts of one length, and how many texts they are."""
        import torch
        from torch.nn.functional import gelu, linear, scaled_dot_product_attention

        mixed = linear(x.to(self._type), *layer.attend)
        context = torch.empty_like(mixed[:, :WIDTH])
        for rows, count in groups:
            # (texts, tokens, query|key|value, heads, width of a head)
            own = mixed[rows].view(count, -1, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
            seen = scaled_dot_product_attention(own[0], own[1], own[2])
            context[rows] = seen.transpose(1, 2).reshape(-1, WIDTH)
        x = _normalised(x + linear(context, *layer.project), layer.attended)
        wide = gelu(linear(x.to(self._type), *layer.widen))
        return _normalised(x + linear(wide, *layer.narrow), layer.done)


def _groups(texts: Sequence[Sequence[int]]) -> Iterator[tuple[slice, int]]:
    start = 0
    for length, alike in groupby(len(t) for t in texts):
        count = len(list(alike))
        yield slice(start, start + count * length), count
        start += count * length


def _normalised(x: torch.Tensor, norm: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    from torch.nn.functional import layer_norm

    weight, bias = norm
    return layer_norm(x, [WIDTH], weight, bias, EPSILON)


def _has_bfloat16() -> bool:
    import torch

    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
