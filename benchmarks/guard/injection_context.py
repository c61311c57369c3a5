"""How the reader of context is fitted: windows through the encoder's layers, once, and convolutions taught on those.

The layers themselves are not taught: what they say of a window is kept in a file, so that every part of every protocol
learns from the same readings. Prompts that no attacker wrote count more than other benign texts, as they are what an
attack is hardest to tell from.
"""

from __future__ import annotations

import hashlib
import pickle
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.guard import injection_fit as fit
from benchmarks.guard.injection_data import Row
from numpy.typing import NDArray
from recipes.injection import harmless

from vedette.guard.injection import model_context
from vedette.models import encoder as encoding
from vedette.models import pieces
from vedette.models.encoder import Encoder
from vedette.models.pieces import Vectors
from vedette.models.shipped import FOLDER, write_manifest

WIDTH, ABOUT, HEAD = 96, 32, 64
EPOCHS, DRAWN, BATCH, RATE, DECAY = 3, 10_000, 32, 2e-3, 0.05
CROP = 112
"""Pieces of a window that are learnt from at once."""
PROMPTS_COUNT = 5.0
PROMPTS = frozenset(
    """notinject wildguard deepset-benign frr own-benign wrapped-benign own-asked-benign piguard-benign
    agentdojo-tasks harmless-benign""".split()
)
"""Benign sets of what users ask."""
MOST_OF_A_SET, MOST_WINDOWS = 600, 4
"""Rows of another benign set, and windows of a row, that are learnt from."""
HARMLESS = 1_500
"""Harmless prompts like attacks, of ours, for this reader alone."""
LONGEST = 64_000
"""Characters of a row that are read: as many as the scanner judges at once."""
AT_ONCE = 6_000
"""Pieces that are encoded at once."""
TOKENS_COUNT = 0.3


class Store:
    """What the encoder says of windows, each worked out once, in a file."""

    def __init__(self, encoder: Encoder, folder: Path | None) -> None:
        """Keep the file in a folder, from one run to the next; none: for this run alone."""
        self.encoder = encoder
        digest = hashlib.sha256(encoder.words.steps.tobytes())
        for name in sorted(encoder.layers):
            digest.update(encoder.layers[name].tobytes())
        self._own = None if folder else tempfile.TemporaryDirectory()
        self.path = Path(self._own.name if self._own else str(folder)) / f"encoded-{digest.hexdigest()[:16]}.f16"
        self.places: dict[bytes, int] = {}
        index = self.path.with_suffix(".pickle")
        if index.exists():
            with index.open("rb") as file:
                self.places = pickle.load(file)
        self.width = encoder.words.table.shape[1]
        self.known: NDArray[np.float16] = np.zeros((0, self.width), dtype=np.float16)
        self._open()

    def _open(self) -> None:
        if self.path.exists() and self.path.stat().st_size:
            self.known = np.memmap(self.path, dtype=np.float16, mode="r").reshape(-1, self.width)

    def of(self, windows: Sequence[NDArray[np.int32]]) -> NDArray[np.int64]:
        """Return where what is said of each window starts in ``known``."""
        keys = [one.tobytes() for one in windows]
        new = {key: one for key, one in zip(keys, windows, strict=True) if key not in self.places}
        if new:
            self._encode(list(new.values()))
        return np.array([self.places[key] for key in keys], dtype=np.int64)

    def _encode(self, windows: list[NDArray[np.int32]]) -> None:
        import torch

        torch.set_num_threads(1)
        layers = _Layers(self.encoder)
        order = sorted(range(len(windows)), key=lambda i: len(windows[i]))
        at = len(self.known)
        with self.path.open("ab") as file, torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            first = 0
            while first < len(order):
                last, longest = first, 0
                while last < len(order) and (last - first + 1) * len(windows[order[last]]) <= AT_ONCE:
                    longest = len(windows[order[last]])
                    last += 1
                some = [windows[i] for i in order[first:last]]
                ids = np.zeros((len(some), longest), dtype=np.int64)
                live = np.zeros((len(some), longest), dtype=bool)
                for j, one in enumerate(some):
                    ids[j, : len(one)], live[j, : len(one)] = one, True
                told = layers(torch.from_numpy(ids), torch.from_numpy(live)).float().numpy().astype(np.float16)
                for j, one in enumerate(some):
                    file.write(told[j, : len(one)].tobytes())
                    self.places[one.tobytes()] = at
                    at += len(one)
                first = last
        with self.path.with_suffix(".pickle").open("wb") as file:
            pickle.dump(self.places, file, protocol=5)
        self._open()


class _Layers:
    """The encoder for many windows at once."""

    def __init__(self, encoder: Encoder) -> None:
        import torch

        self.w = {name: torch.from_numpy(layer) for name, layer in encoder.layers.items()}
        self.table = torch.from_numpy(encoder.words.table)

    def __call__(self, ids: Any, live: Any) -> Any:
        import torch

        w, call = self.w, torch.nn.functional
        away = torch.zeros(len(ids), 1, 1, ids.shape[1]).masked_fill(~live[:, None, None, :], -1e4)

        def normed(x: Any, name: str) -> Any:
            return call.layer_norm(x, (x.shape[-1],), w[name], w[name + "_bias"], 1e-12)

        x = normed(self.table[ids] + w["place"][: ids.shape[1]], "norm")
        n, length, width = x.shape
        for k in range(encoding.LAYERS):
            told = call.linear(x, w[f"{k}-qkv"].t(), w[f"{k}-qkv_bias"])
            q, key, value = told.view(n, length, 3, encoding.HEADS, -1).permute(2, 0, 3, 1, 4)
            heard = call.scaled_dot_product_attention(q, key, value, attn_mask=away).transpose(1, 2)
            x = normed(x + call.linear(heard.reshape(n, length, width), w[f"{k}-o"].t(), w[f"{k}-o_bias"]), f"{k}-n1")
            inner = call.gelu(call.linear(x, w[f"{k}-i"].t(), w[f"{k}-i_bias"]), approximate="tanh")
            x = normed(x + call.linear(inner, w[f"{k}-d"].t(), w[f"{k}-d_bias"]), f"{k}-n2")
        return x


@dataclass(slots=True)
class Heard:
    """Windows that are learnt from."""

    store: Store
    rows: list[Row]
    """Those of the bench, then those for this reader alone."""
    at: NDArray[np.int64]
    """Where what is said of each window starts."""
    sizes: NDArray[np.int64]
    told: list[NDArray[np.int8]]
    """Of each window's pieces: 1 where the order stands, 0 where none does, -1 unknown."""
    row_of: NDArray[np.int64]
    asked: NDArray[np.bool_]
    """(n_rows,) whether it is of a set of prompts."""


def read(rows: Sequence[Row], teaches: NDArray[np.bool_], store: Store, seed: int = 3) -> Heard:
    """Return the windows of the rows that may teach, and of harmless prompts for this reader alone."""
    drawn = random.Random(seed)
    facts = {"attack": False, "source": "harmless-benign", "group": "harmless"}
    rows = [*rows, *(Row(text=text, **facts) for text in harmless.prompts(HARMLESS))]
    teaches = np.concatenate([teaches, np.ones(HARMLESS, dtype=bool)])
    by_set: dict[str, list[int]] = {}
    for i in np.flatnonzero(teaches):
        by_set.setdefault(rows[i].source, []).append(int(i))
    windows: list[NDArray[np.int32]] = []
    told: list[NDArray[np.int8]] = []
    row_of: list[int] = []
    words = store.encoder.words
    for name, places in by_set.items():
        most = len(places) if rows[places[0]].attack or name in PROMPTS else MOST_OF_A_SET
        for i in sorted(drawn.sample(places, min(most, len(places)))):
            row = rows[i]
            own, marks = pieces.read(row.text[:LONGEST], words, row.planted)
            starts = list(pieces.starts(len(own)))
            if row.attack and row.planted and len(starts) > 1:
                starts = [at for at in starts if any(marks[at : at + pieces.WINDOW])]
            if len(starts) > MOST_WINDOWS:
                starts = sorted(drawn.sample(starts, MOST_WINDOWS))
            for at in starts if own else ():
                windows.append(pieces.ended(own[at : at + pieces.WINDOW], words))
                mark = np.full(len(windows[-1]), -1 if row.attack else 0, dtype=np.int8)
                if row.planted:
                    mark[1:-1] = marks[at : at + pieces.WINDOW]
                told.append(mark)
                row_of.append(i)
    asked = np.array([row.source in PROMPTS for row in rows])
    return Heard(store, rows, store.of(windows), np.array([len(one) for one in windows]), told, np.array(row_of), asked)


def score(taught: Sequence[dict[str, Any]], rows: Sequence[Row], wanted: NDArray[np.bool_], store: Store) -> Any:
    """Return the score of each row wanted, that of its worst window; NaN for the others."""
    out = np.full(len(wanted), np.nan, dtype=np.float32)
    out[wanted] = model_context.NOTHING
    of_row = [(i, one) for i in np.flatnonzero(wanted)
              for one in pieces.windows(rows[i].text[:LONGEST], store.encoder.words)]  # fmt: skip
    for (i, one), at in zip(of_row, store.of([one for _, one in of_row]), strict=True):
        x = store.known[at : at + len(one)].astype(np.float32)
        out[i] = max(out[i], sum(model_context.read_off(w, x) for w in taught) / len(taught))
    return out


def learnt(given: Heard, keep: NDArray[np.bool_], seed: int = 0) -> dict[str, Any]:
    """Return the layers taught by the rows of the bench that are kept, and by those for this reader alone."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    width = given.store.width

    class Above(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inp, self.g1, self.g2 = nn.Linear(width, WIDTH), nn.Linear(width, ABOUT), nn.Linear(ABOUT, WIDTH)
            self.a = nn.Conv1d(WIDTH, WIDTH, 5, padding=2)
            self.b = nn.Conv1d(WIDTH, WIDTH, 3, padding=2, dilation=2)
            self.c = nn.Conv1d(WIDTH, WIDTH, 3, padding=4, dilation=4)
            self.token, self.strong = nn.Linear(WIDTH, 32), nn.Linear(32, 1)
            self.heed, self.whole, self.out = nn.Linear(WIDTH, 2), nn.Linear(4 * WIDTH, HEAD), nn.Linear(HEAD, 1)
            self.drop, self.drop_view = nn.Dropout(0.2), nn.Dropout(0.3)

        def forward(self, x: Any, live: Any) -> tuple[Any, Any]:
            mask = live[..., None].float()
            n, of_row = mask.sum(1), mask.transpose(1, 2)
            about = self.g2((torch.relu(self.g1(x)) * mask).sum(1) / n)
            h = (torch.relu(self.inp(self.drop(x)) + about[:, None]) * mask).transpose(1, 2)
            for layer in (self.a, self.b, self.c):
                h = h + torch.relu(layer(h)) * of_row
            h = h.transpose(1, 2)
            each = self.strong(torch.relu(self.token(h))).squeeze(2).masked_fill(~live, -30)
            share = torch.softmax(self.heed(h).masked_fill(~live[..., None], -1e4), 1)
            heeded = [(h * share[..., k : k + 1]).sum(1) for k in (0, 1)]
            view = self.drop_view(torch.cat([*heeded, h.amax(1), h.sum(1) / n], 1))
            return torch.logaddexp(each.amax(1), self.out(torch.relu(self.whole(view))).squeeze(1)), each

    net = Above()
    rows = given.rows
    keep = np.concatenate([keep, np.ones(len(rows) - len(keep), dtype=bool)])
    label = np.array([row.attack for row in rows], dtype=np.float32)
    there = np.zeros(len(rows), dtype=bool)
    there[given.row_of] = True
    kept = keep & there
    worth = np.zeros(len(rows))
    worth[kept] = fit.weights_of([row for row, k in zip(rows, kept, strict=True) if k])
    bad = label > 0
    worth[given.asked & ~bad] *= PROMPTS_COUNT
    worth[~bad] *= worth[bad].sum() / worth[~bad].sum()
    usable = np.flatnonzero(kept[given.row_of])
    of_row = given.row_of[usable]
    odds = np.cumsum(worth[of_row] / np.bincount(of_row, minlength=len(rows))[of_row])
    odds /= odds[-1]
    opt = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    n_batches = DRAWN // BATCH
    sched = torch.optim.lr_scheduler.OneCycleLR(opt, RATE, total_steps=EPOCHS * n_batches + 1, pct_start=0.15)
    loss_of = nn.BCEWithLogitsLoss(reduction="none")
    net.train()
    for _ in range(EPOCHS):
        points = (np.arange(DRAWN) + rng.random(DRAWN)) / DRAWN
        picked = rng.permutation(usable[np.minimum(np.searchsorted(odds, points), len(usable) - 1)])
        parts = np.array_split(picked, DRAWN // (BATCH * 8))
        picked = np.concatenate([part[np.argsort(given.sizes[part], kind="stable")] for part in parts])
        batches = [picked[i : i + BATCH] for i in range(0, n_batches * BATCH, BATCH)]
        for k in rng.permutation(len(batches)):
            some = batches[k]
            x, live, marks = _cropped(given, some, rng)
            logit, each = net(x, live)
            truth = torch.from_numpy(label[given.row_of[some]] * np.float32(0.98) + np.float32(0.01))
            loss = loss_of(logit, truth).mean()
            per = loss_of(each, marks.clamp(min=0).float()) * ((marks >= 0) & live)
            loss = loss + TOKENS_COUNT * (per.sum(1) / live.sum(1)).mean()
            opt.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            opt.step()
            sched.step()
    got = {name: q.detach().numpy().astype(np.float32) for name, q in net.named_parameters()}
    layers: dict[str, Any] = {}
    for name in ("inp", "g1", "g2", "token", "heed", "whole", "strong", "out"):
        layers[name], layers[name + "_bias"] = got[f"{name}.weight"].T, got[f"{name}.bias"]
    for name in ("a", "b", "c"):
        layers[name] = got[f"{name}.weight"].transpose(2, 1, 0).reshape(-1, WIDTH)
        layers[name + "_bias"] = got[f"{name}.bias"]
    layers["strong"], layers["out"] = layers["strong"][:, 0], layers["out"][:, 0]
    return {name: np.ascontiguousarray(layers[name], dtype=np.float32) for name in model_context.READ_OFF}


def _cropped(given: Heard, some: NDArray[np.int64], rng: np.random.Generator) -> tuple[Any, Any, Any]:
    """Return what is said of windows, a part of the long ones: with the start of the order if that is known."""
    import torch

    ranges = []
    for i in some:
        start, size = 0, int(given.sizes[i])
        if size > CROP:
            inside = np.flatnonzero(given.told[i] == 1)
            if len(inside):
                start = min(max(0, int(inside[0]) - int(rng.integers(0, CROP // 2))), size - CROP)
            elif rng.random() >= 0.5:
                start = int(rng.integers(0, size - CROP + 1))
            size = CROP
        ranges.append((start, size))
    longest = max(size for _, size in ranges)
    x = np.zeros((len(some), longest, given.store.width), dtype=np.float16)
    live = np.zeros((len(some), longest), dtype=bool)
    marks = np.full((len(some), longest), -1, dtype=np.int8)
    for j, (i, (start, size)) in enumerate(zip(some, ranges, strict=True)):
        x[j, :size] = given.store.known[given.at[i] + start : given.at[i] + start + size]
        live[j, :size] = True
        marks[j, :size] = given.told[i][start : start + size]
    return torch.from_numpy(x).float(), torch.from_numpy(live), torch.from_numpy(marks)


def made_from(folder: Path, texts: Sequence[str], latin: Vectors) -> Encoder:
    """Return the lower layers of an encoder in a folder, with those of its pieces that texts hold, and common ones."""
    from safetensors.numpy import load_file

    w = {name.removeprefix("bert."): one for name, one in load_file(folder / "model.safetensors").items()}
    places = {line: i for i, line in enumerate((folder / "vocab.txt").read_text(encoding="utf-8").split("\n"))}
    heard = np.zeros(len(latin.places), dtype=np.int64)
    for text in texts:
        np.add.at(heard, _seen(text, latin), 1)
    kept = [word for word, i in latin.places.items()
            if heard[i] >= LEAST or places[word] < COMMON or len(word.removeprefix("##")) == 1]  # fmt: skip
    every = w["embeddings.word_embeddings.weight"]
    some_number = every[[places[one] for one in SOME_NUMBERS]].mean(0)
    ends = [every[places[one]] for one in pieces.SPECIAL[:3]]
    table = np.concatenate([every[[places[one] for one in kept]], np.stack([*ends, some_number])])
    scale = np.asarray(np.quantile(np.abs(table), CLIPPED, axis=0) / 31, dtype=np.float32)
    words = np.frombuffer("\n".join([*kept, *pieces.SPECIAL]).encode("utf-8"), dtype=np.uint8)
    steps = np.clip(np.rint(table / scale), -31, 31).astype(np.int8)
    size = pieces.WINDOW + 2
    layers = {
        "place": w["embeddings.position_embeddings.weight"][:size] + w["embeddings.token_type_embeddings.weight"][0],
        "norm": w["embeddings.LayerNorm.weight"], "norm_bias": w["embeddings.LayerNorm.bias"],
    }  # fmt: skip
    for k in range(encoding.LAYERS):
        own = f"encoder.layer.{k}."
        each = [own + f"attention.self.{name}" for name in ("query", "key", "value")]
        layers[f"{k}-qkv"] = np.concatenate([w[one + ".weight"] for one in each]).T
        layers[f"{k}-qkv_bias"] = np.concatenate([w[one + ".bias"] for one in each])
        for name, there in (("o", "attention.output.dense"), ("i", "intermediate.dense"), ("d", "output.dense")):
            layers[f"{k}-{name}"], layers[f"{k}-{name}_bias"] = w[own + there + ".weight"].T, w[own + there + ".bias"]
        for name, there in (("n1", "attention.output.LayerNorm"), ("n2", "output.LayerNorm")):
            layers[f"{k}-{name}"], layers[f"{k}-{name}_bias"] = w[own + there + ".weight"], w[own + there + ".bias"]
    exact = Encoder(Vectors.of({"words": words, "vectors": steps, "scale": scale}), layers)
    return Encoder.of(exact.to_arrays())  # as it will be served


LEAST, COMMON, CLIPPED = 3, 6_000, 0.9995
SOME_NUMBERS = ("2000", "2010", "1500")


def _seen(text: str, latin: Vectors) -> NDArray[np.int64]:
    found: list[int] = []
    before = ""
    for word in pieces.TOKEN.findall(text[:3000]):
        if not (word == before and len(word) == 1 and not word.isalpha()) and not word.isdigit():
            found += pieces.pieces_of(latin, word.lower())
        before = word
    return np.array(found, dtype=np.int64)


def ship_encoder(encoder: Encoder) -> None:
    """Put an encoder into the package; what reads it must be taught anew."""
    import json

    folder = FOLDER / encoding.NAME
    folder.mkdir(exist_ok=True)
    arrays: dict[str, Any] = encoder.to_arrays()
    with (folder / "weights.npz").open("wb") as file:
        np.savez_compressed(file, **arrays)
    body = {"form": "encoder", "layers": encoding.LAYERS, "heads": encoding.HEADS, "pieces": len(encoder.words.places)}
    (folder / "model.json").write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(ENCODER_CARD, encoding="utf-8")
    (folder / "NOTICE.txt").write_text(ENCODER_NOTICE, encoding="utf-8")
    digest = hashlib.sha256(b"".join(array.tobytes() for _, array in sorted(arrays.items()))).hexdigest()
    facts = {"licence": "Apache-2.0", "metrics": {"pieces": body["pieces"]}, "corpus_sha256": digest,
             "recipe_sha256": hashlib.sha256(Path(__file__).read_bytes()).hexdigest()}  # fmt: skip
    write_manifest(folder, facts)


ENCODER_CARD = """# encoder

The two lowest layers of all-MiniLM-L6-v2 (sentence-transformers, Apache-2.0), unchanged but for being kept in 8 bits,
and the commoner half of its word pieces in 6. They say what each piece of a text means in its place: 384 numbers a
piece. `injection` and `report-techniques` read it; neither taught it anything. Served with NumPy alone
(`vedette.models.encoder`). Not a sentence embedding: for that, `vedette models pull minilm-l6-v2-int8`.

Made anew by `python -m benchmarks.guard.injection --ship --encoder FOLDER` out of a folder of all-MiniLM-L6-v2; then
both models that read it must be taught anew.
"""
ENCODER_NOTICE = """Two layers and their word pieces out of all-MiniLM-L6-v2 (sentence-transformers), Apache 2.0.
"""
