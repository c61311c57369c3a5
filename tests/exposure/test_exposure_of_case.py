"""The exposures on a case's hosts: signs first, bounded, none where nothing was read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from exposure_support import NOW, World, find

from vedette.exposure import of_case
from vedette.exposure.of_case import for_case
from vedette.report.filled import filled
from vedette.schema import (
    COLUMNS,
    Case,
    CaseHost,
    ExposureStatus,
    HostRole,
    Severity,
    event_arrow_schema,
)

AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


def case(*hosts: tuple[str, str]) -> Case:
    made = [
        CaseHost(name=n, entity_id=f"host:{n}", role=HostRole.ENTRY, reasons=(), addresses=(ip,)) for n, ip in hosts
    ]
    return Case(
        case_id="case-00000001", title="t", severity=Severity.HIGH, confidence=0.9, first_at=AT, last_at=AT,
        summary=(), findings=(), accounts=(), hosts=tuple(made), timeline=(), path=(), techniques=(),
    )  # fmt: skip


WS1, WS2 = ("WS-1.corp.example", "10.0.0.5"), ("ws-2.corp.example", "10.0.0.6")


def workstation(cve: str, number: int, **more: Any) -> dict[str, Any]:
    name, ip = (WS1, WS2)[number - 1]
    return find(cve, "windows_10", "10.0.1", ip, place_aliases=[name.lower()], **more)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def alert(world: World, text: str, dst_ip: str) -> None:
    row = {
        "event_id": "e" * 32, "time": AT, "class_name": "detection_finding", "source": "ids", "reader": "suricata",
        "raw": "{}", "native": "{}", "alert": text, "src_ip": "203.0.113.66", "dst_ip": dst_ip,
    }  # fmt: skip
    table = pa.table({c: [row.get(c)] for c in COLUMNS}, schema=event_arrow_schema())
    world.lake.commit(world.lake.write("events", table, job="t", shard="e", source="ids"), job="t", shard="e")


def test_without_a_scan_or_a_host_there_is_none(world: World) -> None:
    assert for_case(world.lake, case(WS1), NOW) == ()
    world.report(findings=(workstation("CVE-2022-41091", 1),))
    assert for_case(world.lake, case(), NOW) == ()
    assert for_case(world.lake, case(("other.corp.example", "10.0.0.99")), NOW) == ()


def test_signs_come_first_with_their_time_and_words(world: World) -> None:
    world.report(
        findings=(
            *(workstation(f"CVE-2023-{n}", 1, severity="critical") for n in range(1000, 1005)),
            workstation("CVE-2022-41091", 1, severity="low"),
            workstation("CVE-2022-41091", 2),
            workstation("CVE-2020-0001", 1, status="not_affected", status_by="the maker"),
        )
    )
    alert(world, "Bypass seen (CVE-2022-41091)", "10.0.0.5")
    found = for_case(world.lake, case(WS1), NOW)
    assert found[0].vulnerability == "CVE-2022-41091"
    assert [(e.at, e.quote) for e in found[0].attempts] == [
        (AT, "Bypass seen (CVE-2022-41091) (from 203.0.113.66 to 10.0.0.5)")
    ]
    assert len(found) == 6
    assert {e.status for e in found} == {ExposureStatus.OPEN}
    assert len({e.asset for e in found}) == 1
    both = for_case(world.lake, case(WS1, WS2), NOW)
    assert len(both) == 7
    assert sum(bool(e.attempts) for e in both) == 1


def test_they_are_bounded_and_the_sign_is_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.report(findings=tuple(workstation(f"CVE-2023-{n}", 1) for n in range(1000, 1030)))
    alert(world, "CVE-2023-1029", "10.0.0.5")
    monkeypatch.setattr(of_case, "MOST", 4)
    given = filled(world.lake, case(WS1), NOW)
    assert len(given.exposures) == 4
    assert given.exposures[0].vulnerability == "CVE-2023-1029"
