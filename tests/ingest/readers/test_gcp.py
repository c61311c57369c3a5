from __future__ import annotations

import json
from pathlib import Path

import pytest
from mapping_driver import check_golden, golden_cases, run, sample_of

from vedette.ingest.readers.gcp import READER

RECORD = {
    "protoPayload": {"methodName": "v1.compute.firewalls.delete", "serviceName": "compute.googleapis.com"},
    "timestamp": "2024-05-14T09:12:31Z",
    "insertId": "1",
}


@pytest.mark.parametrize("case", golden_cases("gcp"), ids=lambda case: case.name)
def test_golden(case: Path) -> None:
    check_golden(READER, case)


@pytest.mark.parametrize("missing", ["protoPayload"])
def test_near_miss_is_refused(missing: str) -> None:
    assert READER.sniff(sample_of(json.dumps(RECORD).encode())) == 1.0
    near = json.dumps({key: value for key, value in RECORD.items() if key != missing}).encode()
    assert READER.sniff(sample_of(near)) == 0
    assert "error" in run(READER, near)[0]


def test_rules_find_the_method_under_every_name() -> None:
    (event,) = run(READER, json.dumps(RECORD).encode())
    for name in ("gcp.audit.method_name", "data.protoPayload.methodName", "protoPayload.methodName"):
        assert event["native"][name] == "v1.compute.firewalls.delete"


@pytest.mark.parametrize(("granted", "outcome"), [(True, "success"), (False, "failure")])
def test_one_permission_refused_is_a_failure(granted: bool, outcome: str) -> None:
    asked = [{"permission": "a", "granted": True}, {"permission": "b", "granted": granted}]
    payload = {**RECORD["protoPayload"], "authorizationInfo": asked}
    (event,) = run(READER, json.dumps({**RECORD, "protoPayload": payload}).encode())
    assert event["outcome"] == outcome
