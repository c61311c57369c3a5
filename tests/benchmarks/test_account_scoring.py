"""The scoring of named accounts: names, strongest statement, misses, calibration."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from benchmarks.accounts.harness import scoring


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("THESHIRE\\pgustavo", "pgustavo"),
        ("pgustavo@THESHIRE.LOCAL", "pgustavo"),
        ("assumed-role/Web (session i-0abc)", "assumed-role/web/i-0abc"),
        ("arn:aws:sts::111122223333:assumed-role/Web/i-0abc", "assumed-role/web/i-0abc"),
        ("arn:aws:iam::111122223333:user/team/bo", "bo"),
        ("root", "root"),
    ],
)
def test_base_names(written: str, compared: str) -> None:
    assert scoring.base(written) == compared


@pytest.mark.parametrize(
    ("written", "compared"),
    [("WORKSTATION5 (172.18.39.5, source)", "workstation5"), ("ws.corp.example", "ws"), ("10.1.2.3", "10.1.2.3")],
)
def test_host_names(written: str, compared: str) -> None:
    assert scoring.host_base(written) == compared


@pytest.mark.parametrize(
    ("name", "system"), [("NT AUTHORITY\\SYSTEM", True), ("CORP\\WS1$", True), ("CORP\\anna", False)]
)
def test_system_names(name: str, system: bool) -> None:
    assert scoring.is_system(name) is system


def _case(*accounts: tuple[str, str, float], hosts: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "accounts": [{"name": n, "role": r, "confidence": c} for n, r, c in accounts],
        "hosts": [{"name": h} for h in hosts],
    }


def _truth(**roles: str) -> dict[str, Any]:
    return {"family": "f", "accounts": {n: {"role": r} for n, r in roles.items()}, "neutral": ["root"], "hosts": ["H1"]}


def test_right_wrong_absent_and_neutral_are_told_apart() -> None:
    truth = _truth(anna="compromised", bo="targeted", cy="created", dee="bystander")
    cases = [
        _case(("D\\anna", "bystander", 0.4), ("D\\dee", "attacker", 0.7)),
        _case(
            ("D\\anna", "compromised", 0.9), ("root", "attacker", 0.9), ("bo", "targeted", 0.8), hosts=("h1.x", "h2")
        ),
    ]
    s = scoring.score("k", truth, {"cases": cases})
    assert (s.n_scored, s.n_right) == (3, 2)
    assert (s.n_truth_implicated, s.n_said_implicated, s.n_both) == (2, 2, 1)
    assert s.bystanders_implicated == ["dee"]
    assert not s.exact
    assert {(m["name"], m["said"]) for m in s.misses} == {("cy", "absent"), ("dee", "attacker")}
    assert sorted(s.statements) == [(0.7, False, "attacker"), (0.8, True, "targeted"), (0.9, True, "compromised")]
    assert (s.hosts_truth, s.hosts_said, s.hosts_both) == (1, 2, 1)


def test_a_case_of_nobody_is_exact_where_nobody_took_part() -> None:
    assert scoring.score("k", _truth(dee="bystander"), {"cases": [_case(("dee", "bystander", 0.9))]}).exact


def test_calibration_error_is_small_for_honest_and_large_for_boastful_confidence() -> None:
    rng = random.Random(3)
    honest = [(c, rng.random() < c, "attacker") for c in (rng.random() for _ in range(5000))]
    boastful = [(0.99, rng.random() < 0.6, "attacker") for _ in range(2000)]
    assert scoring.ece(honest) < 0.03
    assert scoring.ece(boastful) == pytest.approx(0.39, abs=0.04)
    assert scoring.ece([]) == 0.0


def test_calibration_error_does_not_depend_on_order() -> None:
    rng = random.Random(4)
    rows = [(rng.choice([0.5, 0.7, 0.9]), rng.random() < 0.7, "created") for _ in range(400)]
    shuffled = rows[:]
    rng.shuffle(shuffled)
    assert scoring.ece(rows) == scoring.ece(shuffled)


def test_bootstrap_interval_holds_the_figure() -> None:
    truth = _truth(anna="compromised")
    scores = [
        scoring.score(str(i), truth, {"cases": [_case(("anna", "compromised" if i % 4 else "attacker", 0.8))]})
        for i in range(40)
    ]
    value, lo, hi = scoring.bootstrap(scores, n=200)["role accuracy"]
    assert lo <= value <= hi
    assert value == 0.75
