from __future__ import annotations

import json
from pathlib import Path

import pytest
from mapping_driver import check_golden, golden_cases, run, sample_of

from vedette.ingest.readers.m365 import READER

RECORD = {
    "CreationTime": "2024-05-14T09:12:31",
    "Operation": "New-InboxRule",
    "UserId": "alice@corp.example",
    "Workload": "Exchange",
    "RecordType": 1,
}


@pytest.mark.parametrize("case", golden_cases("m365"), ids=lambda case: case.name)
def test_golden(case: Path) -> None:
    check_golden(READER, case)


@pytest.mark.parametrize("missing", ["CreationTime", "Operation", "UserId"])
def test_near_miss_is_refused(missing: str) -> None:
    assert READER.sniff(sample_of(json.dumps(RECORD).encode())) == 1.0
    near = json.dumps({key: value for key, value in RECORD.items() if key != missing}).encode()
    assert READER.sniff(sample_of(near)) == 0
    assert "error" in run(READER, near)[0]


def test_time_without_zone_is_utc_by_definition() -> None:
    (event,) = run(READER, json.dumps(RECORD).encode())
    assert event["time"] == "2024-05-14T09:12:31.000+00:00"


def test_parameters_are_searchable_whole_and_by_name() -> None:
    record = {**RECORD, "Parameters": [{"Name": "ForwardTo", "Value": "x@evil.example"}]}
    (event,) = run(READER, json.dumps(record).encode())
    assert "ForwardTo" in event["native"]["Parameters"]
    assert event["native"]["Parameters.ForwardTo"] == "x@evil.example"
