from __future__ import annotations

import json
from pathlib import Path

import pytest
from mapping_driver import check_golden, golden_cases, run, sample_of

from vedette.ingest.readers.azure_activity import READER

RECORD = {
    "time": "2024-05-14T09:12:31Z",
    "resourceId": "/SUBSCRIPTIONS/SUB-1/X",
    "operationName": "MICROSOFT.KEYVAULT/VAULTS/WRITE",
    "category": "Administrative",
    "resultType": "Success",
}


@pytest.mark.parametrize("case", golden_cases("azure_activity"), ids=lambda case: case.name)
def test_golden(case: Path) -> None:
    check_golden(READER, case)


@pytest.mark.parametrize("missing", ["time", "resourceId", "operationName", "category"])
def test_near_miss_is_refused(missing: str) -> None:
    assert READER.sniff(sample_of(json.dumps(RECORD).encode())) == 1.0
    near = json.dumps({key: value for key, value in RECORD.items() if key != missing}).encode()
    assert READER.sniff(sample_of(near)) == 0
    assert "error" in run(READER, near)[0]


@pytest.mark.parametrize(
    ("said", "outcome"), [("Success", "success"), ("Succeeded", "success"), ("Failed", "failure"), ("Start", None)]
)
def test_a_started_operation_has_no_outcome_yet(said: str, outcome: str | None) -> None:
    (event,) = run(READER, json.dumps({**RECORD, "resultType": said}).encode())
    assert event.get("outcome") == outcome
    assert (event["cloud_account"], event["api_service"]) == ("SUB-1", "MICROSOFT.KEYVAULT")
