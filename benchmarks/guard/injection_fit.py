"""How the injection model is fitted: readings of rows in packed arrays, a small network of two views, and its numbers.

The first view scores each piece of a window in the light of the rest (an order in data), the second the window as a
whole (a persuasion that no single sentence shows). Both are taught by the row's label, the first by the place of the
order too where it is known. Whole blocks of features are left out at random, so that no single one is leant on.
"""

from __future__ import annotations

import hashlib
import pickle
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.guard.injection_data import Row
from numpy.typing import NDArray

from vedette.guard.injection import features, features_words, model_words, segments
from vedette.models import pieces
from vedette.models.pieces import Vectors

HIDDEN = 64
BATCH = 256
DECAY = 0.05
SMOOTH = 0.005
"""How far labels are moved from 0 and 1."""
LEARN_WORDS = 0.3
"""First step in the weights of runs."""


@dataclass(slots=True)
class Packed:
    """Readings of rows: windows of all rows after each other, pieces of all windows after each other."""

    dense: NDArray[np.float16]
    window_of: NDArray[np.int32]
    """(n_pieces,)"""
    whole: NDArray[np.float32]
    pairs: NDArray[np.int32]
    pair_starts: NDArray[np.int64]
    """(n_pieces + 1,)"""
    piece_starts: NDArray[np.int64]
    """(n_windows + 1,)"""
    row_of: NDArray[np.int32]
    """(n_windows,)"""
    told: NDArray[np.int8]
    """(n_pieces,) 1 where the order stands, 0 where none does, -1 unknown."""
    runs: NDArray[np.int32]
    """Buckets of runs of letters and words, those of all windows after each other."""
    much: NDArray[np.float16]
    """How much each counts."""
    run_starts: NDArray[np.int64]
    """(n_windows + 1,)"""


def pack(rows: Sequence[Row], vectors: Vectors, most: int | None = None, seed: int = 0) -> Packed:
    """Read rows; of benign ones at most so many windows, drawn at random."""
    drawn = random.Random(seed)
    dense, whole, pairs, pair_sizes, sizes, row_of, told = [], [], [], [], [], [], []
    heard: list[model_words.Runs] = []
    for number, row in enumerate(rows):
        text = row.text[:400_000]
        found = features.read(text, vectors)
        if most and len(found) > most and not row.attack:
            found = drawn.sample(found, most)
        for reading in found:
            if row.planted:
                low, high = row.planted
                marks = [int(one.start < high and one.end > low) for one in reading.pieces]
                if not any(marks) and len(found) > 1:
                    continue
            else:
                marks = [-1 if row.attack else 0] * len(reading.pieces)
                if row.attack and len(marks) == 1:
                    marks = [1]
            dense.append(reading.dense.astype(np.float16))
            whole.append(reading.whole)
            pairs.append(reading.pairs)
            pair_sizes.append(np.diff(np.concatenate([[0], reading.pair_ends])))
            sizes.append(len(reading.pieces))
            row_of.append(number)
            told += marks
            heard.append(model_words.runs(text[reading.pieces[0].start : reading.pieces[-1].end]))
    return Packed(
        np.concatenate(dense),
        np.repeat(np.arange(len(sizes)), sizes).astype(np.int32),
        np.stack(whole),
        np.concatenate(pairs),
        np.concatenate([[0], np.cumsum(np.concatenate(pair_sizes))]),
        np.concatenate([[0], np.cumsum(sizes)]),
        np.array(row_of, dtype=np.int32),
        np.array(told, dtype=np.int8),
        np.concatenate([buckets for buckets, _ in heard]),
        np.concatenate([much.astype(np.float16) for _, much in heard]),
        np.concatenate([[0], np.cumsum([len(buckets) for buckets, _ in heard])]),
    )


def packed(rows: Sequence[Row], vectors: Vectors, cache: Path | None, name: str, most: int | None = None) -> Packed:
    """Return the readings of rows, kept in a folder if one is given."""
    if cache is None:
        return pack(rows, vectors, most)
    readers = [pieces.__file__, features.__file__, features_words.__file__, segments.__file__, model_words.__file__]
    code = b"".join(Path(str(one)).read_bytes() for one in readers)
    seen = hashlib.sha256(
        code + vectors.table.tobytes() + "\0".join(row.text for row in rows).encode("utf-8", "replace")
    )
    path = cache / f"{name}-{most}-{seen.hexdigest()[:16]}.pickle"
    if path.exists():
        with path.open("rb") as file:
            kept: Packed = pickle.load(file)
        return kept
    made = pack(rows, vectors, most)
    cache.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        pickle.dump(made, file, protocol=5)
    return made


def weights_of(rows: Sequence[Row], power: float = 0.5) -> NDArray[np.float64]:
    """Return what each row counts: a set as a power of its size, attacks and benign rows as much as each other."""
    sizes = Counter((row.source, row.attack) for row in rows)
    weights = np.array([sizes[row.source, row.attack] ** (power - 1) for row in rows])
    bad = np.array([row.attack for row in rows])
    weights[bad] *= 0.5 / weights[bad].sum()
    weights[~bad] *= 0.5 / weights[~bad].sum()
    return weights * len(rows)


@dataclass(slots=True)
class Net:
    """What was learnt, as arrays."""

    arrays: dict[str, NDArray[np.float32]]


@dataclass(slots=True)
class Taught:
    """Networks from different starts, and what runs of letters and words say."""

    nets: list[Net]
    words: NDArray[np.float32]
    """(n_buckets,)"""
    words_bias: float
    near: dict[str, NDArray[np.float32]]


def score(taught: Taught, given: Packed, wanted: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return what networks and runs say of each row wanted, in its worst window; NaN for the others."""
    from vedette.guard.injection.model import NOTHING, judge, of_window

    nets = taught.nets

    out = np.full(len(wanted), np.nan, dtype=np.float32)
    out[wanted] = NOTHING
    for i in np.flatnonzero(wanted[given.row_of]):
        low, high = given.piece_starts[i], given.piece_starts[i + 1]
        first, last = given.pair_starts[low], given.pair_starts[high]
        dense, pairs = given.dense[low:high].astype(np.float32), given.pairs[first:last]
        ends = given.pair_starts[low + 1 : high + 1] - first
        each = [judge(net.arrays, dense, pairs, ends, given.whole[i])[0] for net in nets]
        start, end = given.run_starts[i], given.run_starts[i + 1]
        told = given.runs[start:end], given.much[start:end].astype(np.float32)
        heard = model_words.said(taught.words, taught.words_bias, told)
        row = given.row_of[i]
        out[row] = max(out[row], of_window(sum(each) / len(each), heard))
    return out


_STANDARD: dict[int, tuple[Any, Any, Any]] = {}


def _standard(given: Packed) -> tuple[Any, Any, Any]:
    """Return the mean and the spread of the features of pieces, and the features with both taken out."""
    if id(given) not in _STANDARD:
        some = given.dense[:: max(len(given.dense) // 20000, 1)].astype(np.float32)
        mean, spread = some.mean(0), some.std(0) + 0.05
        _STANDARD[id(given)] = mean, spread, (given.dense.astype(np.float32) - mean) / spread
    return _STANDARD[id(given)]


def ranges(starts: NDArray[Any], sizes: NDArray[Any]) -> NDArray[np.int64]:
    """Return the numbers of ranges after each other."""
    ends = np.cumsum(sizes)
    return np.repeat(starts - np.concatenate([[0], ends[:-1]]), sizes) + np.arange(int(ends[-1]) if len(ends) else 0)


def fit(given: Packed, rows: Sequence[Row], keep: NDArray[np.bool_], *, seed: int = 0, epochs: int = 6,
        weights: NDArray[np.float64] | None = None, hidden: int = HIDDEN) -> Net:  # fmt: skip
    """Return a network taught by the rows kept."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    n_dense, n_whole = given.dense.shape[1], given.whole.shape[1]
    label = np.array([row.attack for row in rows], dtype=np.float32)
    worth = np.zeros(len(rows))
    worth[keep] = (
        weights_of([row for row, k in zip(rows, keep, strict=True) if k]) if weights is None else weights[keep]
    )
    per_row = np.bincount(given.row_of, minlength=len(rows))
    dims = (n_dense - 2 * features.N_CONCEPTS - features.N_SHAPE - features.N_PLACE) // 2
    blocks = [(0, dims), (dims, 2 * dims), (2 * dims, 2 * dims + features.N_CONCEPTS),
              (2 * dims + features.N_CONCEPTS, 2 * dims + 2 * features.N_CONCEPTS)]  # fmt: skip
    mean, spread, dense = _standard(given)
    wmean, wspread = given.whole.mean(0), given.whole.std(0) + 0.02

    class Two(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Linear(n_dense, hidden)
            self.pairs = nn.EmbeddingBag(features.N_PAIRS, hidden, mode="sum")
            nn.init.normal_(self.pairs.weight, std=0.01)
            self.second = nn.Linear(hidden, 32)
            self.piece = nn.Linear(32, 1)
            self.whole = nn.Linear(2 * hidden + n_whole, 48)
            self.out = nn.Linear(48, 1)
            self.drop = nn.Dropout(0.3)

        def forward(self, x: Any, p: Any, po: Any, w: Any, of: Any, n: int) -> tuple[Any, Any]:
            h = torch.relu(self.first(x) + self.pairs(p, po))
            h = self.drop(h)
            s = self.piece(torch.relu(self.second(h))).squeeze(1)
            at = of[:, None].expand(-1, h.shape[1])
            top = torch.full((n, h.shape[1]), 0.0).scatter_reduce(0, at, h, "amax", include_self=True)
            mid = torch.zeros((n, h.shape[1])).scatter_reduce(0, at, h, "mean", include_self=False)
            d = self.out(torch.relu(self.whole(torch.cat([top, mid, w], 1)))).squeeze(1)
            best = torch.full((n,), -30.0).scatter_reduce(0, of, s, "amax", include_self=True)
            return torch.logaddexp(best, d), s

    net = Two()
    steps = [{"params": [q for name, q in net.named_parameters() if "pairs" not in name], "weight_decay": DECAY},
             {"params": net.pairs.parameters(), "weight_decay": DECAY}]  # fmt: skip
    opt = torch.optim.AdamW(steps, lr=3e-3)
    windows = np.flatnonzero(keep[given.row_of])
    per_epoch = (len(windows) + BATCH - 1) // BATCH
    sched = torch.optim.lr_scheduler.OneCycleLR(opt, 6e-3, total_steps=epochs * per_epoch + 1)
    loss_of = nn.BCEWithLogitsLoss(reduction="none")
    net.train()
    for _ in range(epochs):
        rng.shuffle(windows)
        for start in range(0, len(windows), BATCH):
            some = windows[start : start + BATCH]
            sizes = given.piece_starts[some + 1] - given.piece_starts[some]
            index = ranges(given.piece_starts[some], sizes)
            of = torch.from_numpy(np.repeat(np.arange(len(some)), sizes))
            x = dense[index]
            p_sizes = given.pair_starts[index + 1] - given.pair_starts[index]
            p = given.pairs[ranges(given.pair_starts[index], p_sizes)]
            po = np.concatenate([[0], np.cumsum(p_sizes)[:-1]])
            for low, high in blocks:
                out = np.repeat(rng.random(len(some)) < 0.2, sizes)
                x[out, low:high] = 0.0
            w = (given.whole[some] - wmean) / wspread
            w[rng.random(len(some)) < 0.3] = 0.0
            p_t = torch.from_numpy(p.astype(np.int64))
            logit, s = net(
                torch.from_numpy(x), p_t, torch.from_numpy(po), torch.from_numpy(w.astype(np.float32)), of, len(some)
            )
            y = torch.from_numpy(label[given.row_of[some]])
            y = y * (1 - 2 * SMOOTH) + SMOOTH
            weight = torch.from_numpy((worth[given.row_of[some]] / per_row[given.row_of[some]]).astype(np.float32))
            loss = (loss_of(logit, y) * weight).mean()
            told = torch.from_numpy(given.told[index].astype(np.float32))
            known = told >= 0
            each = loss_of(s, told.clamp(min=0)) * known
            per = torch.zeros(len(some)).scatter_reduce(0, of, each, "mean", include_self=False)
            loss = loss + 0.5 * (per * weight).mean()
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            opt.step()
            sched.step()
    net.eval()
    got = {name: q.detach().numpy().astype(np.float32) for name, q in net.named_parameters()}
    first = got["first.weight"] / spread[None]
    whole = got["whole.weight"].copy()
    whole[:, 2 * hidden :] /= wspread[None]
    arrays = {
        "first": first.T.copy(), "first_bias": got["first.bias"] - first @ mean, "pairs": got["pairs.weight"],
        "second": got["second.weight"].T.copy(), "second_bias": got["second.bias"],
        "piece": got["piece.weight"][0], "piece_bias": got["piece.bias"],
        "whole": whole.T.copy(), "whole_bias": got["whole.bias"] - whole[:, 2 * hidden :] @ wmean,
        "out": got["out.weight"][0], "out_bias": got["out.bias"],
    }  # fmt: skip
    return Net({name: np.ascontiguousarray(a, dtype=np.float32) for name, a in arrays.items()})


def fit_words(given: Packed, rows: Sequence[Row], keep: NDArray[np.bool_], *, seed: int = 0, epochs: int = 5,
              decay: float = 2e-6) -> tuple[NDArray[np.float32], float]:  # fmt: skip
    """Return the weight of each bucket of runs and the bias, taught by the rows kept."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    label = np.array([row.attack for row in rows], dtype=np.float32)
    worth = np.zeros(len(rows))
    worth[keep] = weights_of([row for row, k in zip(rows, keep, strict=True) if k])
    per_row = np.maximum(np.bincount(given.row_of, minlength=len(rows)), 1)
    windows = np.flatnonzero(keep[given.row_of])
    bag = nn.EmbeddingBag(2 * model_words.SIZE, 1, mode="sum")
    nn.init.zeros_(bag.weight)
    bias = nn.Parameter(torch.zeros(1))
    opt = torch.optim.Adam([bag.weight, bias], lr=LEARN_WORDS)
    per_epoch = (len(windows) + BATCH - 1) // BATCH
    sched = torch.optim.lr_scheduler.LinearLR(opt, 1.0, 0.05, total_iters=epochs * per_epoch)
    loss_of = nn.BCEWithLogitsLoss(reduction="none")
    for _ in range(epochs):
        rng.shuffle(windows)
        for start in range(0, len(windows), BATCH):
            some = windows[start : start + BATCH]
            sizes = given.run_starts[some + 1] - given.run_starts[some]
            index = ranges(given.run_starts[some], sizes)
            offsets = torch.from_numpy(np.concatenate([[0], np.cumsum(sizes)[:-1]]))
            places = torch.from_numpy(given.runs[index].astype(np.int64))
            much = torch.from_numpy(given.much[index].astype(np.float32))
            logit = bag(places, offsets, per_sample_weights=much).squeeze(1) + bias
            of_row = given.row_of[some]
            weight = torch.from_numpy((worth[of_row] / per_row[of_row]).astype(np.float32))
            loss = (loss_of(logit, torch.from_numpy(label[of_row])) * weight).mean()
            loss = loss + decay * (bag.weight**2).sum()
            opt.zero_grad()
            loss.backward()
            opt.step()
            sched.step()
    return bag.weight.detach().numpy()[:, 0].copy(), float(bias.detach())
