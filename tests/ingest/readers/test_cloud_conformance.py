"""What holds for every cloud, identity and network reader."""

from __future__ import annotations

import copy
import gzip
import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mapping_driver import GOLDEN, INTEGERS, columns, golden_cases, records_of, sample_of

from vedette.ingest.base import Framing, ReadContext, Reader, RecordError
from vedette.ingest.normalise import Normaliser
from vedette.ingest.readers import azure_activity, cloudtrail, entra, gcp, m365, okta, suricata, zeek
from vedette.schema.event import CORE_COLUMNS, EventClass

READERS: dict[str, Reader] = {
    module.READER.name: module.READER for module in (azure_activity, cloudtrail, entra, gcp, m365, okta, suricata, zeek)
}
NAMES = sorted(READERS)

FOREIGN = {
    "winlogbeat": {
        "@timestamp": "2024-05-14T09:12:31.123Z",
        "winlog": {"channel": "Security", "event_id": "4624", "event_data": {"TargetUserName": "alice"}},
        "event": {"code": "4624", "original": "An account was successfully logged on."},
        "message": "An account was successfully logged on.",
    },
    "nxlog": {"EventTime": "2024-05-14 09:12:31", "Hostname": "ws1", "EventID": 4624, "Channel": "Security",
              "SourceName": "Microsoft-Windows-Security-Auditing", "TargetUserName": "alice"},
    "evtx_dump": {"Event": {"System": {"EventID": 1, "Channel": "x", "TimeCreated": {"#attributes": {}}}}},
    "ocsf": {"class_uid": 3002, "category_uid": 3, "time": 1715677951000, "metadata": {"version": "1.3.0"},
             "activity_id": 1, "actor": {"user": {"name": "alice"}}, "status": "Success", "type_uid": 300201},
    "ecs_auditd": {"@timestamp": "2024-05-14T09:12:31.123Z", "auditd": {"data": {"syscall": "execve"}},
                   "event": {"category": "process"}},
    "journald": {"__REALTIME_TIMESTAMP": "1715677951000000", "MESSAGE": "x", "_HOSTNAME": "h"},
    "kubernetes": {"kind": "Event", "apiVersion": "audit.k8s.io/v1", "verb": "get", "auditID": "1",
                   "user": {"username": "x"}, "objectRef": {"resource": "pods"}},
    "github": {"action": "repo.create", "actor": "x", "created_at": 1715677951000, "org": "o"},
    "flat siem": {"timestamp": "2024-05-14T09:12:31Z", "status": "success", "eventName": "x", "user": "y"},
    "plain": {"id": 1, "category": "x", "time": "2024-05-14T09:12:31Z", "operationName": "x", "properties": {"a": 1}},
}  # fmt: skip
FOREIGN_TEXT = {
    "auditd": b'type=SYSCALL msg=audit(1715677951.123:42): arch=c000003e syscall=59 success=yes exit=0 comm="sh"',
    "syslog": b"May 14 09:12:31 host sshd[1]: Failed password for root from 198.51.100.7 port 1 ssh2",
    "rfc5424": b"<34>1 2024-05-14T09:12:31.003Z host app - ID47 - message",
    "access log": b'198.51.100.7 - - [14/May/2024:09:12:31 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8"',
    "iis": b"#Software: Microsoft Internet Information Services 10.0\n#Fields: date time s-ip\n2024-05-14 09:12:31 x",
    "csv": b"time,uid,user\n2024-05-14,1,alice",
    "evtx": b"ElfFile\x00" + bytes(100),
    "empty": b"",
    "nul": bytes(1000),
}


def run_all(reader: Reader, raws: list[bytes], name: str = "") -> list[dict[str, Any] | RecordError | None]:
    """Parse and map as ingest does; only RecordError may come out."""
    context = ReadContext(name=name)
    natives = reader.open(context).parse(raws)
    assert len(natives) == len(raws)
    out: list[dict[str, Any] | RecordError | None] = []
    for native in natives:
        if not isinstance(native, dict):
            assert native is None or isinstance(native, RecordError)
            out.append(native)
            continue
        assert isinstance(reader.self_identifying(native), bool)
        try:
            event = columns(reader, native, context)
        except RecordError as error:
            out.append(error)
            continue
        assert event["class_name"] in set(EventClass)
        for column, value in event.items():
            assert column in CORE_COLUMNS
            assert type(value) is (int if column in INTEGERS else str), (column, value)
        orjson.dumps(native)
        out.append(event)
    return out


def test_every_reader_says_what_it_is() -> None:
    for name, reader in READERS.items():
        assert isinstance(reader, Reader)
        assert reader.name == name
        assert reader.title
        assert reader.examples
        assert reader.framing in (Framing.LINES, Framing.JSON)
        assert type(reader).__doc__
        assert (GOLDEN / name).is_dir()


@pytest.mark.parametrize("name", NAMES)
def test_golden_files_are_known_to_their_reader_best(name: str) -> None:
    for case in golden_cases(name):
        sample = sample_of(case.read_bytes(), case.name)
        scores = {other: reader.sniff(sample) for other, reader in READERS.items()}
        mine = scores.pop(name)
        assert mine >= 0.9, case
        # a file may hold a stray record of another format, which counts less than the first
        assert max(scores.values()) < mine, (case, scores)


@pytest.mark.parametrize("name", NAMES)
def test_each_golden_event_is_one_reader_s(name: str) -> None:
    for case in golden_cases(name):
        for raw in records_of(case.read_bytes(), READERS[name].framing):
            if raw[:1] != b"{":
                continue
            sample = sample_of(raw, "x.json")
            mine = isinstance(READERS[name].open(ReadContext()).parse([raw])[0], dict)
            others = {other: reader.sniff(sample) for other, reader in READERS.items() if other != name}
            if mine:
                assert not any(others.values()), (raw, others)


@pytest.mark.parametrize("form", FOREIGN)
def test_other_formats_are_left_to_their_readers(form: str) -> None:
    data = orjson.dumps(FOREIGN[form])
    for sample in (sample_of(data), sample_of(data + b"\n" + data)):
        assert {name: reader.sniff(sample) for name, reader in READERS.items()} == dict.fromkeys(READERS, 0.0)


@pytest.mark.parametrize("form", FOREIGN_TEXT)
def test_text_formats_are_left_to_their_readers(form: str) -> None:
    sample = sample_of(FOREIGN_TEXT[form], "some.log")
    assert {name: reader.sniff(sample) for name, reader in READERS.items()} == dict.fromkeys(READERS, 0.0)


@pytest.mark.parametrize("name", NAMES)
def test_one_odd_first_record_does_not_mislead(name: str) -> None:
    case = golden_cases(name)[-1]
    good = next(
        raw
        for raw in records_of(case.read_bytes(), READERS[name].framing)
        if raw[:1] == b"{" and READERS[name].sniff(sample_of(raw)) == 1.0
    )
    assert READERS[name].sniff(sample_of(b'{"odd": "record"}\n' + good + b"\n" + good)) >= 0.9


@pytest.mark.parametrize("name", NAMES)
def test_no_column_is_filled_twice(name: str) -> None:
    reader = READERS[name]
    for case in golden_cases(name):
        natives = reader.open(ReadContext(name=case.name)).parse(records_of(case.read_bytes(), reader.framing))
        for native in natives:
            if isinstance(native, dict):
                mapping = reader.mapping(reader.kind(native))
                assert not set(mapping.const) & set(mapping.fields)
                assert {"log_product"} <= set(mapping.const)
                assert set(mapping.const) | set(mapping.fields) <= set(CORE_COLUMNS)


@pytest.mark.parametrize("name", NAMES)
def test_in_bulk_as_one_by_one(name: str) -> None:
    reader = READERS[name]
    for case in golden_cases(name):
        context = ReadContext(name=case.name)
        raws = records_of(case.read_bytes(), reader.framing)
        natives = reader.open(context).parse(raws)
        kept = [(raw, native) for raw, native in zip(raws, natives, strict=True) if isinstance(native, dict)]
        ids = [f"{place:032x}" for place in range(len(kept))]
        table, errors = Normaliser(reader, context).table(
            [raw for raw, _ in kept], [native for _, native in kept], ids, "source"
        )
        rows = {row["event_id"]: row for row in table.to_pylist()}
        for place, (raw, native) in enumerate(kept):
            if place in errors:
                with pytest.raises(RecordError):
                    columns(reader, native, context)
                continue
            row = rows[ids[place]]
            told = {key: value for key, value in row.items() if key in CORE_COLUMNS and value is not None}
            told["time"] = told["time"].isoformat(timespec="milliseconds")
            assert told == columns(reader, native, context)
            assert row["raw"].encode() == raw
            assert json.loads(row["native"]) == json.loads(json.dumps(native))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["", None, 7, ("x",), ("a", "b", "c"), "no such kind"])
def test_unknown_kind_gets_a_general_mapping(name: str, kind: Any) -> None:
    assert READERS[name].mapping(kind).time


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.one_of(st.binary(max_size=80), JSON.map(orjson.dumps)), max_size=4))
def test_arbitrary_input_never_raises(raws: list[bytes]) -> None:
    for reader in READERS.values():
        run_all(reader, raws)


def seeds() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for name, reader in READERS.items():
        for case in golden_cases(name):
            for raw in records_of(case.read_bytes(), reader.framing):
                if raw[:1] == b"{" and isinstance(reader.open(ReadContext()).parse([raw])[0], dict):
                    found.append((name, orjson.loads(raw)))
    return found


SEEDS = seeds()


def paths(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value inside."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path for key, item in inner for path in [(*above, key), *paths(item, (*above, key))]]


@given(st.sampled_from(SEEDS), st.data())
def test_any_field_may_hold_anything(seed: tuple[str, dict[str, Any]], data: st.DataObject) -> None:
    name, record = seed[0], copy.deepcopy(seed[1])
    for _ in range(data.draw(st.integers(1, 3))):
        found = paths(record)
        if not found:
            break
        *above, last = data.draw(st.sampled_from(found))
        place: Any = record
        for key in above:
            place = place[key]
        place[last] = data.draw(JSON)
    run_all(READERS[name], [orjson.dumps(record)])


@given(st.sampled_from(SEEDS), st.data())
def test_truncated_records_are_refused(seed: tuple[str, dict[str, Any]], data: st.DataObject) -> None:
    raw = orjson.dumps(seed[1])
    cut = raw[: data.draw(st.integers(1, len(raw) - 1))]
    (out,) = run_all(READERS[seed[0]], [cut])
    assert isinstance(out, RecordError)


@pytest.mark.parametrize("name", NAMES)
def test_deep_nesting_is_refused(name: str) -> None:
    deep = b'{"a":' * 900 + b"1" + b"}" * 900
    seed = next(record for owner, record in SEEDS if owner == name)
    for raw in (deep, orjson.dumps(seed)[:-1] + b',"deep":' + deep + b"}"):
        (out,) = run_all(READERS[name], [raw])
        assert isinstance(out, RecordError)


@pytest.mark.parametrize("name", NAMES)
def test_wrapped_in_itself_ends(name: str) -> None:
    seed = next(record for owner, record in SEEDS if owner == name)
    text = json.dumps(seed)
    for _ in range(8):
        text = json.dumps({"message": text, "_source": {}, "detail": {}})
    run_all(READERS[name], [text.encode()])


def test_other_people_s_real_events_are_not_claimed(shared_data: Path) -> None:
    for path in sorted((shared_data / "incidents-otrf").glob("*.events.jsonl.gz")):
        sample = sample_of(gzip.decompress(path.read_bytes())[:65536], path.name.removesuffix(".gz"))
        claimed = {name for name, reader in READERS.items() if reader.sniff(sample)}
        assert claimed == ({"cloudtrail"} if path.name.startswith("aws-") else set()), path.name
