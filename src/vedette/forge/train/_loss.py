"""Next-token loss without the logits of a whole batch. Imported while training only: it needs torch.

With 49,152 words the float32 logits of 4 rows of 512 tokens are 400 MB, and the usual loss keeps three arrays of that
size. Here the output layer and the loss go through a few hundred positions at a time, only through those that have a
label, and the gradients are made in the same pass, so that nothing of that size is kept.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

CHUNK = 512
"""Positions at a time: 100 MB of float32 logits at 49,152 words."""
_IGNORED = -100


class _ChunkedLoss(torch.autograd.Function):  # type: ignore[misc]
    """Summed cross-entropy of ``hidden @ weight.T`` and its gradients, a chunk at a time."""

    @staticmethod
    def forward(
        ctx: Any, hidden: torch.Tensor, weight: torch.Tensor, compute: torch.Tensor, labels: torch.Tensor
    ) -> Any:
        """Return the sum of the losses (float32 scalar).

        Args:
            ctx: keeps the gradients.
            hidden: ``(n, d)``.
            weight: ``(v, d)``, what the gradient belongs to.
            compute: the same weight in the precision of the product.
            labels: ``(n,)``, none ignored.
        """
        needs_hidden, needs_weight = ctx.needs_input_grad[0], ctx.needs_input_grad[1]
        total = torch.zeros((), dtype=torch.float32, device=hidden.device)
        grad_hidden = torch.empty_like(hidden) if needs_hidden else None
        grad_weight = torch.zeros_like(weight) if needs_weight else None
        with torch.autocast(hidden.device.type, enabled=False):
            for start in range(0, hidden.shape[0], CHUNK):
                part = hidden[start : start + CHUNK].to(compute.dtype)
                wanted = labels[start : start + CHUNK].unsqueeze(1)
                logits = part @ compute.T
                found = logits.gather(1, wanted).float()
                top = logits.amax(dim=1, keepdim=True)
                share = logits.float().sub_(top).exp_()
                mass = share.sum(dim=1, keepdim=True)
                total += (mass.log() + top.float() - found).sum()
                if grad_hidden is None and grad_weight is None:
                    continue
                share.mul_(mass.reciprocal_())
                share.scatter_add_(1, wanted, share.new_full((1, 1), -1.0).expand_as(wanted))
                slope = share.to(compute.dtype)
                if grad_hidden is not None:
                    grad_hidden[start : start + CHUNK] = slope @ compute
                if grad_weight is not None:
                    grad_weight += slope.T @ part
        ctx.gradients = (grad_hidden, grad_weight)
        return total

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> Any:
        """Return the gradients kept from the forward pass, scaled."""
        grad_hidden, grad_weight = ctx.gradients
        ctx.gradients = None
        scale = grads[0]
        return (
            None if grad_hidden is None else grad_hidden.mul_(scale),
            None if grad_weight is None else grad_weight.mul_(scale),
            None,
            None,
        )


class _PassThrough(nn.Module):  # type: ignore[misc]
    """Stands in for the output layer: keeps its weight and its name, and leaves the product to the loss."""

    def __init__(self, layer: nn.Linear) -> None:
        super().__init__()
        self.weight = layer.weight
        self.in_features, self.out_features = layer.in_features, layer.out_features
        self.bias = None
        self._cast: torch.Tensor | None = None

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return what came in."""
        return hidden

    def compute_weight(self) -> torch.Tensor:
        """Return the weight in the precision of the product; a frozen one is cast once."""
        kind = self.weight.device.type
        if not torch.is_autocast_enabled(kind):
            return self.weight.detach()
        dtype = torch.get_autocast_dtype(kind)
        if self.weight.requires_grad or self.weight.dtype == dtype:
            return self.weight.detach().to(dtype)
        if self._cast is None or self._cast.device != self.weight.device:
            self._cast = self.weight.detach().to(dtype)
        return self._cast


def _loss_of(layer: _PassThrough) -> Any:
    def loss(
        logits: torch.Tensor,
        labels: torch.Tensor,
        vocab_size: int,
        num_items_in_batch: torch.Tensor | int | None = None,
        **_: Any,
    ) -> torch.Tensor:
        shifted = functional.pad(labels, (0, 1), value=_IGNORED)[..., 1:].reshape(-1)
        learned = (shifted != _IGNORED).nonzero().squeeze(1)
        hidden = logits.reshape(-1, logits.shape[-1])
        if learned.numel() != shifted.numel():
            hidden, shifted = hidden.index_select(0, learned), shifted.index_select(0, learned)
        total: torch.Tensor = _ChunkedLoss.apply(hidden, layer.weight, layer.compute_weight(), shifted)
        if num_items_in_batch is None:
            return total / max(shifted.numel(), 1)
        return total / num_items_in_batch

    return loss


def use_chunked_loss(model: Any) -> bool:
    """Let a causal model's loss go a chunk at a time, where that gives what its own does; say whether it does.

    A model that scales or caps its logits, or whose output layer is not a plain one, keeps its own loss: both are
    compared on a few tokens.
    """
    head = model.get_output_embeddings()
    if type(head) is not nn.Linear or head.bias is not None:
        return False
    name = next((name for name, part in model.named_modules() if part is head), "")
    if not name:
        return False
    parent = model.get_submodule(name.rpartition(".")[0])
    own = model.loss_function
    ids = torch.arange(1, 17, device=head.weight.device).unsqueeze(0) % model.config.vocab_size
    was = model.training
    model.eval()
    with torch.no_grad():
        expected = model(input_ids=ids, labels=ids).loss
        layer = _PassThrough(head)
        setattr(parent, name.rpartition(".")[2], layer)
        model.loss_function = _loss_of(layer)
        try:
            found = model(input_ids=ids, labels=ids).loss
            same = bool(torch.isclose(found.float(), expected.float(), rtol=2e-3, atol=1e-4))
        except (RuntimeError, ValueError, TypeError):
            same = False
    model.train(was)
    if not same:
        setattr(parent, name.rpartition(".")[2], head)
        model.loss_function = own
    return same


def restore_output_layer(model: Any) -> None:
    """Give the model its output layer back."""
    for name, part in list(model.named_modules()):
        if isinstance(part, _PassThrough):
            layer = nn.Linear(part.in_features, part.out_features, bias=False, device="meta")
            layer.weight = part.weight
            setattr(model.get_submodule(name.rpartition(".")[0]), name.rpartition(".")[2], layer)
