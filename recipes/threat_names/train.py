"""Train the tagger of names in threat reports: ``python -m recipes.threat_names.train --shared DIR [--ship]``.

Several networks on the train split, each seeing it beside copies with other names of malware in it; now and then a
name's letters are hidden, so that only what stands around its mentions can tell. A few minutes on one core.
``--folds`` prints what blocks of the train split, left out in turn, say of the settings; the valid split is touched by
the benchmark alone.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from recipes.threat_names.labelled import SWAPPED, SWAPPED_MORE, Sentence, cyner, read, renamed, spans, vocabulary
from recipes.threat_names.network import Block, Network
from torch import nn
from torch.nn import functional

from vedette.guard.injection.features import Vectors
from vedette.intel.entities.features import N_LISTS, Features, Read
from vedette.intel.entities.model import NAME, TYPES, NameTagger, Weights, load
from vedette.models.shipped import FOLDER

SEEDS, EPOCHS, RATE, COPIES = 4, 12, 3e-3, 6
FORGOTTEN = 0.3
"""Share of the names of a block whose letters are hidden."""
RENAMED = 0.85
"""Share of the blocks that have other names in them."""
SENTENCES = 20
"""Of a block."""
RELUCTANCE = 0.5
"""Logarithm by which being no name is held back; chosen on blocks of the train split."""
FOLDS = 5

Labelled = list[tuple[Read, tuple[str, ...]]]


def vectors() -> Vectors:
    """Return the word vectors: the model's own, else those of the model of injections."""
    for name in (NAME, "injection"):
        path = FOLDER / name / "weights.npz"
        if path.exists():
            with np.load(path) as arrays:
                return Vectors.of({key: arrays[key] for key in ("words", "vectors", "scale")})
    raise SystemExit("no word vectors: restore the package's model of injections")


def _labelled(features: Features, sentences: Sequence[Sentence]) -> Labelled:
    return [(read(features, one.words), one.tags) for one in sentences]


def fit(features: Features, versions: Sequence[Labelled], seed: int, epochs: int) -> Weights:
    """Return a network's layers.

    Args:
        features: what is read of a token.
        versions: the same sentences, first as they are, then with other names.
        seed: of everything that is drawn.
        epochs: times that each sentence is seen.
    """
    torch.manual_seed(seed)
    rng = random.Random(seed)  # noqa: S311  (draws sentences, keeps no secret)
    drawn = np.random.default_rng(seed)
    n = len(versions[0])
    network = Network(features)
    optimiser = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=1e-4)
    steps = epochs * (math.ceil(n / SENTENCES) + 1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps, pct_start=0.15)
    for _ in range(epochs):
        network.train()
        first = rng.randrange(1, SENTENCES)
        edges = [0, *range(first, n, SENTENCES), n]
        ranges = list(pairwise(edges))
        rng.shuffle(ranges)
        for low, high in ranges:
            version = rng.choice(versions) if rng.random() < RENAMED else versions[0]
            block = Block([one for one, _ in version[low:high]], [tags for _, tags in version[low:high]])
            bits = block.bits
            if rng.random() < 0.3:  # what the lists say is not always there
                bits = bits.clone()
                bits[:, :N_LISTS] *= torch.from_numpy((drawn.random(N_LISTS) > 0.5).astype(np.float32))
            hidden = torch.from_numpy(drawn.random(block.n_names) < FORGOTTEN)
            alone, scores = network(block, bits, hidden)
            loss = functional.cross_entropy(scores, block.wanted, label_smoothing=0.02)
            loss = loss + 0.5 * functional.cross_entropy(alone, block.wanted, label_smoothing=0.02)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 2.0)
            optimiser.step()
            schedule.step()
    network.eval()
    return network.weights()


def train(sentences: Sequence[Sentence], seeds: int = SEEDS, epochs: int = EPOCHS, copies: int = COPIES) -> NameTagger:
    """Return a tagger of labelled sentences that stand in the order of their documents."""
    torch.set_num_threads(1)
    features = Features(vocabulary(sentences), vectors())
    versions = [_labelled(features, sentences)]
    for seed in range(copies):
        swapped = SWAPPED_MORE if seed % 2 else SWAPPED
        versions.append(_labelled(features, list(renamed(sentences, seed, swapped))))
    networks = []
    for seed in range(seeds):
        networks.append(fit(features, versions, seed, epochs))
        print(f"   network {seed + 1} of {seeds}", flush=True)
    return NameTagger(NAME, "0", features, tuple(networks), {"reluctance": RELUCTANCE})


def tagged(tagger: NameTagger, sentences: Sequence[Sentence]) -> list[set[tuple[str, int, int]]]:
    """Return the ranges that a tagger finds in sentences that are parted into words."""
    chances = tagger.chances([read(tagger.features, one.words) for one in sentences])
    return [{(s.kind, s.first, s.last + 1) for s in tagger.spans(own)} for own in chances]


def counted(found: Sequence[set[tuple[str, int, int]]], sentences: Sequence[Sentence]) -> dict[str, list[int]]:
    """Return how many ranges of each type are right, wrong and missed."""
    counts = {kind: [0, 0, 0] for kind in TYPES}
    for own, sentence in zip(found, sentences, strict=True):
        gold = set(spans(sentence.tags))
        for place, these in enumerate((own & gold, own - gold, gold - own)):
            for kind, _, _ in these:
                counts[kind][place] += 1
    return counts


def f1(right: int, wrong: int, missed: int) -> float:
    """Return the harmonic mean of precision and recall."""
    return 2 * right / max(1, 2 * right + wrong + missed)


def cross_validate(sentences: Sequence[Sentence], seeds: int, epochs: int) -> None:
    """Print the strict F1 of blocks of the sentences that training left out."""
    total = np.zeros(3, dtype=int)
    for fold in range(FOLDS):
        low, high = fold * len(sentences) // FOLDS, (fold + 1) * len(sentences) // FOLDS
        tagger = train([*sentences[:low], *sentences[high:]], seeds, epochs)
        counts = counted(tagged(tagger, sentences[low:high]), sentences[low:high])
        own = np.sum(list(counts.values()), axis=0)
        total += own
        print(f"block {fold}: {f1(*own.tolist()):.3f}", {k: round(f1(*v), 3) for k, v in counts.items()}, flush=True)
    print(f"all: {f1(*total.tolist()):.4f}")


def main() -> int:
    """Train, and ship where asked; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder of the labelled sets")
    parser.add_argument("--out", type=Path, help="folder to save the model to")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="networks that are averaged")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--folds", action="store_true", help="cross-validate on blocks of the train split instead")
    parser.add_argument("--ship", action="store_true", help="put the model into the package")
    parser.add_argument("--quick", action="store_true", help="taken for the other recipes' sake; changes nothing")
    given = parser.parse_args()
    sentences = cyner(given.shared, "train")
    if given.folds:
        cross_validate(sentences, given.seeds, given.epochs)
        return 0
    tagger = train(sentences, given.seeds, given.epochs)
    if given.out:
        tagger.save(given.out)
        load(given.out, NAME, "0")
    if given.ship:
        from recipes.threat_names.ship import ship

        print(f"   {ship(tagger, given.shared)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
