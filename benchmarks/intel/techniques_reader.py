"""How the reader of sentences in context is taught: what the encoder says of them, once, and a small network over it.

The network learns from a report's sentences in order whether each names a technique; and which, from those that do and
from ATT&CK's examples of procedures, which the tagger learns from too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.guard.injection_context import Store
from benchmarks.intel.techniques_data import Report, lines
from numpy.typing import NDArray

from vedette.intel.techniques import reading
from vedette.intel.techniques.context import Floats, rolled
from vedette.models.convolution import Matrix
from vedette.models.encoder import shipped_encoder

WIDTH, HIDDEN, HELD = 96, 64, 48
AT_ONCE = 48
"""Sentences of a report that are learnt from at once."""
EXAMPLES_AT_ONCE = 24
RATE, DECAY = 1.5e-3, 0.02
WHICH_COUNTS = 0.3


@dataclass(frozen=True)
class Texts:
    """Where the encoder's word on each text stands."""

    store: Store
    at: NDArray[np.int64]
    sizes: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str], store: Store) -> Texts:
        ids = [reading.piece_ids(text, store.encoder) for text in texts]
        return cls(store, store.of(ids), np.array([len(own) for own in ids]))

    def states(self, i: int) -> Matrix:
        """What is said of one text's pieces, (n_pieces, width)."""
        return np.asarray(self.store.known[self.at[i] : self.at[i] + self.sizes[i]], dtype=np.float32)

    def batch(self, some: NDArray[np.int64]) -> tuple[Any, Any]:
        import torch

        longest = int(self.sizes[some].max())
        states = np.zeros((len(some), longest, self.store.width), dtype=np.float32)
        live = np.zeros((len(some), longest), dtype=bool)
        for row, i in enumerate(some):
            states[row, : self.sizes[i]], live[row, : self.sizes[i]] = self.states(int(i)), True
        return torch.from_numpy(states), torch.from_numpy(live)


@dataclass(frozen=True)
class Material:
    """What readers learn from."""

    sentences: Texts
    """Of all reports, one after the other."""
    starts: NDArray[np.int64]
    """(n_reports + 1,) where each report's sentences start."""
    examples: Texts
    example_labels: NDArray[np.int64]


def material(reports: Sequence[Report], labels: Sequence[str], shared: Path, folder: Path | None) -> Material:
    """Encode all sentences and examples, once; a folder keeps what was encoded."""
    store = Store(shipped_encoder(), folder)
    number = {label: i for i, label in enumerate(labels)}
    rows = [
        (row["text"], rolled(row["technique"])) for row in lines(shared / "attack-procedures" / "procedures.jsonl.gz")
    ]
    known = [(text, number[label]) for text, label in rows if label in number]
    return Material(
        Texts.of([text for r in reports for text in r.texts], store),
        np.concatenate(([0], np.cumsum([len(r.sentences) for r in reports]))),
        Texts.of([text for text, _ in known], store),
        np.array([label for _, label in known]),
    )


def reader_of(
    given: Material,
    reports: Sequence[Report],
    keep: Sequence[int],
    looks: Sequence[Floats],
    labels: Sequence[str],
    passes: int,
    seed: int = 0,
) -> dict[str, Matrix]:
    """Return the layers taught by some of the reports; ``looks`` are detectors' scores that never saw their report."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    call, wide = nn.functional, (reading.HEEDS + 1) * WIDTH

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.near = nn.Conv1d(given.sentences.store.width, WIDTH, 3, padding=1)
            self.heed = nn.Linear(WIDTH, reading.HEEDS)
            self.view, self.out, self.which = (
                nn.Linear(wide, HIDDEN),
                nn.Linear(HIDDEN, 1),
                nn.Linear(wide, len(labels)),
            )
            self.passed = nn.GRU(wide, HELD, batch_first=True, bidirectional=True)
            self.around = nn.Linear(2 * HELD, 1)
            self.drop, self.drop_view, self.drop_out = nn.Dropout(0.2), nn.Dropout(0.3), nn.Dropout(0.2)

        def views(self, states: Any, live: Any) -> Any:
            states = (self.drop(states) * live[..., None]).transpose(1, 2)
            h = torch.relu(self.near(states)).transpose(1, 2)
            share = self.heed(h).masked_fill(~live[..., None], -1e4).softmax(1)
            most = h.masked_fill(~live[..., None], -1e4).amax(1)
            return torch.cat([(share.transpose(1, 2) @ h).flatten(1), most], 1)

        def odds(self, views: Any) -> Any:
            own = self.out(self.drop_out(torch.relu(self.view(self.drop_view(views)))))[:, 0]
            return own + self.around(self.passed(views[None])[0])[0, :, 0]

    number = {label: i for i, label in enumerate(labels)}
    parts: list[tuple[int, NDArray[np.int64]]] = []
    for i in keep:
        at = np.flatnonzero(looks[i] > reading.READ_ABOVE)
        parts += [(i, at[first : first + AT_ONCE]) for first in range(0, len(at), AT_ONCE)]
    net = Network()
    opt = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    sched = torch.optim.lr_scheduler.OneCycleLR(opt, RATE, total_steps=passes * len(parts), pct_start=0.1)
    net.train()
    for _ in range(passes):
        for j in rng.permutation(len(parts)):
            i, at = parts[j]
            truth = [reports[i].truth[k] for k in at]
            views = net.views(*given.sentences.batch(given.starts[i] + at))
            some = rng.integers(0, len(given.example_labels), EXAMPLES_AT_ONCE)
            told = net.which(net.views(*given.examples.batch(some)))
            names = torch.tensor([float(bool(t)) for t in truth])
            loss = call.binary_cross_entropy_with_logits(net.odds(views), names)
            loss = loss + WHICH_COUNTS * call.cross_entropy(told, torch.from_numpy(given.example_labels[some]))
            rows = [k for k, t in enumerate(truth) if t]
            if rows:
                wanted = np.zeros((len(rows), len(labels)), dtype=np.float32)
                for row, k in enumerate(rows):
                    wanted[row, [number[label] for label in truth[k]]] = 1 / len(truth[k])
                which = call.cross_entropy(net.which(views)[rows], torch.from_numpy(wanted))
                loss = loss + WHICH_COUNTS * (len(rows) / 8) * which
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1)
            opt.step()
            sched.step()
    return _layers({name: layer.detach().numpy() for name, layer in net.named_parameters()})


def _layers(got: dict[str, Any]) -> dict[str, Matrix]:
    found = {"near": got["near.weight"].transpose(2, 1, 0).reshape(-1, WIDTH), "near_bias": got["near.bias"]}
    for name in ("heed", "view", "out", "which", "around"):
        found[name], found[f"{name}_bias"] = got[f"{name}.weight"].T, got[f"{name}.bias"]
    for way, end in (("ahead", ""), ("back", "_reverse")):
        for name, there in (("in", "ih"), ("own", "hh")):
            found[f"{way}_{name}"] = got[f"passed.weight_{there}_l0{end}"].T
            found[f"{way}_{name}_bias"] = got[f"passed.bias_{there}_l0{end}"]
    return {name: np.ascontiguousarray(found[name].astype(np.float16), dtype=np.float32) for name in reading.LAYERS}


def heard(given: Material, layers: dict[str, Matrix], i: int, looks: Floats) -> tuple[Floats, Floats]:
    """What a reader says of one report's sentences."""
    at = np.flatnonzero(looks > reading.READ_ABOVE)
    views = [reading.view_of(layers, given.sentences.states(int(given.starts[i] + k))) for k in at]
    return reading.spread(layers, np.array(views, dtype=np.float32), at, len(looks))
