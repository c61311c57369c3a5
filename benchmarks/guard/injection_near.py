"""How the convolutions are fitted: windows of tokens, drawn so that every set counts, and a network that reads them.

Each epoch draws the same number of windows, a set as often as its worth says. Rows of the table start as the static
word vectors and are learnt along.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from benchmarks.guard import injection_fit as fit
from benchmarks.guard.injection_data import Row
from numpy.typing import NDArray

from vedette.guard.injection import features_tokens, model_near
from vedette.models.pieces import Vectors

WIDTH, WIDE, HEAD = 64, 32, 64
EPOCHS, DRAWN, BATCH, RATE = 3, 10_000, 128, 3e-3
GAP = 6
"""Empty tokens between windows of a batch: no convolution reaches across."""
MOST_WINDOWS = 5
"""Windows of one benign row that are trained on."""


@dataclass(slots=True)
class Tokens:
    """Windows of rows, tokens of all windows after each other."""

    ids: NDArray[np.int32]
    told: NDArray[np.int8]
    """1 where the order stands, 0 where none does, -1 unknown."""
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    row_of: NDArray[np.int32]
    teaches: NDArray[np.bool_]
    """(n_windows,)"""


def read(rows: Sequence[Row], vectors: Vectors, seed: int = 0) -> Tokens:
    """Return the windows of rows."""
    drawn = random.Random(seed)
    ids, told, row_of, teaches = [], [], [], []
    for number, row in enumerate(rows):
        found, marks = features_tokens.tokens(row.text[:400_000], vectors, row.planted)
        if not found:
            continue
        all_ids, all_marks = np.array(found, dtype=np.int32), np.array(marks, dtype=np.int8)
        if not row.planted:
            all_marks[:] = -1 if row.attack else 0
        places = list(features_tokens.starts(len(found)))
        most = len(places) > MOST_WINDOWS and not row.attack
        kept = set(drawn.sample(places, MOST_WINDOWS) if most else places)
        for start in places:
            mark = all_marks[start : start + features_tokens.WINDOW]
            ids.append(all_ids[start : start + features_tokens.WINDOW])
            told.append(mark)
            row_of.append(number)
            empty = row.attack and row.planted and not mark.any() and len(places) > 1
            teaches.append(start in kept and not empty)
    sizes = np.array([len(one) for one in ids])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return Tokens(np.concatenate(ids), np.concatenate(told), starts, sizes, np.array(row_of, dtype=np.int32),
                  np.array(teaches))  # fmt: skip


def score(layers: dict[str, Any], given: Tokens, numbers: NDArray[np.float32], wanted: NDArray[np.bool_]) -> Any:
    """Return the score of each row wanted, that of its worst window; NaN for the others."""
    out = np.full(len(wanted), np.nan, dtype=np.float32)
    out[wanted] = model_near.NOTHING
    for i in np.flatnonzero(wanted[given.row_of[: np.searchsorted(given.row_of, len(wanted))]]):
        row = given.row_of[i]
        ids = given.ids[given.starts[i] : given.starts[i] + given.sizes[i]]
        out[row] = max(out[row], model_near.heed(layers, ids, numbers[row]))
    return out


def learnt(given: Tokens, rows: Sequence[Row], numbers: NDArray[np.float32], keep: NDArray[np.bool_],
           vectors: Vectors, seed: int = 0) -> dict[str, NDArray[np.float32]]:  # fmt: skip
    """Return the layers taught by the rows kept."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    nothing = features_tokens.n_rows(len(vectors.table)) - 1
    mean, spread = numbers.mean(0), numbers.std(0) + 0.02

    class Near(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            start = torch.randn(nothing + 1, vectors.table.shape[1]) * 0.1
            start[: len(vectors.table)] = torch.from_numpy(vectors.table / vectors.table.std() * 0.5)
            start[nothing] = 0
            n_dims = start.shape[1]
            self.table = nn.Parameter(start)
            self.near = nn.Conv1d(n_dims, WIDTH, 5, padding=2)
            self.second = nn.Conv1d(WIDTH, WIDTH, 3, padding=1)
            self.third = nn.Conv1d(WIDTH, WIDTH, 3, padding=3, dilation=3)
            self.wide, self.told = nn.Linear(n_dims, WIDE), nn.Linear(WIDE, WIDTH)
            self.token, self.strong = nn.Linear(WIDTH, WIDE), nn.Linear(WIDE, 1)
            self.heed = nn.Linear(WIDTH, 1)
            self.whole, self.out = nn.Linear(3 * WIDTH + numbers.shape[1], HEAD), nn.Linear(HEAD, 1)
            self.rule = nn.Parameter(torch.tensor([2.0]))
            self.drop, self.drop_view = nn.Dropout(0.15), nn.Dropout(0.3)

        def forward(self, ids: Any, of: Any, live: Any, n: int, told: Any, rule: Any) -> tuple[Any, Any]:
            mask = live[:, None].float()
            row_mask = mask.t()[None]
            x = nn.functional.embedding_bag(ids, self.table, mode="sum") * mask
            count = torch.zeros(n).index_add(0, of, live.float()).clamp(min=1)[:, None]
            about = torch.zeros(n, WIDE).index_add(0, of, torch.relu(self.wide(x)) * mask) / count
            h = torch.relu(self.near(x.t()[None]) + self.told(about)[of].t()[None]) * row_mask
            h = self.drop(h)
            h = h + torch.relu(self.second(h)) * row_mask
            h = h + torch.relu(self.third(h)) * row_mask
            h = h[0].t()
            low = torch.tensor(-30.0)
            each = torch.where(live, self.strong(torch.relu(self.token(h))).squeeze(1), low)
            share = torch.where(live, self.heed(h).squeeze(1), low)
            top = torch.full((n,), -30.0).scatter_reduce(0, of, share, "amax").detach()
            share = torch.exp(share - top[of]) * live.float()
            share = share / torch.zeros(n).index_add(0, of, share)[of]
            heeded = torch.zeros(n, WIDTH).index_add(0, of, h * share[:, None])
            peak = torch.zeros(n, WIDTH).scatter_reduce(0, of[:, None].expand(-1, WIDTH), h, "amax")
            middle = torch.zeros(n, WIDTH).index_add(0, of, h) / count
            view = self.drop_view(torch.cat([peak, middle, heeded, told], 1))
            whole = self.out(torch.relu(self.whole(view))).squeeze(1)
            best = torch.full((n,), -30.0).scatter_reduce(0, of, each, "amax")
            return torch.logaddexp(best, whole) + self.rule.clamp(min=0) * rule, each

    net = Near()
    keep = keep.copy()
    worth = np.zeros(len(rows))
    worth[keep] = fit.weights_of([row for row, k in zip(rows, keep, strict=True) if k])
    usable = np.flatnonzero(keep[given.row_of] & given.teaches)
    of_row = given.row_of[usable]
    odds = np.cumsum(worth[of_row] / np.bincount(of_row, minlength=len(rows))[of_row])
    odds /= odds[-1]
    label = np.array([row.attack for row in rows], dtype=np.float32)
    others = [q for name, q in net.named_parameters() if name != "table"]
    opt = torch.optim.AdamW([{"params": others, "weight_decay": 0.02}, {"params": [net.table], "weight_decay": 0.0}],
                            lr=RATE)  # fmt: skip
    n_batches = DRAWN // BATCH
    sched = torch.optim.lr_scheduler.OneCycleLR(opt, [1.5 * RATE, RATE], total_steps=EPOCHS * n_batches + 1,
                                                pct_start=0.15)  # fmt: skip
    loss_of = nn.BCEWithLogitsLoss(reduction="none")
    net.train()
    for _ in range(EPOCHS):
        points = (np.arange(DRAWN) + rng.random(DRAWN)) / DRAWN
        picked = rng.permutation(usable[np.minimum(np.searchsorted(odds, points), len(usable) - 1)])
        parts = np.array_split(picked, DRAWN // (BATCH * 8))
        picked = np.concatenate([part[np.argsort(given.sizes[part], kind="stable")] for part in parts])
        batches = [picked[i : i + BATCH] for i in range(0, n_batches * BATCH, BATCH)]
        for b in rng.permutation(len(batches)):
            some = batches[b]
            sizes = given.sizes[some]
            index = fit.ranges(given.starts[some], sizes)
            ends = np.cumsum(sizes + GAP)
            places = (
                np.repeat(ends - sizes - GAP, sizes)
                + np.arange(len(index))
                - np.repeat(np.cumsum(sizes) - sizes, sizes)
            )
            ids = np.full((int(ends[-1]), features_tokens.SLOTS), nothing, dtype=np.int64)
            ids[places] = given.ids[index]
            ids[rng.random(len(ids)) < 0.1, 0] = nothing
            live = np.zeros(len(ids), dtype=bool)
            live[places] = True
            of = torch.from_numpy(np.repeat(np.arange(len(some)), sizes + GAP))
            own = given.row_of[some]
            told = ((numbers[own] - mean) / spread).astype(np.float32)
            told[rng.random(len(some)) < 0.3] = 0
            rule = numbers[own, -2:].max(1) * (rng.random(len(some)) > 0.2)
            logit, each = net(torch.from_numpy(ids), of, torch.from_numpy(live), len(some), torch.from_numpy(told),
                              torch.from_numpy(rule.astype(np.float32)))  # fmt: skip
            truth = torch.from_numpy(label[own] * (1 - 2 * fit.SMOOTH) + np.float32(fit.SMOOTH))
            loss = loss_of(logit, truth).mean()
            marks = torch.from_numpy(given.told[index].astype(np.float32))
            at = torch.from_numpy(places)
            per_token = loss_of(each[at], marks.clamp(min=0)) * (marks >= 0)
            per = torch.zeros(len(some)).index_add(0, of[at], per_token) / torch.from_numpy(sizes.astype(np.float32))
            loss = loss + 0.5 * per.mean()
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            opt.step()
            sched.step()
    got = {name: q.detach().numpy().astype(np.float32) for name, q in net.named_parameters()}
    whole = got["whole.weight"].copy()
    whole[:, 3 * WIDTH :] /= spread
    layers = {
        "table": got["table"], "rule": np.maximum(got["rule"], 0), "heed": got["heed.weight"][0],
        "wide": got["wide.weight"].T, "wide_bias": got["wide.bias"], "told": got["told.weight"].T,
        "told_bias": got["told.bias"], "token": got["token.weight"].T, "token_bias": got["token.bias"],
        "strong": got["strong.weight"][0], "strong_bias": got["strong.bias"], "whole": whole.T,
        "whole_bias": got["whole.bias"] - whole[:, 3 * WIDTH :] @ mean, "out": got["out.weight"][0],
        "out_bias": got["out.bias"],
    }  # fmt: skip
    for name in ("near", "second", "third"):
        layers[name] = got[f"{name}.weight"].transpose(2, 1, 0).reshape(-1, WIDTH)
        layers[name + "_bias"] = got[f"{name}.bias"]
    return {name: np.ascontiguousarray(layer, dtype=np.float32) for name, layer in layers.items()}
