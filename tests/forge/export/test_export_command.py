"""``vedette forge export`` as a user meets it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("xllamacpp")

from cli_support import call
from export_support import Tiny, recipe_for

from vedette.forge.export import architecture
from vedette.forge.train import checkpoints
from vedette.models import Registry


def run_folder(tmp_path: Path, tiny: Tiny) -> Path:
    """Return the folder that a finished training leaves."""
    folder = tmp_path / "run"
    folder.mkdir()
    recipe_for(folder, tiny.base, "gguf-adapter", prompts=6)
    text = (folder / "recipe.yaml").read_text()
    (folder / "recipe.yaml").write_text(text.replace('"x.jsonl"', '"${data}/x.jsonl"'))
    target = folder / "train" / "model"
    target.parent.mkdir()
    shutil.copytree(tiny.adapter, checkpoints.staging(target))
    checkpoints.seal(target, {"form": "adapter", "base": str(tiny.base), "metrics": {"train_loss": 1.0}})
    return folder


def test_another_form_of_a_run(tiny: Tiny, tmp_path: Path) -> None:
    """The form is made and passes; the recipe's variables need no values any more."""
    out = tmp_path / "out"
    done = call("--home", tmp_path / "home", "forge", "export", run_folder(tmp_path, tiny), "-f", "gguf-f32", "-o", out)
    assert done.code == 0, done.err
    assert "passed  gguf-f32: 6 of 6 replies the same" in done.out
    assert (out / "gguf-f32" / "model.gguf").stat().st_size > 100_000
    assert json.loads((out / "serve.json").read_text())["gguf"] == "gguf-f32/model.gguf"


def test_a_form_that_says_something_else_exits_1(tiny: Tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a planted permutation: exit 1, the first difference shown, and in JSON too."""
    monkeypatch.setattr(architecture, "interleave", lambda rows, n_heads: rows)
    run = run_folder(tmp_path, tiny)
    done = call("--home", tmp_path / "home", "forge", "export", run, "-f", "gguf-f32", "-o", tmp_path / "a")
    assert done.code == 1
    assert "FAILED  gguf-f32" in done.out
    assert "the reference" in done.out
    done = call("--home", tmp_path / "home", "forge", "export", run, "-f", "gguf-f32", "-o", tmp_path / "b", "--json")
    assert done.code == 1
    assert done.json["passed"] is False
    assert done.json["parity"][0]["n_different"] > 0


def test_a_registered_model_keeps_its_adapter(tiny: Tiny, tmp_path: Path) -> None:
    """A version with its adapter can be exported again; one without cannot, and the message says what to do."""
    home = tmp_path / "home"
    kept = tmp_path / "kept"
    shutil.copytree(tiny.adapter, kept / "adapter")
    Registry(home).register("keeper", kept, facts={"form": "adapter", "licence": "Apache-2.0"}, promote=True)
    done = call("--home", home, "forge", "export", "keeper", "-f", "adapter", "--prompts", "4", "-o", tmp_path / "o")
    assert done.code == 0, done.err
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "x.gguf").write_bytes(b"GGUF")
    Registry(home).register("bare", bare, facts={"form": "adapter"}, promote=True)
    done = call("--home", home, "forge", "export", "bare", "-f", "adapter")
    assert done.code == 2
    assert "neither its adapter nor its merged weights" in done.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nothing-there", "-f", "gguf-f16"), "nothing-there"),
        (("RUN", "-f", "gguf-q1"), "gguf-q1"),
        (("RUN", "-f", "gguf-f32", "-o", "TAKEN"), "no earlier export"),
        (("EMPTY", "-f", "gguf-f32"), "recipe.yaml"),
    ],
)
def test_mistakes_are_told(tiny: Tiny, tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    """An unknown model, an unknown form, a folder with other things in it, a folder that is no run."""
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    places = {"RUN": run_folder(tmp_path, tiny), "TAKEN": taken, "EMPTY": tmp_path / "empty"}
    done = call("--home", tmp_path / "home", "forge", "export", *(str(places.get(a, a)) for a in arguments))
    assert done.code == 2
    assert told in done.err
    assert (taken / "mine.txt").exists()
