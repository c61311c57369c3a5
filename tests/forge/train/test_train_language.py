"""Training a language model from a recipe, through the trainer's door."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest
from benchmarks.training.tiny import CORPORA, Heard, MemoryCorpus, recipe_at, texts

from vedette.errors import OutsideError, UserError
from vedette.forge.base import Trained
from vedette.forge.train import checkpoints, trainer_for

pytestmark = pytest.mark.filterwarnings("ignore")


def train(folder: Path, base: Path, heard: Heard, kind: str = "pretraining", **settings: Any) -> Trained:
    resume = settings.pop("resume", True)
    corpus = settings.pop("corpus", None)
    loaded = recipe_at(folder, base, kind, **settings)
    corpus = corpus or CORPORA[kind](folder)
    return trainer_for(loaded.recipe).train(loaded, corpus, folder / "work", folder, heard, resume=resume)


def weights(trained: Trained) -> list[str]:
    return [checkpoints.digest_of(path) for path in sorted(trained.path.glob("*.safetensors"))]


@pytest.mark.parametrize("method", ["lora", "full"])
def test_pretraining_lowers_the_loss(tmp_path: Path, base: Path, heard: Heard, method: str) -> None:
    trained = train(tmp_path, base, heard, method=method, max_steps=12, learning_rate=5e-3)
    losses = list(heard.losses.values())
    assert len(losses) == 12
    assert losses[-1] < losses[0] - 0.05
    assert trained.form == {"lora": "adapter", "full": "causal-lm"}[method]
    assert trained.metrics["validation_loss"] < losses[0]
    for name in ("train_loss", "tokens", "tokens_per_s", "seconds", "peak_memory_bytes"):
        assert trained.metrics[name] > 0
    assert heard.updates[-1][1:3] == (12, 12)
    assert checkpoints.problem_of(trained.path) is None
    assert not (trained.path / "training_args.bin").exists()


def test_the_result_loads_as_what_it_says(tmp_path: Path, base: Path, heard: Heard) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from vedette.forge.train.base_weights import base_folder, load_model

    full = train(tmp_path / "full", base, heard, method="full", precision="float32")
    AutoModelForCausalLM.from_pretrained(full.path)
    assert "vedette" not in (full.path / "config.json").read_text()
    tokenizer = AutoTokenizer.from_pretrained(full.path)
    assert tokenizer.chat_template == AutoTokenizer.from_pretrained(base).chat_template
    lora = train(tmp_path / "lora", base, heard, method="lora", precision="float32")
    assert lora.base == str(base)
    adapted = PeftModel.from_pretrained(load_model(base), lora.path)
    ids = tokenizer("alert host denied", return_tensors="pt")["input_ids"]
    merged = load_model(base_folder(str(lora.path), tmp_path))
    assert (adapted(ids).logits - merged(ids).logits).abs().max() < 1e-4
    assert (adapted(ids).logits - load_model(base)(ids).logits).abs().max() > 1e-6


def test_a_killed_run_ends_as_if_it_had_not_been(tmp_path: Path, base: Path, heard: Heard) -> None:
    settings: dict[str, Any] = {"max_steps": 9, "lora": {"rank": 4, "alpha": 8, "dropout": 0.2}, "accumulate": 2}
    calm = train(tmp_path / "calm", base, heard, **settings)
    for stop in (3, 7):
        with pytest.raises(KeyboardInterrupt):
            train(tmp_path / "killed", base, Heard(stop_at=stop), **settings)
    newest = tmp_path / "killed" / "work" / "checkpoints" / "checkpoint-6"
    body = bytearray((newest / "optimizer.pt").read_bytes())
    body[len(body) // 2] ^= 1
    (newest / "optimizer.pt").write_bytes(body)
    again = Heard()
    killed = train(tmp_path / "killed", base, again, **settings)
    assert any("checkpoint-6 is damaged" in note for note in again.notes)
    assert "going on from checkpoint-4" in again.notes
    assert weights(killed) == weights(calm)
    assert again.losses == {n: loss for n, loss in heard.losses.items() if n > 4}
    for name in ("train_loss", "final_loss", "validation_loss"):
        assert killed.metrics[name] == calm.metrics[name]


def test_a_finished_run_is_not_made_twice(tmp_path: Path, base: Path, heard: Heard) -> None:
    first = train(tmp_path, base, heard)
    again = Heard()
    assert train(tmp_path, base, again).metrics == first.metrics
    assert not again.losses
    (first.path / "adapter_model.safetensors").write_bytes(b"torn")
    third = train(tmp_path, base, again)
    assert third.metrics["final_loss"] == first.metrics["final_loss"]
    assert checkpoints.problem_of(third.path) is None
    assert not again.losses  # the last checkpoint was whole


def test_another_corpus_does_not_go_on_from_old_checkpoints(tmp_path: Path, base: Path, heard: Heard) -> None:
    train(tmp_path, base, heard)
    with pytest.raises(UserError, match="corpus changed"):
        train(tmp_path, base, heard, corpus=texts(tmp_path, 50))
    train(tmp_path, base, heard, corpus=texts(tmp_path, 50), resume=False)


def test_deterministic_by_seed(tmp_path: Path, base: Path, heard: Heard) -> None:
    one, two = (train(tmp_path / str(n), base, heard, method="full") for n in range(2))
    assert weights(one) == weights(two)


def test_early_stopping_keeps_the_best(tmp_path: Path, base: Path, heard: Heard) -> None:
    settings = {"method": "full", "learning_rate": 0.05, "schedule": "constant", "max_steps": 60, "evaluate_every": 2}
    trained = train(tmp_path, base, heard, patience=2, **settings)
    assert trained.metrics["stopped_early"] == 1
    assert trained.metrics["steps"] == trained.metrics["best_step"] + 4
    told = [numbers["validation_loss"] for _, _, _, numbers in heard.updates if "validation_loss" in numbers]
    assert trained.metrics["validation_loss"] == pytest.approx(min(told))


def test_instruction_learns_the_assistant_only(tmp_path: Path, base: Path, heard: Heard) -> None:
    packed = train(tmp_path / "packed", base, heard, "instruction", packing=True, max_length=128)
    apart = train(tmp_path / "apart", base, Heard(), "instruction", packing=False, max_length=128)
    assert packed.metrics["validation_loss"] == pytest.approx(apart.metrics["validation_loss"], abs=0.1)
    assert packed.metrics["tokens"] > 1.5 * apart.metrics["tokens"]


def test_packed_conversations_do_not_see_each_other(base: Path) -> None:
    import torch

    from vedette.forge.train.base_weights import load_model

    model = load_model(base).eval()
    model.config.use_cache = False  # as while training
    one, two = torch.randint(3, 500, (1, 9)), torch.randint(3, 500, (1, 7))
    positions = torch.cat([torch.arange(9), torch.arange(7)]).unsqueeze(0)
    together = model(input_ids=torch.cat([one, two], 1), position_ids=positions).logits
    assert torch.allclose(together[:, 9:], model(input_ids=two).logits, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["lora", "full"])
def test_preference_prefers_the_chosen(tmp_path: Path, base: Path, heard: Heard, method: str) -> None:
    trained = train(
        tmp_path, base, heard, "preference", method=method, max_steps=10, learning_rate=5e-3, max_length=200
    )
    losses = list(heard.losses.values())
    assert losses[0] == pytest.approx(0.6931, abs=1e-2)
    assert losses[-1] < 0.6
    assert sorted(path.name for path in trained.path.iterdir() if path.is_dir()) == []
    with pytest.raises(KeyboardInterrupt):
        train(
            tmp_path / "killed",
            base,
            Heard(stop_at=5),
            "preference",
            method=method,
            max_steps=10,
            learning_rate=5e-3,
            max_length=200,
        )
    killed = train(
        tmp_path / "killed",
        base,
        Heard(),
        "preference",
        method=method,
        max_steps=10,
        learning_rate=5e-3,
        max_length=200,
    )
    assert weights(killed) == weights(trained)


def test_full_disk_is_said_and_leaves_no_half(
    tmp_path: Path, base: Path, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", full)
        with pytest.raises(OutsideError, match="no room for a checkpoint") as caught:
            train(tmp_path, base, heard)
    place = tmp_path / "work" / "checkpoints"
    assert str(place) in caught.value.message
    assert checkpoints.numbered(place) == []
    assert list(place.glob(".staging*")) == []
    assert train(tmp_path, base, heard).metrics["steps"] == 6


@pytest.mark.parametrize(
    ("settings", "kind", "words"),
    [
        ({"lora": {"quantised": True}}, "pretraining", "QLoRA"),
        ({"report_to": "mlflow"}, "pretraining", "mlflow"),
        ({"extra": {"no_such_thing": 1}}, "pretraining", "no_such_thing"),
        ({"fsdp": True}, "pretraining", "fsdp"),
        ({"lora": {"targets": ["nowhere"]}}, "pretraining", "adapter"),
    ],
)
def test_what_cannot_be_followed_is_said(
    tmp_path: Path, base: Path, heard: Heard, settings: dict[str, Any], kind: str, words: str
) -> None:
    with pytest.raises(UserError, match=words) as caught:
        train(tmp_path, base, heard, kind, **settings)
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("kind", "words"), [("pretraining", "no texts"), ("instruction", "no messages"), ("preference", "no pair")]
)
def test_nothing_to_learn_is_said(tmp_path: Path, base: Path, heard: Heard, kind: str, words: str) -> None:
    corpus = MemoryCorpus(tmp_path, {"train": [], "validation": []})
    with pytest.raises(UserError, match=words):
        train(tmp_path, base, heard, kind, corpus=corpus)


def test_patience_needs_validation(tmp_path: Path, base: Path, heard: Heard) -> None:
    corpus = texts(tmp_path, 50, 0)
    with pytest.raises(UserError, match="validation"):
        train(tmp_path, base, heard, corpus=corpus, patience=2)
    assert "validation_loss" not in train(tmp_path, base, heard, corpus=corpus).metrics


def test_shares_keep_the_batch() -> None:
    from vedette.forge.recipe import LanguageTraining
    from vedette.forge.train.settings import share_of

    settings = LanguageTraining(batch_size=4, accumulate=3)
    assert share_of(settings, 2).batch == 2
    assert (share_of(settings, 3).batch, share_of(settings, 3).accumulate) == (4, 1)
    assert {share_of(settings, n).global_batch for n in (1, 2, 3, 4)} == {12}
    with pytest.raises(UserError, match="evenly"):
        share_of(settings, 5)


def test_an_unfinished_base_is_said(tmp_path: Path, base: Path, heard: Heard) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for path in base.iterdir():
        body = path.read_bytes()
        (broken / path.name).write_bytes(body[: len(body) // 2] if path.suffix == ".safetensors" else body)
    with pytest.raises(OutsideError, match="cannot read the weights"):
        train(tmp_path, broken, heard)
    with pytest.raises(UserError):
        train(tmp_path, tmp_path / "nothing-here", heard)


def test_the_manifest_says_what_was_done(tmp_path: Path, base: Path, heard: Heard) -> None:
    trained = train(tmp_path, base, heard)
    facts = json.loads((trained.path / checkpoints.MANIFEST).read_text())["facts"]
    assert facts["identity"]["seed"] == 7
    assert facts["metrics"] == trained.metrics
