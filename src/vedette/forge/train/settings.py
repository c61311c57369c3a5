"""A recipe's settings in the words of the training libraries."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vedette.errors import UserError

if TYPE_CHECKING:
    from vedette.forge.recipe import LanguageRecipe, LanguageTraining


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What one of several processes takes of each optimiser step."""

    world: int
    """Processes."""
    batch: int
    """Rows at a time."""
    accumulate: int
    """Times before the optimiser steps."""

    @property
    def global_batch(self) -> int:
        """Rows of an optimiser step over all processes: the recipe's ``batch_size`` times ``accumulate``."""
        return self.world * self.batch * self.accumulate


def share_of(settings: LanguageTraining, world: int | None = None) -> Share:
    """Return each process' share, so that any number of processes makes the same steps.

    Raises:
        UserError: the batch cannot be shared evenly.
    """
    world = int(os.environ.get("WORLD_SIZE", "1") or 1) if world is None else world
    if settings.batch_size % world == 0:
        return Share(world=world, batch=settings.batch_size // world, accumulate=settings.accumulate)
    if settings.accumulate % world == 0:
        return Share(world=world, batch=settings.batch_size, accumulate=settings.accumulate // world)
    raise UserError(
        f"{world} processes cannot share batches of {settings.batch_size} rows × {settings.accumulate} evenly",
        next_step=f"make train.batch_size or train.accumulate a multiple of {world}",
    )


def precision_of(settings: LanguageTraining) -> str:
    """Return ``bfloat16`` or ``float32``: for ``auto``, the first where the hardware multiplies in it."""
    import torch

    if settings.precision != "auto":
        return settings.precision
    if torch.cuda.is_available():
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    able = torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return "bfloat16" if able else "float32"


def _ensure_reporter(name: str) -> None:
    if name != "none" and find_spec(name) is None and not (name == "tensorboard" and find_spec("tensorboardX")):
        raise UserError(
            f"train.report_to: {name} needs the package {name}",
            next_step=f"pip install {name}, or set train.report_to: none",
        )


def arguments(recipe: LanguageRecipe, folder: Path, share: Share, work: Path) -> Any:
    """Return the trainer's arguments.

    Args:
        recipe: the recipe.
        folder: where checkpoints go.
        share: what this process takes of each step.
        work: the training's folder.

    Raises:
        UserError: ``train.extra`` says something that the trainer does not know, or a part is missing.
    """
    import torch
    from transformers import TrainingArguments

    settings = recipe.train
    _ensure_reporter(settings.report_to)
    cpu = not torch.cuda.is_available()
    if settings.fsdp and (cpu or share.world == 1):
        raise UserError(
            "train.fsdp shards over several GPUs, and this is one process"
            if share.world == 1
            else "train.fsdp needs GPUs",
            next_step="run it under `accelerate launch --num_processes N`, or set train.fsdp: false",
        )
    bf16 = precision_of(settings) == "bfloat16"
    said: dict[str, Any] = {
        "output_dir": str(folder),
        "per_device_train_batch_size": share.batch,
        "per_device_eval_batch_size": share.batch,
        "gradient_accumulation_steps": share.accumulate,
        "num_train_epochs": settings.epochs,
        "max_steps": settings.max_steps or -1,
        "learning_rate": settings.learning_rate,
        "warmup_steps": settings.warmup,
        "lr_scheduler_type": settings.schedule if settings.schedule != "constant" else "constant_with_warmup",
        "weight_decay": settings.weight_decay,
        "optim": "adamw_torch_fused",
        "bf16": bf16,
        "use_cpu": cpu,
        "gradient_checkpointing": settings.checkpointing,
        "gradient_checkpointing_kwargs": {"use_reentrant": False} if settings.checkpointing else None,
        "logging_steps": 1,
        "save_strategy": "steps",
        "save_steps": settings.save_every,
        "eval_strategy": _when(settings),
        "eval_steps": settings.evaluate_every or settings.save_every,
        "seed": recipe.seed,
        "data_seed": recipe.seed,
        "report_to": [],
        "disable_tqdm": True,
        "log_level": "error",
        "log_level_replica": "error",
        "remove_unused_columns": False,
        "ddp_backend": "gloo" if cpu and share.world > 1 else None,
        "ddp_find_unused_parameters": False if share.world > 1 else None,
        "dataloader_pin_memory": not cpu,
    }
    if settings.fsdp:
        said |= {"fsdp": True, "fsdp_config": {"state_dict_type": "FULL_STATE_DICT"}}
        if settings.checkpointing:
            said["gradient_checkpointing"] = False
            said["gradient_checkpointing_kwargs"] = None
            said["fsdp_config"]["activation_checkpointing"] = True
    kind: Any = TrainingArguments
    if recipe.kind == "preference":
        from trl import DPOConfig

        kind = DPOConfig
        said |= {"beta": settings.beta, "max_length": settings.max_length}
    known = set(kind.__dataclass_fields__)
    if strange := sorted(set(settings.extra) - known):
        raise UserError(
            f"train.extra: the trainer does not know {', '.join(strange)}",
            next_step="train.extra takes the names of transformers.TrainingArguments",
        )
    try:
        made = kind(**(said | settings.extra))
    except (ValueError, TypeError) as error:
        raise UserError(f"these training settings do not go together: {error}") from None
    made._n_gpu = min(made.n_gpu, 1)  # several GPUs go by `accelerate launch`, one process each
    return made


def _when(settings: LanguageTraining) -> str:
    return "steps" if settings.evaluate_every or settings.patience else "no"
