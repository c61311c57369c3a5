"""What makes training faster changes no result: loss and attention against the libraries' own."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")


def _step(model: Any, batch: dict[str, Any], *, narrow: bool) -> tuple[float, dict[str, Any]]:
    import torch

    model.zero_grad()
    with torch.autocast("cpu", torch.bfloat16, enabled=narrow):
        loss = model(**batch).loss
    loss.backward()
    return float(loss.detach()), {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}


@pytest.fixture(scope="module")
def batch() -> dict[str, Any]:
    import torch

    ids = torch.randint(3, 500, (3, 150), generator=torch.Generator().manual_seed(1))
    labels = ids.clone()
    labels[0, :40] = -100
    labels[2, 100:] = -100
    return {"input_ids": ids, "labels": labels}


@pytest.fixture
def model(base: Path) -> Any:
    from vedette.forge.train.base_weights import load_model

    found = load_model(base).train()
    found.config.use_cache = False
    return found


def test_the_chunked_loss_is_the_loss(model: Any, batch: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    from vedette.forge.train import _loss

    monkeypatch.setattr(_loss, "CHUNK", 37)
    other = copy.deepcopy(model)
    assert _loss.use_chunked_loss(other)
    for more in ({}, {"num_items_in_batch": 77}):
        loss, grads = _step(model, batch | more, narrow=False)
        found, others = _step(other, batch | more, narrow=False)
        assert found == pytest.approx(loss, rel=1e-5)
        assert grads.keys() == others.keys()
        for name, grad in grads.items():
            assert (grad - others[name]).norm() <= 1e-4 * grad.norm() + 1e-7, name
    assert other.state_dict().keys() == model.state_dict().keys()


def test_a_model_that_caps_its_logits_keeps_its_loss(model: Any) -> None:
    from vedette.forge.train._loss import use_chunked_loss

    head = model.lm_head
    own = model.loss_function

    def capped(logits: Any, labels: Any, vocab_size: int, **more: Any) -> Any:
        return own(logits=(logits * 9).tanh() * 3, labels=labels, vocab_size=vocab_size, **more)

    model.loss_function = capped
    assert not use_chunked_loss(model)
    assert model.lm_head is head
    assert model.loss_function is capped


def test_attention_in_blocks_is_attention(model: Any, batch: dict[str, Any]) -> None:
    from vedette.forge.train._attention import use_block_attention

    exact, exact_grads = _step(model, batch, narrow=False)
    other = copy.deepcopy(model)
    theirs, their_grads = _step(model, batch, narrow=True)
    assert use_block_attention(other)
    ours, our_grads = _step(other, batch, narrow=True)
    assert ours == pytest.approx(exact, abs=max(2 * abs(theirs - exact), 2e-3))
    for name, grad in exact_grads.items():
        error = (their_grads[name] - grad).norm()
        assert (our_grads[name] - grad).norm() <= 1.5 * error + 1e-6, name
    assert ours != theirs  # it is another way of computing


def test_packed_rows_keep_their_mask_under_blocks(model: Any) -> None:
    import torch

    from vedette.forge.train._attention import use_block_attention

    one, two = torch.randint(3, 500, (1, 100)), torch.randint(3, 500, (1, 50))
    positions = torch.cat([torch.arange(100), torch.arange(50)]).unsqueeze(0)
    both = torch.cat([one, two], 1)
    row = {"input_ids": both, "labels": both, "position_ids": positions}
    exact, exact_grads = _step(model, row, narrow=False)
    _, their_grads = _step(model, row, narrow=True)
    use_block_attention(model)
    ours, our_grads = _step(model, row, narrow=True)
    assert ours == pytest.approx(exact, abs=5e-3)
    for name, grad in exact_grads.items():
        assert (our_grads[name] - grad).norm() <= 1.5 * (their_grads[name] - grad).norm() + 1e-6, name
    with torch.autocast("cpu", torch.bfloat16):
        together = model(input_ids=both, position_ids=positions).logits[:, 100:]
        alone = model(input_ids=two).logits
    assert (together - alone).abs().max() < 0.03


def test_frozen_layers_are_cast_once_without_a_difference(base: Path, batch: dict[str, Any]) -> None:
    import torch
    from peft import LoraConfig, get_peft_model

    from vedette.forge.train.base_weights import load_model
    from vedette.forge.train.language import freeze_in

    found = []
    for cast in (False, True):
        torch.manual_seed(0)
        model = load_model(base).train()
        model.config.use_cache = False
        model = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
        if cast:
            freeze_in(model.get_base_model(), torch.bfloat16)
            assert model.get_base_model().lm_head.weight.dtype == torch.float32
            assert model.get_base_model().model.layers[0].mlp.up_proj.base_layer.weight.dtype == torch.bfloat16
        found.append(_step(model, batch, narrow=True))
    assert found[0][0] == found[1][0]
    for name, grad in found[0][1].items():
        assert torch.equal(grad, found[1][1][name]), name
