"""A home with a season of verdicts: train, rank, ask; then the world changes, and it refuses."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert
from test_history import RECIPES, _case, _finding

from vedette.forge.activity.generate import Company, generate
from vedette.schema import Finding, Severity
from vedette.store import Lake, tables
from vedette.store.book import save_cases, save_findings
from vedette.store.state import to_db, writing

VEDETTE = Path(sys.executable).with_name("vedette")


def _told(home: Path, *words: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(VEDETTE), "--home", str(home), *words], input=given, capture_output=True, text=True, check=False
    )


def _as_finding(body: dict[str, Any], rule_prefix: str = "") -> Finding:
    return replace(
        _finding(0),
        finding_id=body["finding_id"],
        rule_id=rule_prefix + body["rule_id"],
        title=body["title"],
        severity=Severity(body["severity"]),
        first_at=datetime.fromisoformat(body["first_at"]),
        last_at=datetime.fromisoformat(body["last_at"]),
        device_name=body["device_name"],
        cloud_account=body["cloud_account"],
        accounts=tuple(body["accounts"]),
        techniques=tuple(body["techniques"]),
        tactics=tuple(body["tactics"]),
    )


def _fill(home: Path, world: list[dict[str, Any]], changed_from: int) -> None:
    """Put findings, one case and the verdicts at their own times into a home."""
    lake = Lake.open(home)
    try:
        findings = [_as_finding(f, "other-" if i >= changed_from else "") for i, f in enumerate(world)]
        save_findings(lake, "r", findings)
        case = _case(tuple(findings))
        save_cases(lake, [case])
        notes = [
            {
                "case_id": case.case_id,
                "finding_id": f["finding_id"],
                "at": to_db(datetime.fromisoformat(j["at"])),
                "author": j["by"],
                "verdict": j["verdict"],
                "text": "",
            }
            for i, f in enumerate(world)
            if i < changed_from
            for j in f.get("judged", ())
        ]
        with writing(lake.state) as connection:
            connection.execute(delete(tables.notes))
            connection.execute(insert(tables.notes), notes)
    finally:
        lake.close()


@pytest.mark.slow
def test_a_team_trains_ranks_and_is_refused_when_its_world_changes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    world = list(generate(Company(kind="stationary", seed=3, days=70, scale=0.7)))
    n = len(world)
    _fill(home, world[: n - 500], n)
    trained = _told(home, "forge", "train", str(RECIPES / "own-activity.yaml"), "--json")
    assert trained.returncode in (0, 1), trained.stderr
    body = json.loads(trained.stdout)
    assert body["metrics"]["auc"]["value"] > 0.6
    model = f"own-activity@{body['version']}"

    ranked = _told(home, "forge", "rank", "--model", model, "--json", "--limit", "5")
    assert ranked.returncode == 0, ranked.stderr
    queue = json.loads(ranked.stdout)
    assert queue["refused"] is False
    assert len(queue["findings"]) == 5
    assert [f["matters"] for f in queue["findings"]] == sorted((f["matters"] for f in queue["findings"]), reverse=True)
    assert "CORP" in json.dumps(queue["findings"]), "names are shown from the casebook"
    assert _told(home, "forge", "rank", "--model", model).stdout.count("·") >= 5

    line = {"id": 1, "fields": {k: v for k, v in world[-1].items() if k not in ("truth", "judged", "verdict")}}
    asked = _told(home, "forge", "predict", model, "--jsonl", given=json.dumps(line) + "\n")
    answer = json.loads(asked.stdout)
    assert answer["id"] == 1
    assert 0 < answer["values"]["matters"] < 1
    assert {one["label"] for one in answer["labels"]} == {"true_positive", "benign", "false_positive"}

    _fill(home, world, n - 500)  # since then, another set of rules
    refused = _told(home, "forge", "rank", "--model", model)
    assert refused.returncode == 1
    assert "Not ranked" in refused.stdout
    assert "unseen rules 1.00" in refused.stdout
