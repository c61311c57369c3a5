"""A trained model is measured beside its base weights and the current version, and nothing is left out in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from vedette.errors import UserError
from vedette.forge.base import Record, Silent, Trained
from vedette.forge.evaluate import evaluate_language
from vedette.forge.recipe import LoadedRecipe, load_recipe

pytest.importorskip("torch")


@dataclass
class Parts:
    path: Path = Path()
    digest: str = "0"
    card: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, list[Record]] = field(default_factory=dict)

    def count(self, split: str) -> int:
        return len(self.parts.get(split, []))

    def records(self, split: str) -> Iterator[Record]:
        yield from self.parts.get(split, [])


@pytest.fixture(scope="module")
def trained_folder(make_tiny: Any, tiny_tokenizer: Any, sentences: Any, tmp_path_factory: Any) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    make_tiny(sentences(40, 1), steps=60).save_pretrained(folder)
    tiny_tokenizer.save_pretrained(folder)
    return folder


def recipe(folder: Path, base: Path, kind: str = "pretraining", **evaluate: Any) -> LoadedRecipe:
    path = folder / "recipe.yaml"
    evaluate.setdefault("bootstrap", 100)
    evaluate["options"] = {"latency": False} | evaluate.get("options", {})
    said = {"kind": kind, "name": "tiny", "base": str(base), "seed": 7, "evaluate": evaluate}
    path.write_text(yaml.safe_dump(said | {"corpus": {"sources": [{"path": "."}]}}), encoding="utf-8")
    return load_recipe(path)


def trained_at(folder: Path, base: Path, **metrics: float) -> Trained:
    return Trained(path=folder, form="causal-lm", base=str(base), metrics=metrics)


def test_before_and_after_on_the_corpus_test_part_and_named_texts(
    tmp_path: Path, tiny_folder: Path, trained_folder: Path, sentences: Any
) -> None:
    (tmp_path / "general.txt").write_text("It was the best of times.\n\nIt was the worst of times.\n", encoding="utf-8")
    loaded = recipe(
        tmp_path,
        tiny_folder,
        texts={"general": {"path": "general.txt"}, "gone": {"path": "gone.txt"}},
        options={"latency": True, "max_documents": 8},
    )
    corpus = Parts(parts={"test": [Record(record_id=str(k), text=t) for k, t in enumerate(sentences(12, 5))]})
    found = evaluate_language(loaded, corpus, trained_at(trained_folder, tiny_folder), tmp_path / "home", Silent())
    assert found.metrics["perplexity.test"].value < found.others["before"]["perplexity.test"].value / 2
    assert found.metrics["perplexity.test"].n == 8
    assert found.metrics["perplexity_change.test"].high < 0
    assert found.metrics["perplexity.general"].n >= 1
    assert {"prompt_tokens_per_s", "memory_weights_bytes"} <= set(found.metrics)
    assert any(c.metric == "perplexity.test" and c.other == "before" and c.p_value < 0.05 for c in found.comparisons)
    assert any("gone" in note and "not measured" in note for note in found.notes)
    assert any("test: 8 of 12 documents" in note for note in found.notes)
    assert "current" not in found.others


def test_the_current_version_is_measured_too(
    tmp_path: Path, tiny_folder: Path, trained_folder: Path, sentences: Any
) -> None:
    from vedette.models.registry import Registry

    home = tmp_path / "home"
    Registry(home).register("tiny", trained_folder, facts={"kind": "pretraining", "form": "causal-lm"}, promote=True)
    corpus = Parts(parts={"test": [Record(record_id=str(k), text=t) for k, t in enumerate(sentences(6, 5))]})
    found = evaluate_language(
        recipe(tmp_path, tiny_folder), corpus, trained_at(trained_folder, tiny_folder), home, Silent()
    )
    assert found.others["current"]["perplexity.test"].value == pytest.approx(found.metrics["perplexity.test"].value)
    same = next(c for c in found.comparisons if c.metric == "perplexity.test" and c.other == "current")
    assert same.difference == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("planted", [0, 2])
def test_canaries_are_measured_where_they_were_planted(
    tmp_path: Path, tiny_folder: Path, trained_folder: Path, planted: int
) -> None:
    loaded = recipe(tmp_path, tiny_folder, canaries=2, options={"canary_alternatives": 63, "canary_threshold": 5})
    found = evaluate_language(
        loaded, Parts(), trained_at(trained_folder, tiny_folder, canaries=planted), tmp_path / "home", Silent()
    )
    if planted:
        assert found.metrics["canary_exposure.mean"].n == 2
        assert "canary_exposure.mean" in found.others["before"]
        assert any(note.startswith("canaries: not memorised") for note in found.notes)
    else:
        assert "canary_exposure.mean" not in found.metrics
        assert any("asks for 2, 0 were planted" in note for note in found.notes)


def test_a_missing_base_is_told_and_ours_is_measured(
    tmp_path: Path, tiny_folder: Path, trained_folder: Path, sentences: Any
) -> None:
    loaded = recipe(tmp_path, tmp_path / "nowhere")
    corpus = Parts(parts={"test": [Record(record_id="1", text=t) for t in sentences(3, 5)]})
    found = evaluate_language(loaded, corpus, trained_at(trained_folder, tiny_folder), tmp_path / "home", Silent())
    assert "perplexity.test" in found.metrics
    assert any(note.startswith("before was not measured") for note in found.notes)


def test_unknown_options_and_other_forms_are_refused(tmp_path: Path, tiny_folder: Path, trained_folder: Path) -> None:
    with pytest.raises(UserError, match="colour") as told:
        evaluate_language(
            recipe(tmp_path, tiny_folder, options={"colour": "red"}),
            Parts(),
            trained_at(trained_folder, tiny_folder),
            tmp_path / "home",
            Silent(),
        )
    assert "max_chars" in str(told.value.next_step)
    other = Trained(path=trained_folder, form="linear", base=None, metrics={})
    with pytest.raises(UserError, match="no language model"):
        evaluate_language(recipe(tmp_path, tiny_folder), Parts(), other, tmp_path / "home", Silent())


def test_short_answers_and_preferences_of_the_test_part(
    tmp_path: Path, tiny_folder: Path, make_tiny: Any, tiny_tokenizer: Any
) -> None:
    asked = ["alert host", "denied logon", "script share"]
    answers = ["service", "audit", "ticket"]
    turns = [
        ({"role": "user", "content": q}, {"role": "assistant", "content": a})
        for q, a in zip(asked, answers, strict=True)
    ]
    written = [tiny_tokenizer.apply_chat_template(list(t), tokenize=False) for t in turns]
    learned = tmp_path / "learned"
    make_tiny(written, steps=210).save_pretrained(learned)
    tiny_tokenizer.save_pretrained(learned)
    long = ({"role": "user", "content": "x"}, {"role": "assistant", "content": "word " * 100})
    records = [Record(record_id=str(k), text="-", messages=t) for k, t in enumerate([*turns, long])]
    loaded = recipe(tmp_path, tiny_folder, "instruction")
    trained = trained_at(learned, tiny_folder)
    found = evaluate_language(loaded, Parts(parts={"test": records}), trained, tmp_path / "home", Silent())
    assert found.metrics["accuracy"].value == 1.0
    assert found.metrics["accuracy"].n == 3
    assert found.others["before"]["accuracy"].value == 0.0
    assert any(c.metric == "accuracy" and c.difference == 1.0 for c in found.comparisons)
    assert any("1 test conversations with long answers left out" in note for note in found.notes)

    pairs = [
        Record(record_id=str(k), text="-", messages=t[:1], chosen=a, rejected="process packet")
        for k, (t, a) in enumerate(zip(turns, answers, strict=True))
    ]
    preferring = recipe(tmp_path, tiny_folder, "preference")
    told = evaluate_language(preferring, Parts(parts={"test": pairs}), trained, tmp_path / "home", Silent())
    assert told.metrics["preference_accuracy"].value == 1.0


def test_metrics_that_nobody_knows_are_refused(tmp_path: Path, tiny_folder: Path, trained_folder: Path) -> None:
    with pytest.raises(UserError, match="knows no f2"):
        evaluate_language(
            recipe(tmp_path, tiny_folder, metrics=["f2"]),
            Parts(),
            trained_at(trained_folder, tiny_folder),
            tmp_path / "home",
            Silent(),
        )
