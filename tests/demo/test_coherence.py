"""What one source says of a thing, the others say too."""

from __future__ import annotations

import base64
from collections import Counter, defaultdict
from typing import Any

import pytest

from vedette.demo import World

from . import records as rec


@pytest.fixture(scope="module")
def events(world: World) -> list[tuple[str, Any, dict[str, Any]]]:
    return list(rec.windows(world))


def test_every_parent_process_was_started_before(events: list[tuple[str, Any, dict[str, Any]]]) -> None:
    started: dict[str, dict[str, Any]] = {}
    for host, moment, e in sorted(events, key=lambda x: x[1]):
        if e["EventID"] == 1 and "Sysmon" in e["Channel"]:
            parent = e["ParentProcessGuid"]
            if e["ParentImage"] != "System":
                assert parent in started, (host, moment, e["Image"], e["ParentImage"])
                assert started[parent]["Image"] == e["ParentImage"]
                assert str(started[parent]["ProcessId"]) == str(e["ParentProcessId"])
            assert e["ProcessGuid"] not in started
            started[e["ProcessGuid"]] = e


def test_every_process_named_elsewhere_exists(events: list[tuple[str, Any, dict[str, Any]]]) -> None:
    started = {e["ProcessGuid"] for _, _, e in events if e["EventID"] == 1}
    for _, _, e in events:
        if e["EventID"] in (3, 5, 11, 13, 22) and "Sysmon" in e["Channel"]:
            assert e["ProcessGuid"] in started
        if e["EventID"] == 10:
            assert {e["SourceProcessGUID"], e["TargetProcessGUID"]} <= started


def test_logon_ids_are_unique_on_a_host_and_used_after_their_logon(
    events: list[tuple[str, Any, dict[str, Any]]],
) -> None:
    seen: dict[tuple[str, str], Any] = {}
    for host, moment, e in sorted(events, key=lambda x: x[1]):
        if e["EventID"] == 4624:
            assert (host, e["TargetLogonId"]) not in seen
            seen[host, e["TargetLogonId"]] = (moment, e["TargetUserName"])
        for name, who in (
            ("SubjectLogonId", "SubjectUserName"),
            ("LogonId", "User"),
            ("TargetLogonId", "TargetUserName"),
        ):
            used = e.get(name)
            if (
                used in (None, "0x0", "0x3e7")
                or e["EventID"] == 4624
                or (name == "TargetLogonId" and e["EventID"] != 4634)
            ):
                continue
            assert (host, used) in seen, (host, e["EventID"], name, used)
            assert e[who].rpartition("\\")[2] == seen[host, used][1]


def test_connections_have_the_same_ports_at_host_and_sensor(
    world: World, events: list[tuple[str, Any, dict[str, Any]]]
) -> None:
    seen = Counter((r["id.orig_h"], r["id.orig_p"], r["id.resp_h"], r["id.resp_p"]) for r in rec.zeek(world, "conn"))
    for _, _, e in events:
        if e["EventID"] == 3:
            key = (e["SourceIp"], str(e["SourcePort"]), e["DestinationIp"], str(e["DestinationPort"]))
            assert seen[key], key


def test_network_logons_have_their_connection(world: World, events: list[tuple[str, Any, dict[str, Any]]]) -> None:
    sources = {(r["id.orig_h"], r["id.orig_p"]) for r in rec.zeek(world, "conn")}
    n = 0
    for _, _, e in events:
        if e["EventID"] == 4624 and str(e["LogonType"]) in ("3", "10"):
            assert (e["IpAddress"], str(e["IpPort"])) in sources, e
            n += 1
    assert n > 500


def test_names_resolve_to_where_the_host_then_connects(events: list[tuple[str, Any, dict[str, Any]]]) -> None:
    answers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for _, _, e in events:
        if e["EventID"] == 3 and "Sysmon" in e["Channel"]:
            answers["c", e["ProcessGuid"]].add(e["DestinationIp"])
    n = 0
    for _, _, e in events:
        if e["EventID"] == 22 and e["QueryStatus"] == "0":
            assert e["QueryResults"].removeprefix("::ffff:").rstrip(";") in answers["c", e["ProcessGuid"]]
            n += 1
    assert n > 300


def test_encoded_commands_decode_to_reserved_domains(events: list[tuple[str, Any, dict[str, Any]]]) -> None:
    decoded = set()
    for _, _, e in events:
        command = e.get("CommandLine", "")
        for flag in ("-Enc ", "-EncodedCommand "):
            if flag in command:
                blob = command.split(flag)[1].split(" ")[0].strip('"')
                decoded.add(base64.b64decode(blob).decode("utf-16-le"))
    assert len(decoded) == 2, decoded
    lure = next(d for d in decoded if "http" in d)
    assert ".example/" in lure
    assert "Invoke" not in lure
    assert "IEX" not in lure.upper()
