"""Windows events in every JSON shape, and from EVTX records."""

# ruff: noqa: E501 (one shape a line)
from __future__ import annotations

import json
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_driver import cases, check_golden, one, sample_of

from vedette.ingest.base import ReadContext, Rebuilt, RecordError
from vedette.ingest.readers.windows import EVTX_READER, JSON_READER, parse_windows
from vedette.ingest.readers.windows_tables import SYSMON_CATEGORIES

SYSMON = {
    "EventID": 1,
    "Channel": "Microsoft-Windows-Sysmon/Operational",
    "Hostname": "PC-1",
    "UtcTime": "2026-01-02 03:04:05.678",
}


@pytest.mark.parametrize("case", cases("windows_json", ".jsonl"), ids=lambda p: p.name)
def test_golden(case: Path) -> None:
    check_golden(JSON_READER, case, ReadContext())


def read(record: dict[str, Any], context: ReadContext | None = None) -> dict[str, Any]:
    return one(JSON_READER, json.dumps(record), context or ReadContext())


def evtx(code: object, data: object, channel: str = "Security", **system: object) -> dict[str, Any]:
    return {
        "Event": {
            "System": {
                "Provider": {"#attributes": {"Name": "X"}},
                "EventID": code,
                "Channel": channel,
                "Computer": "PC-2",
                "EventRecordID": 9,
                "TimeCreated": {"#attributes": {"SystemTime": "2026-01-02T03:04:11.1234567Z"}},
                **system,
            },
            "EventData": data,
        }
    }


def test_the_same_event_in_four_shapes_gives_the_same_columns() -> None:
    data = {
        "TargetUserName": "jo",
        "TargetDomainName": "EX",
        "TargetLogonId": "0xAB",
        "LogonType": "3",
        "IpAddress": "10.0.0.5",
    }
    shapes = [
        {"EventID": 4624, "Channel": "Security", "Hostname": "DC1", "SystemTime": "2026-01-02T03:04:05Z", **data},
        {"@timestamp": "2026-01-02T03:04:05Z", "winlog": {"channel": "Security", "event_id": 4624, "computer_name": "DC1", "event_data": data}},
        {"@timestamp": "2026-01-02T03:04:05Z", "log_name": "Security", "event_id": 4624, "computer_name": "DC1", "event_data": data},
        {"EventID": "4624", "Channel": "Security", "Computer": "DC1", "TimeCreated": "2026-01-02T03:04:05Z", "EventData": data},
    ]  # fmt: skip
    dump = evtx(4624, data)
    dump["Event"]["System"] |= {
        "Computer": "DC1",
        "TimeCreated": {"#attributes": {"SystemTime": "2026-01-02T03:04:05Z"}},
    }
    columns = [{k: v for k, v in read(shape).items() if k != "native"} for shape in [*shapes, dump]]
    assert columns[0]["user_session"] == "0xab"
    assert columns[0]["outcome"] == "success"
    assert all(c == columns[0] for c in columns), columns


def test_hex_process_ids_of_the_security_log_are_numbers() -> None:
    event = read(evtx(4688, {"NewProcessId": "0x1f4", "ProcessId": "0x190", "NewProcessName": "C:\\x.exe"}))
    assert (event["process_pid"], event["parent_pid"], event["log_category"]) == (500, 400, "process_creation")


@pytest.mark.parametrize(
    ("code", "event_type", "category", "activity"),
    [
        (12, "CreateKey", "registry_add", "create"),
        (12, "DeleteKey", "registry_delete", "delete"),
        (12, "DeleteValue", "registry_delete", "delete"),
        (13, "SetValue", "registry_set", "set"),
        (14, "RenameKey", "registry_rename", "rename"),
        (12, None, "registry_event", "create"),
    ],
)
def test_registry_events_carry_their_own_category(
    code: int, event_type: str | None, category: str, activity: str
) -> None:
    event = read({**SYSMON, "EventID": code, "EventType": event_type, "TargetObject": "HKLM\\x"})
    assert (event["log_category"], event["activity"]) == (category, activity)


@pytest.mark.parametrize("code", sorted(SYSMON_CATEGORIES))
def test_every_sysmon_event_has_its_category_whatever_the_channel_says(code: int) -> None:
    event = read({**SYSMON, "EventID": code})
    assert event["log_service"] == "sysmon"
    assert event["log_category"] == SYSMON_CATEGORIES[code][0]
    by_provider = {k: v for k, v in SYSMON.items() if k != "Channel"} | {"SourceName": "Microsoft-Windows-Sysmon"}
    assert read({**by_provider, "EventID": code})["log_category"] == event["log_category"]


def test_unnamed_data_and_wrapped_user_data_are_found() -> None:
    assert read(evtx(400, {"Data": ["a", "b"]}, "Windows PowerShell"))["native"]["Data"] == ["a", "b"]
    assert read(evtx(400, {"Data": "a"}))["native"]["Data"] == "a"
    named = {"Data": [{"#attributes": {"Name": "Foo"}, "#text": "1"}, {"@Name": "Bar", "#text": "2"}]}
    native = read(evtx(1, named))["native"]
    assert (native["Foo"], native["Bar"]) == ("1", "2")


def test_time_comes_from_the_field_that_is_utc_by_definition() -> None:
    local = {**SYSMON, "EventTime": "2026-01-02 05:04:05"}
    assert read(local)["time"] == "2026-01-02T03:04:05.678000+00:00"
    only_local = {k: v for k, v in local.items() if k != "UtcTime"}
    assert "--timezone" in read(only_local)["error"]
    berlin = ReadContext(timezone=timezone(timedelta(hours=2)))
    assert read(only_local, berlin)["time"] == "2026-01-02T03:04:05+00:00"


def test_flat_records_are_kept_once_and_others_rebuilt() -> None:
    assert type(parse_windows(json.dumps(SYSMON).encode())) is dict
    for other in (evtx(1, {}), {**SYSMON, "EventData": {"a": 1}}, {"log_name": "S", "event_id": 1}):
        assert type(parse_windows(json.dumps(other).encode())) is Rebuilt


@pytest.mark.parametrize("data", [b'"half \\ud800 pair"', b'"latin \xe9"', b'"low \\udc00"'])
def test_text_that_is_no_unicode_does_not_hide_a_record(data: bytes) -> None:
    line = b'{"EventID":1,"Channel":"Security","SystemTime":"2026-01-02T03:04:05Z","CommandLine":' + data + b"}"
    native = parse_windows(line)
    assert type(native) is Rebuilt
    assert "\\" in native["CommandLine"]
    json.dumps(native).encode()


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (b"[]", "not an object"),
        (b"{", "not JSON"),
        (b"{}", "no EventID"),
        (b'{"EventID":"x"}', "no number"),
        (b'{"EventID":true}', "no number"),
        (b'{"Event":{}}', "no System"),
        (b'{"EventID":NaN}', "not JSON"),
    ],
)
def test_what_is_no_event_says_why(record: bytes, reason: str) -> None:
    with pytest.raises(RecordError, match=reason):
        parse_windows(record)


def test_sniffing() -> None:
    assert JSON_READER.sniff(sample_of(json.dumps(SYSMON).encode())) > 0.9
    assert JSON_READER.sniff(sample_of(json.dumps([evtx(1, {})]).encode())) > 0.9
    assert JSON_READER.sniff(sample_of(b'{"eventID": "abc", "eventSource": "s3.amazonaws.com"}')) == 0
    assert EVTX_READER.sniff(sample_of(b"ElfFile\x00" + bytes(100))) == 1
    assert EVTX_READER.sniff(sample_of(b"ElfFile " + bytes(100))) == 0


def test_self_identifying_needs_record_number_and_host() -> None:
    assert JSON_READER.self_identifying({"Hostname": "a", "RecordNumber": 1})
    assert not JSON_READER.self_identifying({"RecordNumber": 1})
    assert not JSON_READER.self_identifying({"Hostname": "a"})
    assert not JSON_READER.self_identifying({"Hostname": "a", "RecordNumber": None})


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=8) | st.just("#text"), v, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["System", "EventData", "UserData", "DebugData", "x"]), _values, max_size=4),
    _values,
)
def test_any_dump_parses_or_says_why(event: dict[str, Any], code: object) -> None:
    for record in ({"Event": event}, {"EventID": code, "EventData": event}, {"winlog": event, "event_id": code}):
        try:
            native = parse_windows(json.dumps(record).encode("utf-8", "replace"))
        except RecordError:
            continue
        JSON_READER.mapping(JSON_READER.kind(native))
