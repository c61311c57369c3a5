from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_driver import cases, check_golden, one, read, sample_of

from vedette.ingest.base import ReadContext
from vedette.ingest.readers.ocsf import READER
from vedette.ingest.readers.ocsf_tables import CLASSES
from vedette.schema import EventClass

EVENT = {"class_uid": 3002, "activity_id": 1, "time": 1714557600123, "metadata": {"version": "1.1.0"}}


@pytest.mark.parametrize("case", cases("ocsf", ".jsonl"), ids=lambda case: case.name)
def test_golden(case: Path) -> None:
    check_golden(READER, case, ReadContext())


@pytest.mark.parametrize(("uid", "name"), CLASSES.items())
def test_each_class_is_told(uid: int, name: EventClass) -> None:
    event = one(READER, orjson.dumps({**EVENT, "class_uid": uid}).decode())
    assert event["class_name"] == name


def test_every_class_of_ours_that_ocsf_has_is_reached() -> None:
    assert set(EventClass) - set(CLASSES.values()) == {EventClass.RPC}


def test_an_assumed_role_is_named_by_role_and_session() -> None:
    user = {"uid": "arn:aws:sts::123456789012:assumed-role/Web/i-0abc", "credential_uid": "ASIA1"}
    event = one(READER, orjson.dumps({**EVENT, "class_uid": 6003, "actor": {"user": user}}).decode())
    assert event["actor_name"] == "assumed-role/Web/i-0abc"
    assert (event["actor_domain"], event["actor_session"]) == ("123456789012", "ASIA1")


def test_process_launches_are_process_creation_on_their_system() -> None:
    device = {"hostname": "h", "os": {"type_id": 200}}
    event = one(READER, orjson.dumps({**EVENT, "class_uid": 1007, "device": device}).decode())
    assert (event["log_product"], event["log_category"]) == ("linux", "process_creation")


@pytest.mark.parametrize("key", ["class_uid", "time", "metadata"])
def test_near_misses_are_not_ocsf(key: str) -> None:
    data = orjson.dumps({name: value for name, value in EVENT.items() if name != key})
    assert READER.sniff(sample_of(data)) == 0
    assert "error" in read(READER, data)[0]


def test_sniff() -> None:
    assert READER.sniff(sample_of(orjson.dumps(EVENT))) > 0.9
    for other in (b'{"EventID":1}', b'{"eventName":"x","eventSource":"y"}', b"x", b"", b"[]"):
        assert READER.sniff(sample_of(other)) == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**63) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["user", "name", "uid", "ip"]), inner),
    max_leaves=8,
)


@given(JSON, JSON)
def test_any_shape_becomes_an_event_or_a_reason(first: object, second: object) -> None:
    import json

    data = json.dumps({**EVENT, "actor": first, "device": {"os": second}, "activity_id": second}).encode()
    (event,) = read(READER, data)
    assert "error" in event or event["class_name"] == "authentication"


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    assert len(READER.open(ReadContext()).parse([data])) == 1
