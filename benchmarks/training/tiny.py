"""A tiny base model and corpora for it, made from a seed: training is real and takes seconds."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from vedette.forge.base import Record
from vedette.forge.recipe import LoadedRecipe, Split, load_recipe

TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
WORDS = "alert host account logon process denied allowed remote script service audit packet share token ticket".split()


def sentences(n: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    return [" ".join(draw.choice(WORDS) for _ in range(draw.randint(8, 40))) + "." for _ in range(n)]


@dataclass
class MemoryCorpus:
    """A corpus that was never written."""

    path: Path
    parts: dict[str, list[Record]]
    card: dict[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        said = repr([(name, [r.record_id for r in part]) for name, part in sorted(self.parts.items())])
        return hashlib.sha256(said.encode()).hexdigest()

    def count(self, split: Split) -> int:
        return len(self.parts.get(split, []))

    def records(self, split: Split) -> Iterator[Record]:
        yield from self.parts.get(split, [])


def record(text: str, **more: Any) -> Record:
    return Record(record_id=hashlib.sha256((text + repr(more)).encode()).hexdigest()[:16], text=text, **more)


def texts(path: Path, n: int = 120, n_validation: int = 20) -> MemoryCorpus:
    train, validation = sentences(n, 1), sentences(n_validation, 2)
    return MemoryCorpus(path, {"train": [record(t) for t in train], "validation": [record(t) for t in validation]})


def conversations(path: Path, n: int = 60) -> MemoryCorpus:
    made = [
        record(q, messages=({"role": "user", "content": q}, {"role": "assistant", "content": a}))
        for q, a in zip(sentences(n, 3), sentences(n, 4), strict=True)
    ]
    return MemoryCorpus(path, {"train": made[:-10], "validation": made[-10:]})


def preferences(path: Path, n: int = 24) -> MemoryCorpus:
    made = [
        record(q, messages=({"role": "user", "content": q},), chosen=f"yes {good}", rejected=f"no {bad}")
        for q, good, bad in zip(sentences(n, 5), sentences(n, 6), sentences(n, 7), strict=True)
    ]
    return MemoryCorpus(path, {"train": made[:-8], "validation": made[-8:]})


@dataclass
class Heard:
    """Progress that remembers."""

    updates: list[tuple[str, float, float | None, dict[str, float]]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stop_at: int | None = None
    """Step at which the listener fails, as a killed process would."""

    def update(self, stage: str, done: float, total: float | None, **numbers: float) -> None:
        self.updates.append((stage, done, total, numbers))
        if stage == "train" and self.stop_at is not None and done >= self.stop_at:
            raise KeyboardInterrupt

    def note(self, text: str) -> None:
        self.notes.append(text)

    @property
    def losses(self) -> dict[int, float]:
        return {int(done): numbers["loss"] for stage, done, _, numbers in self.updates if stage == "train"}


CORPORA = {"pretraining": texts, "instruction": conversations, "preference": preferences}


def make_base(folder: Path, hidden: int = 64, layers: int = 2) -> Path:
    """Write a small Llama with random weights and a byte-level tokenizer of 512 words."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    from vedette.forge.train.quiet import quiet

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=512,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator([*sentences(200, 0), *["user assistant system yes no"] * 5], trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<|im_start|>", eos_token="<|im_end|>", pad_token="<|im_end|>"
    )
    fast.chat_template = TEMPLATE
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=512,
        hidden_size=hidden,
        intermediate_size=2 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=256,
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
    )
    with quiet():
        LlamaForCausalLM(config).save_pretrained(folder)
        fast.save_pretrained(folder)
    return folder


def recipe_at(folder: Path, base: Path, kind: str = "pretraining", **train: Any) -> LoadedRecipe:
    """Write and read a recipe of a few steps."""
    settings = {"max_length": 64, "batch_size": 4, "max_steps": 6, "learning_rate": 1e-3, "save_every": 2} | train
    if settings.get("method", "lora") == "lora":
        settings.setdefault("lora", {"rank": 4, "alpha": 8})
    said = {"kind": kind, "name": "tiny", "base": str(base), "seed": 7, "train": settings}
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "recipe.yaml"
    path.write_text(yaml.safe_dump(said | {"corpus": {"sources": [{"path": "."}]}}), encoding="utf-8")
    return load_recipe(path)
