"""A correct export says what the trained model says; each planted fault makes the gate fail."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("xllamacpp")
pytest.importorskip("gguf")

from export_support import TEMPLATE, Tiny, adapter_into, llama_into, recipe_for

from vedette.errors import OutsideError, UserError
from vedette.forge.base import ParityReport, Silent, Trained
from vedette.forge.export import architecture, check, export, vocabulary
from vedette.forge.export.build import Job
from vedette.forge.export.gguf_adapter import write_adapter
from vedette.forge.export.gguf_model import About, write_model
from vedette.forge.export.reference import Reference
from vedette.forge.export.runtime import ask_llama
from vedette.forge.export.weights import config_of


def says(job: Job, folder: Path, *, reference: Path | None = None) -> ParityReport:
    """Return how a folder written as float32 GGUF compares with the model in ``reference``."""
    gguf = job.scratch / "model.gguf"
    write_model(folder, gguf, "f32", About(name="tiny"))
    return check.gguf_said(job, reference or folder, gguf, "f32")


def damaged(base: Path, target: Path, damage: Callable[[Path], None]) -> Path:
    """Return a copy of a model's folder that something was done to."""
    shutil.copytree(base, target)
    damage(target)
    return target


def test_every_form_of_an_adapter_passes(tiny: Tiny, adapted: Trained, tmp_path: Path) -> None:
    """The reports pass, and the folder holds forms, digests and what to serve."""
    loaded = recipe_for(tmp_path, tiny.base, "adapter", "merged", "gguf-adapter", "gguf-f16", prompts=16)
    reports = {r.format: r for r in export(loaded, adapted, tmp_path / "out", tmp_path / "home", Silent())}
    assert set(reports) == {"adapter", "merged", "gguf-adapter", "gguf-f16", "gguf-f16 as served"}
    for report in reports.values():
        assert report.passed, report
        assert report.n_prompts == 16
        assert report.measures["tokens"] > 100
    assert all(r.n_different == 0 and r.tolerance == 0 for n, r in reports.items() if "served" not in n)
    account = json.loads((tmp_path / "out" / "export.json").read_text())
    assert set(account["files"]) >= {"adapter/adapter_model.safetensors", "gguf-adapter/adapter.gguf"}
    serve = json.loads((tmp_path / "out" / "serve.json").read_text())
    # the base is no GGUF, so that nothing could lay an adapter over it
    assert serve == {"format": "gguf-f16", "gguf": "gguf-f16/model.gguf"}
    assert not list(tmp_path.glob(".*making"))
    config = json.loads((tmp_path / "out" / "adapter" / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == str(tiny.base)


def test_an_adapter_changes_the_replies(job: Job, tiny: Tiny) -> None:
    """The base model without the adapter fails: the adapter in these tests does something."""
    gguf = job.scratch / "base.gguf"
    write_model(tiny.base, gguf, "f32", About(name="base"))
    reference = Reference(tiny.base, tiny.adapter)
    ask = {"chats": True, "ends": reference.ends, "progress": Silent(), "stage": "x"}
    replies, _ = ask_llama(gguf, job.prompts, **ask)
    from vedette.forge.export.parity import compare

    differences, _ = compare(reference, job.prompts, replies)
    assert len(differences) > len(job.prompts) // 2


def test_the_reference_scores_as_it_writes(job: Job, tiny: Tiny) -> None:
    """Scoring a reply in one pass finds no difference in what the reference itself decoded step by step."""
    reference = Reference(tiny.base)
    asked = [reference.prompt_tokens(p) for p in job.prompts[:6]]
    written = [reference.write(a, 16) for a in asked]
    for reply, scored in zip(written, reference.score(asked, written), strict=True):
        assert tuple(reply) == scored.choices[: len(reply)]
        assert max(scored.regrets, default=0.0) == 0.0


@pytest.mark.parametrize("kind", ["f16", "q8_0", "q4_0"])
def test_what_a_file_says_is_exact_at_every_type(job: Job, tiny: Tiny, kind: str) -> None:
    """Rounded files say exactly what the model rounded in the same way says."""
    gguf = job.scratch / "model.gguf"
    write_model(tiny.base, gguf, kind, About(name="tiny"))
    said = check.gguf_said(job, tiny.base, gguf, kind)
    assert said.passed
    assert said.n_different == 0


def test_four_bits_of_a_random_model_are_too_few_to_serve(job: Job, tiny: Tiny) -> None:
    """The bound on what is served can fail: random weights do not survive 4 bits."""
    gguf = job.scratch / "model.gguf"
    write_model(tiny.base, gguf, "q4_0", About(name="tiny"))
    served = check.gguf_served(job, tiny.base, gguf, "q4_0")
    assert not served.passed
    assert served.measures["mean_regret_nats"] > 0.05


def test_a_planted_permutation_fails_the_gate(job: Job, tiny: Tiny, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows of q and k left as Transformers has them: the file loads, and says something else."""
    monkeypatch.setattr(architecture, "interleave", lambda rows, n_heads: rows)
    report = says(job, tiny.base)
    assert not report.passed
    assert report.n_different > 6
    assert "the reference" in report.first_difference


def test_a_planted_permutation_of_the_keys_alone_fails_the_gate(
    job: Job, tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys permuted by the number of query heads: shapes fit, replies do not."""
    right = architecture.interleave
    monkeypatch.setattr(architecture, "interleave", lambda rows, n_heads: right(rows, 4))
    assert not says(job, tiny.base).passed


def test_a_planted_permutation_in_the_adapter_fails_the_gate(
    job: Job, tiny: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The adapter's B of q and k left as PEFT has it, over a right base."""
    wrong = job.scratch / "wrong.gguf"
    with monkeypatch.context() as patch:
        patch.setattr(architecture, "interleave", lambda rows, n_heads: rows)
        write_adapter(tiny.adapter, config_of(tiny.base), wrong, About(name="tiny"))
    assert not check.gguf_adapter(job, tiny.base, None, wrong)[0].passed
    right = job.scratch / "right.gguf"
    write_adapter(tiny.adapter, config_of(tiny.base), right, About(name="tiny"))
    assert check.gguf_adapter(job, tiny.base, None, right)[0].passed


def test_a_planted_template_fails_the_gate(job: Job, tiny: Tiny, tmp_path: Path) -> None:
    """A template without the line end after the role: one token less in every prompt."""

    def damage(folder: Path) -> None:
        (folder / "chat_template.jinja").write_text(TEMPLATE.replace("assistant\n", "assistant"), encoding="utf-8")

    report = says(job, damaged(tiny.base, tmp_path / "wrong", damage), reference=tiny.base)
    assert not report.passed
    assert report.n_different == report.n_prompts
    assert "the prompt has" in report.first_difference


def test_a_template_of_the_same_length_fails_the_gate(job: Job, tiny: Tiny, tmp_path: Path) -> None:
    """A template with another token in the place of one: only the replies tell."""

    def damage(folder: Path) -> None:
        wrong = TEMPLATE.replace("'<|im_end|>'", "'<|im_start|>'")
        (folder / "chat_template.jinja").write_text(wrong, encoding="utf-8")

    assert not says(job, damaged(tiny.base, tmp_path / "wrong", damage), reference=tiny.base).passed


def _edit(name: str, change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        body = json.loads((folder / name).read_text(encoding="utf-8"))
        change(body)
        (folder / name).write_text(json.dumps(body), encoding="utf-8")

    return damage


def test_missing_merges_fail_the_gate(job: Job, tiny: Tiny, tmp_path: Path) -> None:
    """Half of the merges lost: words fall into more tokens."""
    damage = _edit("tokenizer.json", lambda b: b["model"].update(merges=b["model"]["merges"][:40]))
    assert not says(job, damaged(tiny.base, tmp_path / "wrong", damage), reference=tiny.base).passed


def test_other_splitting_rules_fail_the_gate(job: Job, tiny: Tiny, tmp_path: Path) -> None:
    """GPT-2's rules for SmolLM's: runs of spaces before digits are cut elsewhere."""
    damage = _edit(
        "tokenizer.json",
        lambda b: b.update(pre_tokenizer={"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}),
    )
    assert not says(job, damaged(tiny.base, tmp_path / "wrong", damage), reference=tiny.base).passed


def test_a_wrong_end_token_fails_the_gate(job: Job, tiny: Tiny, tmp_path: Path) -> None:
    """A file that ends replies at a token that the model writes in the midst of them."""
    reference = Reference(tiny.base)
    often = reference.write(reference.prompt_tokens(job.prompts[0]), 8)[3]
    token = reference.tokenizer.convert_ids_to_tokens(often)
    damage = _edit("tokenizer_config.json", lambda b: b.update(eos_token=token))
    report = says(job, damaged(tiny.base, tmp_path / "wrong", damage), reference=tiny.base)
    assert not report.passed


def test_a_wrong_rope_base_fails_the_gate(job: Job, tiny: Tiny, tmp_path: Path) -> None:
    """Positions turned by another base."""
    damage = _edit("config.json", lambda b: b.update(rope_parameters={"rope_type": "default", "rope_theta": 500.0}))
    assert not says(job, damaged(tiny.base, tmp_path / "wrong", damage), reference=tiny.base).passed


def test_qwen2_is_written_without_permutation(job: Job, tmp_path: Path) -> None:
    """Another architecture: rows stay, biases go along, the output matrix is its own."""
    from export_support import tokenizer_into, torch
    from transformers import AutoModelForCausalLM, Qwen2Config

    folder = tmp_path / "qwen"
    folder.mkdir()
    config = Qwen2Config(
        vocab_size=tokenizer_into(folder),
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=1024,
        tie_word_embeddings=False,
        initializer_range=0.25,
        bos_token_id=1,
        eos_token_id=2,
    )
    # Transformers gives every tokenizer of a Qwen 2 model these rules, whatever its file says
    _edit("tokenizer.json", lambda b: b.update(pre_tokenizer=vocabulary.splitting_rules("qwen2")))(folder)
    torch.manual_seed(3)
    model = AutoModelForCausalLM.from_config(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                parameter.copy_(torch.randn_like(parameter) * 0.3)
    model.save_pretrained(folder)
    report = says(job, folder)
    assert report.passed, report.first_difference
    assert report.n_different == 0


def test_heads_of_their_own_size_and_scaled_positions(job: Job, tmp_path: Path) -> None:
    """A Llama whose heads are not hidden / heads wide, with Llama 3's scaling of positions and no tied matrix."""
    folder = llama_into(
        tmp_path / "scaled",
        head_dim=32,
        tie_word_embeddings=False,
        rope_parameters={
            "rope_type": "llama3",
            "rope_theta": 10000.0,
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 64,
        },
    )
    report = says(job, folder)
    assert report.passed, report.first_difference
    assert report.n_different == 0


def test_scales_that_differ_by_module_are_folded_in(job: Job, tiny: Tiny, tmp_path: Path) -> None:
    """Ranks and alphas by pattern, and rank-stabilised scaling."""
    folder = adapter_into(
        tmp_path / "patterns",
        tiny.base,
        use_rslora=True,
        rank_pattern={"q_proj": 2, "down_proj": 8},
        alpha_pattern={"v_proj": 3},
    )
    out = job.scratch / "adapter.gguf"
    write_adapter(folder, config_of(tiny.base), out, About(name="tiny"))
    job = replace(job, trained=replace(job.trained, path=folder))
    report = check.gguf_adapter(job, tiny.base, None, out)[0]
    assert report.passed, report.first_difference
    assert report.n_different == 0


def test_an_adapter_is_checked_over_the_base_file_that_serves_it(
    job: Job, tiny: Tiny, adapted: Trained, tmp_path: Path
) -> None:
    """A GGUF base is widened for the exact look, taken as it is for the other, and named to serve."""
    served = tmp_path / "base.gguf"
    write_model(tiny.base, served, "f16", About(name="base"))
    loaded = recipe_for(tmp_path, served, "gguf-adapter", prompts=8)
    rounded = tmp_path / "rounded"
    shutil.copytree(tiny.base, rounded)
    Reference(tiny.base, stored="f16").model.save_pretrained(rounded)
    trained = replace(adapted, base=str(rounded))
    reports = export(loaded, trained, tmp_path / "out", tmp_path / "home", Silent())
    assert [r.format for r in reports] == ["gguf-adapter", "gguf-adapter as served"]
    assert all(r.passed for r in reports)
    assert reports[0].n_different == 0
    assert json.loads((tmp_path / "out" / "serve.json").read_text()) == {
        "format": "gguf-adapter",
        "base": str(served),
        "adapter": "gguf-adapter/adapter.gguf",
        "scale": 1.0,
    }


def test_the_same_model_gives_the_same_bytes(tiny: Tiny, tmp_path: Path) -> None:
    """Nothing in a file depends on when or where it was written."""
    for name in ("a", "b"):
        write_model(tiny.base, tmp_path / f"{name}.gguf", "q8_0", About(name="tiny", licence="Apache-2.0"))
    assert (tmp_path / "a.gguf").read_bytes() == (tmp_path / "b.gguf").read_bytes()


def test_a_full_disk_is_said_and_leaves_nothing(tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The room needed is looked at first; a disk that fills meanwhile is told as such."""
    import gguf

    usage = shutil.disk_usage(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
        with pytest.raises(OutsideError, match="MB free"):
            write_model(tiny.base, tmp_path / "m.gguf", "f16", About(name="tiny"))

    def full(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gguf.GGUFWriter, "write_tensor_data", full)
    with pytest.raises(OutsideError, match="No space left"):
        write_model(tiny.base, tmp_path / "m.gguf", "f16", About(name="tiny"))
    assert not list(tmp_path.glob("m.gguf*"))


def test_a_failed_export_keeps_what_was_there(tiny: Tiny, full: Trained, tmp_path: Path) -> None:
    """What an earlier export left stays until a new one is whole."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "old").write_text("x")
    damage = _edit("config.json", lambda b: b.update(model_type="mamba"))
    wrong = replace(full, path=damaged(tiny.base, tmp_path / "wrong", damage))
    loaded = recipe_for(tmp_path, tiny.base, "gguf-f16")
    with pytest.raises(UserError, match="'mamba'"):
        export(loaded, wrong, tmp_path / "out", tmp_path / "home", Silent())
    assert (tmp_path / "out" / "old").exists()
    assert not list(tmp_path.glob(".out*"))


def test_the_vocabulary_says_what_the_tokenizer_says(tiny: Tiny) -> None:
    """Ids, kinds, merges, special tokens, template."""
    read = vocabulary.read_vocabulary(tiny.base, 500)
    assert (read.pre, read.eos, read.bos, read.unknown) == ("smollm", 2, 1, 0)
    assert read.tokens[:3] == ["<unk>", "<|im_start|>", "<|im_end|>"]
    assert read.types[:3] == [vocabulary.CONTROL] * 3
    assert read.types[3] == vocabulary.NORMAL
    assert read.types[499] == vocabulary.UNUSED
    assert len(read.tokens) == 500
    assert read.template == TEMPLATE
    assert all(len(m.split(" ")) == 2 for m in read.merges)
    with pytest.raises(UserError, match="rows of embeddings"):
        vocabulary.read_vocabulary(tiny.base, 100)
