"""``vedette forge corpus`` as it is typed."""

from __future__ import annotations

import orjson
import pytest
from forge_corpus_support import notes, write_rows
from typer.testing import CliRunner

from vedette.cli.main import app
from vedette.errors import UserError


def run(*arguments):
    return CliRunner().invoke(app, ["--quiet", "forge", "corpus", *map(str, arguments)], catch_exceptions=False, standalone_mode=False)  # noqa: E501  # fmt: skip


def invoke(*arguments):
    result = run(*arguments)
    if isinstance(result.exception, Exception):
        raise result.exception
    return result.stdout


def test_from_sources_without_a_recipe_and_shown_again(tmp_path):
    source = write_rows(tmp_path / "notes.jsonl", notes(40))
    out = tmp_path / "corpus"
    told = invoke(source, "--text", "text", "--label", "label", "--group", "report", "--out", out)
    assert "train" in told
    assert "notes.jsonl: 40 read, 40 kept" in told
    assert invoke(out) == told
    card = orjson.loads(invoke(out, "--json"))["card"]
    assert card["spec"]["sources"][0]["label"] == "label"


def test_from_a_recipe_with_a_value_filled_in(tmp_path):
    write_rows(tmp_path / "notes.jsonl", notes(40))
    recipe = tmp_path / "r.yaml"
    recipe.write_text(
        "name: r\nkind: classifier\nseed: 7\ncorpus:\n  sources:\n    - {path: '${where}/notes.jsonl', label: label}\n"
    )
    out = tmp_path / "corpus"
    card = orjson.loads(invoke(recipe, "--set", f"where={tmp_path}", "--out", out, "--json"))["card"]
    assert card["seed"] == 7
    assert (out / "CARD.md").is_file()


@pytest.mark.parametrize(
    ("arguments", "message", "next_step"),
    [
        (["{notes}"], "where is the corpus to go", "--out"),
        (["{notes}", "--out", "{tmp}/c", "--split", "dice"], "split.by", ""),
        (["{notes}", "--out", "{tmp}/c", "--text", "body"], "gives no record", "text: FIELD"),
        (["{notes}", "--out", "{tmp}/c", "--format", "papyrus"], "papyrus", "choose one of"),
        (["{tmp}/nowhere", "--out", "{tmp}/c"], "nowhere", ""),
        (["{tmp}/r.yaml", "--label", "x", "--out", "{tmp}/c"], "the recipe says that", "r.yaml"),
    ],
)
def test_errors_teach(tmp_path, arguments, message, next_step):
    source = write_rows(tmp_path / "notes.jsonl", notes(10))
    (tmp_path / "r.yaml").write_text("name: r\nkind: classifier\ncorpus: {sources: [{path: notes.jsonl}]}\n")
    with pytest.raises(UserError) as raised:
        invoke(*[a.format(notes=source, tmp=tmp_path) for a in arguments])
    assert message in raised.value.message
    assert next_step in (raised.value.next_step or "")
