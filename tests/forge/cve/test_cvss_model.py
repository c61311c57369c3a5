"""The CVSS model: the choice that errs least, habits seen through, a small training from end to end, damage."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from vedette.errors import OutsideError, UserError
from vedette.forge.base import Silent, Trained
from vedette.forge.corpus import build_corpus
from vedette.forge.evaluate.cvss import compare_vectors
from vedette.forge.recipe import LoadedRecipe, load_recipe
from vedette.forge.train.classifier import ClassifierTrainer
from vedette.forge.train.cvss import metric_targets, through_habit, vector_table
from vedette.knowledge.cvss import every_vector, parse
from vedette.models import Predictor, load_folder
from vedette.models.cvss import SLACK, SPANS, VALUES, choose, metric_chances, softmax
from vedette.schema import Prediction, RankedLabel

XSS = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"
SQL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
CRASH = "CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H"
MINE = {"xss": XSS, "sql": SQL, "crash": CRASH}
HABIT = {"xss": XSS.replace("A:N", "A:L"), "sql": SQL.replace("C:H/I:H/A:H", "C:L/I:L/A:L"), "crash": CRASH}
WEAKNESS = {"xss": "CWE-79", "sql": "CWE-89", "crash": "CWE-476"}
SAID = {
    "xss": "cross-site scripting in the {0} page of {1} lets attackers inject web script",
    "sql": "sql injection in the {0} parameter of {1} allows attackers to run queries",
    "crash": "null pointer dereference in {1} when the {0} file is opened causes a crash",
}
WORDS = "login order search user item report admin image video cart news blog forum wiki mail chat".split()


def test_the_choice_has_the_least_expected_difference() -> None:
    rng = np.random.default_rng(0)
    vectors = every_vector()[::37]
    scores = np.array([v.score for v in vectors])
    chances = softmax(rng.normal(size=(50, len(vectors))) * 3)
    choice = choose(chances, scores)
    for row, best, error in zip(chances, choice.best, choice.error, strict=True):
        each = [(row * np.abs(scores - s)).sum() for s in scores]
        assert each[best] <= min(each) + SLACK + 1e-9
        assert error == pytest.approx(each[best])
        assert not any(e <= min(each) + SLACK and p > row[best] for e, p in zip(each, row, strict=True))
    assert (choice.low <= choice.high).all()


def test_a_median_between_two_camps_is_not_the_likeliest_vector() -> None:
    vectors = [parse(XSS), parse(SQL), parse(CRASH)]
    scores = np.array([v.score for v in vectors])  # 6.1, 9.8, 5.5
    choice = choose(np.array([[0.3, 0.37, 0.33], [0.1, 0.8, 0.1]]), scores)
    assert [str(vectors[i]) for i in choice.best] == [XSS, SQL]


def test_metric_chances_sum_to_one() -> None:
    logs = metric_chances(np.random.default_rng(1).normal(size=(5, len(VALUES))) * 50)
    for span in SPANS:
        assert np.exp(logs[:, span]).sum(axis=1) == pytest.approx(np.ones(5))


def test_table_gives_back_the_shares_of_vectors() -> None:
    vectors = [parse(XSS), parse(SQL), parse(CRASH)]
    counts = np.array([6.0, 3.0, 1.0])
    table = vector_table(vectors, counts)
    alone = np.log(np.maximum(counts / 10 @ metric_targets(vectors), 1e-12))[None, :]
    assert table.chances(alone, 1.0, 1.0)[0] == pytest.approx(counts / 10)


def test_a_habit_is_seen_through() -> None:
    """Half of the texts are plain, half say nothing: what the plain ones teach of the habit tells of the others."""
    kinds = ["xss", "sql", "crash"]
    vectors = [parse(MINE[k]) for k in kinds]
    table = vector_table(vectors, np.ones(3))
    truth = np.arange(300) % 3
    likely = np.full((300, 3), 1 / 3)
    likely[:150] = 0.01
    likely[np.arange(150), truth[:150]] = 0.98
    written = metric_targets([parse(HABIT[kinds[i]]) for i in truth]).nonzero()[1].reshape(300, 8)
    found = through_habit(likely, written, table)
    assert found.sum(axis=1) == pytest.approx(np.ones(300))
    assert (found.argmax(axis=1) == truth).all()
    assert found[150:].max(axis=1).min() > 0.9


def rows(n: int, seed: int) -> list[dict[str, object]]:
    rng = np.random.default_rng(seed)
    out = []
    for i in range(n):
        kind = ("xss", "sql", "crash")[int(rng.integers(3))]
        text = SAID[kind].format(WORDS[int(rng.integers(len(WORDS)))], f"{WORDS[int(rng.integers(len(WORDS)))]}{i}")
        row: dict[str, object] = {"cve": f"CVE-20{20 + seed}-{10000 + i}", "description": text}
        if i % 3 == 0:
            row |= {"cisa_cwe": [WEAKNESS[kind]], "cisa_cvss": [MINE[kind]]}
        else:
            row |= {"cna_cwe": [WEAKNESS[kind]], "cna_cvss": [HABIT[kind]]}
        out.append(row)
    return out


RECIPE = """
name: small-cvss
kind: classifier
seed: 5
corpus:
  sources:
    - {path: train.jsonl, format: cve, text: description, label: cvss, group: cve, licence: Apache-2.0}
    - {path: test.jsonl, format: cve, text: description, label: cvss, group: cve, licence: Apache-2.0, split: test}
  clean: {near_duplicates: null, redact: null}
  split: {by: group, validation: 0.15, test: 0}
  leakage: {max_share: 1.0, remove: false}
train:
  head: cvss
  features: [words]
  options: {weakness_rows: 5, folds: 2, max_iter: 25}
evaluate: {baseline: tfidf-svm, bootstrap: 100}
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[LoadedRecipe, Path, Trained]:
    """A model trained on 300 made-up records, two in three by authorities with a habit."""
    folder = tmp_path_factory.mktemp("cvss")
    test = [row for row in rows(120, 2) if "cisa_cvss" in row]
    for name, part in (("train", rows(300, 1)), ("test", test)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in part))
    (folder / "recipe.yaml").write_text(RECIPE)
    loaded = load_recipe(folder / "recipe.yaml")
    return loaded, folder, _train(loaded, folder, folder / "work")


def _train(loaded: LoadedRecipe, folder: Path, work: Path) -> Trained:
    corpus = build_corpus(loaded.recipe.corpus, folder, folder / "corpus", seed=5, progress=Silent())
    return ClassifierTrainer().train(loaded, corpus, work, folder, Silent(), resume=False)


def _model(trained: Trained) -> Predictor:
    return load_folder(trained.path, "small-cvss", "1")


def test_it_answers_in_the_wanted_manner_not_in_the_habit(small: tuple[LoadedRecipe, Path, Trained]) -> None:
    model = _model(small[2])
    for kind, text in SAID.items():
        (told,) = model.predict([text.format("login", "shop9999")])
        assert told.labels[0].label == MINE[kind]
        assert not told.abstained
        assert told.values["score"] == parse(MINE[kind]).score
        assert told.values["score_low"] <= told.values["score"] <= told.values["score_high"]
        assert told.reasons
    (told,) = model.predict([SAID["sql"].format("login", "shop")])
    assert told.values["severity"] == "critical"


def test_the_head_measures_beside_the_baseline(small: tuple[LoadedRecipe, Path, Trained]) -> None:
    from vedette.forge.train.cvss import HEAD

    loaded, folder, trained = small
    corpus = build_corpus(loaded.recipe.corpus, folder, folder / "corpus", seed=5, progress=Silent())
    found = HEAD.evaluate(loaded, corpus, _model(trained), {}, Silent())
    assert found.metrics["score_difference"].value < 0.2
    assert found.metrics["exact"].value > 0.9
    # the baseline takes the habit for the truth
    assert found.others["baseline"]["score_difference"].value > found.metrics["score_difference"].value
    (pair,) = [c for c in found.comparisons if c.metric == "score_difference"]
    assert pair.difference < 0


def test_training_is_deterministic(small: tuple[LoadedRecipe, Path, Trained]) -> None:
    loaded, folder, trained = small
    again = _train(loaded, folder, folder / "again")
    for name in ("model.json", "weights.npz"):
        assert (again.path / name).read_bytes() == (trained.path / name).read_bytes()


@pytest.mark.parametrize(
    "text",
    ["", " \n", "\0" * 50, "\ud800\udfff", "zzzz qqqq", "".join(map(chr, range(256))), "sql " * 200_000, "[" * 5000],
)
def test_any_text_gets_an_answer_or_an_abstention(small: tuple[LoadedRecipe, Path, Trained], text: str) -> None:
    (told,) = _model(small[2]).predict([text])
    assert told.labels or told.abstained
    assert all(0 <= label.confidence <= 1 and parse(label.label) for label in told.labels)


def test_answers_do_not_depend_on_the_batch(small: tuple[LoadedRecipe, Path, Trained]) -> None:
    model = _model(small[2])
    texts = [SAID[k].format(w, w) for k in SAID for w in WORDS]
    assert model.predict(texts) == [model.predict([text])[0] for text in texts]
    assert model.predict([]) == []


@pytest.mark.parametrize("damage", ["vectors", "weaknesses", "no form", "cut", "no file"])
def test_a_damaged_folder_is_refused(small: tuple[LoadedRecipe, Path, Trained], tmp_path: Path, damage: str) -> None:
    for path in small[2].path.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    body = json.loads((tmp_path / "model.json").read_text())
    if damage == "vectors":
        body["vectors"][0] = "CVSS:3.1/AV:X"
    elif damage == "weaknesses":
        body["weaknesses"].pop()
    elif damage == "no form":
        del body["heat"]
    elif damage == "cut":
        data = (tmp_path / "weights.npz").read_bytes()
        (tmp_path / "weights.npz").write_bytes(data[: len(data) // 2])
    else:
        (tmp_path / "weights.npz").unlink()
    (tmp_path / "model.json").write_text(json.dumps(body))
    from vedette.models.cvss import load

    with pytest.raises(OutsideError):
        load(tmp_path, "small-cvss", "1")


@pytest.mark.parametrize(
    ("vectors", "why"), [((SQL,), "too few CVSS vectors"), ((SQL, XSS), "fewer than two weaknesses")]
)
def test_a_corpus_that_says_too_little_is_an_error(tmp_path: Path, vectors: tuple[str, ...], why: str) -> None:
    for name in ("train", "test"):
        plain = [
            {"cve": r["cve"], "description": r["description"], "cisa_cvss": [vectors[i % len(vectors)]]}
            for i, r in enumerate(rows(60, 3))
        ]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in plain))
    (tmp_path / "recipe.yaml").write_text(RECIPE)
    with pytest.raises(UserError, match=why):
        _train(load_recipe(tmp_path / "recipe.yaml"), tmp_path, tmp_path / "work")


def test_no_answer_counts_as_wrong() -> None:
    truth = [parse(SQL), parse(XSS)]
    told = [
        Prediction(labels=(), abstained=True),
        Prediction(labels=(RankedLabel(label=XSS, confidence=1.0),), abstained=False),
    ]
    found = compare_vectors(truth, {"": told}, n=100)
    assert found.metrics["score_difference"].value == pytest.approx(4.9)
    assert found.metrics["exact"].value == 0.5
    assert found.metrics["coverage"].value == 0.5
    assert found.metrics["score_difference_answered"].value == 0
