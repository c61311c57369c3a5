"""SSVC selection lists: written by the published schema, read back to the same decision."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from itertools import product
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.errors import UserError
from vedette.exposure.policies import policy
from vedette.exposure.policies.own import read_policy
from vedette.exposure.policies.selection import read_selections, selection_list
from vedette.knowledge import ssvc

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
TABLES = ("bod-26-04", "ssvc-deployer", "ssvc-coordinator")
KEY = re.compile(r"(([a-zA-Z0-9])|([a-zA-Z0-9][a-zA-Z0-9_]*[a-zA-Z0-9])|(T\*))")
"""SelectionList 2.0.0: what a key may be."""


def check(said: dict[str, Any]) -> None:
    """The rules of SelectionList 2.0.0, one by one."""
    allowed = {"timestamp", "schemaVersion", "target_ids", "selections", "decision_point_resources", "references"}
    assert set(said) <= allowed
    assert {"timestamp", "schemaVersion", "selections"} <= set(said)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", said["timestamp"])
    assert said["schemaVersion"] == "2.0.0"
    assert said["target_ids"]
    assert len(set(said["target_ids"])) == len(said["target_ids"])
    assert said["selections"]
    for selection in said["selections"]:
        assert set(selection) <= {"namespace", "key", "version", "name", "definition", "values"}
        assert len(selection["namespace"]) >= 3
        assert KEY.fullmatch(selection["key"])
        assert re.fullmatch(r"\d+\.\d+\.\d+", selection["version"])
        assert selection["values"]
        for value in selection["values"]:
            assert set(value) <= {"key", "name", "definition"}
            assert KEY.fullmatch(value["key"])
            assert value["name"]
    for reference in said.get("references", []):
        assert set(reference) == {"uri", "summary"}


@st.composite
def inputs(draw: st.DrawFn) -> tuple[str, dict[str, str]]:
    name = draw(st.sampled_from(TABLES))
    return name, {
        p.name: "|".join(sorted(some))
        for p in policy(name).points
        if (some := draw(st.sets(st.sampled_from(p.values))))
    }


@given(inputs())
def test_a_decision_comes_back_from_its_selection_list(case: tuple[str, dict[str, str]]) -> None:
    name, given_inputs = case
    chosen = policy(name)
    decision = chosen.decide(given_inputs)
    said = selection_list(decision, targets=["CVE-2026-1", "web01"], at=AT)
    check(said)
    read = read_selections(orjson.dumps(said))
    assert (read.at, read.targets, read.skipped) == (AT, ("CVE-2026-1", "web01"), ())
    assert chosen.decide(read.inputs_for(chosen)) == decision


def test_every_row_names_its_outcome_by_key() -> None:
    keys = {
        "3 days & forensic investigation": "3DF",
        "3 days": "3D",
        "14 days": "14D",
        "60 days": "60D",
        "fix on system upgrade": "FSU",
    }
    chosen = policy("bod-26-04")
    for cells in product(*[p.values for p in chosen.points]):
        decision = chosen.decide(dict(zip([p.name for p in chosen.points], cells, strict=True)))
        last = selection_list(decision, targets=["CVE-2026-1"], at=AT)["selections"][-1]
        assert (last["namespace"], last["key"]) == ("cisa", "BOD2604")
        assert [v["key"] for v in last["values"]] == [keys[str(decision.outcome)]]


def test_a_range_is_written_as_a_range() -> None:
    decision = policy("ssvc-coordinator").decide({"exploitation": "active", "automatable": "no"})
    said = selection_list(decision, targets=["CVE-2026-1"], at=AT, references={"https://example.org/r": "a report"})
    check(said)
    assert [s["key"] for s in said["selections"]] == ["E", "A", "CISA"]
    assert [v["key"] for v in said["selections"][-1]["values"]] == ["T", "AT", "AC"]


def test_facts_that_are_no_ssvc_points_are_left_out() -> None:
    own = read_policy(
        "policy: own\nversion: 1\nrules:\n  - when: {kev: yes, internet_facing: yes, epss: '>= 0.5'}\n"
        "    outcome: now\n    days: 1\notherwise: {outcome: later}\n"
    )
    decision = own.decide({"kev": "yes", "internet_facing": "no", "epss": "0.7"})
    said = selection_list(decision, targets=["CVE-2026-1"], at=AT)
    check(said)
    assert [(s["namespace"], s["key"]) for s in said["selections"]] == [("cisa", "KEV"), ("cisa", "PE")]
    with pytest.raises(UserError, match="no"):
        selection_list(policy("cvss").decide({"severity": "high"}), targets=["CVE-2026-1"], at=AT)
    with pytest.raises(UserError, match="about"):
        selection_list(decision, targets=[], at=AT)


def test_cisas_own_form_is_read() -> None:
    said = {
        "id": "CVE-2026-1",
        "role": "CISA Coordinator",
        "version": "2.0.3",
        "timestamp": "2026-11-19T10:00:00.123456Z",
        "options": [{"Exploitation": "poc"}, {"Automatable": "no"}, {"Technical Impact": "partial"}, {"Mood": "bad"}],
    }
    read = read_selections(json.dumps(said).encode())
    assert read.inputs == {"exploitation": "public poc", "automatable": "no", "technical_impact": "partial"}
    assert read.targets == ("CVE-2026-1",)
    assert len(read.skipped) == 1
    assert policy("bod-26-04").decide(read.inputs_for(policy("bod-26-04"))).inputs["automatable"] == "no"


def test_points_and_versions_that_are_not_known_are_said() -> None:
    said = selection_list(policy("bod-26-04").decide({"in_kev": "yes"}), targets=["x"], at=AT)
    said["selections"] += [
        {"namespace": "x_org.example#a", "key": "Z", "version": "1.0.0", "values": [{"key": "Q"}]},
        {"namespace": "ssvc", "key": "A", "version": "1.0.0", "values": [{"key": "R"}]},
    ]
    read = read_selections(orjson.dumps(said))
    assert "in_kev" in read.inputs
    assert "automatable" not in read.inputs
    assert ["no decision point" in s or "another version" in s for s in read.skipped] == [True, True]


def _broken(change: Any) -> bytes:
    said = selection_list(policy("bod-26-04").decide({"in_kev": "yes"}), targets=["x"], at=AT)
    change(said)
    return orjson.dumps(said)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff" * 50,
        b" " * (5 << 20),
        b'{"timestamp": "2026-01-01T00:00:00Z", "selections": []}',
        _broken(lambda s: s.update(schemaVersion="1.0.0")),
        _broken(lambda s: s.update(timestamp="yesterday")),
        _broken(lambda s: s.update(target_ids=[1])),
        _broken(lambda s: s["selections"].append(s["selections"][0])),
        _broken(lambda s: s["selections"].append("KEV")),
        _broken(lambda s: s["selections"][0].update(values=[])),
        _broken(lambda s: s["selections"][0].update(values=[{"key": "MAYBE"}])),
        _broken(lambda s: s["selections"][0].pop("version")),
    ],
    ids=range(14),
)
def test_what_is_no_selection_list_is_refused(data: bytes) -> None:
    with pytest.raises(UserError):
        read_selections(data)


def test_every_point_has_a_key_for_every_value() -> None:
    for point in ssvc.points().values():
        assert len(set(point.keys)) == len(point.keys) == len(point.values)
        for value in point.values:
            assert point.value_of(point.key_of(value)) == value
            assert point.value(value.upper()) == value
