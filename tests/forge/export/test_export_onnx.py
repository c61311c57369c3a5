"""ONNX graphs say what the model says, for texts of any length; a damaged one does not pass."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("onnxruntime")
pytest.importorskip("onnx")

from export_support import Tiny, recipe_for, tokenizer_into, torch

from vedette.errors import OutsideError, UserError
from vedette.forge.base import Silent, Trained
from vedette.forge.export import check, export, onnx_check, onnx_graph
from vedette.forge.export.build import Job
from vedette.forge.export.prompts import built_in
from vedette.forge.train.quiet import quiet

TEXTS = [prompt.text for prompt in built_in(12)]


def encoder_into(folder: Path, *, classifies: bool) -> Path:
    """Make a tiny random BERT."""
    from transformers import AutoModel, AutoModelForSequenceClassification, BertConfig

    folder.mkdir(parents=True)
    made: dict[str, Any] = {
        "vocab_size": tokenizer_into(folder),
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 64,
        "max_position_embeddings": 256,
        "num_labels": 5,
        "initializer_range": 0.2,
    }
    torch.manual_seed(5)
    kind = AutoModelForSequenceClassification if classifies else AutoModel
    with quiet():
        kind.from_config(BertConfig(**made)).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("classifies", [True, False])
def test_an_encoder_passes_whole_and_in_8_bits(tmp_path: Path, classifies: bool) -> None:
    """Classifier and embedding; batches of several lengths, an empty and a very long text among them."""
    folder = encoder_into(tmp_path / "bert", classifies=classifies)
    loaded = recipe_for(tmp_path, folder, "onnx", "onnx-int8", prompts=30)
    trained = Trained(path=folder, form="encoder", base=None, metrics={})
    whole, small = export(loaded, trained, tmp_path / "out", tmp_path / "home", Silent())
    assert whole.passed, whole.first_difference
    assert whole.n_different == 0
    assert whole.measures["largest_difference"] < 1e-4
    assert small.passed, small.first_difference
    assert small.measures["size_bytes"] < whole.measures["size_bytes"]
    assert (tmp_path / "out" / "onnx" / "tokenizer.json").is_file()


def test_another_model_s_graph_fails(tmp_path: Path) -> None:
    """The check can fail: a graph of other weights answers differently."""
    folder = encoder_into(tmp_path / "bert", classifies=True)
    out = tmp_path / "out"
    out.mkdir()
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    from safetensors.torch import load_file, save_file

    tensors = load_file(other / "model.safetensors")
    tensors["classifier.weight"] = tensors["classifier.weight"].flip(0).contiguous()
    save_file(tensors, other / "model.safetensors", metadata={"format": "pt"})
    onnx_graph.write_onnx(other, out)
    report = onnx_check.encoder("onnx", folder, out / "model.onnx", TEXTS, 0.0, Silent())
    assert not report.passed
    assert "probability is off" in report.first_difference
    small = tmp_path / "small"
    small.mkdir()
    onnx_graph.write_onnx(other, small, int8=True)
    assert not onnx_check.encoder("onnx-int8", folder, small / "model.onnx", TEXTS, 0.0, Silent()).passed


def test_a_language_model_s_graph_passes(job: Job, tiny: Tiny, tmp_path: Path) -> None:
    """Greedy choices along the trained model's own replies are the same; another model's are not."""
    out = tmp_path / "onnx"
    out.mkdir()
    onnx_graph.write_onnx(tiny.base, out)
    report = check.onnx_language(job, tiny.base, out)
    assert report.passed, report.first_difference
    assert report.n_different == 0
    merged = tmp_path / "merged"
    with quiet():
        from peft import PeftModel
        from transformers import AutoModelForCausalLM, AutoTokenizer

        model: Any = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(tiny.base), str(tiny.adapter))
        model.merge_and_unload().save_pretrained(merged)
        AutoTokenizer.from_pretrained(tiny.base).save_pretrained(merged)
    wrong = check.onnx_language(replace(job, prompts=job.prompts[:4]), merged, out)
    assert not wrong.passed


def test_what_no_graph_is_made_of_is_told(tiny: Tiny, tmp_path: Path) -> None:
    """An unknown kind of model, and a file that is no graph."""
    folder = tmp_path / "model"
    shutil.copytree(tiny.base, folder)
    text = (folder / "config.json").read_text().replace("LlamaForCausalLM", "LlamaForSomethingElse")
    (folder / "config.json").write_text(text)
    with pytest.raises(UserError, match="SomethingElse"):
        onnx_graph.kind_of(folder)
    (tmp_path / "x.onnx").write_bytes(b"\x00" * 100)
    with pytest.raises(OutsideError, match=r"x\.onnx"):
        onnx_graph.session(tmp_path / "x.onnx")
