"""Tiny language models: a real architecture and tokenizer, random or overfitted weights, a second to make."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

WORDS = "alert host account logon process denied allowed remote script service audit packet share token ticket".split()
TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


def _sentences(n: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    return [" ".join(draw.choice(WORDS) for _ in range(draw.randint(6, 30))) + "." for _ in range(n)]


@pytest.fixture(scope="session")
def sentences() -> Callable[[int, int], list[str]]:
    """Return a function that makes sentences of a small vocabulary."""
    return _sentences


@pytest.fixture(scope="session")
def tiny_tokenizer() -> Any:
    pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=480,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_sentences(200, 0), trainer)
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<|endoftext|>",
        bos_token="<|im_start|>",
        eos_token="<|im_end|>",
        pad_token="<|im_end|>",
    )
    fast.chat_template = TEMPLATE
    return fast


@pytest.fixture(scope="session")
def make_tiny(tiny_tokenizer: Any) -> Callable[..., Any]:
    """Return a function that makes a tiny model, trained on texts where there are some."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    def make(texts: Sequence[str] = (), *, steps: int = 0, seed: int = 0, context: int = 128) -> Any:
        torch.manual_seed(seed)
        model = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=len(tiny_tokenizer),
                hidden_size=64,
                intermediate_size=128,
                num_hidden_layers=2,
                num_attention_heads=4,
                num_key_value_heads=2,
                max_position_embeddings=context,
                bos_token_id=1,
                eos_token_id=2,
                pad_token_id=2,
            )
        )
        if steps:
            optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
            rows = [torch.tensor([tiny_tokenizer(text).input_ids[:context]]) for text in texts]
            for step in range(steps):
                row = rows[step % len(rows)]
                model(input_ids=row, labels=row).loss.backward()
                optimizer.step()
                optimizer.zero_grad()
        return model.eval()

    return make


@pytest.fixture(scope="session")
def tiny_folder(make_tiny: Callable[..., Any], tiny_tokenizer: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with random weights in a Transformers folder."""
    folder = tmp_path_factory.mktemp("tiny")
    make_tiny().save_pretrained(folder)
    tiny_tokenizer.save_pretrained(folder)
    return folder
