from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from json_scan_support import read

from vedette.ingest.scans.base import ScanContext, ScanError, ScanHead
from vedette.ingest.scans.content import HeldContent
from vedette.ingest.scans.sarif import READER
from vedette.schema import AssetKind, ScanKind, Severity, VexStatus


def rule(name: str = "R1", **more: Any) -> dict[str, Any]:
    return {"id": name, "shortDescription": {"text": f"about {name}"}, "helpUri": "https://example.org/r", **more}


def result(**more: Any) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": "src/a%20b.c"}, "region": {"startLine": 12}}
    return {"ruleId": "R1", "message": {"text": "m"}, "locations": [{"physicalLocation": place}], **more}


def log(*results: dict[str, Any], rules: Any = None, tool: str = "Example Scan", **more: Any) -> dict[str, Any]:
    driver = {"name": tool, "semanticVersion": "1.2.3", "rules": [rule()] if rules is None else rules}
    run = {"tool": {"driver": driver, **more.pop("tool_more", {})}, "results": list(results), **more}
    return {"$schema": "https://example.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}


def test_a_weakness_in_code() -> None:
    source = [{"repositoryUri": "https://user:token@git.example.org/shop.git"}]
    value = log(
        result(level="error", provenance={"firstDetectionTimeUtc": "2026-01-01T00:00:00Z"}),
        versionControlProvenance=source,
        invocations=[{"executionSuccessful": True, "endTimeUtc": "2026-01-02T00:00:00Z"}],
    )
    report = read(READER, value)
    one = report.finding
    assert report.head.scanner == "Example Scan 1.2.3"
    assert report.head.made_at == datetime(2026, 1, 2, tzinfo=UTC)
    assert (one.kind, one.ids, one.severity) == (ScanKind.WEAKNESS, ("example_scan:R1",), Severity.HIGH)
    assert one.place.name == "https://git.example.org/shop.git"  # without the token
    assert "token" not in repr(report)
    assert one.location == "src/a b.c:12"
    assert (one.title, one.description) == ("about R1", "m")
    assert one.first_seen_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert read(READER, value, asset="shop").finding.place.name == "shop"


@pytest.mark.parametrize(
    ("own", "general", "severity"),
    [
        ({"level": "note"}, {}, Severity.LOW),
        ({}, {"defaultConfiguration": {"level": "error"}}, Severity.HIGH),
        ({}, {}, Severity.MEDIUM),  # the standard's default: warning
        ({"level": "note"}, {"properties": {"security-severity": "9.1"}}, Severity.CRITICAL),
        ({"properties": {"security-severity": "4.0"}}, {"properties": {"security-severity": "9.1"}}, Severity.MEDIUM),
        ({"kind": "review"}, {}, Severity.INFORMATIONAL),
    ],
)
def test_severity(own: dict[str, Any], general: dict[str, Any], severity: Severity) -> None:
    assert read(READER, log(result(**own), rules=[rule(**general)])).finding.severity is severity


def test_what_passed_is_no_finding() -> None:
    report = read(READER, log(result(kind="pass"), result(kind="notApplicable"), result(kind="fail")))
    assert report.finding.pointer == "/runs/0/results/2"


@pytest.mark.parametrize(
    ("suppressions", "status"),
    [
        ([{"kind": "inSource", "justification": "test code"}], VexStatus.AFFECTED),
        ([{"kind": "external", "status": "accepted"}], VexStatus.AFFECTED),
        ([{"kind": "external", "status": "underReview"}], None),
        ([{"kind": "external", "status": "accepted"}, {"kind": "external", "status": "rejected"}], None),
        ([], None),
        (None, None),
    ],
)
def test_suppressions(suppressions: Any, status: VexStatus | None) -> None:
    one = read(READER, log(result(suppressions=suppressions))).finding
    assert one.status is status
    if suppressions and suppressions[0]["kind"] == "inSource":
        assert one.status_by == "suppressed in its source: test code"


def test_what_is_absent_from_a_run_is_mended() -> None:
    states = ["new", "unchanged", "updated", "absent"]
    found = read(READER, log(*(result(baselineState=state) for state in states))).findings
    assert [one.status for one in found] == [None, None, None, VexStatus.FIXED]


def test_rules_of_extensions_and_by_index() -> None:
    extensions = [{"name": "Security", "guid": "A1", "rules": [rule("S1"), rule("S2")]}]
    references = [
        {"ruleId": "S2"},
        {"ruleId": None, "rule": {"index": 1, "toolComponent": {"index": 0}}},
        {"ruleId": None, "rule": {"id": "S2", "toolComponent": {"guid": "a1"}}},
        {"ruleId": "S2", "rule": {"index": 1, "toolComponent": {"name": "Security"}}},
        {"ruleId": "S2/detail"},
        {"ruleId": "S2", "ruleIndex": 0},  # points to R1 and names S2: the name counts
    ]
    found = read(READER, log(*(result(**one) for one in references), tool_more={"extensions": extensions})).findings
    assert [one.title for one in found] == ["about S2"] * 6


def test_messages_are_looked_up_and_filled_in() -> None:
    strings = {"default": {"text": "Variable '{0}' was used without {1} {7}."}}
    message = {"id": "default", "arguments": ["ptr", "care"]}
    one = read(READER, log(result(message=message), rules=[rule(messageStrings=strings)])).finding
    assert one.description == "Variable 'ptr' was used without care {7}."


def test_weaknesses_by_taxonomy_relationship_tag_and_property() -> None:
    taxonomies = [{"name": "CWE", "guid": "C", "taxa": [{"id": "327"}]}, {"name": "OWASP", "taxa": [{"id": "A1"}]}]
    relationships = [
        {"target": {"id": "CWE-328", "toolComponent": {"name": "CWE"}}},
        {"target": {"id": "A1", "toolComponent": {"name": "OWASP"}}},
    ]
    tags = ["security", "external/cwe/cwe-079", "CWE-20: Improper Input Validation"]
    value = log(
        result(taxa=[{"index": 0, "toolComponent": {"guid": "C"}}], properties={"cwe": "CWE-89"}),
        rules=[rule(relationships=relationships, properties={"tags": tags})],
        taxonomies=taxonomies,
    )
    assert read(READER, value).finding.cwes == ("CWE-327", "CWE-328", "CWE-89", "CWE-79", "CWE-20")


@pytest.mark.parametrize(
    ("tool", "name", "message", "ids", "package", "fixed"),
    [
        (
            "Trivy",
            "CVE-2024-10001",
            "Package: libssl3\nInstalled Version: 3.0.1\nVulnerability CVE-2024-10001\nSeverity: HIGH\n"
            "Fixed Version: 3.0.2, 3.1.0\nLink: [x](y)",
            ("CVE-2024-10001",),
            ("libssl3", "3.0.1"),
            ("3.0.2", "3.1.0"),
        ),
        (
            "Grype",
            "CVE-2024-10001-libssl3",
            "The path /lib/x reports libssl3 at version 3.0.1  which would result in a vulnerable (deb) package",
            ("CVE-2024-10001",),
            ("libssl3", "3.0.1"),
            (),
        ),
        (
            "osv-scanner",
            "CVE-2024-10001",
            "Package '@scope/ws@7.0.0' is vulnerable to 'CVE-2024-10001' (also known as 'GHSA-aaaa-bbbb-cccc').",
            ("CVE-2024-10001", "GHSA-aaaa-bbbb-cccc"),
            ("@scope/ws", "7.0.0"),
            (),
        ),
        (
            "Snyk Open Source",
            "SNYK-JS-WS-1234567",
            "This file…",
            ("SNYK-JS-WS-1234567", "CVE-2024-10001"),
            ("", ""),
            (),
        ),
    ],
)
def test_scanners_of_packages(
    tool: str, name: str, message: str, ids: tuple[str, ...], package: tuple[str, str], fixed: tuple[str, ...]
) -> None:
    more: dict[str, Any] = {"deprecatedIds": [name, "GHSA-aaaa-bbbb-cccc"]} if tool == "osv-scanner" else {}
    if tool.startswith("Snyk"):
        more = {"properties": {"cve": ["CVE-2024-10001"]}}
    one = read(
        READER, log(result(ruleId=name, message={"text": message}), rules=[rule(name, **more)], tool=tool)
    ).finding
    assert one.kind is ScanKind.VULNERABILITY
    assert one.ids == ids
    assert (one.package.name, one.package.version) == package
    assert one.fixed_in == fixed


def test_packages_that_a_rule_gives_as_purl() -> None:
    properties = {
        "purls": ["pkg:maven/org.example/lib@1.0"],
        "fixed_version": "not fixed",
        "cvssV3": "CVSS:3.1/AV:N/AC:L",
    }
    one = read(
        READER, log(result(ruleId="CVE-2024-10001"), rules=[rule("CVE-2024-10001", properties=properties)])
    ).finding
    assert (one.package.name, one.package.version) == ("org.example:lib", "1.0")
    assert one.package.purl == "pkg:maven/org.example/lib@1.0"
    assert (one.fixed_in, one.cvss) == ((), ("CVSS:3.1/AV:N/AC:L",))


@pytest.mark.parametrize(
    ("tool", "name", "tags", "kind"),
    [
        ("checkov", "CKV_AWS_18", [], ScanKind.MISCONFIGURATION),
        ("gitleaks", "aws-key", [], ScanKind.SECRET),
        ("Trivy", "DS002", ["misconfiguration"], ScanKind.MISCONFIGURATION),
        ("Trivy", "aws-access-key-id", ["secret"], ScanKind.SECRET),
        ("CodeQL", "py/sql-injection", ["security"], ScanKind.WEAKNESS),
        ("Example", "GO-W1000", [], ScanKind.WEAKNESS),
        ("Example", "GO-2024-2687", [], ScanKind.VULNERABILITY),
    ],
)
def test_kinds(tool: str, name: str, tags: list[str], kind: ScanKind) -> None:
    value = log(result(ruleId=name), rules=[rule(name, properties={"tags": tags})], tool=tool)
    assert read(READER, value).finding.kind is kind


def test_an_image_that_trivy_names() -> None:
    properties = {"imageName": "shop:1.4", "repoTags": ["shop:1.4"], "repoDigests": [], "imageID": "sha256:1"}
    place = read(READER, log(result(), properties=properties), asset="x").finding.place
    assert (place.name, place.kind, place.aliases) == ("shop:1.4", AssetKind.IMAGE, ("sha256:1",))


def test_a_run_that_failed_says_nothing_of_what_it_did_not_find() -> None:
    failed = log(invocations=[{"executionSuccessful": False}])
    elsewhere = log(externalPropertyFileReferences={"results": [{"location": {"uri": "r.sarif"}}]})
    for value in (failed, elsewhere):
        report = read(READER, value)
        assert report.head.places == []
        assert len(report.refusals) == 1
    unfinished = log()
    unfinished["runs"][0]["results"] = None
    assert read(READER, unfinished).head.places == []
    assert read(READER, log(), name="clean.sarif").head.places == ["clean"]


def test_several_runs_and_records_that_are_none() -> None:
    value = log(result(), 7, {"locations": 7})  # type: ignore[arg-type]
    value["runs"] += [7, log(result(), tool="Other")["runs"][0]]
    report = read(READER, value)
    assert report.ids() == ["example_scan:R1", "other:R1"]
    assert report.head.scanner == "Example Scan 1.2.3, Other 1.2.3"
    assert [refusal.pointer for refusal in report.refusals] == ["/runs/0/results/1", "/runs/0/results/2", "/runs/1"]


@pytest.mark.parametrize(
    "value", [b'{"version": "1.0.0", "runs": []}', b"[]", b'{"runs": []}', b'{"version": "2.1.0"}']
)
def test_what_is_no_sarif_of_today_is_told(value: bytes) -> None:
    with pytest.raises(ScanError):
        list(READER.read(HeldContent("x", "", len(value), value), ScanHead(), ScanContext()))
