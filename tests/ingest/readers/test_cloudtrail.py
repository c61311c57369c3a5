from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from mapping_driver import check_golden, columns, golden_cases, run, sample_of

from vedette.ingest.base import ReadContext, RecordError
from vedette.ingest.readers.cloudtrail import DIGEST, READER

EVENT: dict[str, Any] = {
    "eventVersion": "1.09",
    "userIdentity": {"type": "IAMUser", "userName": "alice", "accountId": "1", "accessKeyId": "AKIA1"},
    "eventTime": "2024-05-14T09:12:31Z",
    "eventSource": "ec2.amazonaws.com",
    "eventName": "DescribeInstances",
    "awsRegion": "eu-west-1",
    "sourceIPAddress": "198.51.100.23",
    "eventID": "e-1",
}


def one(**changes: Any) -> dict[str, Any]:
    (event,) = run(READER, json.dumps({**EVENT, **changes}).encode())
    return event


@pytest.mark.parametrize("case", golden_cases("cloudtrail"), ids=lambda case: case.name)
def test_golden(case: Path) -> None:
    check_golden(READER, case)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(EVENT),
        json.dumps({"Records": [EVENT]}),
        json.dumps([EVENT]),
        json.dumps({"detail": EVENT, "source": "aws.ec2"}),
        json.dumps({"message": json.dumps(EVENT), "id": "1"}),
        "2024-05-14T09:12:31.000Z " + json.dumps(EVENT),
        json.dumps({"odd": "first"}) + "\n" + json.dumps(EVENT),
    ],
)
def test_sniff_knows_every_wrapping(text: str) -> None:
    assert READER.sniff(sample_of(text.encode())) >= 0.9


@pytest.mark.parametrize("missing", ["eventName", "eventSource"])
def test_sniff_refuses_a_near_miss(missing: str) -> None:
    assert READER.sniff(sample_of(json.dumps({k: v for k, v in EVENT.items() if k != missing}).encode())) == 0


def test_digest_file_is_recognised_and_refused_with_a_reason() -> None:
    digest = {"awsAccountId": "1", "digestStartTime": "x", "digestS3Bucket": "b", "logFiles": []}
    data = json.dumps(digest).encode()
    assert READER.sniff(sample_of(data)) == 0.9
    assert run(READER, data) == [{"error": DIGEST}]


def test_subscription_envelope_with_one_event_is_opened_and_with_more_is_refused() -> None:
    item = {"id": "1", "timestamp": 1, "message": json.dumps(EVENT)}
    session = READER.open(ReadContext())
    envelope = {"messageType": "DATA_MESSAGE", "owner": "1", "logGroup": "g", "logEvents": [item]}
    (native,) = session.parse([json.dumps(envelope).encode()])
    assert isinstance(native, dict)
    assert native["eventID"] == "e-1"
    (error,) = session.parse([json.dumps({**envelope, "logEvents": [item, item]}).encode()])
    assert isinstance(error, RecordError)
    assert error.reason.startswith("2 records inside one")


def test_export_prefix_alone_is_skipped() -> None:
    assert READER.open(ReadContext()).parse([b"2024-05-14T09:12:31.000Z "]) == [None]


@pytest.mark.parametrize(
    ("code", "outcome"), [(None, "success"), ("Success", "success"), ("", "success"), ("AccessDenied", "failure")]
)
def test_error_code_tells_the_outcome(code: str | None, outcome: str) -> None:
    assert one(errorCode=code)["outcome"] == outcome


@pytest.mark.parametrize(
    ("arn", "device"),
    [
        ("arn:aws:sts::1:assumed-role/Web/i-0abc", "i-0abc"),
        ("arn:aws-cn:sts::1:assumed-role/Web/i-0abc", "i-0abc"),
        ("arn:aws:sts::1:assumed-role/Web/carol", None),
        ("arn:aws:sts::1:federated-user/i-0abc", None),
        ("arn:aws:iam::1:user/i-0abc", None),
    ],
)
def test_only_an_instance_role_session_names_a_device(arn: str, device: str | None) -> None:
    assert one(userIdentity={"type": "AssumedRole", "arn": arn, "accountId": "1"}).get("device_name") == device


def test_key_chain_links_the_session_made_to_the_session_used() -> None:
    made = one(
        eventName="AssumeRole",
        eventSource="sts.amazonaws.com",
        requestParameters={"roleArn": "arn:aws:iam::1:role/path/Admin", "roleSessionName": "x"},
        responseElements={"credentials": {"accessKeyId": "ASIA9"}},
    )
    used = one(
        userIdentity={"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/Admin/x", "accessKeyId": "ASIA9"}
    )
    assert made["user_session"] == used["actor_session"]
    assert made["user_name"] == used["actor_name"] == "assumed-role/Admin/x"
    assert made["user_uid"] == used["actor_uid"]


def test_response_is_searchable_whole_and_by_part() -> None:
    native = one(eventName="ModifyX", responseElements={"a": {"b": "Failure"}})["native"]
    assert native["responseElements.a.b"] == "Failure"
    assert "Failure" in native["responseElements"]


def test_record_without_any_time_is_refused() -> None:
    native = READER.open(ReadContext()).parse([json.dumps({**EVENT, "eventTime": None}).encode()])[0]
    assert isinstance(native, dict)
    with pytest.raises(RecordError):
        columns(READER, native, ReadContext())


def test_self_identifying_needs_the_event_id() -> None:
    assert READER.self_identifying({"eventID": "e-1"})
    assert not READER.self_identifying({"requestID": "r-1"})


def test_real_records_all_become_events(shared_data: Path) -> None:
    data = gzip.decompress((shared_data / "incidents-otrf" / "aws-ec2-proxy-s3-exfil.events.jsonl.gz").read_bytes())
    assert READER.sniff(sample_of(data)) == 1.0
    events = run(READER, data)
    assert len(events) == 103
    assert not [event for event in events if "error" in event]
    stolen = [event for event in events if event["api_operation"] == "GetObject"]
    assert {event["actor_name"].rpartition("/")[2] for event in stolen} == {stolen[0]["device_name"]}
    assert stolen[0]["resource"].startswith("s3://")
    made = {event["user_session"] for event in events if event["api_operation"] == "AssumeRole"}
    assert stolen[0]["actor_session"] in made
