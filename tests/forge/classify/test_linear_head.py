"""The linear head: what is served is what was trained, calibrated, deterministic, and says no where it should."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from classify_support import Parts, made, recipe

from vedette.errors import OutsideError, UserError
from vedette.forge.base import Silent
from vedette.forge.recipe import EvaluationSpec
from vedette.forge.train.calibrate import calibrate, threshold_for_f1, threshold_for_precision
from vedette.forge.train.classifier import ClassifierTrainer, head
from vedette.forge.train.features import Labelled, labelled, without_repeats
from vedette.forge.train.linear import HEAD, families_of, fit_model, group_folds, scores_of
from vedette.models.linear import Calibration, Family, LinearModel, load
from vedette.models.text import CHARS, WORDS, Rows
from vedette.models.weights import LinearWeights


def train(corpus: Parts, out: Path, **options: object) -> LinearModel:
    loaded = recipe(**{"none": "none", **options})
    trained = ClassifierTrainer().train(loaded, corpus, out, out, Silent(), resume=False)
    return load(trained.path, "made", "1")


@pytest.fixture(scope="module")
def model(corpus: Parts, tmp_path_factory: pytest.TempPathFactory) -> LinearModel:
    return train(corpus, tmp_path_factory.mktemp("linear"), threshold="f1")


def right(model: LinearModel, corpus: Parts) -> float:
    test = [r for r in corpus.records("test") if r.labels != ("none",)]
    return float(
        np.mean(
            [p.labels[0].label == r.labels[0] for p, r in zip(model.predict([r.text for r in test]), test, strict=True)]
        )
    )


@pytest.mark.parametrize("solver", ["svm", "softmax", "ridge", "logistic"])
def test_every_solver_learns_what_is_plain(corpus: Parts, tmp_path: Path, solver: str) -> None:
    assert right(train(corpus, tmp_path, solver=solver), corpus) > 0.95


def test_what_is_served_is_what_was_trained(corpus: Parts, tmp_path: Path) -> None:
    data = labelled(corpus, "train")
    fitted = fit_model(data, (WORDS, CHARS), {"none": "none"}, seed=0)
    fitted.save(tmp_path)
    served = load(tmp_path, "made", "1")
    test = labelled(corpus, "test")
    assert np.array_equal(scores_of(fitted, test), scores_of(served, test))
    assert fitted.predict(test.texts) == served.predict(test.texts)


def test_the_same_seed_gives_the_same_bytes(corpus: Parts, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        HEAD.fit(recipe(none="none"), corpus, tmp_path / name, tmp_path, Silent())
    for file in ("model.json", "weights.npz"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_it_abstains_on_what_names_nothing_and_ranks_all_the_same(model: LinearModel, corpus: Parts) -> None:
    test = list(corpus.records("test"))
    told = model.predict([r.text for r in test])
    none = [p.abstained for p, r in zip(told, test, strict=True) if r.labels == ("none",)]
    some = [p.abstained for p, r in zip(told, test, strict=True) if r.labels != ("none",)]
    assert np.mean(none) > 0.9
    assert np.mean(some) < 0.2
    for prediction in told:
        shares = [label.confidence for label in prediction.labels]
        assert shares == sorted(shares, reverse=True)
        assert all(0 <= share <= 1 for share in shares)
        assert "none" not in {label.label for label in prediction.labels}


def test_reasons_are_words_of_the_text(model: LinearModel) -> None:
    text = "The actor dumps the memory of LSASS again"
    found = model.predict([text])[0]
    assert found.labels[0].label == "T1003.001"
    assert any("lsass" in reason or "memory" in reason for reason in found.reasons)
    assert all(reason in text.casefold() for reason in found.reasons)


def test_a_long_text_is_judged_by_sentence(corpus: Parts, tmp_path: Path) -> None:
    model = train(corpus, tmp_path, long_chars=200)
    idle = "This report thanks our customers for the quarter's results. " * 5
    text = (
        idle + "The actor dumps the memory of lsass on the host. " + idle + "It creates a scheduled task every morning."
    )
    found = model.predict([text])[0]
    assert {label.label for label in found.labels} == {"T1003.001", "T1053.005"}
    spans = {label.label: text[label.span.start : label.span.end] for label in found.labels if label.span}
    assert spans["T1003.001"] == "The actor dumps the memory of lsass on the host."
    assert spans["T1053.005"] == "It creates a scheduled task every morning."
    assert not found.abstained
    assert model.predict([idle + idle])[0].abstained


@pytest.mark.parametrize("text", ["", " \n", "\0", "\ud800", "漢字" * 9, "\x1b[2J", "x" * 300_000, "zq " * 90_000])
def test_hostile_texts_get_an_answer(model: LinearModel, text: str) -> None:
    told = model.predict([text, "The actor dumps lsass memory", text])
    assert len(told) == 3
    assert told[0] == told[2]
    assert told[1].labels[0].label == "T1003.001"
    if not text.strip().strip("\0"):
        assert told[0].abstained
        assert not told[0].labels


def test_many_texts_are_answered_as_one_by_one(model: LinearModel, corpus: Parts) -> None:
    texts = [r.text for r in corpus.records("test")][:30]
    assert model.predict(texts) == [model.predict([text])[0] for text in texts]
    assert model.predict([]) == []


def test_fields_are_learnt_from_and_served(tmp_path: Path) -> None:
    records = made(200, 5)
    corpus = Parts(train=records[:150], validation=records[150:], test=[])
    model = train(corpus, tmp_path, features=("fields",), fields={"names": ["verb"]})
    told = model.predict([""], fields=[{"verb": "dumps"}])[0]
    assert told.labels[0].label == "T1003.001"
    assert told.reasons == ("verb=dumps",)
    assert model.predict([""])[0].abstained


def test_cross_validation_refits_on_everything(corpus: Parts, tmp_path: Path) -> None:
    model = train(corpus, tmp_path, refit=True, folds=3, threshold="f1", calibrate_on=["notes"], abstain_on=["notes"])
    assert right(model, corpus) > 0.95
    assert 0 < model.calibration.threshold < 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"solvr": "svm"}, "knows no solvr"),
        ({"solver": "magic"}, "there is no 'magic'"),
        ({"features": ("embedding",)}, "has no embedding"),
        ({"features": ()}, "names no feature"),
        ({"words": {"n": 3}}, "not understood"),
        ({"min_rows": 500}, "needs two labels"),
        ({"calibrate_on": ["elsewhere"]}, "no record comes from elsewhere"),
        ({"features": ("fields",)}, "needs names of fields"),
    ],
)
def test_what_cannot_be_followed_is_said(corpus: Parts, tmp_path: Path, options: dict[str, object], told: str) -> None:
    with pytest.raises(UserError, match=told):
        train(corpus, tmp_path, **options)


def test_an_unknown_head_lists_the_known_ones() -> None:
    with pytest.raises(UserError, match="no head is called 'lineer'") as caught:
        head("lineer")
    assert "linear" in str(caught.value.next_step)


def test_a_killed_training_leaves_no_model_and_a_finished_one_is_taken(corpus: Parts, tmp_path: Path) -> None:
    trainer, loaded = ClassifierTrainer(), recipe(none="none")
    (tmp_path / "model.partial").mkdir()
    (tmp_path / "model.partial" / "model.json").write_text("{")
    first = trainer.train(loaded, corpus, tmp_path, tmp_path, Silent(), resume=True)
    assert not (tmp_path / "model.partial").exists()
    before = (first.path / "weights.npz").stat().st_mtime_ns
    again = trainer.train(loaded, corpus, tmp_path, tmp_path, Silent(), resume=True)
    assert (again.path / "weights.npz").stat().st_mtime_ns == before
    assert again.metrics == first.metrics


@pytest.mark.parametrize("damage", ["model.json", "weights.npz", "labels", "pickle", "missing"])
def test_a_damaged_folder_is_refused(corpus: Parts, tmp_path: Path, damage: str) -> None:
    fit_model(labelled(corpus, "train"), (WORDS,), {}, seed=0).save(tmp_path)
    if damage == "labels":
        body = json.loads((tmp_path / "model.json").read_text())
        body["labels"].append("T9999")
        (tmp_path / "model.json").write_text(json.dumps(body))
    elif damage == "pickle":
        np.savez(tmp_path / "weights.npz", keys0=np.array([{"a": 1}], dtype=object))
    elif damage == "missing":
        (tmp_path / "weights.npz").unlink()
    else:
        whole = (tmp_path / damage).read_bytes()
        (tmp_path / damage).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(OutsideError, match="no whole model"):
        load(tmp_path, "made", "1")


def test_pruning_keeps_the_largest_weights() -> None:
    dense = np.array([[1.0, -0.5], [0.01, 0.5], [0.2, 0.0]], dtype=np.float32)
    kept = LinearWeights.compress(dense, np.zeros(2, np.float32), keep=3)
    assert kept.values.tolist() == [127, -127, 127]
    assert kept.indptr.tolist() == [0, 2, 3, 3]
    whole = LinearWeights.compress(dense, np.array([1, 2], np.float32), keep=99)
    rows = Rows(np.array([0, 2, 2]), np.array([0, 2], np.int32), np.array([1, 2], np.float32), 3)
    assert whole.scores(rows) == pytest.approx(np.array([[2.4, 1.5], [1, 2]]), abs=0.01)


def test_a_family_is_told_by_its_head_unless_one_leads() -> None:
    family = Family(parent=0, children=(1, 2), lead=0.6)
    plain = Calibration(families=(family,))
    close = plain.confidences(np.log(np.array([[0.1, 0.3, 0.3, 0.3]], np.float32)))
    assert close.argmax() == 0
    clear = plain.confidences(np.log(np.array([[0.05, 0.7, 0.05, 0.2]], np.float32)))
    assert clear.argmax() == 1
    found = families_of(["T1059", "T1059.001", "T1566.001", "T1027", "T1027.002"], 0.5, ["T1027"])
    assert [(f.parent, f.children, f.lead) for f in found] == [(3, (4,), 2.0), (0, (1,), 0.5)]


def test_confidence_is_calibrated() -> None:
    draw = np.random.default_rng(0)
    truth = draw.integers(0, 4, 4000)
    scores = draw.normal(0, 1, (4000, 4)).astype(np.float32)
    scores[np.arange(4000), truth] += 1.2
    half = 2000
    found = calibrate(scores[:half] * 7, [{int(t)} for t in truth[:half]])
    told = found.confidences(scores[half:] * 7)
    hit = told.argmax(axis=1) == truth[half:]
    assert abs(float(told.max(axis=1).mean()) - float(hit.mean())) < 0.03
    low, high = told.max(axis=1) < 0.5, told.max(axis=1) > 0.8
    assert hit[high].mean() > 0.75 > 0.55 > hit[low].mean()


def test_thresholds() -> None:
    confidence = np.array([0.9, 0.8, 0.7, 0.6], np.float32)
    right = np.array([True, True, False, True])
    assert threshold_for_precision(confidence, right, 0.9) == pytest.approx(0.8)
    assert threshold_for_precision(confidence, right, 0.7) == pytest.approx(0.6)
    assert threshold_for_precision(confidence, ~right, 0.9) > 1
    assert threshold_for_f1(confidence, right, 2) == pytest.approx(0.8)
    tied = np.array([0.5, 0.5], np.float32)
    assert threshold_for_precision(tied, np.array([True, False]), 0.9) > 1


def test_folds_keep_groups_whole_and_even() -> None:
    groups = [f"g{i % 17}" for i in range(200)]
    folds = group_folds(groups, 4, seed=1)
    assert all(len({int(f) for g, f in zip(groups, folds, strict=True) if g == name}) == 1 for name in set(groups))
    assert np.bincount(folds).min() > 30


def test_repeats_of_held_rows_are_left_out() -> None:
    texts = [
        "It dumps the memory of lsass",
        "it DUMPS the memory of LSASS!",
        "It dumps the memory of a browser",
        "mail",
    ]
    n = len(texts)
    data = Labelled(texts=tuple(texts), labels=(("a",),) * n, weights=(1.0,) * n, groups=("g",) * n,
                    sources=("s",) * n, fields=((),) * n)  # fmt: skip
    assert without_repeats(data, np.array([1, 2, 3]), np.array([0])).tolist() == [2, 3]


def test_evaluation_is_by_group_beside_the_baseline(corpus: Parts, model: LinearModel) -> None:
    from vedette.forge.evaluate.classifier import evaluate_classifier

    spec = EvaluationSpec(baseline="tfidf-svm", bootstrap=100, options={"none": "none", "parts": {"notes": ["notes"]}})
    found = evaluate_classifier(recipe(evaluate=spec), corpus, model, {}, Silent())
    assert found.metrics["top1"].value == pytest.approx(right(model, corpus))
    assert {"macro_f1", "micro_f1", "group_micro_f1", "precision", "coverage", "ece"} <= set(found.metrics)
    assert found.metrics["notes.top1"].n < found.metrics["top1"].n
    assert set(found.others) == {"baseline"}
    pair = next(c for c in found.comparisons if c.metric == "micro_f1")
    assert pair.difference == pytest.approx(
        found.metrics["micro_f1"].value - found.others["baseline"]["micro_f1"].value
    )
    with pytest.raises(UserError, match="knows no colour"):
        evaluate_classifier(recipe(evaluate=EvaluationSpec(options={"colour": 1})), corpus, model, {}, Silent())


def test_micro_f1_by_hand() -> None:
    from vedette.forge.base import Record
    from vedette.forge.evaluate.classifier import Answers, measure

    rows = [("a", "r1"), ("none", "r1"), ("b", "r2"), ("a", "r2")]
    records = [Record(record_id=str(i), text="x", labels=(label,), group=g) for i, (label, g) in enumerate(rows)]
    told = Answers(np.array(["a", "b", "a", "a"]), np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, True, False, True]))
    found = measure(records, {"": told}, none="none", min_rows=1, n=100).metrics
    assert found["micro_f1"].value == pytest.approx(2 * 2 / (3 + 3))
    assert found["group_micro_f1"].value == pytest.approx(2 * 2 / (3 + 3))  # r1: a,b of a; r2: a of a,b
    assert found["top1"].value == pytest.approx(2 / 3)
    assert found["coverage"].value == pytest.approx(2 / 3)
    assert found["precision"].value == pytest.approx(1.0)
    assert found["macro_f1"].value == pytest.approx((0.8 + 0) / 2)
