"""Models by name, and the command that measures them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from vedette.errors import UserError
from vedette.forge.base import Silent
from vedette.forge.evaluate.named import evaluate_named, is_remote
from vedette.forge.evaluate.options import EvaluationOptions
from vedette.forge.evaluate.tasks.provider import VedetteAPI
from vedette.forge.evaluate.tasks.subject import LocalSubject, open_subject
from vedette.forge.recipe import SourceSpec

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "cli"))
from cli_support import call

pytest.importorskip("torch")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("openai/gpt-x", True),
        ("mockllm/model", True),
        ("security-smollm2@3", False),
        ("./models/mine", False),
        ("/models/mine", False),
        ("openai/", False),
    ],
)
def test_which_names_are_of_other_providers(name: str, wanted: bool) -> None:
    assert is_remote(name) is wanted


def test_the_provider_opens_a_model_by_path_and_refuses_what_it_does_not_know(tiny_folder: Path) -> None:
    api = VedetteAPI(str(tiny_folder))
    assert isinstance(api.subject, LocalSubject)
    odds, sums = api.subject.odds([{"role": "user", "content": "alert?"}], ["A", "B"], "letters")
    assert odds == sums
    assert len(odds) == 2
    with pytest.raises(UserError, match="know no colour"):
        VedetteAPI(str(tiny_folder), subject=api.subject, colour="red")


def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError):
        open_subject("nobody", tmp_path / "home")


def test_texts_and_tasks_of_two_models(tmp_path: Path, tiny_folder: Path, sentences: Any) -> None:
    (tmp_path / "notes.txt").write_text("\n\n".join(sentences(6, 3)), encoding="utf-8")
    found = evaluate_named(
        str(tiny_folder),
        tmp_path / "home",
        progress=Silent(),
        logs=tmp_path / "logs",
        texts={"notes": SourceSpec(path="notes.txt")},
        tasks=("skills",),
        options=EvaluationOptions(limit=6, latency=False),
        folder=tmp_path,
        against=str(tiny_folder),
        label="before",
        resamples=100,
    )
    assert found.metrics["perplexity.notes"].value > 100  # random weights over a vocabulary of some hundreds
    assert found.metrics["skills.accuracy"].n == 6
    assert {c.difference for c in found.comparisons if c.metric == "skills.accuracy"} == {0.0}
    assert "skills: 6 of 200 items, odds of texts" in found.notes


def test_perplexity_of_what_runs_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("alert host", encoding="utf-8")
    with pytest.raises(UserError, match="runs elsewhere"):
        evaluate_named(
            "mockllm/model",
            tmp_path,
            progress=Silent(),
            logs=tmp_path / "logs",
            texts={"notes": SourceSpec(path=str(tmp_path / "notes.txt"))},
        )


def test_the_command_prints_figures_and_teaches(tmp_path: Path, tiny_folder: Path, sentences: Any) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("\n\n".join(sentences(6, 3)), encoding="utf-8")
    home = ("--home", tmp_path / "home", "--quiet")
    done = call(*home, "forge", "eval", tiny_folder, "--text", text, "--json")
    assert done.code == 0, done.err
    said = json.loads(done.out)
    assert said["metrics"]["perplexity.notes"]["value"] > 100
    assert "generated_tokens_per_s" in said["metrics"]
    shown = call(*home, "forge", "eval", tiny_folder, "--text", text)
    assert "perplexity.notes" in shown.out
    assert "95%" in shown.out
    nothing = call(*home, "forge", "eval", tiny_folder)
    assert nothing.code == 2
    assert "--task skills" in " ".join(nothing.err.split())
    assert "ctibench_mcq" in nothing.out
    for arguments, told in (
        (("--task", "quiz"), "there is no task 'quiz'"),
        (("--text", tmp_path / "gone.txt"), "there is no"),
        (("--task", "skills", "--scoring", "dice"), "scoring"),
    ):
        wrong = call(*home, "forge", "eval", tiny_folder, *arguments)
        assert wrong.code == 2
        assert told in wrong.err


def test_a_classifier_is_measured_on_a_labelled_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import vedette.models
    from vedette.schema import Prediction, RankedLabel

    class Keyword:
        name, version = "keyword", "1"

        def predict(self, texts: Any) -> list[Prediction]:
            labels = ["T1059.001" if "PowerShell" in text else "T1053.005" for text in texts]
            return [Prediction(labels=(RankedLabel(label=k, confidence=0.8),), abstained=False) for k in labels]

    monkeypatch.setattr(vedette.models, "load", lambda *_: Keyword())
    table = tmp_path / "labelled.csv"
    rows = [f"The actor ran PowerShell script number {k} on the host.,T1059.001" for k in range(6)]
    rows += [f"The malware made scheduled task number {k} to stay.,T1053.005" for k in range(5)]
    rows += ["The group made a service.,T1543.003"]
    table.write_text("sentence,technique\n" + "\n".join(rows) + "\n", encoding="utf-8")
    done = call(
        *("--home", tmp_path / "home", "--quiet", "forge", "eval", "keyword", "--labelled", table),
        *("--text-field", "sentence", "--label-field", "technique", "--json"),
    )
    assert done.code == 0, done.err
    metrics = json.loads(done.out)["metrics"]
    assert any(abs(m["value"] - 11 / 12) < 1e-6 and m["n"] == 12 for m in metrics.values()), metrics
