"""The network as it is trained: the layers of ``vedette.intel.entities.model``, in torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from vedette.intel.entities.features import BITS, SLOTS, Features, Read
from vedette.intel.entities.model import GAP, LABELS, Weights

WIDTH, HIDDEN, REMEMBERED = 64, 96, 32
NUMBER = {label: place for place, label in enumerate(LABELS)}
_OF_A_NAME = torch.tensor([[False, True, True, True, False]])
"""Rows that say which name it is: its affixes."""


class Block:
    """Sentences that are read as one document, flat, with gaps between them."""

    def __init__(self, sentences: Sequence[Read], tags: Sequence[Sequence[str]]) -> None:
        n = sum(len(one.keys) + GAP for one in sentences) + GAP
        rows = np.zeros((n, SLOTS), dtype=np.int64)
        meanings = np.zeros((n, sentences[0].meanings.shape[1]), dtype=np.float32)
        bits = np.zeros((n, len(BITS)), dtype=np.float32)
        there = np.zeros((n, 1), dtype=np.float32)
        group = np.full(n, -1, dtype=np.int64)
        wanted = np.full(n, -100, dtype=np.int64)
        keys: dict[str, int] = {}
        at = GAP
        for one, own in zip(sentences, tags, strict=True):
            end = at + len(one.keys)
            rows[at:end], meanings[at:end], bits[at:end], there[at:end] = one.rows, one.meanings, one.bits, 1
            wanted[at:end] = [NUMBER[tag] for tag in own]
            for place, key in enumerate(one.keys, at):
                if key:
                    group[place] = keys.setdefault(key, len(keys))
            at = end + GAP
        self.rows, self.meanings, self.bits, self.there, self.group, self.wanted = (
            torch.from_numpy(x) for x in (rows, meanings, bits, there, group, wanted)
        )
        self.n_names = len(keys)


def taps(x: Tensor, reach: int, step: int = 1) -> Tensor:
    """Return each row beside its neighbours."""
    pad = reach * step
    padded = functional.pad(x, (0, 0, pad, pad))
    return torch.cat([padded[i * step : i * step + len(x)] for i in range(2 * reach + 1)], 1)


class Network(nn.Module):
    """One network."""

    def __init__(self, features: Features) -> None:
        super().__init__()
        n_labels = len(LABELS)
        self.nobody = features.n_rows
        self.table = nn.Embedding(features.n_rows + 1, WIDTH)
        nn.init.normal_(self.table.weight, 0, 0.1)
        self.meaning = nn.Linear(features.n_dims, WIDTH, bias=False)
        self.bits = nn.Linear(len(BITS), WIDTH)
        self.near = nn.Linear(5 * WIDTH, HIDDEN)
        self.second = nn.Linear(3 * HIDDEN, HIDDEN)
        self.third = nn.Linear(3 * HIDDEN, HIDDEN)
        self.first_out = nn.Linear(HIDDEN, n_labels)
        self.remember = nn.Linear(HIDDEN, REMEMBERED)
        self.join = nn.Linear(3 * (HIDDEN + REMEMBERED + n_labels), HIDDEN)
        self.out = nn.Linear(HIDDEN, n_labels)
        self.drop, self.drop_in = nn.Dropout(0.3), nn.Dropout(0.2)

    def forward(self, block: Block, bits: Tensor, forgotten: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return each token's scores, without and with what the document says of its name.

        Args:
            block: the document.
            bits: of its tokens.
            forgotten: names, by number, whose letters and meaning are not shown.
        """
        rows, meanings = block.rows, block.meanings
        if forgotten is not None and block.n_names:
            hidden = torch.cat([forgotten, torch.tensor([False])])[block.group]
            rows = torch.where(hidden[:, None] & _OF_A_NAME, self.nobody, rows)
            meanings = meanings * ~hidden[:, None]
        x = (self.table(rows).sum(1) + self.meaning(meanings) + self.bits(bits)) * block.there
        h = torch.relu(self.near(taps(self.drop_in(x), 2))) * block.there
        h = h + torch.relu(self.second(taps(self.drop(h), 1))) * block.there
        h = self.drop(h + torch.relu(self.third(taps(self.drop(h), 1, 2))) * block.there)
        alone = self.first_out(h)
        own = torch.cat([torch.relu(self.remember(h)), torch.softmax(alone, 1)], 1)
        named = block.group >= 0
        total = torch.zeros(max(block.n_names, 1), own.shape[1]).index_add(0, block.group[named], own[named])
        counts = torch.bincount(block.group[named], minlength=max(block.n_names, 1)).clamp(min=1)
        told = (total / counts[:, None])[block.group.clamp(min=0)] * named[:, None]
        joined = torch.relu(self.join(taps(torch.cat([h, told], 1), 1))) * block.there
        return alone, self.out(self.drop(joined) + h)

    def weights(self) -> Weights:
        """Return the layers as they are served."""

        def of(layer: nn.Linear) -> Any:
            return np.ascontiguousarray(layer.weight.detach().numpy().T, dtype=np.float32)

        layers: dict[str, Any] = {
            "table": self.table.weight.detach().numpy()[: self.nobody],
            "meaning": of(self.meaning),
        }
        for name in ("bits", "near", "second", "third", "first_out", "remember", "join", "out"):
            layer = getattr(self, name)
            layers[name], layers[f"{name}_bias"] = of(layer), layer.bias.detach().numpy().astype(np.float32)
        return Weights(**layers)
