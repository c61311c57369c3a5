"""The same checks on real weights, where they were pulled: an adapter over the catalogue's own file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytest.importorskip("xllamacpp")

from export_support import adapter_into, recipe_for, torch

from vedette.errors import VedetteError
from vedette.forge.base import Silent, Trained
from vedette.forge.export import export
from vedette.forge.train.base_weights import base_folder


def weights() -> Path:
    """Return the default base weights, or skip."""
    from vedette.models import catalogue
    from vedette.settings import Settings

    given = os.environ.get("VEDETTE_TEST_BASE_GGUF")
    if given:
        return Path(given)
    try:
        return catalogue.locate("smollm2-135m-instruct", Settings().home)
    except VedetteError as error:
        pytest.skip(f"the base weights are not here ({error.message}): vedette models pull smollm2-135m-instruct")


@pytest.mark.slow
def test_an_adapter_on_the_default_base_weights(tmp_path: Path) -> None:
    """Adapter over the 4-bit base, and the merged model at 16 bits: identical as said, within bounds as served."""
    gguf = weights()
    base = base_folder(str(gguf), tmp_path / "home")
    adapter = adapter_into(tmp_path / "adapter", base, r=16, lora_alpha=32)
    from safetensors.torch import load_file, save_file

    tensors = load_file(adapter / "adapter_model.safetensors")
    torch.manual_seed(1)
    # as strong as a short training makes it
    tensors = {k: torch.randn_like(v) * 0.005 if "lora_B" in k else v for k, v in tensors.items()}
    save_file(tensors, adapter / "adapter_model.safetensors", metadata={"format": "pt"})
    loaded = recipe_for(tmp_path, gguf, "gguf-adapter", "gguf-f16", prompts=40)
    trained = Trained(path=adapter, form="adapter", base=str(base), metrics={})
    reports = {r.format: r for r in export(loaded, trained, tmp_path / "out", tmp_path / "home", Silent())}
    for report in reports.values():
        assert report.passed, report.first_difference
    assert reports["gguf-adapter"].n_different == 0
    assert reports["gguf-f16"].n_different == 0
