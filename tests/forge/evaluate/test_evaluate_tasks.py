"""Question sets in their authors' formats, our own ones, and all of them through inspect-ai."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from vedette.errors import UserError
from vedette.forge.base import Silent
from vedette.forge.evaluate.local import Generated
from vedette.forge.evaluate.options import EvaluationOptions
from vedette.forge.evaluate.tasks import BANKS, bank_named
from vedette.forge.evaluate.tasks.base import Kind, written
from vedette.forge.evaluate.tasks.files import find_file, read_rows
from vedette.forge.evaluate.tasks.run import run_tasks
from vedette.forge.evaluate.tasks.skills import make_skills

VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"


def tsv(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as handle:
        out = csv.DictWriter(handle, list(rows[0]), delimiter="\t")
        out.writeheader()
        out.writerows(rows)
    return path


def test_the_authors_own_formats_are_read(tmp_path: Path) -> None:
    asked = {"URL": "u", "Question": "Which?", "Option A": "w", "Option B": "x", "Option C": "y", "Option D": "z"}
    tsv(tmp_path / "cti-mcq.tsv", [{**asked, "Prompt": "…", "GT": "C"}, {**asked, "Prompt": "…", "GT": ""}])
    (mcq,) = bank_named("ctibench_mcq").load(tmp_path / "cti-mcq.tsv", 0)
    assert (mcq.target, mcq.options["C"], mcq.group) == (("C",), "y", "u")
    assert "C. y" in written(mcq)
    tsv(tmp_path / "cti-rcm.tsv", [{"URL": "u", "Description": "A flaw.", "Prompt": "…", "GT": "CWE-79"}])
    assert bank_named("ctibench_rcm").load(tmp_path / "cti-rcm.tsv", 0)[0].target == ("CWE-79",)
    tsv(tmp_path / "cti-vsp.tsv", [{"URL": "u", "Description": "A flaw.", "Prompt": "…", "GT": VECTOR}])
    assert bank_named("ctibench_vsp").load(tmp_path / "cti-vsp.tsv", 0)[0].target == (VECTOR,)
    ate = {"URL": "u", "Platform": "Mobile", "Description": "It spies.", "Prompt": "…", "GT": "T1417, T1417.001, T1513"}
    tsv(tmp_path / "cti-ate.tsv", [ate])
    assert bank_named("ctibench_ate").load(tmp_path / "cti-ate.tsv", 0)[0].target == ("T1417", "T1513")
    tsv(tmp_path / "cti-taa.tsv", [{"URL": "u", "Text": "[PLACEHOLDER] did it.", "Prompt": "…"}])
    with pytest.raises(UserError, match="has no answers"):
        bank_named("ctibench_taa").load(tmp_path / "cti-taa.tsv", 0)
    body = {"questions": [{"question": "Which?", "answers": {"A": "w", "B": "x"}, "solution": "B"}]}
    (tmp_path / "CyberMetric-80-v1.json").write_text(json.dumps(body), encoding="utf-8")
    assert bank_named("cybermetric").load(find_file(tmp_path, "cybermetric"), 0)[0].target == ("B",)
    many = [{"id": "1", "question": "Which?", "choices": ["A: w", "B: x", "C: y", "D: z"], "answer": "ABD"}]
    (tmp_path / "questions.json").write_text(json.dumps(many), encoding="utf-8")
    (several,) = bank_named("seceval").load(tmp_path / "questions.json", 0)
    assert several.target == ("A", "B", "D")
    assert several.options["A"] == "w"
    assert "letters of all right options" in written(several)
    kcv = {"Prompt": 'Context: {"id": 1} Is it so?', "Question": "Is it so?", "Correct Answer": "T"}
    (known,) = bank_named("secure_kcv").load(tsv(tmp_path / "SECURE - KCV Dataset.tsv", [kcv]), 0)
    assert known.target == ("T",)
    assert '{"id": 1}' in known.prompt
    score = {"id": "1", "cvss_v3_vector_string": "AV:N", "correct_answer": "7.5"}
    (tmp_path / "cpst.jsonl").write_text(json.dumps(score) + "\n", encoding="utf-8")
    assert bank_named("secure_cpst").load(tmp_path / "cpst.jsonl", 0)[0].target == ("7.5",)


def test_actors_have_other_names_and_kin(tmp_path: Path) -> None:
    lines = {"cti-taa": {"id": "1", "text": "[PLACEHOLDER] did it.", "answer": "Grey Owl"}}
    lines["taa-aliases"] = {"actor": "night heron", "aliases": ["grey owl"]}
    lines["taa-related"] = {"actor": "grey owl", "related": ["red stork"]}
    for name, body in lines.items():
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(body) + "\n", encoding="utf-8")
    (question,) = bank_named("ctibench_taa").load(find_file(tmp_path, "cti-taa"), 0)
    assert set(question.target) == {"grey owl", "night heron"}
    assert question.plausible == ("red stork",)


def test_an_exact_name_comes_first_and_a_missing_one_is_told(tmp_path: Path) -> None:
    for name in ("cti-rcm-2021.tsv", "cti-rcm.tsv"):
        (tmp_path / name).write_text("x" * (100 if "2021" in name else 10), encoding="utf-8")
    assert find_file(tmp_path, "cti-rcm").name == "cti-rcm.tsv"
    with pytest.raises(UserError, match="there is: cti-rcm"):
        find_file(tmp_path, "seceval")
    with pytest.raises(UserError, match="there is no"):
        find_file(tmp_path / "nowhere", "seceval")


@pytest.mark.parametrize("name", ["bad.json", "bad.jsonl", "bad.json.gz", "list.jsonl"])
def test_damaged_sets_are_told(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    content = b'["no object"]\n' if name.startswith("list") else b'{"questions": [{"question'
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    with pytest.raises(UserError, match=r"damaged|no object"):
        list(read_rows(path))


def test_skills_come_again_and_their_answers_are_among_the_candidates() -> None:
    made = make_skills(3)
    assert made == make_skills(3)
    assert made != make_skills(4)
    assert len(made) == 200
    assert len({q.prompt for q in made}) == 200
    for question in made:
        candidates = list(question.options.values())
        assert candidates.count(question.target[0]) == 1, question
        assert len(set(candidates)) == 4, question
    sums = [q for q in made if " + " in q.prompt]
    assert sums
    for question in sums:
        a, b = question.prompt.removeprefix("What is ").split("?")[0].split(" + ")
        assert int(question.target[0]) == int(a) + int(b)


class Double:
    """Answers what it is told to, and counts."""

    name = "double"

    def __init__(self, text: str, tells: Sequence[str] = ("letters", "texts")) -> None:
        self.text, self.tells, self.batches = text, tuple(tells), []

    def odds(self, turns: Any, options: Sequence[str], how: str) -> tuple[list[float], list[float]]:
        values = [-1.0 if option in ("B", "x") else -3.0 for option in options]
        return values, values

    def reply(self, prompts: Sequence[Any], *, max_tokens: int, stop: Sequence[str] = ()) -> list[Generated]:
        self.batches.append(len(prompts))
        if self.text == "fail":
            raise UserError("the model is gone")
        return [Generated(text=self.text, n_prompt_tokens=1, n_tokens=1, seconds=0.1, stopped=True) for _ in prompts]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    asked = {"Question": "Which?", "Option A": "w", "Option B": "x", "Option C": "y", "Option D": "z"}
    rows = [{"URL": f"u{k // 2}", **asked, "GT": "B" if k % 4 else "A"} for k in range(12)]
    (tmp_path / "ctibench").mkdir()
    tsv(tmp_path / "ctibench" / "cti-mcq.tsv", rows)
    return tmp_path


def run(model: Any, folder: Path, *names: str, **options: Any) -> tuple[dict[str, Any], list[str]]:
    notes: list[str] = []
    given = EvaluationOptions(data_root=".", **options)
    found = run_tasks(model, names, given, folder=folder, logs=folder / "logs", seed=0, progress=Silent(), notes=notes)
    return found, notes


def test_choices_by_odds_are_measured_against_the_majority(folder: Path) -> None:
    found, notes = run(Double("A"), folder, "ctibench_mcq", "seceval")
    result = found["ctibench_mcq"]
    measured = result.measures(n=100)
    assert measured["ctibench_mcq.accuracy"].value == 0.75
    assert measured["ctibench_mcq.majority"].value == 0.75
    assert measured["ctibench_mcq.ece"].n == 12
    assert result.majority == "B"
    assert result.against_majority(n=100).difference == 0
    assert result.scoring == "odds of letters"
    assert "ctibench_mcq: 12 of 12 items, odds of letters" in notes
    assert any(note.startswith("seceval was not run: there is no") for note in notes)


def test_a_model_without_odds_writes_in_batches_and_models_pair_by_question(folder: Path) -> None:
    writer = Double("The answer is A.", tells=())
    found, _ = run(writer, folder, "ctibench_mcq", limit=10)
    ours = found["ctibench_mcq"]
    assert ours.scoring == "generated"
    assert max(writer.batches) > 1
    assert sum(writer.batches) == 10
    other, _ = run(Double("?", tells=()), folder, "ctibench_mcq")
    pairs = {p.metric: p for p in ours.against(other["ctibench_mcq"], "before", n=100)}
    assert pairs["ctibench_mcq.answered"].difference == 1
    assert other["ctibench_mcq"].measures(n=100)["ctibench_mcq.accuracy"].value == 0


def test_a_failing_model_is_told(folder: Path) -> None:
    found, notes = run(Double("fail", tells=()), folder, "ctibench_mcq", limit=3)
    assert not found
    assert any("3 items failed" in note and "the model is gone" in note for note in notes)


def test_tasks_run_on_models_of_inspect(folder: Path) -> None:
    from inspect_ai.model import ModelOutput, ModelUsage, get_model

    def say(*_: Any) -> ModelOutput:
        output = ModelOutput.from_content("mockllm", "B")
        output.usage = ModelUsage()
        return output

    found, _ = run(get_model("mockllm/model", memoize=False, custom_outputs=say), folder, "ctibench_mcq", limit=4)
    assert found["ctibench_mcq"].scoring == "generated"
    assert {item.answer for item in found["ctibench_mcq"].items} == {"B"}


def test_refusals_count_apart(tmp_path: Path) -> None:
    found, _ = run(Double("I'm sorry, but I can't help with that."), tmp_path, "refusal", limit=20)
    measured = found["refusal"].measures(n=100)
    assert measured["refusal.harmful_refused"].value == 1
    assert measured["refusal.benign_answered"].value == 0
    silent, _ = run(Double("   "), tmp_path, "refusal", limit=20)
    measured = silent["refusal"].measures(n=100)
    assert "refusal.harmful_refused" not in measured
    assert measured["refusal.benign_answered"].value == 0


def test_entry_points_give_the_provider_and_every_task() -> None:
    from inspect_ai._util.registry import registry_find, registry_info

    from vedette.forge.evaluate.tasks import registered

    assert set(BANKS) <= {name for name in dir(registered) if not name.startswith("_")}
    names = {registry_info(t).name.rpartition("/")[2] for t in registry_find(lambda info: info.type == "task")}
    assert set(BANKS) <= names


def test_unknown_tasks_are_told() -> None:
    with pytest.raises(UserError, match="there is no task 'quiz'") as told:
        bank_named("quiz")
    assert "skills" in str(told.value.next_step)


def test_every_set_at_hand_is_read(shared_data: Path) -> None:
    for bank in BANKS.values():
        if bank.folder is None:
            continue
        found = bank.load(find_file(shared_data / bank.folder, bank.stem), 0)
        assert len(found) >= 20, bank.name
        assert len({q.question_id for q in found}) == len(found), bank.name
        assert all(q.kind is Kind.CHOICE or not q.options for q in found)
