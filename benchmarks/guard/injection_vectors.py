"""Word vectors out of a sentence encoder: every piece of its vocabulary through it alone, to few dimensions, in bytes.

Made once from all-MiniLM-L6-v2 (Apache-2.0) and kept in the package; a rebuild of the model starts from those unless a
folder with the encoder's weights is named. Frequent pieces weigh less: the vocabulary is in the order of frequency.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vedette.models.pieces import Vectors

DIMENSIONS = 64
LAST_LATIN = 0x250
"""Pieces in other scripts mean nothing to an English encoder."""
BATCH = 512
CLIPPED = 0.9995
"""Quantile of the magnitudes that becomes the greatest step."""


def make(folder: Path) -> Vectors:
    """Return the vectors of an encoder's vocabulary."""
    import torch
    from transformers import AutoTokenizer, BertModel

    torch.set_num_threads(1)
    encoder = BertModel.from_pretrained(folder).eval()
    vocabulary = AutoTokenizer.from_pretrained(folder).get_vocab()
    kept = [(number, piece) for piece, number in vocabulary.items() if _speaks(piece)]
    kept.sort()
    found = np.zeros((len(kept), encoder.config.hidden_size))
    with torch.inference_mode():
        for start in range(0, len(kept), BATCH):
            own = torch.tensor([number for number, _ in kept[start : start + BATCH]])
            ends = vocabulary["[CLS]"], vocabulary["[SEP]"]
            given = torch.stack([torch.full_like(own, ends[0]), own, torch.full_like(own, ends[1])], 1)
            found[start : start + BATCH] = encoder(given).last_hidden_state.mean(1).numpy()
    found -= found.mean(0)
    axes = np.linalg.svd(found, full_matrices=False)[2][:DIMENSIONS]
    rank = np.arange(1, len(kept) + 1)
    small = found @ axes.T * (np.log1p(rank) / np.log1p(len(kept)))[:, None]
    scale = np.quantile(np.abs(small), CLIPPED, axis=0) / 127
    steps = np.clip(np.rint(small / scale), -127, 127).astype(np.int8)
    words = np.frombuffer("\n".join(piece for _, piece in kept).encode("utf-8"), dtype=np.uint8)
    return Vectors.of({"words": words, "vectors": steps, "scale": scale.astype(np.float32)})


def _speaks(piece: str) -> bool:
    bare = piece.removeprefix("##")
    letters = all(c.isascii() or (c.isalpha() and ord(c) < LAST_LATIN) for c in bare)
    return bool(bare) and letters and not piece.startswith("[")
