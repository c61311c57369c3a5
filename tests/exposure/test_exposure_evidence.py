"""Own logs raise the exposure of the asset that was aimed at, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from exposure_support import World, find

from vedette.exposure.evidence import cves_of, says_it_worked
from vedette.schema import COLUMNS, Evidence, Finding, Severity, event_arrow_schema
from vedette.store import hits_arrow_schema
from vedette.store.book import save_findings

AT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
LOG4J = find("CVE-2021-44228", "log4j-core", "2.14.1", place_aliases=["10.0.0.5"])
OTHER = find("CVE-2021-44228", "log4j-core", "2.14.1", "web-02.corp.example", place_aliases=["10.0.0.6"])


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    made.report(findings=(LOG4J, OTHER))
    yield made
    made.lake.close()


def events(world: World, *rows: dict[str, Any]) -> None:
    full = [
        {
            "event_id": f"{i:032x}",
            "time": AT,
            "class_name": "detection_finding",
            "source": "ids",
            "reader": "suricata",
            "raw": "{}",
            "native": "{}",
            **row,
        }
        for i, row in enumerate(rows)
    ]
    table = pa.table({c: [row.get(c) for row in full] for c in COLUMNS}, schema=event_arrow_schema())
    world.lake.commit(world.lake.write("events", table, job="t", shard="e", source="ids"), job="t", shard="e")


def finding(title: str = "Log4Shell in a request", **more: Any) -> Finding:
    given: dict[str, Any] = {
        "finding_id": "f1", "rule_id": "r1", "title": title, "kind": "sigma", "severity": Severity.HIGH,
        "confidence": 0.7,
        "first_at": AT, "last_at": AT, "count": 1, "evidence": (Evidence(ref=f"{0:032x}", at=AT),),
        "vulnerabilities": ("CVE-2021-44228",),
    }  # fmt: skip
    return Finding(**(given | more))


def tried(world: World) -> dict[str, tuple[int, int]]:
    with world.open() as exposures:
        sql = "SELECT asset, n_attempts, n_exploited FROM exposures ORDER BY asset"
        return {a: (n, w) for a, n, w in exposures.connection.execute(sql).fetchall()}


NONE = {"web-01.corp.example": (0, 0), "web-02.corp.example": (0, 0)}


AIMED: tuple[dict[str, Any], ...] = (
    {"alert": "ET EXPLOIT log4j RCE (CVE-2021-44228)", "dst_ip": "10.0.0.5", "src_ip": "10.0.0.6"},
    {"message": "blocked cve-2021-44228", "dst_name": "WEB-01", "device_name": "waf"},
    {"native": '{"alert": {"metadata": {"cve": ["CVE_2021_44228"]}}}', "dst_ip": "10.0.0.5"},
    {"alert": "CVE-2021-44228", "device_name": "web-01"},
    {"alert": "CVE-2021-44228", "dst_ip": "10.0.0.5", "dst_name": "web-02.corp.example"},
)
ELSEWHERE: tuple[dict[str, Any], ...] = (
    {"alert": "CVE-2021-44228", "dst_ip": "192.0.2.9", "device_name": "web-01"},
    {"alert": "CVE-2021-45046", "dst_ip": "10.0.0.5"},
    {"alert": "CVE-2021-442281", "dst_ip": "10.0.0.5"},
    {"url": "/search?q=CVE-2021-44228", "class_name": "http_activity", "device_name": "web-01"},
    {"alert": "CVE-2021-44228", "src_ip": "10.0.0.5"},
)


def test_an_alert_raises_the_asset_that_it_was_aimed_at(world: World) -> None:
    events(world, *AIMED)
    assert tried(world) == {**NONE, "web-01.corp.example": (5, 0)}
    with world.open() as exposures:
        (raised,) = [e for e in exposures.select() if e.attempts]
        assert [e.ref for e in raised.attempts] == [f"{i:032x}" for i in range(5)]
        assert raised.exploited == ()


def test_what_was_not_aimed_at_an_asset_raises_none(world: World) -> None:
    events(world, *ELSEWHERE)
    assert tried(world) == NONE


def test_a_rule_tagged_with_a_cve_raises_the_host_of_its_hits(world: World) -> None:
    events(world, {"class_name": "process_activity", "device_name": "web-02.corp.example", "process_cmd": "x"})
    rows = {"ruleset": ["s"], "rule_id": ["r1"], "event_id": [f"{0:032x}"], "time": [AT]}
    for name in hits_arrow_schema().names:
        rows.setdefault(name, [None])
    table = pa.table(rows, schema=hits_arrow_schema())
    world.lake.commit(world.lake.write("hits", table, job="h", shard="h"), job="h", shard="h")
    assert tried(world) == NONE
    save_findings(world.lake, "s", [finding()])
    assert tried(world) == {**NONE, "web-02.corp.example": (1, 0)}
    save_findings(world.lake, "s", [finding("Successful exploitation of Log4Shell")])
    assert tried(world) == {**NONE, "web-02.corp.example": (1, 1)}


def test_an_alert_worked_once_a_finding_of_it_says_so(world: World) -> None:
    title = "Successful exploitation of CVE-2021-44228"
    events(world, {"alert": title, "dst_ip": "10.0.0.5"}, {"alert": "CVE-2021-44228", "dst_ip": "10.0.0.6"})
    assert tried(world) == {"web-01.corp.example": (1, 0), "web-02.corp.example": (1, 0)}
    save_findings(world.lake, "s", [finding(title, rule_id=f"alert:{title}", kind="alert")])
    assert tried(world) == {"web-01.corp.example": (1, 1), "web-02.corp.example": (1, 0)}


@pytest.mark.parametrize(
    ("title", "worked"),
    [
        ("Successful exploitation of CVE-2021-44228", True),
        ("Post-exploitation activity after CVE-2021-44228", True),
        ("CVE-2021-44228 exploitation attempt", False),
        ("Possible successful exploitation of CVE-2021-44228", False),
        ("Unsuccessful exploitation of CVE-2021-44228", False),
        ("Log4Shell in a request", False),
    ],
)
def test_success_is_only_what_a_finding_says(title: str, worked: bool) -> None:
    assert says_it_worked(finding(title)) is worked


def test_the_cves_of_a_finding_are_its_tags_and_the_ids_in_its_title() -> None:
    assert cves_of(finding("cve-2021-45046 tried")) == ("CVE-2021-44228", "CVE-2021-45046")
    assert cves_of(finding(vulnerabilities=())) == ()
