"""What is added to the Transformers and TRL trainers. Imported while training only: it needs both.

`Safely` writes checkpoints that are whole or absent; `Watch` tells progress, keeps the best weights and stops early.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import torch
from transformers import Trainer, TrainerCallback

from vedette.forge.base import Progress
from vedette.forge.train import checkpoints


def collate(rows: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
    """Return a batch of rows; columns after the last label of the batch are cut, for no loss depends on them.

    No attention mask is made: padding is to the right and attention is causal, so that no token that counts sees any.
    """
    batch = {name: torch.stack([torch.from_numpy(row[name]) for row in rows]) for name in rows[0]}
    learned = (batch["labels"] != -100).any(dim=0).nonzero()
    width = int(learned[-1]) + 1 if learned.numel() else 2
    return {name: part[:, :width].contiguous() for name, part in batch.items()}


class Safely:
    """Mix-in of a Transformers trainer: each checkpoint becomes visible at once, whole, or never."""

    folder: Path
    """Where checkpoints are."""
    keep: int
    needed: int
    """Bytes that a checkpoint takes, as estimated before the first."""
    watch: Watch
    _staged: Path | None = None

    def _get_output_dir(self, trial: Any) -> str:
        return str(self._staged or self.folder)

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        trainer: Any = self
        target = self.folder / f"checkpoint-{trainer.state.global_step}"
        writes = bool(trainer.args.should_save)
        if writes:
            checkpoints.sweep(self.folder)
            if (known := checkpoints.numbered(self.folder)) and known[0][0] >= trainer.state.global_step:
                for step, path in known:
                    if step >= trainer.state.global_step:  # damaged, and trained past again
                        shutil.rmtree(path, ignore_errors=True)
            checkpoints.ensure_room(self.folder, self.needed)
        trainer.accelerator.wait_for_everyone()
        self._staged = self.folder / f"{checkpoints.staging(target).name}"
        try:
            with checkpoints.full_disk_is_said(self.folder, self.needed):
                super()._save_checkpoint(model, trial)  # type: ignore[misc]
                trainer.accelerator.wait_for_everyone()
                if writes:
                    inner = self._staged / target.name
                    checkpoints.flatten(inner, self._staged)
                    checkpoints.seal(target, {"step": trainer.state.global_step, "watch": self.watch.kept()})
                    self.needed = max(self.needed, int(checkpoints.size_of(target) * 1.05))
                    checkpoints.prune(self.folder, self.keep)
        except BaseException:
            if writes:
                shutil.rmtree(self._staged, ignore_errors=True)
            raise
        finally:
            self._staged = None
        trainer.accelerator.wait_for_everyone()


_KEPT = ("seconds", "best_loss", "best_step", "worse", "validation_loss")


class SafeTrainer(Safely, Trainer):  # type: ignore[misc]
    """The Transformers trainer with whole checkpoints; `collate` makes its batches."""

    control: Any

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Return the validation loss per token: the same for any batch size and any number of processes."""
        accelerator, rows = self.accelerator, self.eval_dataset
        world, rank, size = accelerator.num_processes, accelerator.process_index, self.args.per_device_eval_batch_size
        model = self.model
        was = model.training
        model.eval()
        sums = torch.zeros(2, dtype=torch.float64, device=self.args.device)
        with torch.no_grad(), accelerator.autocast():
            for start in range(0, len(rows), world * size):
                mine = range(start + rank * size, min(start + (rank + 1) * size, len(rows)))
                batch = collate([rows[n] for n in mine] or [rows[0]])
                batch = {name: part.to(self.args.device) for name, part in batch.items()}
                n_learned = int((batch["labels"][:, 1:] != -100).sum())
                loss = model(**batch).loss
                if mine and n_learned:
                    sums += torch.tensor([float(loss) * n_learned, n_learned], device=self.args.device)
        model.train(was)
        total, n_learned = accelerator.reduce(sums, reduction="sum").tolist()
        metrics = {"eval_loss": total / max(n_learned, 1)}
        self.log(dict(metrics))
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics


class Watch(TrainerCallback):  # type: ignore[misc]
    """Tells progress and keeps what must survive a kill: time spent, the best loss and how long ago it was."""

    def __init__(
        self, progress: Progress, tokens_per_step: float, *, best: Path | None = None, patience: int | None = None
    ) -> None:
        self.progress, self.tokens_per_step = progress, tokens_per_step
        self.best, self.patience = best, patience
        self.trainer: Any = None
        self.seconds = 0.0
        self.best_loss: float | None = None
        self.best_step = self.worse = 0
        self.validation_loss: float | None = None
        self.stopped_early = False
        self._tick = 0.0

    def kept(self) -> dict[str, Any]:
        """Return what a checkpoint keeps of this."""
        return {name: getattr(self, name) for name in _KEPT}

    def take_up(self, kept: dict[str, Any]) -> None:
        """Go on from what a checkpoint kept."""
        for name in _KEPT:
            if name in kept:
                setattr(self, name, kept[name])

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Start the clock."""
        self._tick = time.monotonic()

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Start the clock anew after an evaluation or a checkpoint, which do not count."""
        self._tick = time.monotonic()

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Count the step's time."""
        self.seconds += time.monotonic() - self._tick

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **_: Any) -> None:
        """Tell the loss and the speed."""
        if not state.is_world_process_zero or not logs or "loss" not in logs:
            return
        per_s = state.global_step * self.tokens_per_step / self.seconds if self.seconds else 0.0
        told = {"loss": logs["loss"], "tokens_per_s": per_s}
        if self.validation_loss is not None:
            told["validation_loss"] = self.validation_loss
        self.progress.update("train", state.global_step, state.max_steps, **told)

    def on_evaluate(self, args: Any, state: Any, control: Any, metrics: dict[str, float], **_: Any) -> Any:
        """Keep the weights where they are the best so far; stop where they have not been for long."""
        loss = metrics.get("eval_loss")
        if loss is None:
            return control
        self.validation_loss = loss
        if self.best_loss is None or loss < self.best_loss:
            self.best_loss, self.best_step, self.worse = loss, state.global_step, 0
            self._keep(state.global_step, loss)
        else:
            self.worse += 1
            if self.patience is not None and self.worse >= self.patience:
                self.stopped_early = control.should_training_stop = True
        return control

    def _keep(self, step: int, loss: float) -> None:
        if self.best is None:
            return
        staged = checkpoints.staging(self.best)
        writes = bool(self.trainer.args.should_save)
        if writes:
            shutil.rmtree(staged, ignore_errors=True)
        with checkpoints.full_disk_is_said(self.best.parent, self.trainer.needed // 2):
            self.trainer.save_model(str(staged), _internal_call=True)
            if writes:
                checkpoints.seal(self.best, {"step": step, "validation_loss": loss})
