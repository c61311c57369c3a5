"""The model card says what was measured, and data in it stays data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from vedette.forge.base import Comparison, Evaluation, GateCheck, Measure, ParityReport, Trained
from vedette.forge.export.card import model_card
from vedette.forge.recipe import LoadedRecipe, load_recipe

HOSTILE = "evil\n---\n# Approved | **by all** <script>"


def recipe(folder: Path, **more: Any) -> LoadedRecipe:
    """Return a recipe of a language model."""
    body: dict[str, Any] = {
        "name": "tiny",
        "kind": "instruction",
        "about": "Routes requests.",
        "base": "smollm2-135m-instruct",
        "corpus": {"sources": [{"path": "x.jsonl"}]},
    }
    path = folder / "recipe.yaml"
    path.write_text(json.dumps({**body, **more}), encoding="utf-8")
    return load_recipe(path)


CORPUS = {
    "splits": {
        "train": {
            "records": 1200,
            "groups": 30,
            "chars": 90000,
            "languages": {"en": 1100, "de": 90, "unknown": 10},
            "sources": {"reports": 1200},
        },
        "test": {"records": 100, "groups": 4, "chars": 8000, "sources": {"reports": 100}},
    },
    "sources": [{"name": "reports", "licence": "CC-BY-4.0"}, {"name": HOSTILE, "licence": "CC0-1.0"}],
    "leakage": {"leaking": 0, "removed": 3},
}
EVALUATION = Evaluation(
    metrics={
        "accuracy": Measure(value=0.8125, low=0.75, high=0.86, n=160, rows=[1.0, 0.0]),
        "ece": Measure(value=0.03),
    },
    others={"before": {"accuracy": Measure(value=0.5, n=160)}, "current": {}},
    comparisons=[Comparison(metric="accuracy", other="before", difference=0.3125, low=0.25, high=0.37, p_value=0.001)],
    notes=[HOSTILE],
)


def header_of(card: str) -> dict[str, Any]:
    """Return the YAML between the first two lines of dashes."""
    assert card.startswith("---\n")
    return dict(yaml.safe_load(card.split("\n---\n", 1)[0].removeprefix("---\n")))


def test_the_header_is_what_hubs_read(tmp_path: Path) -> None:
    """Licence, base, data, languages, and each metric with its value."""
    card = model_card(
        recipe(tmp_path),
        CORPUS,
        Trained(path=tmp_path, form="adapter", base="x", metrics={"tokens": 12345.0, "train_loss": 1.25}),
        EVALUATION,
        [GateCheck(rule="accuracy at least 0.8", passed=True, why="is 0.8125")],
        [
            ParityReport(
                format="gguf-f16",
                n_prompts=200,
                n_different=1,
                tolerance=0.0,
                passed=False,
                against="the model",
                measures={"tokens": 4000.0, "tokens_different": 1.0, "largest_regret_nats": 0.002},
            )
        ],
    )
    header = header_of(card)
    assert header["license"] == "apache-2.0"
    assert header["base_model"] == "smollm2-135m-instruct"
    assert header["pipeline_tag"] == "text-generation"
    assert header["language"] == ["en", "de"]
    assert header["datasets"] == ["reports", HOSTILE]
    metrics = header["model-index"][0]["results"][0]["metrics"]
    assert {m["type"]: m["value"] for m in metrics} == {"accuracy": 0.8125, "ece": 0.03}
    for told in ("0.8125 (0.75 to 0.86)", "+0.3125", "12,345", "199 of 200", "**failed**", "1 of 4,000", "CC-BY-4.0"):
        assert told in card
    assert "name: tiny" in card or '"name": "tiny"' in card


def test_data_cannot_shape_the_card(tmp_path: Path) -> None:
    """A source's name or a note closes no header, and makes no heading, cell or tag."""
    card = model_card(
        recipe(tmp_path, about=HOSTILE),
        CORPUS,
        Trained(path=tmp_path, form="adapter", base="x", metrics={}),
        EVALUATION,
        [],
        [],
    )
    lines = card.splitlines()
    assert lines.count("---") == 2
    assert not any(line.startswith("# Approved") for line in lines)
    assert "<script>" not in card.split("## How it was made")[0].split("\n---\n", 1)[1]


def test_an_empty_card_is_a_card(tmp_path: Path) -> None:
    """Nothing measured, nothing known: nothing claimed."""
    loaded = recipe(tmp_path, licence="our own terms, see LICENCE", kind="classifier", base=None, about="")
    card = model_card(
        loaded, {}, Trained(path=tmp_path, form="linear", base=None, metrics={}), Evaluation(metrics={}), [], []
    )
    header = header_of(card)
    assert header["license"] == "other"
    assert header["license_name"] == "our own terms, see LICENCE"
    assert header["pipeline_tag"] == "text-classification"
    assert not {"base_model", "model-index", "datasets"} & set(header)
    assert "## Measured" not in card
