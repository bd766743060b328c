"""all-MiniLM-L6-v2 with three heads: where, whether, and what it says of a statement.

It reads ``[CLS] question [SEP] headline. text [SEP]`` with token types 0 and 1, and for a statement
``[CLS] statement [SEP] text [SEP]`` with the types the other way round, so that it knows which of
the two it is asked.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel

HIDDEN = 384
FAR = -1e4


class Read(NamedTuple):
    """starts, ends: (batch, length), FAR outside the text. answers: (batch). bears: (batch, 3)."""

    starts: Tensor
    ends: Tensor
    answers: Tensor
    bears: Tensor


class ReaderModel(nn.Module):
    """The word embeddings stay as they are: the data have a part of the words only."""

    def __init__(
        self, base: Path, dropout: float = 0.0, frozen_layers: int = 0, attention: str = "sdpa"
    ) -> None:
        super().__init__()
        config = AutoConfig.from_pretrained(base)
        config.hidden_dropout_prob = dropout
        config.attention_probs_dropout_prob = 0.0
        self.body = AutoModel.from_pretrained(
            base, config=config, add_pooling_layer=False, attn_implementation=attention
        )
        self.spans = nn.Linear(HIDDEN, 2)
        self.judging = nn.Linear(3 * HIDDEN, HIDDEN)
        self.answers = nn.Linear(HIDDEN, 1)
        self.bearing = nn.Linear(HIDDEN, HIDDEN)
        self.bears = nn.Linear(HIDDEN, 3)
        frozen = [self.body.embeddings.word_embeddings, self.body.embeddings.position_embeddings]
        for part in [*frozen, *self.body.encoder.layer[:frozen_layers]]:
            part.requires_grad_(False)

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor, text: Tensor) -> Read:
        """mask: 1 where there is a word piece. text: 1 where a span may begin or end."""
        words = self.body(
            input_ids=ids, token_type_ids=types, attention_mask=mask
        ).last_hidden_state
        first = words[:, 0]
        starts, ends = self.spans(words).unbind(-1)
        outside = (1 - text.to(starts.dtype)) * FAR
        starts, ends = starts + outside, ends + outside
        # Whether it is answered is judged by looking at the place that would answer it.
        places = [self._look(logits, words) for logits in (starts, ends)]
        judged = torch.tanh(self.judging(torch.cat([first, *places], dim=-1)))
        weighed = torch.tanh(self.bearing(first))
        return Read(starts, ends, self.answers(judged).squeeze(-1), self.bears(weighed))

    @staticmethod
    def _look(logits: Tensor, words: Tensor) -> Tensor:
        weights = torch.softmax(logits.detach(), dim=-1)
        return (weights.unsqueeze(1) @ words).squeeze(1)
