"""The recipe's schema: what it takes, what it refuses, and that its errors say where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.errors import UserError
from vedette.forge.recipe import ClassifierRecipe, InstructionRecipe, load_recipe

RECIPES = Path(__file__).resolve().parents[2] / "recipes"

SMALL = """
name: small
kind: classifier
corpus:
  sources:
    - {path: "${data}/rows.csv", text: text, label: label}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_variables_are_filled(tmp_path: Path) -> None:
    loaded = load_recipe(written(tmp_path, SMALL), {"data": "/somewhere"})
    assert isinstance(loaded.recipe, ClassifierRecipe)
    assert loaded.recipe.corpus.sources[0].path == "/somewhere/rows.csv"


def test_own_variables_are_defaults(tmp_path: Path) -> None:
    path = written(tmp_path, SMALL + "variables: {data: here}\n")
    assert load_recipe(path).recipe.corpus.sources[0].path == "here/rows.csv"
    assert load_recipe(path, {"data": "there"}).recipe.corpus.sources[0].path == "there/rows.csv"


def test_a_missing_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="data") as caught:
        load_recipe(written(tmp_path, SMALL))
    assert "--set data=" in (caught.value.next_step or "")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (SMALL + "seed: much\n", "seed"),
        (SMALL + "sed: 1\n", "sed"),
        (SMALL.replace("classifier", "pretraning"), "kind"),
        (SMALL + "name: again\n", "said twice"),
        (SMALL.replace("name: small", "name: ../up"), "name"),
        ("- a\n- b\n", "no recipe"),
        ("name: [", "YAML"),
        (SMALL + "train: {learning_rate: 1}\n", "learning_rate"),
        (SMALL + "train: !!python/object/apply:os.system [id]\n", "YAML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(UserError, match=named):
        load_recipe(written(tmp_path, text), {"data": "x"})


def test_binary_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(UserError, match="cannot read"):
        load_recipe(path)


@given(st.text(max_size=200))
def test_any_text_is_a_recipe_or_an_error_of_the_user(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("r") / "recipe.yaml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(UserError):
        load_recipe(path)


OF_BENCHMARKS = re.compile(r"^kind: (?:command|names|injection|techniques|threat-names)$", re.MULTILINE)
"""Recipes that a benchmark or a program of their own follows, and not the forge."""


@pytest.mark.parametrize(
    "path", [p for p in sorted(RECIPES.glob("*.yaml")) if not OF_BENCHMARKS.search(p.read_text())], ids=lambda p: p.stem
)
def test_every_recipe_in_the_repository_can_be_read(path: Path) -> None:
    needed = set(re.findall(r"\$\{([a-z_]+)\}", path.read_text(encoding="utf-8")))
    loaded = load_recipe(path, {name: "3" for name in needed})
    assert loaded.recipe.name
    assert loaded.recipe.gate.rules, "a recipe of ours has a gate"
    if isinstance(loaded.recipe, InstructionRecipe):
        sources = loaded.recipe.corpus.sources
        assert any("messages" in s.options for s in sources) or all(
            s.format == "jsonl" and s.text is None for s in sources
        )
