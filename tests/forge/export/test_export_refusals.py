"""What cannot be exported is refused by name, before anything is written."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from export_support import Tiny

from vedette.errors import UserError
from vedette.forge.export import architecture, formats, vocabulary
from vedette.forge.export.gguf_adapter import read_pairs
from vedette.forge.export.gguf_model import About, write_model

CONFIG: dict[str, Any] = {
    "model_type": "llama",
    "num_attention_heads": 4,
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "intermediate_size": 96,
    "vocab_size": 480,
}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"model_type": "gpt_neox"}, "gpt_neox"),
        ({"model_type": None}, "None"),
        ({"hidden_act": "gelu"}, "gelu"),
        ({"use_sliding_window": True}, "sliding"),
        ({"rope_scaling": {"rope_type": "longrope"}}, "longrope"),
    ],
)
def test_a_strange_architecture_is_named(change: dict[str, Any], told: str) -> None:
    """The message says what it is that cannot be written."""
    with pytest.raises(UserError, match=told):
        architecture.shape_of({**CONFIG, **change})


def test_a_known_architecture_is_read() -> None:
    """Defaults are those of Transformers."""
    shape = architecture.shape_of(CONFIG)
    assert (shape.n_kv_heads, shape.head_size, shape.rope_base, shape.tied) == (4, 16, 10000.0, False)


def test_an_unknown_tensor_is_named() -> None:
    """A tensor without a place is not left out in silence."""
    pytest.importorskip("gguf")
    with pytest.raises(UserError, match="mystery"):
        architecture.tensor_name(architecture.shape_of(CONFIG), "model.layers.0.mystery.weight")


def test_interleave_moves_halves_together() -> None:
    """Row i of the first half goes to 2i, of the second to 2i + 1, head by head."""
    import numpy as np

    rows = np.arange(8, dtype=np.float32)
    assert architecture.interleave(rows, 2).tolist() == [0, 2, 1, 3, 4, 6, 5, 7]


@pytest.mark.parametrize(
    ("rules", "name"),
    [
        ({"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}, "gpt-2"),
        (
            {
                "type": "Sequence",
                "pretokenizers": [
                    {"type": "Digits", "individual_digits": True},
                    {"type": "ByteLevel", "add_prefix_space": False},
                ],
            },
            "smollm",
        ),
    ],
)
def test_splitting_rules_have_names(rules: dict[str, Any], name: str) -> None:
    """Known rules are known."""
    assert vocabulary.pre_tokeniser_name(rules) == name


@pytest.mark.parametrize(
    "rules",
    [
        None,
        {"type": "Metaspace"},
        {"type": "ByteLevel", "add_prefix_space": True, "use_regex": True},
        {"type": "ByteLevel", "use_regex": False},
        {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": False}, {"type": "ByteLevel"}]},
        {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": "\\p{N}"}, "behavior": "Isolated"},
                {"type": "ByteLevel", "use_regex": False},
            ],
        },
    ],
)
def test_other_splitting_rules_are_refused(rules: dict[str, Any] | None) -> None:
    """Near misses of known rules are not taken for them."""
    with pytest.raises(UserError):
        vocabulary.pre_tokeniser_name(rules)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"peft_type": "IA3"}, "IA3"),
        ({"use_dora": True}, "DoRA"),
        ({"modules_to_save": ["lm_head"]}, "modules_to_save"),
        ({"bias": "all"}, "biases"),
    ],
)
def test_adapters_that_gguf_cannot_hold_are_named(
    tiny: Tiny, tmp_path: Path, change: dict[str, Any], told: str
) -> None:
    """Each with what to do instead."""
    folder = tmp_path / "adapter"
    shutil.copytree(tiny.adapter, folder)
    body = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps({**body, **change}))
    with pytest.raises(UserError, match=told) as caught:
        read_pairs(folder)
    assert caught.value.next_step or change == {"peft_type": "IA3"}


def test_torn_and_missing_files_are_told(tiny: Tiny, tmp_path: Path) -> None:
    """Half a file of weights, no configuration, no JSON."""
    folder = tmp_path / "model"
    shutil.copytree(tiny.base, folder)
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UserError, match="cannot read the weights"):
        write_model(folder, tmp_path / "m.gguf", "f16", About(name="x"))
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(UserError, match=r"tokenizer\.json"):
        write_model(folder, tmp_path / "m.gguf", "f16", About(name="x"))
    (folder / "config.json").unlink()
    with pytest.raises(UserError, match=r"config\.json"):
        write_model(folder, tmp_path / "m.gguf", "f16", About(name="x"))
    with pytest.raises(UserError, match="q3_k"):
        write_model(tiny.base, tmp_path / "m.gguf", "q3_k", About(name="x"))
    assert not list(tmp_path.glob("m.gguf*"))


def test_weights_beyond_16_bits_are_refused(tiny: Tiny, tmp_path: Path) -> None:
    """A weight of 70,000 would become infinite."""
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "model"
    shutil.copytree(tiny.base, folder)
    tensors = load_file(folder / "model.safetensors")
    tensors["model.layers.0.mlp.up_proj.weight"][0, 0] = 70_000.0
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UserError, match="65,504"):
        write_model(folder, tmp_path / "m.gguf", "f16", About(name="x"))
    write_model(folder, tmp_path / "m.gguf", "f32", About(name="x"))


def test_formats_are_chosen_by_what_was_trained() -> None:
    """Defaults, order, and refusals by name."""
    assert formats.chosen((), "adapter") == ("adapter", "gguf-adapter")
    assert formats.chosen(("gguf-f16", "merged", "gguf-f16"), "causal-lm") == ("gguf-f16", "merged")
    for wanted, form, told in (
        (("gguf-q3",), "adapter", "gguf-q3"),
        (("gguf-adapter",), "causal-lm", "needs an adapter"),
        (("gguf-f16",), "encoder", "gguf-f16"),
        (("onnx",), "linear", "linear"),
    ):
        with pytest.raises(UserError, match=told):
            formats.chosen(wanted, form)
    assert formats.served(("merged", "gguf-f16"), None) == "gguf-f16"
    assert formats.served(("merged",), None) is None
    with pytest.raises(UserError, match="does not make"):
        formats.served(("merged",), "gguf-f16")
    with pytest.raises(UserError, match="cannot be served"):
        formats.served(("merged",), "merged")
