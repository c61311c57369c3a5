"""Language models: continued pre-training, instruction tuning and preference tuning.

The Transformers trainer runs the first two and TRL's the third; PEFT adds the adapters and Accelerate spreads the work
over processes. Ours are the rows (`rows`), the loss (`_loss`), checkpoints that are whole or absent (`checkpoints`)
and what is told while it runs (`_loop`).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vedette.errors import MissingExtraError, UserError
from vedette.forge.base import Corpus, Progress, Silent, Trained
from vedette.forge.train import checkpoints, memory
from vedette.forge.train.base_weights import base_folder, ensure_quantisable, load_model, load_tokenizer
from vedette.forge.train.quiet import quiet
from vedette.forge.train.rows import Rows, conversation_pieces, rows_at, text_pieces, write_rows
from vedette.forge.train.settings import Share, arguments, share_of

if TYPE_CHECKING:
    from vedette.forge.recipe import LanguageRecipe, LanguageTraining, LoadedRecipe, Split


def base_of(loaded: LoadedRecipe, home: Path) -> Path:
    """Return the folder of a language recipe's base weights; a relative path starts at the recipe."""
    ref = loaded.recipe.base
    if ref is None:
        raise UserError(f"the recipe {loaded.recipe.name} names no base weights", next_step="add base: …")
    beside = loaded.folder / ref
    return base_folder(str(beside) if beside.exists() else ref, home)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One training, ready to run."""

    recipe: LanguageRecipe
    base: Path
    corpus: Corpus
    work: Path
    share: Share
    tokenizer: Any
    progress: Progress

    @property
    def settings(self) -> LanguageTraining:
        """The recipe's training settings."""
        return self.recipe.train


class LanguageTrainer:
    """Trains language models; one for all three kinds."""

    def train(
        self, loaded: LoadedRecipe, corpus: Corpus, work: Path, home: Path, progress: Progress, *, resume: bool
    ) -> Trained:
        """Return the trained adapter or model; see `vedette.forge.base.Trainer`."""
        recipe = loaded.recipe
        if recipe.kind == "classifier":
            raise UserError(f"{recipe.name} is a classifier's recipe")
        _ensure_libraries()
        if recipe.train.lora.quantised and recipe.train.method == "lora":
            ensure_quantisable()
        _tell_of_a_lonely_launch(progress)
        memory.reset_peak()
        share = share_of(recipe.train)
        folder = work / "checkpoints"
        with quiet():
            settings = arguments(recipe, folder, share, work)
            if not settings.should_log:
                progress = Silent()
            with settings.main_process_first(local=False):
                if settings.should_save and not resume:
                    for part in ("checkpoints", "best", "model"):
                        shutil.rmtree(work / part, ignore_errors=True)
                base = base_of(loaded, home)
                identity = _identity(recipe, corpus, base)
                if resume and (done := _finished(work, identity)):
                    return done
                if settings.should_save:
                    checkpoints.sweep(folder)
                    checkpoints.ensure_same_run(folder, identity)
                job = Job(
                    recipe=recipe,
                    base=base,
                    corpus=corpus,
                    work=work,
                    share=share,
                    tokenizer=load_tokenizer(base),
                    progress=progress,
                )
                prepare: Any = rows_of
                if recipe.kind == "preference":
                    from vedette.forge.train.preference import pairs_of

                    prepare = pairs_of
                data = {split: prepare(job, split) for split in ("train", "validation")}
            return _run(job, settings, data, identity)


def _tell_of_a_lonely_launch(progress: Progress) -> None:
    """Say so where `accelerate launch --cpu` was asked for several processes and, without mpirun, started one."""
    if {"ACCELERATE_USE_CPU", "MASTER_PORT"} <= set(os.environ) and "WORLD_SIZE" not in os.environ:
        progress.note("one process was started: on a CPU use `accelerate launch --multi_gpu --num_processes N`")


def _ensure_libraries() -> None:
    from importlib.util import find_spec

    if any(find_spec(name) is None for name in ("torch", "transformers", "peft", "accelerate", "trl")):
        raise MissingExtraError("forge", "training a language model")


def _identity(recipe: LanguageRecipe, corpus: Corpus, base: Path) -> dict[str, Any]:
    """Return what must be the same for checkpoints to be gone on from."""
    train = {
        key: value for key, value in asdict(recipe.train).items() if key not in ("save_every", "keep", "report_to")
    }
    shape, weights = hashlib.sha256(), hashlib.sha256()
    for path in sorted(base.glob("*.safetensors")):
        shape.update(f"{path.name}:{path.stat().st_size}:".encode())
        weights.update(f"{path.name}:{checkpoints.digest_of(path)}:".encode())
    shape.update((base / "config.json").read_bytes())
    return {
        "kind": recipe.kind,
        "seed": recipe.seed,
        "settings": json.loads(json.dumps(train)),
        "corpus": corpus.digest,
        "base": shape.hexdigest(),
        "weights": weights.hexdigest(),
    }


def _finished(work: Path, identity: Mapping[str, Any]) -> Trained | None:
    """Return the result of an earlier call that came to its end, where it is whole."""
    facts = checkpoints.facts_of(work / "model")
    if checkpoints.differences(facts.get("identity"), identity) or checkpoints.problem_of(work / "model") is not None:
        return None
    return Trained(path=work / "model", form=facts["form"], base=facts["base"], metrics=facts["metrics"])


def rows_of(job: Job, split: Split) -> Rows | None:
    """Return a part of the corpus as rows of tokens, or nothing where the part is empty.

    Raises:
        UserError: the training part has nothing to learn from.
    """
    recipe, settings = job.recipe, job.settings
    if split != "train" and job.corpus.count(split) == 0:
        return None
    job.progress.update("tokenise", 0, None)

    def make(path: Path) -> Rows:
        records = job.corpus.records(split)
        if recipe.kind == "pretraining":
            pieces: Any = text_pieces(records, job.tokenizer, seed=recipe.seed)
        else:
            pieces = conversation_pieces(records, job.tokenizer, max_length=settings.max_length, seed=recipe.seed)
        return write_rows(
            pieces,
            path,
            length=settings.max_length,
            padding=job.tokenizer.pad_token_id,
            packing=settings.packing,
            separate=recipe.kind == "instruction",
        )

    key = {
        "corpus": job.corpus.digest,
        "tokenizer": hashlib.sha256(job.tokenizer.backend_tokenizer.to_str().encode()).hexdigest(),
        "template": job.tokenizer.chat_template,
        "kind": recipe.kind,
        "length": settings.max_length,
        "packing": settings.packing,
        "seed": recipe.seed,
    }
    with checkpoints.full_disk_is_said(job.work, 100 << 20, "the rows of tokens"):
        rows = rows_at(job.work / "rows" / f"{split}.bin", key, make)
    if rows.n_dropped:
        job.progress.note(f"{rows.n_dropped} {split} records have no assistant turn that fits and teach nothing")
    if split == "train" and rows.n_learned == 0:
        what = "texts" if recipe.kind == "pretraining" else "messages with an assistant turn"
        raise UserError(
            f"the training part of the corpus has no {what} to learn from",
            next_step="look at the corpus' card, and at its quarantine for what was left out",
            location=str(job.corpus.path),
        )
    if split == "train":
        rows.fill_up(job.share.world * job.share.batch)
    return rows if len(rows) else None


def lora_config(settings: LanguageTraining) -> Any:
    """Return the recipe's adapter in PEFT's words."""
    from peft import LoraConfig

    lora = settings.lora
    return LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=lora.targets if isinstance(lora.targets, str) else list(lora.targets),
        task_type="CAUSAL_LM",
    )


def adapted(job: Job, model: Any) -> Any:
    """Return the model with what the recipe trains: adapters, or all of it."""
    settings = job.settings
    if settings.method == "full":
        return model
    from peft import get_peft_model, prepare_model_for_kbit_training

    if settings.lora.quantised:
        model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=settings.checkpointing)
    try:
        return get_peft_model(model, lora_config(settings))
    except ValueError as error:
        raise UserError(
            f"no adapter can be put there: {error}", next_step="set train.lora.targets: all-linear, or to module names"
        ) from None


def freeze_in(model: Any, dtype: Any) -> None:
    """Keep the frozen linear layers in the precision that autocast would cast them to at every step.

    Results do not change: the same cast is made once instead of twice a step. Norms, embeddings and the output layer
    stay as they are, so that what flows between the layers keeps its precision.
    """
    from torch import nn

    head = model.get_output_embeddings()
    tied = {id(model.get_input_embeddings().weight), id(getattr(head, "weight", None))}
    for module in model.modules():
        if type(module) is nn.Linear and id(module.weight) not in tied and not module.weight.requires_grad:
            module.weight.data = module.weight.data.to(dtype)


def _built(job: Job, settings: Any, data: Mapping[str, Any]) -> Any:
    """Return the trainer of pre-training and instruction tuning."""
    import torch
    from transformers import set_seed

    from vedette.forge.train._attention import use_block_attention
    from vedette.forge.train._loop import SafeTrainer, collate
    from vedette.forge.train._loss import use_chunked_loss

    set_seed(job.recipe.seed)
    lora = job.settings.method == "lora"
    narrow = lora and settings.bf16 and settings.device.type == "cuda"
    model = load_model(job.base, quantised=job.settings.lora.quantised and lora, narrow=narrow)
    model.config.use_cache = False
    model = adapted(job, model)
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    if not job.settings.fsdp:
        use_chunked_loss(inner)
        use_block_attention(inner)
        if settings.bf16 and not job.settings.lora.quantised:
            freeze_in(inner, torch.bfloat16)
    set_seed(job.recipe.seed)
    return SafeTrainer(
        model=model,
        args=settings,
        train_dataset=data["train"],
        eval_dataset=data["validation"],
        data_collator=collate,
    )


def _run(job: Job, settings: Any, data: Mapping[str, Any], identity: Mapping[str, Any]) -> Trained:
    from transformers import PrinterCallback

    from vedette.forge.train._loop import Watch

    if data["validation"] is None and (job.settings.patience or job.settings.evaluate_every):
        raise UserError(
            "early stopping and train.evaluate_every need validation records, and the corpus has none",
            next_step="set corpus.split.validation above 0, or take train.patience and train.evaluate_every out",
        )
    if job.recipe.kind == "preference":
        from vedette.forge.train.preference import built

        trainer = built(job, settings, data)
    else:
        trainer = _built(job, settings, data)
    folder = job.work / "checkpoints"
    rows_per_step = job.share.global_batch
    tokens_per_step = rows_per_step * data["train"].n_tokens / max(len(data["train"]), 1)
    evaluates = settings.eval_strategy != "no"
    watch = Watch(
        job.progress,
        tokens_per_step,
        best=job.work / "best" if evaluates else None,
        patience=job.settings.patience,
    )
    watch.trainer = trainer
    n_trained = sum(p.numel() for p in trainer.model.parameters() if p.requires_grad)
    n_saved = n_trained if job.settings.method == "lora" else sum(p.numel() for p in trainer.model.parameters())
    trainer.folder, trainer.keep, trainer.watch = folder, job.settings.keep, watch
    trainer.needed = 4 * n_saved + 8 * n_trained + (4 << 20)
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(watch)
    _report(trainer, job)
    start = checkpoints.last_whole(folder, job.progress.note)
    if start is not None:
        watch.take_up(checkpoints.facts_of(start).get("watch", {}))
        job.progress.note(f"going on from {start.name}")
    _train(trainer, start)
    if data["validation"] is not None and not evaluates:
        trainer.evaluate()
    return _result(job, trainer, watch, data["train"], n_trained, identity)


def _train(trainer: Any, start: Path | None) -> None:
    """Train to the end; a checkpoint of the last step is only loaded, for the library would train one step more."""
    from transformers.trainer_callback import TrainerState

    if start is not None:
        state = TrainerState.load_from_json(str(start / "trainer_state.json"))
        if state.global_step >= state.max_steps:
            trainer._load_from_checkpoint(str(start))
            trainer.state = state
            return
    trainer.train(resume_from_checkpoint=str(start) if start is not None else None)


def _report(trainer: Any, job: Job) -> None:
    if job.settings.report_to == "tensorboard" and trainer.args.should_log:
        from torch.utils.tensorboard import SummaryWriter
        from transformers.integrations import TensorBoardCallback

        trainer.add_callback(TensorBoardCallback(SummaryWriter(log_dir=str(job.work / "tensorboard"))))
    elif job.settings.report_to == "mlflow" and trainer.args.should_log:
        from transformers.integrations import MLflowCallback

        trainer.add_callback(MLflowCallback())


def _result(job: Job, trainer: Any, watch: Any, rows: Any, n_trained: int, identity: Mapping[str, Any]) -> Trained:
    """Write the trained weights, the best ones where there was an evaluation, and return them with their figures."""
    settings, target = job.settings, job.work / "model"
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    last = losses[-10:]
    steps = trainer.state.global_step
    metrics: dict[str, float] = {
        "train_loss": sum(losses) / len(losses) if losses else float("nan"),
        "final_loss": sum(last) / len(last) if last else float("nan"),
        "steps": float(steps),
        "tokens": round(steps * watch.tokens_per_step),
        "tokens_per_s": steps * watch.tokens_per_step / watch.seconds if watch.seconds else float("nan"),
        "seconds": watch.seconds,
        "peak_memory_bytes": float(memory.peak_bytes()),
        "trainable_parameters": float(n_trained),
        "stopped_early": float(watch.stopped_early),
        "processes": float(job.share.world),
    }
    best = job.work / "best"
    use_best = watch.best is not None and watch.best_loss is not None and checkpoints.problem_of(best) is None
    if watch.best_loss is not None and use_best:
        metrics["validation_loss"] = watch.best_loss
        metrics["best_step"] = float(watch.best_step)
    elif watch.validation_loss is not None:
        metrics["validation_loss"] = watch.validation_loss
    form = "adapter" if settings.method == "lora" else "causal-lm"
    staged = checkpoints.staging(target)
    writes = bool(trainer.args.should_save)
    with checkpoints.full_disk_is_said(job.work, trainer.needed):
        if writes:
            shutil.rmtree(staged, ignore_errors=True)
            if use_best:
                shutil.copytree(best, staged, ignore=shutil.ignore_patterns(checkpoints.MANIFEST))
        if not use_best:
            trainer.save_model(str(staged), _internal_call=True)
        if writes:
            (staged / "training_args.bin").unlink(missing_ok=True)
            job.tokenizer.save_pretrained(staged)
            facts = {"identity": dict(identity), "form": form, "base": str(job.base), "metrics": metrics}
            checkpoints.seal(target, facts)
    trainer.accelerator.wait_for_everyone()
    return Trained(path=target, form=form, base=str(job.base), metrics=metrics)
