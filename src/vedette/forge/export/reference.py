"""What the trained model itself says, computed by Transformers, to hold an exported form against.

Greedy decoding takes the likeliest token at each step, so two models decode alike exactly when, along the text that one
of them wrote, the other would have taken the same token at every step. That is what is checked: the reference reads
prompt and reply in one pass and says for each token whether it is its own choice too. It costs a fraction of decoding
once more, and gives how far apart the two were where they part (``regret``: the logit of the reference's choice less
the logit of the token written, in nats, 0 where they agree).

A file of 16 or fewer bits holds rounded weights. The reference rounds its own in the same way (``stored``), so that
what is compared is whether the file says what it should, not whether rounding costs something; that is measured
apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vedette.errors import MissingExtraError
from vedette.forge.export.gguf_model import as_stored

if TYPE_CHECKING:
    from vedette.forge.export.prompts import Prompt


@dataclass(frozen=True, slots=True)
class Scored:
    """A reply held against the reference."""

    prompt_tokens: tuple[int, ...]
    """The prompt as the reference's own tokeniser and template write it."""
    choices: tuple[int, ...]
    """The reference's choice at each step, the step after the reply included."""
    regrets: tuple[float, ...]
    """How much likelier (in nats) the reference holds its own choice than the token written, at each token."""
    margins: tuple[float, ...]
    """How far (in nats) the reference's choice is from its second one, at each step."""
    surprise: float
    """Sum over the reply of the negative log-probability that the reference gives it, in nats."""


class Reference:
    """A Transformers causal language model with its tokeniser."""

    def __init__(self, folder: Path, adapter: Path | None = None, *, stored: str = "f32") -> None:
        """Load it in float32.

        Args:
            folder: the weights.
            adapter: a PEFT adapter to lay over them.
            stored: GGUF type that the base matrices are rounded to, as a file of that type holds them.
        """
        try:
            import torch
            from transformers import AutoModelForCausalLM, AutoTokenizer
        except ImportError:
            raise MissingExtraError("forge", "checking an export") from None
        from vedette.forge.train.quiet import quiet

        with quiet():
            self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model: Any = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
            if stored != "f32":
                _round_weights(model, stored)
            if adapter is not None:
                from peft import PeftModel

                model = PeftModel.from_pretrained(model, str(adapter))
        self.model: Any = model.eval()

    @property
    def ends(self) -> frozenset[int]:
        """Return the tokens that end a reply."""
        value = self.model.generation_config.eos_token_id
        if value is None:
            value = self.tokenizer.eos_token_id
        return frozenset(value if isinstance(value, list) else [] if value is None else [value])

    @property
    def chats(self) -> bool:
        """Return whether the model has a chat template."""
        return bool(self.tokenizer.chat_template)

    def prompt_tokens(self, prompt: Prompt) -> list[int]:
        """Return a prompt as the model was trained to see it."""
        if self.chats:
            text = self.tokenizer.apply_chat_template(
                [dict(turn) for turn in prompt.messages], tokenize=False, add_generation_prompt=True
            )
            return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])
        return list(self.tokenizer(prompt.text)["input_ids"])

    def decode(self, tokens: Sequence[int]) -> str:
        """Return tokens as text, special ones included."""
        return str(self.tokenizer.decode(list(tokens)))

    def score(self, prompts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]]) -> list[Scored]:
        """Return each reply held against the reference.

        Args:
            prompts: tokens of each prompt.
            replies: tokens that another form wrote after it, without the end token.
        """
        out: list[Scored | None] = [None] * len(prompts)
        order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]) + len(replies[i]))
        for start in range(0, len(order), 8):
            part = order[start : start + 8]
            for i, scored in zip(
                part, self._score([prompts[i] for i in part], [replies[i] for i in part]), strict=True
            ):
                out[i] = scored
        return [scored for scored in out if scored is not None]

    def _score(self, prompts: list[Sequence[int]], replies: list[Sequence[int]]) -> list[Scored]:
        import torch

        rows = [[*p, *r] for p, r in zip(prompts, replies, strict=True)]
        ids, mask = _left_padded(rows)
        steps = max(map(len, replies)) + 1
        places = (mask.cumsum(-1) - 1).clamp(min=0)
        with torch.inference_mode():
            logits = self.model(
                input_ids=ids, attention_mask=mask, position_ids=places, use_cache=False, logits_to_keep=steps
            ).logits.float()
        out: list[Scored] = []
        for i, reply in enumerate(replies):
            mine = logits[i, steps - 1 - len(reply) :]
            best = mine.topk(2, dim=-1)
            written = torch.tensor(list(reply), dtype=torch.long)
            of_written = mine[: len(reply)].gather(1, written[:, None])[:, 0]
            spread = torch.logsumexp(mine[: len(reply)], dim=-1)
            out.append(
                Scored(
                    prompt_tokens=tuple(prompts[i]),
                    choices=tuple(best.indices[:, 0].tolist()),
                    regrets=tuple((best.values[: len(reply), 0] - of_written).tolist()),
                    margins=tuple((best.values[:, 0] - best.values[:, 1]).tolist()),
                    surprise=float((spread - of_written).sum()),
                )
            )
        return out

    def write(self, prompt: Sequence[int], n_tokens: int) -> list[int]:
        """Return what the reference itself writes after a prompt, greedily, without the end token."""
        return self.write_all([prompt], n_tokens)[0]

    def write_all(self, prompts: Sequence[Sequence[int]], n_tokens: int) -> list[list[int]]:
        """Return what the reference itself writes after each prompt, greedily, without the end token."""
        import torch

        out: list[list[int]] = [[] for _ in prompts]
        order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
        ends = sorted(self.ends)
        for start in range(0, len(order), 8):
            part = order[start : start + 8]
            ids, mask = _left_padded([prompts[i] for i in part])
            with torch.inference_mode():
                made = self.model.generate(
                    input_ids=ids,
                    attention_mask=mask,
                    max_new_tokens=n_tokens,
                    do_sample=False,
                    num_beams=1,
                    eos_token_id=ends or None,
                    pad_token_id=ends[0] if ends else 0,
                )
            for i, row in zip(part, made[:, ids.shape[1] :].tolist(), strict=True):
                end = next((k for k, token in enumerate(row) if token in self.ends), len(row))
                out[i] = row[:end]
        return out


def _left_padded(rows: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    """Return rows of tokens as one matrix, and the mask of what is a token."""
    import torch

    width = max(map(len, rows))
    ids = torch.zeros((len(rows), width), dtype=torch.long)
    mask = torch.zeros((len(rows), width), dtype=torch.long)
    for i, row in enumerate(rows):
        ids[i, width - len(row) :] = torch.tensor(list(row))
        mask[i, width - len(row) :] = 1
    return ids, mask


def _round_weights(model: Any, kind: str) -> None:
    """Round every matrix of a model to what a GGUF file of that type holds."""
    import torch

    seen: set[int] = set()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim >= 2 and parameter.data_ptr() not in seen:
                seen.add(parameter.data_ptr())
                parameter.copy_(torch.from_numpy(as_stored(parameter.detach().numpy(), kind).copy()))


def measures(scored: Sequence[Scored]) -> Mapping[str, float]:
    """Return what the reference thinks of all replies together."""
    regrets = [r for s in scored for r in s.regrets]
    n = len(regrets)
    differ = [r for r in regrets if r > 0]
    return {
        "tokens": float(n),
        "tokens_different": float(len(differ)),
        "mean_regret_nats": sum(regrets) / n if n else 0.0,
        "largest_regret_nats": max(regrets, default=0.0),
        "surprise_nats": sum(s.surprise for s in scored) / n if n else 0.0,
    }
