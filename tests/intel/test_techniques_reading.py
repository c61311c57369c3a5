"""The reading of sentences in context: that serving works out what was taught, and who is read at all."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vedette.intel.techniques import reading
from vedette.models.encoder import shipped_encoder

WIDTH, HELD, HIDDEN, LABELS = 6, 4, 5, 3
VIEW = (reading.HEEDS + 1) * WIDTH
SHAPES = {
    "near": (3 * 384, WIDTH), "heed": (WIDTH, reading.HEEDS), "view": (VIEW, HIDDEN), "out": (HIDDEN, 1),
    "which": (VIEW, LABELS), "ahead_in": (VIEW, 3 * HELD), "ahead_own": (HELD, 3 * HELD), "back_in": (VIEW, 3 * HELD),
    "back_own": (HELD, 3 * HELD), "around": (2 * HELD, 1),
}  # fmt: skip


def layers() -> dict[str, NDArray[np.float32]]:
    drawn = np.random.default_rng(4)
    found = {name: drawn.normal(0, 0.3, shape) for name, shape in SHAPES.items()}
    found |= {f"{name}_bias": drawn.normal(0, 0.3, shape[1]) for name, shape in SHAPES.items()}
    assert set(found) == set(reading.LAYERS)
    return {name: layer.astype(np.float32) for name, layer in found.items()}


def test_the_recurrent_layer_is_the_one_that_was_taught() -> None:
    torch = pytest.importorskip("torch")
    w = layers()
    views = np.random.default_rng(5).normal(0, 1, (7, VIEW)).astype(np.float32)
    taught = torch.nn.GRU(VIEW, HELD, batch_first=True, bidirectional=True)
    with torch.no_grad():
        for way, end in (("ahead", ""), ("back", "_reverse")):
            for name, there in (("in", "ih"), ("own", "hh")):
                getattr(taught, f"weight_{there}_l0{end}").copy_(torch.from_numpy(w[f"{way}_{name}"].T.copy()))
                getattr(taught, f"bias_{there}_l0{end}").copy_(torch.from_numpy(w[f"{way}_{name}_bias"]))
        around = taught(torch.from_numpy(views)[None])[0][0].numpy()
    own = np.maximum(views @ w["view"] + w["view_bias"], 0) @ w["out"] + w["out_bias"]
    odds, which = reading.judged(w, views)
    assert odds == pytest.approx((own + around @ w["around"] + w["around_bias"])[:, 0], abs=1e-4)
    assert which == pytest.approx(views @ w["which"] + w["which_bias"], abs=1e-4)


def test_only_sentences_worth_it_are_read() -> None:
    texts = ["The loader writes its payload into explorer.exe.", "Follow us.", "It then steals browser passwords."]
    looks = np.array([1.0, reading.READ_ABOVE, 0.5])
    odds, which = reading.heard(layers(), shipped_encoder(), texts, looks)
    assert odds.shape == (3,)
    assert odds[1] == reading.UNREAD
    assert odds[0] != reading.UNREAD
    assert np.exp(which).sum(axis=1) == pytest.approx(np.ones(3))
    assert which[1] == pytest.approx(np.log(1 / LABELS))


@pytest.mark.parametrize("text", ["", " \n", "\x00\ud800", "x" * 100_000, "word " * 5_000])
def test_any_sentence_is_read_in_bounds(text: str) -> None:
    assert 2 <= len(reading.piece_ids(text, shipped_encoder())) <= reading.LONGEST + 2
    odds, which = reading.heard(layers(), shipped_encoder(), [text], np.array([1.0]))
    assert np.isfinite(odds).all()
    assert np.isfinite(which).all()


def test_a_report_without_sentences_says_nothing() -> None:
    odds, which = reading.heard(layers(), shipped_encoder(), [], np.zeros(0))
    assert odds.shape == (0,)
    assert which.shape == (0, LABELS)
