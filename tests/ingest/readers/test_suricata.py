from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mapping_driver import check_golden, golden_cases, run, sample_of

from vedette.ingest.readers.suricata import READER

ALERT: dict[str, Any] = {
    "timestamp": "2024-05-14T11:12:31.123456+0200",
    "flow_id": 1,
    "event_type": "alert",
    "src_ip": "203.0.113.9",
    "src_port": 443,
    "dest_ip": "10.0.0.5",
    "dest_port": 50123,
    "proto": "TCP",
    "alert": {"signature": "X", "severity": 1, "action": "allowed", "metadata": {"mitre_technique_id": ["T1071"]}},
}


def one(**changes: Any) -> dict[str, Any]:
    (event,) = run(READER, json.dumps({**ALERT, **changes}).encode())
    return event


@pytest.mark.parametrize("case", golden_cases("suricata"), ids=lambda case: case.name)
def test_golden(case: Path) -> None:
    check_golden(READER, case)


@pytest.mark.parametrize(
    ("number", "word"), [(1, "high"), (2, "medium"), (3, "low"), (4, "informational"), (0, None), (255, None)]
)
def test_severity(number: int, word: str | None) -> None:
    assert one(alert={"signature": "X", "severity": number}).get("severity") == word


def test_alert_keeps_technique_and_direction() -> None:
    event = one()
    assert event["time"] == "2024-05-14T09:12:31.123+00:00"
    assert (event["class_name"], event["alert"]) == ("detection_finding", "X")
    assert (event["src_ip"], event["dst_ip"], event["dst_port"]) == ("203.0.113.9", "10.0.0.5", 50123)
    assert event["native"]["alert.metadata.mitre_technique_id"] == ["T1071"]
    assert "outcome" not in event


def test_blocked_alert_did_not_happen() -> None:
    assert one(alert={"signature": "X", "action": "blocked"})["outcome"] == "failure"


def test_client_port_of_an_answering_server_is_not_in_the_url() -> None:
    assert one(http={"hostname": "c2.example", "url": "/b"})["url"] == "http://c2.example/b"
    assert one(http={"hostname": "c2.example", "url": "/b", "http_port": 8080})["url"] == "http://c2.example:8080/b"
    assert one(http={"hostname": "c2.example", "url": "http://proxied/b"})["url"] == "http://proxied/b"


def test_statistics_are_no_events() -> None:
    assert run(READER, b'{"timestamp":"2024-05-14T09:12:31Z","event_type":"stats","stats":{}}') == [{"skipped": True}]


@pytest.mark.parametrize("missing", ["timestamp", "event_type"])
def test_near_miss_is_not_eve(missing: str) -> None:
    near = json.dumps({key: value for key, value in ALERT.items() if key != missing}).encode()
    assert READER.sniff(sample_of(near)) == 0
    assert "error" in run(READER, near)[0]


def test_event_type_of_another_product_is_not_eve() -> None:
    other = {"timestamp": "2024-05-14T09:12:31Z", "event_type": "login", "src_ip": "10.0.0.5"}
    assert READER.sniff(sample_of(json.dumps(other).encode())) == 0
