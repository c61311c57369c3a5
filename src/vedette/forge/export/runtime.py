"""What llama.cpp replies with a GGUF file, token by token."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.forge.export.parity import NEW_TOKENS, Reply
from vedette.models.llama import LlamaModel

if TYPE_CHECKING:
    from vedette.forge.base import Progress
    from vedette.forge.export.prompts import Prompt

_SMALL_BYTES = 50_000_000
"""Below this a second thread costs more than it gives."""
_PATIENCE_S = 3600.0
"""For one reply: a large model in float32 on a busy machine is slow, and a check that gives up tells nothing."""


class GreedyModel(LlamaModel):
    """The embedded model, made to say the id of every token it writes, those without a text included."""

    def write(self, prompt: Prompt, n_tokens: int, *, chats: bool, ends: frozenset[int]) -> Reply:
        """Return the greedy reply to a prompt.

        Args:
            prompt: what is asked.
            n_tokens: at most so many tokens.
            chats: whether to ask through the file's chat template, or to continue the plain text.
            ends: tokens that end a reply.
        """
        told = self._post(
            "/completion",
            {
                "prompt": self._prompt(prompt.messages if chats else prompt.text),
                "n_predict": n_tokens,
                "temperature": 0,
                "samplers": ["temperature"],
                "repeat_penalty": 1.0,
                "return_tokens": True,
                "cache_prompt": False,
            },
            timeout_s=_PATIENCE_S,
        )
        tokens = [int(token) for token in told["tokens"]]
        ended = told["stop_type"] == "eos"
        if ended and tokens and tokens[-1] in ends:
            tokens.pop()
        return Reply(tuple(tokens), str(told["content"]), ended, int(told["tokens_evaluated"]))


def ask_llama(
    gguf: Path,
    prompts: Sequence[Prompt],
    *,
    adapters: Sequence[tuple[Path, float]] = (),
    chats: bool,
    ends: frozenset[int],
    progress: Progress,
    stage: str,
    n_tokens: int = NEW_TOKENS,
    exact: bool = True,
) -> tuple[list[Reply], float]:
    """Return what llama.cpp replies with a file, and the tokens it wrote per second, prompts read included.

    Args:
        gguf: the weights.
        prompts: what is asked.
        adapters: GGUF adapters to lay over the weights, with their scales.
        chats: see :meth:`GreedyModel.write`.
        ends: see there.
        progress: who is told.
        stage: name of this work.
        n_tokens: of each reply.
        exact: float32 attention; otherwise as the model is served.
    """
    import time

    out: list[Reply] = []
    written = 0
    threads = 1 if gguf.stat().st_size < _SMALL_BYTES else None
    with GreedyModel(gguf, adapters=adapters, n_ctx=2048, threads=threads, exact=exact) as model:
        started = time.monotonic()
        for i, prompt in enumerate(prompts):
            out.append(model.write(prompt, n_tokens, chats=chats, ends=ends))
            written += len(out[-1].tokens) + int(out[-1].ended)
            progress.update(stage, i + 1, len(prompts), tokens_per_s=written / (time.monotonic() - started))
        return out, written / max(time.monotonic() - started, 1e-9)
