"""The served model: ranking, reasons, abstention, refusal, storage."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vedette.errors import OutsideError
from vedette.forge.activity.choose import fit_trees
from vedette.forge.activity.generate import truth_of
from vedette.forge.activity.measure import by_rule, by_severity, ece
from vedette.models.activity import ActivityModel, Level, Outcome, load, read_outcome
from vedette.models.activity.drift import auc, psi, two_sample
from vedette.models.activity.rank import rank
from vedette.models.activity.scorer import Calibration, scorer_of
from vedette.schema import Verdict

DAY = 86_400.0


def _test_part(outcomes: list[Outcome]) -> list[Outcome]:
    return outcomes[int(len(outcomes) * 0.75) :]


def _text(finding: dict[str, Any]) -> str:
    return json.dumps({k: v for k, v in finding.items() if k not in ("truth", "verdict", "judged", "judged_at")})


def test_ranks_better_than_rules_and_severity(
    model: ActivityModel, outcomes: list[Outcome], findings: list[dict[str, Any]]
) -> None:
    later = _test_part(outcomes)
    scored = model.follow(later, model.snapshot.fork())
    truth = {f["finding_id"]: truth_of(f)[1] for f in findings}
    met = [s.outcome for s in scored]
    true = np.array([truth[o.fired.finding_id] for o in met])
    p = np.array([s.matters for s in scored])
    ours = auc(p, true)
    assert ours > 0.7
    assert ours > auc(by_severity(met), true) + 0.05
    assert ours > auc(by_rule(met, outcomes[: -len(later)]), true)
    assert ece(p, true.astype(float)) < 0.06


def test_reasons_hold_counts_and_speak_for_the_verdict(model: ActivityModel, outcomes: list[Outcome]) -> None:
    scored = model.follow(_test_part(outcomes)[:300], model.snapshot.fork())
    told = [reason for s in scored for reason in s.reasons]
    assert any("on this host this rule was judged benign" in reason and " of " in reason for reason in told)
    for s in scored:
        assert abs(sum(one.confidence for one in s.verdicts) - 1) < 1e-6
        assert [one.confidence for one in s.verdicts] == sorted((one.confidence for one in s.verdicts), reverse=True)


def test_contributions_add_up_to_the_score(model: ActivityModel, outcomes: list[Outcome]) -> None:
    scored = model.follow(_test_part(outcomes)[:50], model.snapshot.fork())
    z = model.scaling(np.array([s.features for s in scored]))
    total = model.scorer.contributions(z).sum(axis=1) + model.scorer.intercept
    assert np.allclose(total, [s.score for s in scored])


def test_trees_score_as_in_training_and_contributions_add_up() -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    rng = np.random.default_rng(0)
    z = rng.normal(size=(400, 5))
    y = (z[:, 0] * z[:, 1] + z[:, 2] > 0).astype(float)
    trees = fit_trees(z, y, 20, 3, seed=0)
    theirs = HistGradientBoostingClassifier(
        max_iter=20, max_depth=3, learning_rate=0.06, min_samples_leaf=15, l2_regularization=5.0,
        max_bins=64, early_stopping=False, random_state=0,
    ).fit(z, y)  # fmt: skip
    assert np.allclose(trees.score(z), theirs.decision_function(z), atol=1e-6)
    again = scorer_of("boosted", trees.arrays())
    assert np.array_equal(again.score(z), trees.score(z))
    roots = trees.value[:, 0].sum() + trees.intercept
    assert np.allclose(trees.contributions(z).sum(axis=1) + roots, trees.score(z))


def test_serving_needs_no_training_library(saved: Path, findings: list[dict[str, Any]]) -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from vedette.models.activity import load\n"
        f"model = load(Path({str(saved)!r}), 'activity', '1')\n"
        f"print(model.predict([{_text(findings[-1])!r}])[0].values['matters'] > 0)\n"
        "heavy = {'sklearn', 'torch', 'scipy', 'transformers'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "True", done.stderr


def test_a_stored_model_says_the_same(saved: Path, model: ActivityModel, findings: list[dict[str, Any]]) -> None:
    texts = [_text(f) for f in findings[-40:]]
    again = load(saved, "activity", "7")
    assert again.predict(texts) == model.predict(texts)
    assert again.snapshot.snapshot() == model.snapshot.snapshot()


def test_saving_is_deterministic(saved: Path, model: ActivityModel, tmp_path: Path) -> None:
    model.save(tmp_path / "again")
    for path in saved.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_no_name_is_in_the_folder(saved: Path, findings: list[dict[str, Any]]) -> None:
    import zstandard

    held = zstandard.ZstdDecompressor().decompress((saved / "history.json.zst").read_bytes(), max_output_size=1 << 28)
    everything = held + (saved / "model.json").read_bytes()
    for name in {f["device_name"] for f in findings if f["device_name"]} | {a for f in findings for a in f["accounts"]}:
        assert name.encode() not in everything
        assert json.dumps(name)[1:-1].encode() not in everything


def test_each_answer_stands_alone(model: ActivityModel, findings: list[dict[str, Any]]) -> None:
    texts = [_text(f) for f in findings[-30:]]
    together = model.predict(texts)
    assert together == [model.predict([text])[0] for text in texts]
    assert model.predict(texts[::-1]) == together[::-1]


@pytest.mark.parametrize("text", ["", "hello", "[]", "null", "{", "\x00\xff", "9" * 2_000_000, "[" * 100_000, "{}"])
def test_what_is_no_finding_is_abstained_from(model: ActivityModel, text: str) -> None:
    told = model.predict([text])[0]
    assert told.abstained
    assert told.reasons[0].startswith("no finding: ")
    assert told.labels == ()


def test_an_unseen_rule_is_abstained_from(model: ActivityModel, findings: list[dict[str, Any]]) -> None:
    known = json.loads(_text(findings[-1]))
    told = model.predict([json.dumps(known | {"rule_id": "never-seen", "finding_id": "n1"})])[0]
    assert told.abstained
    assert "unseen rule" in told.reasons[0]
    assert 0 < float(told.values["matters"]) < 1


def test_a_finding_long_after_the_snapshot_is_abstained_from(
    model: ActivityModel, findings: list[dict[str, Any]]
) -> None:
    known = json.loads(_text(findings[-1]))
    told = model.predict([json.dumps(known | {"first_at": model.snapshot.now + 60 * DAY, "finding_id": "late"})])[0]
    assert told.abstained
    assert "ends 60 days before" in told.reasons[0]


@pytest.mark.parametrize("name", ["model.json", "model.npz", "history.json.zst"])
def test_a_torn_file_is_refused(saved: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(saved, tmp_path / "torn")
    path = tmp_path / "torn" / name
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(OutsideError, match="does not read back"):
        load(tmp_path / "torn", "activity", "1")


# -- drift -------------------------------------------------------------------------------------


def test_the_same_world_is_no_drift(model: ActivityModel, outcomes: list[Outcome]) -> None:
    scored = model.follow(_test_part(outcomes), model.snapshot.fork())
    drift = model.drift(scored)
    assert drift.level in (Level.OK, Level.WARN), drift.why
    assert drift.measures


def test_few_findings_are_not_judged(model: ActivityModel, outcomes: list[Outcome]) -> None:
    drift = model.drift(model.follow(_test_part(outcomes)[:20], model.snapshot.fork()))
    assert drift.level is Level.UNCHECKED
    assert "too few" in drift.why


def test_another_set_of_rules_is_refused_with_its_measure(model: ActivityModel, outcomes: list[Outcome]) -> None:
    later = [replace(o, fired=replace(o.fired, rule=f"new {o.fired.rule}")) for o in _test_part(outcomes)]
    drift = model.drift(model.follow(later, model.snapshot.fork()))
    assert drift.level is Level.REFUSE
    assert "unseen rules 1.00 (threshold" in drift.why


def test_verdicts_that_contradict_are_refused(model: ActivityModel, outcomes: list[Outcome]) -> None:
    """Suddenly a third of everything matters: inputs look the same, the outcome does not."""
    later = []
    for i, o in enumerate(_test_part(outcomes)):
        judged = tuple(replace(j, verdict=Verdict.TRUE_POSITIVE) for j in o.judged[:1]) if i % 3 == 0 else o.judged
        later.append(replace(o, judged=judged))
    scored = model.follow(later, model.snapshot.fork())
    drift = model.drift(scored)
    assert drift.level is Level.REFUSE
    assert "mattered where" in drift.why or "AUC" in drift.why


def test_measures_of_drift() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(800, 4)), rng.normal(size=(400, 4))
    assert psi(a[:, 0], b[:, 0]) < 0.1
    assert psi(a[:, 0], b[:, 0] + 2) > 1
    assert psi(a[:, 0], np.full(400, np.nan)) > 1
    assert abs(two_sample(a, b) - 0.5) < 0.08
    assert two_sample(a, b + 1) > 0.8
    assert auc(np.array([0.1, 0.2, 0.2, 0.9]), np.array([False, True, False, True])) == 0.875
    assert np.isnan(auc(np.array([1.0]), np.array([True])))


def test_calibration_curves_rise() -> None:
    x = np.linspace(-5, 5, 50)
    for curve in (Calibration("platt", np.array([1.0, -1.0]), np.zeros(0)),
                  Calibration("isotonic", np.array([-1.0, 0.0, 2.0]), np.array([0.1, 0.2, 0.8]))):  # fmt: skip
        p = curve(x)
        assert (np.diff(p) >= 0).all()
        assert p.min() > 0
        assert p.max() < 1


# -- the queue ---------------------------------------------------------------------------------


def test_rank_orders_what_waits_and_uses_verdicts_since(
    model: ActivityModel, findings: list[dict[str, Any]], outcomes: list[Outcome]
) -> None:
    now = outcomes[-1].fired.at + DAY
    found = rank(model, outcomes, now)
    assert not found.refused
    assert {s.outcome.fired.finding_id for s in found.waiting} == {
        o.fired.finding_id for o in outcomes if o.verdict is None
    }
    chances = [s.matters for s in found.waiting]
    assert chances == sorted(chances, reverse=True)
    assert found.n_known + found.n_since == len(outcomes)
    # verdicts given since move the queue
    rule = found.waiting[0].outcome.fired.rule
    changed = [
        read_outcome({**f, "judged": [], "verdict": "benign", "judged_at": f["first_at"]}, model.salt)
        if f["rule_id"] == rule and f.get("judged") and not model.snapshot.knows(f["finding_id"])
        else o
        for f, o in zip(findings, outcomes, strict=True)
    ]
    again = {s.outcome.fired.finding_id: s.matters for s in rank(model, changed, now).waiting}
    top = found.waiting[0]
    assert again[top.outcome.fired.finding_id] != top.matters


def test_a_refused_queue_is_in_the_usual_order(model: ActivityModel, outcomes: list[Outcome]) -> None:
    later = [
        Outcome(fired=replace(o.fired, rule=f"new {o.fired.rule}", finding_id=f"x{i}"))
        for i, o in enumerate(_test_part(outcomes))
    ]
    found = rank(model, later, later[-1].fired.at)
    assert found.refused
    severities = [s.outcome.fired.severity for s in found.waiting]
    assert severities == sorted(severities, reverse=True)
