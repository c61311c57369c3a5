"""Preference tuning: TRL's DPO on pairs of replies, with checkpoints that are whole or absent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from vedette.errors import UserError
from vedette.forge.train.base_weights import load_model

if TYPE_CHECKING:
    from vedette.forge.recipe import Split
    from vedette.forge.train.language import Job


class Pairs:
    """Pairs of replies, ready for TRL, and how many tokens they have."""

    def __init__(self, rows: list[dict[str, str]], n_tokens: int) -> None:
        from datasets import Dataset, disable_progress_bars

        disable_progress_bars()
        self.rows = Dataset.from_list(rows)
        self.n_tokens = n_tokens

    def __len__(self) -> int:
        return len(self.rows)


def pairs_of(job: Job, split: Split) -> Pairs | None:
    """Return a part of the corpus as pairs in the base's chat template, or nothing where the part has none.

    Raises:
        UserError: the training part has no pair.
    """
    tokenizer, dropped = job.tokenizer, 0
    rows, n_tokens = [], 0
    for record in job.corpus.records(split):
        asked = [dict(turn) for turn in record.messages] or [{"role": "user", "content": record.text}]
        if not record.chosen or not record.rejected or record.chosen == record.rejected:
            dropped += 1
            continue
        prompt = str(tokenizer.apply_chat_template(asked, tokenize=False, add_generation_prompt=True))
        row = {"prompt": prompt}
        for name, reply in (("chosen", record.chosen), ("rejected", record.rejected)):
            turns = [*asked, {"role": "assistant", "content": reply}]
            whole = str(tokenizer.apply_chat_template(turns, tokenize=False))
            row[name] = whole.removeprefix(prompt).rstrip().removesuffix(tokenizer.eos_token)  # TRL adds it
            n_tokens += min(len(tokenizer(whole)["input_ids"]), job.settings.max_length)
        rows.append(row)
    if dropped:
        job.progress.note(f"{dropped} {split} records have no two different replies and teach nothing")
    if not rows:
        if split == "train":
            raise UserError(
                "the training part of the corpus has no pair of replies",
                next_step="preference tuning needs records with messages, chosen and rejected",
                location=str(job.corpus.path),
            )
        return None
    return Pairs(rows, n_tokens)


def built(job: Job, settings: Any, data: Mapping[str, Any]) -> Any:
    """Return TRL's trainer of this job; the reference model is the base with the adapter off, or a copy."""
    from transformers import set_seed
    from trl import DPOTrainer

    from vedette.forge.train._loop import Safely
    from vedette.forge.train.language import lora_config

    class SafeDPOTrainer(Safely, DPOTrainer):  # type: ignore[misc]
        """TRL's trainer with whole checkpoints."""

    set_seed(job.recipe.seed)
    full = job.settings.method == "full"
    model = load_model(job.base, quantised=job.settings.lora.quantised and not full)
    model.config.use_cache = False
    validation = data["validation"]
    return SafeDPOTrainer(
        model=model,
        peft_config=None if full else lora_config(job.settings),
        ref_model=load_model(job.base) if full else None,
        args=settings,
        train_dataset=data["train"].rows,
        eval_dataset=validation.rows if validation is not None else None,
        processing_class=job.tokenizer,
    )
