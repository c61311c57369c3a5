"""From a name to a model: registry before package, forms as plug-ins, damage and strangers named."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from model_support import model_folder

from vedette.errors import InternalError, OutsideError, UserError
from vedette.models import Predictor, Registry, find, load, load_folder, shipped
from vedette.plugins import load_plugins

pytestmark = pytest.mark.usefixtures("forms")


@pytest.fixture
def packaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package in which the model ``counter`` ships."""
    folder = tmp_path / "shipped"
    shipped.write_manifest(model_folder(folder / "counter"), {"licence": "Apache-2.0"}, version="1.2")
    monkeypatch.setattr(shipped, "FOLDER", folder)
    monkeypatch.setattr(shipped.names, "__defaults__", (folder,))
    monkeypatch.setattr(shipped.entry, "__defaults__", (folder,))
    return folder


def test_registered_model_predicts(registry: Registry, home: Path, tmp_path: Path) -> None:
    registry.register("counter", model_folder(tmp_path / "m"), facts={}, promote=True)
    model = load("counter", home)
    assert isinstance(model, Predictor)
    assert (model.name, model.version) == ("counter", "1")
    assert [p.labels[0].label for p in model.predict(["a b", ""])] == ["2 words", "0 words"]


def test_registry_goes_before_the_package(registry: Registry, home: Path, tmp_path: Path, packaged: Path) -> None:
    assert find("counter").shipped
    assert find("counter", home).version == "1.2"
    assert load("counter").version == "1.2"
    registry.register("counter", model_folder(tmp_path / "m"), facts={}, promote=False)
    assert find("counter", home).version == "1.2"  # not promoted: the shipped one still serves
    registry.promote("counter", "1")
    assert (find("counter", home).version, find("counter", home).shipped) == ("1", False)
    assert find("counter@shipped", home).version == "1.2"
    assert find("counter@1.2", home).shipped
    assert find("counter").version == "1.2"
    with pytest.raises(UserError, match="has no version '7'"):
        find("counter@7", home)


def test_torn_package_is_told_from_a_model(packaged: Path) -> None:
    (packaged / "counter" / "deep" / "weights.bin").write_bytes(b"torn")
    with pytest.raises(InternalError, match=r"deep/weights.bin is torn or changed") as caught:
        load("counter")
    assert caught.value.next_step == "reinstall vedette"


def test_shipped_manifest_is_the_same_each_time(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "counter")
    path = shipped.write_manifest(folder, {"licence": "MIT", "metrics": {"top1": 0.5}}, version="1")
    first = path.read_bytes()
    assert (
        shipped.write_manifest(folder, {"licence": "MIT", "metrics": {"top1": 0.5}}, version="1").read_bytes() == first
    )
    assert json.loads(first)["name"] == "counter"
    with pytest.raises(UserError, match="cannot be the version"):
        shipped.write_manifest(folder, {}, version="../1")


@pytest.mark.parametrize("ref", ["nope", "nope@1", "nope@shipped", "../x", "counter@", ""])
def test_unknown_model_is_said(home: Path, ref: str) -> None:
    for where in (home, None):
        with pytest.raises(UserError):
            find(ref, where)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ("broken", r"'broken' \(no.such.module:load\) cannot be loaded: ModuleNotFoundError"),
        ("nothing", "does not give what can predict"),
        ("unheard-of", "no model form is called 'unheard-of'"),
    ],
)
def test_form_that_cannot_load_is_named(tmp_path: Path, form: str, told: str) -> None:
    with pytest.raises(UserError, match=told):
        load_folder(model_folder(tmp_path / "m", form=form), "counter", "1")


def test_form_that_fails_on_the_files_is_named(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "m")
    (folder / "deep" / "weights.bin").unlink()
    with pytest.raises(OutsideError, match="counter@1 cannot be loaded as 'counting': FileNotFoundError"):
        load_folder(folder, "counter", "1")


def test_one_setting_turns_forms_of_others_off(registry: Registry, home: Path, tmp_path: Path) -> None:
    registry.register("counter", model_folder(tmp_path / "m"), facts={}, promote=True)
    with pytest.raises(UserError, match="no model form is called 'counting'"):
        load("counter", home, third_party=False)


def test_built_in_form_cannot_be_taken_over(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "m", form="linear")
    with pytest.raises((UserError, OutsideError)):  # the real one refuses these files
        load_folder(folder, "counter", "1")


def test_broken_forms_are_reported_and_the_others_load() -> None:
    from vedette.models.loading import FORMS

    loaded, broken = load_plugins(FORMS)
    assert "counting" in loaded
    assert [b.reason for b in broken if b.name == "broken"] == ["ModuleNotFoundError: No module named 'no'"]


def test_language_model_is_sent_to_its_own_door(registry: Registry, home: Path, tmp_path: Path) -> None:
    from vedette.models.language import weights_of

    folder = tmp_path / "lm"
    folder.mkdir()
    (folder / "model.gguf").write_bytes(b"GGUF")
    registry.register("writer", folder, facts={"form": "causal-lm"}, promote=True)
    with pytest.raises(UserError, match="is a language model"):
        load("writer", home)
    with pytest.raises(UserError, match="without a form that can be served"):
        weights_of("writer", home)
    for said, told in (("[", "cannot be read"), ("[]", "cannot be read"), ("{}", "names neither")):
        (folder / "serve.json").write_text(said)
        registry.register("writer", folder, facts={"form": "causal-lm"}, promote=True)
        with pytest.raises(OutsideError, match=told):
            weights_of("writer", home)
    (folder / "serve.json").write_text('{"gguf": "../../../../etc/passwd"}')
    registry.register("writer", folder, facts={"form": "causal-lm"}, promote=True)
    with pytest.raises(UserError, match="cannot be the name of a model's file"):
        weights_of("writer", home)
    (folder / "serve.json").write_text('{"gguf": "model.gguf"}')
    registry.register("writer", folder, facts={"form": "causal-lm"}, promote=True)
    assert weights_of("writer", home).gguf == find("writer", home).path / "model.gguf"
    (folder / "serve.json").write_text('{"adapter": "model.gguf", "scale": 0.5, "base": "writer@6"}')
    registry.register("tuned", folder, facts={"form": "adapter"}, promote=True)
    weights = weights_of("tuned", home)
    assert weights.gguf == find("writer@6", home).path / "model.gguf"
    assert weights.adapters == ((find("tuned", home).path / "model.gguf", 0.5),)
    (folder / "serve.json").write_text('{"adapter": "model.gguf", "base": "loop"}')
    registry.register("loop", folder, facts={"form": "adapter"}, promote=True)
    with pytest.raises(UserError, match="rests on models that rest on each other"):
        weights_of("loop", home)


def test_serving_room_imports_no_training_library() -> None:
    code = (
        "import sys, pkgutil, importlib, vedette.models\n"
        "for m in pkgutil.walk_packages(vedette.models.__path__, 'vedette.models.'): importlib.import_module(m.name)\n"
        "heavy = {'torch', 'transformers', 'peft', 'trl', 'accelerate', 'sklearn', 'scipy', 'datasets', 'onnxruntime',"
        " 'xllamacpp'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
