"""Causal attention on a CPU, in blocks. Imported while training only: it needs torch.

On a CPU the library's fused attention takes a fifth of a training step of a small model, most of it backwards. Blocks
of 64 queries that see only the keys up to their own end, with the products in bfloat16 and the softmax in float32, take
half of that (2 rows of 512 tokens: 38 ms against 77 ms a layer forwards and backwards), to the same accuracy. The
probabilities are kept for the way back, which is why long rows stay with the library's.
"""

from __future__ import annotations

from typing import Any

import torch
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

NAME = "vedette_blocks"
_BLOCK = 64
_LONGEST = 512
"""Tokens from which the kept probabilities would cost more memory than they save time."""


class _Blocks(torch.autograd.Function):  # type: ignore[misc]
    """Softmax attention over ``(heads, n, d)`` with a causal mask."""

    @staticmethod
    def forward(
        ctx: Any,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        scale: float,
        mask: torch.Tensor | None,
    ) -> torch.Tensor:
        """Return the attended values, ``(heads, n, d)``; ``mask`` ``(batch, 1, n, n)`` is true where one may look."""
        n = query.shape[1]
        query, key_t = query * scale, key.transpose(1, 2)
        out = torch.empty_like(query)
        later = torch.full((_BLOCK, _BLOCK), float("-inf")).triu_(1)
        kept = []
        for start in range(0, n, _BLOCK):
            end = min(start + _BLOCK, n)
            scores = torch.bmm(query[:, start:end], key_t[:, :, :end]).float()
            if mask is None:
                scores[:, :, start:].add_(later[: end - start, : end - start])
            else:
                closed = mask[:, :, start:end, :end].logical_not()
                scores.view(closed.shape[0], -1, end - start, end).masked_fill_(closed, float("-inf"))
            share = torch.softmax(scores, dim=-1).to(query.dtype)
            out[:, start:end] = torch.bmm(share, value[:, :end])
            kept.append(share)
        ctx.save_for_backward(query, key, value, out, *kept)
        ctx.scale = scale
        return out

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> Any:
        """Return the gradients of query, key and value."""
        query, key, value, out, *kept = ctx.saved_tensors
        grad = grads[0].contiguous()
        grad_query = torch.empty_like(query)
        grad_key = torch.zeros(key.shape, dtype=torch.float32)
        grad_value = torch.zeros(value.shape, dtype=torch.float32)
        mean = (grad.float() * out.float()).sum(dim=-1, keepdim=True)
        value_t = value.transpose(1, 2)
        for n, share in enumerate(kept):
            start = n * _BLOCK
            end = start + share.shape[1]
            part = grad[:, start:end]
            grad_value[:, :end] += torch.bmm(share.transpose(1, 2), part)
            slope = torch.bmm(part, value_t[:, :, :end]).float().sub_(mean[:, start:end]).mul_(share).to(query.dtype)
            grad_query[:, start:end] = torch.bmm(slope, key[:, :end])
            grad_key[:, :end] += torch.bmm(slope.transpose(1, 2), query[:, start:end])
        return grad_query.mul_(ctx.scale), grad_key.to(key.dtype), grad_value.to(value.dtype), None, None


def _attend(
    module: Any,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    is_causal: bool | None = None,
    **more: Any,
) -> tuple[torch.Tensor, None]:
    """Attend in blocks where that is right and pays, else as the library does."""
    n = query.shape[2]
    causal = getattr(module, "is_causal", True) if is_causal is None else is_causal
    narrow = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else query.dtype
    fits = query.device.type == "cpu" and narrow == torch.bfloat16 and n == key.shape[2] and 1 < n <= _LONGEST
    plain = attention_mask is None or (attention_mask.dtype == torch.bool and attention_mask.shape[1:] == (1, n, n))
    causal = causal or attention_mask is not None  # the mask of a causal model says so itself
    if not fits or not plain or dropout or not causal or not torch.is_grad_enabled():
        out: tuple[torch.Tensor, None] = sdpa_attention_forward(
            module, query, key, value, attention_mask, dropout=dropout, scaling=scaling, is_causal=is_causal, **more
        )
        return out
    batch, heads, _, width = query.shape
    groups = heads // key.shape[1]
    if groups > 1:
        key, value = (part.repeat_interleave(groups, dim=1) for part in (key, value))
    flat = (part.to(narrow).reshape(batch * heads, n, part.shape[-1]) for part in (query, key, value))
    with torch.autocast("cpu", enabled=False):
        attended = _Blocks.apply(*flat, width**-0.5 if scaling is None else scaling, attention_mask)
    return attended.view(batch, heads, n, -1).transpose(1, 2).contiguous(), None


def use_block_attention(model: Any) -> bool:
    """Let a model on the CPU attend in blocks; say whether it now does."""
    if model.config._attn_implementation != "sdpa" or model.device.type != "cpu":
        return False
    AttentionInterface.register(NAME, _attend)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    model.set_attn_implementation(NAME)
    return bool(model.config._attn_implementation == NAME)
