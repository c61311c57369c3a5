"""A tiny random Llama with a tokenizer of its own, and a LoRA adapter that changes what it says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("peft")

from vedette.forge.base import Silent, Trained  # noqa: E402
from vedette.forge.export.build import Job  # noqa: E402
from vedette.forge.export.prompts import built_in  # noqa: E402
from vedette.forge.recipe import ExportSpec, LoadedRecipe, load_recipe  # noqa: E402
from vedette.forge.train.quiet import quiet  # noqa: E402

TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'"
    " }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
TEXT = [
    "the quick brown fox jumps over the lazy dog and reads the log of 1234 events",
    "What is a failed logon? Explain it to a new colleague in two sentences.",
    "Name three signs of lateral movement in a log, from 10.0.0.1 to 192.168.1.254.",
    "aligned  1   22    333     4444 and  55   666    7777",
]


def tokenizer_into(folder: Path) -> int:
    """Train a byte-level BPE tokenizer with SmolLM's splitting rules and return its size."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=480,
        special_tokens=["<unk>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train_from_iterator(TEXT * 4, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=made, bos_token="<|im_start|>", eos_token="<|im_end|>", unk_token="<unk>"
    )
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)
    return int(made.get_vocab_size())


def llama_into(folder: Path, **changes: Any) -> Path:
    """Make a tiny Llama with grouped heads and tied embeddings."""
    from transformers import AutoModelForCausalLM, LlamaConfig

    folder.mkdir(parents=True)
    size = tokenizer_into(folder)
    config = LlamaConfig(
        **{
            "vocab_size": size,
            "hidden_size": 64,
            "intermediate_size": 96,
            "num_hidden_layers": 2,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "max_position_embeddings": 1024,
            "tie_word_embeddings": True,
            "initializer_range": 0.25,
            "bos_token_id": 1,
            "eos_token_id": 2,
            "pad_token_id": 2,
            **changes,
        }
    )
    torch.manual_seed(7)
    with quiet():
        AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    return folder


def adapter_into(folder: Path, base: Path, **changes: Any) -> Path:
    """Make a LoRA adapter whose both sides are random, so that it changes what the model says."""
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(11)
    given = {"r": 4, "lora_alpha": 8, "target_modules": "all-linear", "task_type": "CAUSAL_LM", **changes}
    with quiet():
        model = get_peft_model(AutoModelForCausalLM.from_pretrained(base), LoraConfig(**given))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.copy_(torch.randn_like(parameter) * 0.2)
    model.save_pretrained(folder)
    return folder


@dataclass(frozen=True)
class Tiny:
    """A base model and an adapter on it."""

    base: Path
    adapter: Path


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Tiny:
    """Return a tiny Llama and an adapter on it."""
    folder = tmp_path_factory.mktemp("tiny")
    base = llama_into(folder / "base")
    return Tiny(base, adapter_into(folder / "adapter", base))


def recipe_for(folder: Path, base: Path, *formats: str, prompts: int = 24, serve: str | None = None) -> LoadedRecipe:
    """Return a recipe that exports a model trained on that base."""
    body = {
        "name": "tiny",
        "kind": "instruction",
        "base": str(base),
        "corpus": {"sources": [{"path": "x.jsonl"}]},
        "export": {"formats": list(formats), "parity_prompts": prompts, **({"serve": serve} if serve else {})},
    }
    path = folder / "recipe.yaml"
    path.write_text(json.dumps(body), encoding="utf-8")
    return load_recipe(path)


@pytest.fixture
def adapted(tiny: Tiny) -> Trained:
    """Return the adapter as a trainer leaves it."""
    return Trained(path=tiny.adapter, form="adapter", base=str(tiny.base), metrics={})


@pytest.fixture
def full(tiny: Tiny) -> Trained:
    """Return the base model as if it had been trained in full."""
    return Trained(path=tiny.base, form="causal-lm", base=None, metrics={})


@pytest.fixture
def job(tiny: Tiny, adapted: Trained, tmp_path: Path) -> Job:
    """Return an export in the making, with 12 prompts."""
    made = tmp_path / "making"
    made.mkdir()
    loaded = recipe_for(tmp_path, tiny.base)
    return Job(loaded, adapted, made, tmp_path / "home", Silent(), built_in(12), ExportSpec().tolerance)
