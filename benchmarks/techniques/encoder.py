"""Would a fine-tuned encoder beside the linear model reach the bars that the linear model alone misses?

The folds are those of ``run.py``. ``fit`` fine-tunes MiniLM once a fold (45 s each on a GPU, half an hour on two cores)
and keeps the forty best log-probabilities of each held-out row; ``blend`` adds them to the linear model's, in a few
shares, and prints top-1 of mentions and the best micro-F1 of sentences. The threshold of that F1 is chosen on the rows
it is told of, the same for every share: the figures compare with each other, not with ``run.py``'s calibrated ones.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[1] / "src")]

from benchmarks.techniques.run import MENTIONS, SENTENCES, Task, out_of_fold, task  # noqa: E402

from vedette.models.linear import load  # noqa: E402

KEPT = 40
"""Log-probabilities kept for each row."""
WEIGHTS = {MENTIONS: 3.0, SENTENCES: 1.5, "attack-procedures": 0.7, "attack-techniques": 0.5}
EPOCHS, BATCH, RATE, MAX_TOKENS = 5, 128, 2e-4, 128


def fit(what: Task, base: Path, out: Path) -> None:
    """Fine-tune ``base`` on each fold's training rows; write the held-out rows' scores to ``out``."""
    import torch
    from transformers import AutoTokenizer

    device = "cuda" if torch.cuda.is_available() else "cpu"
    data = what.data
    names = sorted({label for own in data.labels for label in own})
    number = {label: i for i, label in enumerate(names)}
    tokens = AutoTokenizer.from_pretrained(base)(list(data.texts), truncation=True, max_length=MAX_TOKENS)["input_ids"]
    places, kept, values = [], [], []
    for fold in range(int(what.folds.max()) + 1):
        started = time.monotonic()
        held = np.flatnonzero(what.judged & (what.folds == fold))
        keep = _train_rows(what, fold)
        net = _network(base, len(names)).to(device)
        _tune(net, keep, what, tokens, number, device)
        net.eval()
        with torch.no_grad():
            for start in range(0, len(held), 256):
                rows = held[start : start + 256]
                scores = torch.log_softmax(net(*_batch(rows, tokens, device)).float(), -1).cpu().numpy()
                best = np.argsort(-scores, axis=1)[:, :KEPT]
                kept.append(best.astype(np.int16))
                values.append(np.take_along_axis(scores, best, 1).astype(np.float16))
        places.append(held)
        print(json.dumps({"fold": fold, "rows": len(keep), "seconds": round(time.monotonic() - started)}), flush=True)
    np.savez_compressed(out, i=np.concatenate(places), k=np.concatenate(kept), v=np.concatenate(values),
                        names=np.array(names))  # fmt: skip


def _train_rows(what: Task, fold: int) -> NDArray[np.int64]:
    from vedette.forge.train.features import without_repeats

    held = np.flatnonzero(what.judged & (what.folds == fold))
    return np.asarray(without_repeats(what.data, np.flatnonzero(what.folds != fold), held))


def _network(base: Path, n_labels: int) -> Any:
    import torch
    from transformers import AutoModel

    class Network(torch.nn.Module):
        """Mean-pooled encoder with one linear layer."""

        def __init__(self) -> None:
            super().__init__()
            self.body = AutoModel.from_pretrained(base, dtype=torch.float32)
            self.head = torch.nn.Linear(self.body.config.hidden_size, n_labels)
            self.drop = torch.nn.Dropout(0.1)

        def forward(self, ids: Any, mask: Any) -> Any:
            hidden = self.body(input_ids=ids, attention_mask=mask).last_hidden_state.float()
            return self.head(self.drop((hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)))

    torch.manual_seed(0)
    return Network()


def _batch(rows: Sequence[int] | NDArray[np.int64], tokens: Sequence[Sequence[int]], device: str) -> tuple[Any, Any]:
    import torch

    longest = max(len(tokens[i]) for i in rows)
    ids, mask = torch.zeros((len(rows), longest), dtype=torch.long), torch.zeros(len(rows), longest)
    for at, i in enumerate(rows):
        ids[at, : len(tokens[i])] = torch.tensor(tokens[i])
        mask[at, : len(tokens[i])] = 1
    return ids.to(device), mask.to(device)


def _tune(net: Any, keep: NDArray[np.int64], what: Task, tokens: Any, number: dict[str, int], device: str) -> None:
    import torch

    draw = np.random.default_rng(0)
    steps = EPOCHS * (len(keep) // BATCH)
    optimiser = torch.optim.AdamW(
        [{"params": net.body.parameters(), "lr": RATE}, {"params": net.head.parameters(), "lr": RATE * 5}],
        weight_decay=0.01,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / (0.06 * steps), max(0.0, (steps - s) / (0.94 * steps)))
    )
    net.train()
    for _ in range(EPOCHS):
        order = keep[draw.permutation(len(keep))]
        chunks = [
            sorted(order[i : i + BATCH * 50], key=lambda r: len(tokens[r])) for i in range(0, len(order), BATCH * 50)
        ]
        batches = [chunk[i : i + BATCH] for chunk in chunks for i in range(0, len(chunk), BATCH)]
        for at in draw.permutation(len(batches)):
            rows = batches[at]
            wanted = torch.zeros(len(rows), len(number))
            for j, i in enumerate(rows):
                for label in what.data.labels[i]:
                    wanted[j, number[label]] = 1 / len(what.data.labels[i])
            weight = torch.tensor([WEIGHTS.get(what.data.sources[i], 1.0) for i in rows]).to(device)
            with torch.autocast(device, torch.bfloat16):
                logits = net(*_batch(rows, tokens, device))
            losses = -(wanted.to(device) * torch.log_softmax(logits.float(), -1)).sum(-1)
            optimiser.zero_grad()
            ((losses * weight).sum() / weight.sum()).backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()


def blend(what: Task, work: Path, scores: Path) -> None:
    """Print the table of shares."""
    known = sorted({label for i in np.flatnonzero(what.judged) for label in what.data.labels[i]} | {"none"})
    everything = list(load(work / "all", what.recipe.name, "all").labels)
    places, linear = out_of_fold(what, work, everything)
    columns = [everything.index(label) for label in known if label in everything]
    names = [everything[c] for c in columns]
    linear = _log_softmax(linear.astype(np.float64))[:, columns]
    told = dict(np.load(scores))
    at = {int(i): r for r, i in enumerate(told["i"])}
    column = {label: i for i, label in enumerate(names)}
    encoder = np.full(linear.shape, -12.0)
    for row, place in enumerate(places):
        r = at[int(place)]
        for k, v in zip(told["k"][r], told["v"][r], strict=True):
            if (c := column.get(str(told["names"][k]))) is not None:
                encoder[row, c] = v
    sources = np.array(what.data.sources)[places]
    own = [set(what.data.labels[i]) for i in places]
    print("share of the encoder | mentions top-1 | sentences best micro-F1\n--- | --- | ---")
    for share in (0.0, 0.3, 0.5, 0.7, 1.0):
        mixed = (1 - share) * linear / 2 + share * encoder
        top = _top1(mixed, sources == MENTIONS, own, names)
        print(f"{share:.1f} | {top:.3f} | {_micro(mixed, sources == SENTENCES, own, names):.3f}")


def _log_softmax(x: NDArray[np.float64]) -> NDArray[np.float64]:
    x = x - x.max(axis=1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=1, keepdims=True))


def _top1(scores: NDArray[np.float64], rows: NDArray[np.bool_], own: list[set[str]], names: list[str]) -> float:
    here = scores[rows].copy()
    here[:, names.index("none")] = -np.inf
    return float(np.mean([names[j] in own[r] for j, r in zip(here.argmax(1), np.flatnonzero(rows), strict=True)]))


def _micro(scores: NDArray[np.float64], rows: NDArray[np.bool_], own: list[set[str]], names: list[str]) -> float:
    chances = np.exp(_log_softmax(scores[rows]))
    chances[:, names.index("none")] = 0
    truth = np.array([[n != "none" and n in own[r] for n in names] for r in np.flatnonzero(rows)])
    total = sum(len(own[r] - {"none"}) for r in np.flatnonzero(rows))
    said = [chances >= bar for bar in np.linspace(0.05, 0.8, 40)]
    return max(float(2 * (s & truth).sum() / (s.sum() + total)) for s in said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["fit", "blend"])
    parser.add_argument("--data", type=Path, default=HERE.parents[2] / "shared" / "data")
    parser.add_argument("--work", type=Path, required=True, help="folder of `run.py folds`")
    parser.add_argument("--base", type=Path, help="Transformers folder of MiniLM-L6-v2")
    parser.add_argument("--scores", type=Path, help="the encoder's scores (default: WORK/encoder.npz)")
    given = parser.parse_args()
    scores = given.scores or given.work / "encoder.npz"
    if given.what == "fit":
        if given.base is None:
            parser.error("fit needs --base: vedette models pull minilm-l6-v2, then vedette models info minilm-l6-v2")
        fit(task(given.data, given.work), given.base, scores)
    else:
        blend(task(given.data, given.work), given.work, scores)


if __name__ == "__main__":
    main()
