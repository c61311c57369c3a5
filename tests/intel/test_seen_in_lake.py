"""What of reports is found in a lake: values in events, techniques in findings, flaws in scans."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from intel_support import told

from vedette.intel.digest.seen import Hit, look, seen_in_lake
from vedette.schema import Evidence, EvidenceKind, Finding, ReportTechnique, Severity, Standing, event_arrow_schema
from vedette.schema.scan_tables import scan_arrow_schema
from vedette.store import Lake
from vedette.store.book import save_findings

START = datetime(2026, 3, 9, 10, tzinfo=UTC)


def write(lake: Lake, *rows: dict[str, Any]) -> None:
    schema = event_arrow_schema()
    whole = []
    for number, row in enumerate(rows):
        base = {
            "event_id": f"{number:032x}",
            "time": START + timedelta(minutes=number),
            "class_name": "network_activity",
        }
        base |= {"source": "t", "reader": "zeek", **row}
        base.setdefault("raw", json.dumps({k: v for k, v in row.items() if k != "native"}))
        base.setdefault("native", "{}")
        whole.append({name: base.get(name) for name in schema.names})
    table = pa.Table.from_pylist(whole, schema=schema)
    lake.commit(lake.write("events", table, job="ingest", shard="s", source="t"), job="ingest", shard="s")


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    lake = Lake.open(tmp_path / "home")
    yield lake
    lake.close()


def by_value(hits: list[Hit]) -> dict[str, Hit]:
    return {hit.value: hit for hit in hits}


def test_values_are_found_with_counts_times_hosts_accounts_and_events(lake: Lake) -> None:
    write(
        lake,
        {"device_name": "PC1", "dst_ip": "203.0.113.7", "actor_name": "alice", "actor_domain": "CORP"},
        {"device_name": "PC1", "dns_query": "cdn.evil.example"},
        {"device_name": "PC2", "dns_query": "notevil.example"},
        {"device_name": "PC2", "dst_ip": "203.0.113.7"},
        {"device_name": "PC3", "dst_ip": "203.0.113.70"},
    )
    reading = told("They used [[!ip:203.0.113.7]] and [[!domain:evil.example]] and [[!domain:other.example]].")
    hits = by_value(seen_in_lake(lake, [reading]))
    assert set(hits) == {"203.0.113.7", "evil.example"}
    address = hits["203.0.113.7"]
    assert (address.n_events, address.hosts, address.accounts) == (2, ("PC1", "PC2"), ("CORP\\alice",))
    assert (address.first_at, address.last_at) == (START, START + timedelta(minutes=3))
    assert [e.ref for e in address.evidence] == [f"{0:032x}", f"{3:032x}"]
    assert all("203.0.113.7" in e.quote for e in address.evidence)
    named = address.named[0]
    assert reading.document.text[named.start : named.end] == named.quote == "203.0.113.7"
    assert named.evidence.kind is EvidenceKind.SPAN
    assert hits["evil.example"].seen_as == ("cdn.evil.example",)


def test_raw_records_and_native_fields_are_searched_too(lake: Lake) -> None:
    write(
        lake,
        {"device_name": "A", "raw": r'{"x": "C:\\Users\\Public\\a.dmp"}'},
        {"device_name": "B", "native": json.dumps({"Hash": "MD5=44D88612FEA8A8F36DE82E1278ABB02F"}), "raw": "x"},
    )
    reading = told(r"[[!file:C:\Users\Public\a.dmp]] is [[!hash:44d88612fea8a8f36de82e1278abb02f]]")
    hits = {hit.kind: hit for hit in seen_in_lake(lake, [reading])}
    assert (hits["file"].hosts, hits["hash"].hosts) == (("A",), ("B",))


def test_an_event_that_holds_a_value_twice_counts_once(lake: Lake) -> None:
    write(lake, {"src_ip": "203.0.113.7", "dst_ip": "203.0.113.7", "device_name": "A"})
    assert [hit.n_events for hit in seen_in_lake(lake, [told("[[!ip:203.0.113.7]]")])] == [1]


def test_what_says_nothing_is_not_looked_for(lake: Lake) -> None:
    write(
        lake,
        {"dst_name": "vendor.example", "src_ip": "10.0.0.5", "process_path": r"C:\Windows\System32\cmd.exe"},
        {"dst_name": "house.example", "dst_ip": "203.0.113.9"},
    )
    reading = told(
        "[[reference/domain:vendor.example]] [[victim/domain:house.example]] [[!ip:10.0.0.5]] [[!file:cmd.exe]] "
        "[[example/ip:203.0.113.9]]"
    )
    looked = look(lake, [reading])
    # reserved for examples: it stands in real logs by nobody's chance
    assert [(h.value, h.standing) for h in looked.hits] == [("203.0.113.9", Standing.EXAMPLE)]
    assert {v for v, _ in looked.left_out} == {"vendor.example", "house.example", "10.0.0.5", "cmd.exe"}
    assert (looked.n_sought, looked.n_events) == (1, 2)


def test_files_of_the_system_are_left_out_where_they_belong(lake: Lake) -> None:
    write(
        lake,
        {"process_path": r"C:\Windows\System32\svchost.exe"},
        {"process_path": r"C:\Users\Public\svchost.exe", "device_name": "PC2"},
    )
    reading = told(
        r"[[file:C:\Windows\System32\svchost.exe]] [[file:C:\Users\Public\svchost.exe]] [[!file:comsvcs.dll]]"
    )
    looked = look(lake, [reading])
    assert [(h.value, h.hosts) for h in looked.hits] == [(r"c:\users\public\svchost.exe", ("PC2",))]
    assert len(looked.left_out) == 2


def test_a_value_that_one_report_calls_harmless_and_another_bad_is_looked_for(lake: Lake) -> None:
    write(lake, {"dst_name": "a.example"})
    looked = look(lake, [told("[[victim/domain:a.example]]"), told("Bad: [[!domain:a.example]]")])
    assert [(h.value, h.standing) for h in looked.hits] == [("a.example", Standing.INDICATOR)]
    assert not looked.left_out


def test_addresses_of_a_range_are_found(lake: Lake) -> None:
    write(lake, {"dst_ip": "203.0.113.9"}, {"dst_ip": "203.0.114.9"}, {"dst_ip": "no address"})
    hit = seen_in_lake(lake, [told("[[!ip_range:203.0.113.0/24]]")])[0]
    assert (hit.n_events, hit.seen_as, hit.how) == (1, ("203.0.113.9",), "address of the range")


def test_one_thing_of_two_reports_is_one_hit_with_both_places(lake: Lake) -> None:
    write(lake, {"dst_ip": "203.0.113.7"})
    hits = seen_in_lake(lake, [told("[[!ip:203.0.113.7]]", title="one"), told("x [[!ip:203.0.113.7]]", title="two")])
    assert [[n.title for n in hit.named] for hit in hits] == [["one", "two"]]


def finding(number: int, *techniques: str, count: int = 1) -> Finding:
    at = START + timedelta(hours=number)
    return Finding(
        finding_id=f"{number:016x}", rule_id="r", title=f"Rule {number}", kind="sigma", severity=Severity.HIGH,
        confidence=0.9, first_at=at, last_at=at, count=count, evidence=(Evidence(ref=f"e{number}", at=at, quote="q"),),
        device_name=f"PC{number}", accounts=("CORP\\bob",), techniques=techniques,
    )  # fmt: skip


def test_techniques_are_found_in_findings_the_same_or_below(lake: Lake) -> None:
    save_findings(lake, "r", [finding(1, "T1059.001", count=3), finding(2, "T1059"), finding(3, "T10599")])
    text = "They ran scripts. Then more."
    whole = tuple(
        ReportTechnique(technique=t, name=n, confidence=0.9, sentences=((0, 16),))
        for t, n in (("T1059", "Interpreter"), ("T1059.001", "PowerShell"), ("T1003", "Dumping"))
    )
    hits = by_value(seen_in_lake(lake, [told(text, report_techniques=whole)]))
    assert set(hits) == {"T1059", "T1059.001"}
    assert (hits["T1059"].n_events, hits["T1059"].seen_as) == (4, ("T1059.001",))
    assert hits["T1059.001"].findings == ("Rule 1",)
    assert hits["T1059.001"].named[0].quote == "They ran scripts"
    assert hits["T1059"].evidence[0].ref in ("e1", "e2")


def test_flaws_are_found_on_assets_that_are_not_mended(lake: Lake) -> None:
    common = {"report_id": "r", "place_kind": "host", "kind": "vulnerability", "severity": "high"}
    rows = [
        common | {"record_id": "a", "place": "WEB01", "ids": ["CVE-2021-44228", "GHSA-x"], "status": None},
        common | {"record_id": "b", "place": "WEB02", "ids": ["CVE-2021-44228"], "status": "fixed"},
        common | {"record_id": "c", "place": "WEB03", "ids": ["CVE-2021-44229"], "status": None},
    ]
    schema = scan_arrow_schema("scan_findings")
    table = pa.Table.from_pylist([{f.name: r.get(f.name) for f in schema} for r in rows], schema=schema)
    lake.commit(lake.write("scan_findings", table, job="scans", shard="x"), job="scans", shard="x")
    hits = seen_in_lake(lake, [told("[[cve:CVE-2021-44228]] and [[cve:CVE-2020-0001]]")])
    assert [(h.value, h.places, h.n_events) for h in hits] == [("CVE-2021-44228", ("WEB01",), 0)]
    assert [(e.kind, e.ref) for e in hits[0].evidence] == [(EvidenceKind.RECORD, "a")]


def test_an_empty_lake_and_an_empty_report_give_nothing(lake: Lake) -> None:
    assert look(lake, []).hits == ()
    looked = look(lake, [told("[[!ip:203.0.113.7]]")])
    assert (looked.hits, looked.n_sought, looked.n_events) == ((), 1, 0)
