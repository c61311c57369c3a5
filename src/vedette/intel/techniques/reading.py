"""What sentences of a report say in context: convolutions over what the shipped encoder says of their words.

Each sentence becomes a view, from which it is told whether it names a technique, with the sentences around it (a
recurrent layer over the views, both ways), and which one it names if it does. The encoder costs more than all else, so
only sentences that a cheap detector finds worth it are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vedette.models.convolution import Matrix, taps
from vedette.models.encoder import Encoder
from vedette.models.pieces import ended, read

Floats = NDArray[np.float64]

READ_ABOVE = -5.0
"""Detector's score from which on a sentence is read."""
LONGEST = 94
"""Pieces of a sentence that are read."""
UNREAD = -6.0
"""Log odds that a sentence names a technique where it was not read."""
HEEDS = 4
"""Ways in which the pieces of a sentence are weighed."""
LAYERS = (
    "near", "near_bias", "heed", "heed_bias", "view", "view_bias", "out", "out_bias", "which", "which_bias",
    "ahead_in", "ahead_in_bias", "ahead_own", "ahead_own_bias", "back_in", "back_in_bias", "back_own", "back_own_bias",
    "around", "around_bias",
)  # fmt: skip


def piece_ids(text: str, encoder: Encoder) -> NDArray[np.int32]:
    """Return a sentence's pieces as the encoder reads them."""
    return ended(read(text[: LONGEST * 20], encoder.words)[0][:LONGEST], encoder.words)


def view_of(w: Mapping[str, Matrix], states: Matrix) -> Matrix:
    """Return the view of a sentence: its pieces as weighed in each way, and the most that any of them says."""
    h = np.maximum(taps(states, 1) @ w["near"] + w["near_bias"], 0)
    share = h @ w["heed"] + w["heed_bias"]
    share = np.exp(share - share.max(axis=0))
    share /= share.sum(axis=0)
    return np.concatenate([(share.T @ h).ravel(), h.max(axis=0)])


def _passed(w: Mapping[str, Matrix], way: str, views: Matrix) -> Matrix:
    """Return what a gated recurrent layer holds after each view."""
    inner = views @ w[f"{way}_in"] + w[f"{way}_in_bias"]
    own, bias = w[f"{way}_own"], w[f"{way}_own_bias"]
    width = len(own)
    held, out = np.zeros(width, dtype=np.float32), np.zeros((len(views), width), dtype=np.float32)
    for i, given in enumerate(inner):
        kept = held @ own + bias
        gates = 1 / (1 + np.exp(-(given[: 2 * width] + kept[: 2 * width])))
        new = np.tanh(given[2 * width :] + gates[:width] * kept[2 * width :])
        held = out[i] = (1 - gates[width:]) * new + gates[width:] * held
    return out


def judged(w: Mapping[str, Matrix], views: Matrix) -> tuple[Floats, Floats]:
    """Return (n,) log odds that each of a report's sentences names a technique, and (n, n_labels) logits of which."""
    odds = np.maximum(views @ w["view"] + w["view_bias"], 0) @ w["out"] + w["out_bias"]
    around = np.concatenate([_passed(w, "ahead", views), _passed(w, "back", views[::-1])[::-1]], axis=1)
    odds = odds + around @ w["around"] + w["around_bias"]
    return odds[:, 0].astype(np.float64), (views @ w["which"] + w["which_bias"]).astype(np.float64)


def heard(w: Mapping[str, Matrix], encoder: Encoder, texts: Sequence[str], looks: Floats) -> tuple[Floats, Floats]:
    """Return (n,) log odds that each sentence names a technique, and (n, n_labels) log chances of which if so.

    Args:
        w: the layers.
        encoder: what they were taught over.
        texts: the sentences of one report, in order.
        looks: (n,) the detector's log odds.
    """
    at = np.flatnonzero(looks > READ_ABOVE)
    views = [view_of(w, encoder.encoded(piece_ids(texts[int(i)], encoder))) for i in at]
    return spread(w, np.array(views, dtype=np.float32), at, len(texts))


def spread(w: Mapping[str, Matrix], views: Matrix, at: NDArray[np.int64], n: int) -> tuple[Floats, Floats]:
    """Return what is said of all sentences, of which those at some places were read."""
    width = w["which"].shape[1]
    odds, which = np.full(n, UNREAD), np.full((n, width), -np.log(width))
    if len(at):
        odds[at], logits = judged(w, views)
        top = logits.max(axis=1, keepdims=True)
        which[at] = logits - top - np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
    return odds, which
