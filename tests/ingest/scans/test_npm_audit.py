from __future__ import annotations

from typing import Any

import pytest
from json_scan_support import lines, read

from vedette.ingest.scans.base import ScanContext, ScanError, ScanHead
from vedette.ingest.scans.content import HeldContent
from vedette.ingest.scans.npm_audit import READER
from vedette.schema import AssetKind, ScanKind, Severity

V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"


def advisory(**more: Any) -> dict[str, Any]:
    return {
        "id": 1064843,
        "title": "Inefficient regular expression",
        "module_name": "ansi-regex",
        "severity": "moderate",
        "github_advisory_id": "GHSA-aaaa-bbbb-cccc",
        "cves": ["CVE-2024-10001"],
        "cwe": ["CWE-1333"],
        "cvss": {"score": 7.5, "vectorString": V31},
        "overview": "Slow.",
        "url": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc",
        "vulnerable_versions": ">2.1.1 <5.0.1",
        "patched_versions": ">=5.0.1",
        "findings": [
            {"version": "3.0.0", "paths": ["a>ansi-regex"]},
            {"version": "4.1.0", "paths": ["b>ansi-regex"]},
            {"version": "3.0.0", "paths": ["c>ansi-regex"]},
        ],
        **more,
    }


def test_each_installed_version_that_an_advisory_concerns_is_a_finding() -> None:
    report = read(READER, {"actions": [], "advisories": {"1064843": advisory()}, "metadata": {}}, asset="shop")
    first, second = report.findings
    assert (first.package.version, second.package.version) == ("3.0.0", "4.1.0")
    assert first.location == "a>ansi-regex, c>ansi-regex"
    assert first.ids == ("GHSA-aaaa-bbbb-cccc", "CVE-2024-10001", "npm:1064843")
    assert (first.severity, first.score, first.cvss) == (Severity.MEDIUM, 7.5, (V31,))
    assert first.fixed_in == ("5.0.1",)
    assert first.cwes == ("CWE-1333",)
    assert first.description == "Slow.\nAffected: >2.1.1 <5.0.1"
    assert first.package.purl == "pkg:npm/ansi-regex@3.0.0"
    assert (first.place.name, first.place.kind) == ("shop", AssetKind.REPOSITORY)


def test_an_advisory_of_before_github_and_one_of_several_cves() -> None:
    old = advisory(id=146, github_advisory_id=None, url="https://npmjs.com/advisories/146", cwe="CWE-94", cves=[])
    assert read(READER, {"advisories": {"146": old}, "actions": []}).findings[0].ids == ("npm:146",)
    many = advisory(cves=["CVE-2024-10001", "CVE-2024-10002"], findings=[])
    finding = read(READER, {"advisories": {"1": many}, "actions": []}).finding
    assert finding.ids == ("GHSA-aaaa-bbbb-cccc", "npm:1064843")
    assert finding.related == ("CVE-2024-10001", "CVE-2024-10002")
    assert finding.package.version == ""


@pytest.mark.parametrize(
    ("patched", "fixed"),
    [(">=1.2.3", ("1.2.3",)), (">= 2.11.2 < 3.0.0|| >= 3.6.4", ()), ("<0.0.0", ()), (None, ()), (">=", ())],
)
def test_a_version_that_mends_it_is_taken_only_where_it_is_one(patched: Any, fixed: tuple[str, ...]) -> None:
    value = {"advisories": {"1": advisory(patched_versions=patched, findings=[])}, "actions": []}
    assert read(READER, value).finding.fixed_in == fixed


def npm_7(**packages: Any) -> dict[str, Any]:
    return {"auditReportVersion": 2, "vulnerabilities": packages, "metadata": {}}


def via(number: int, ghsa: str) -> dict[str, Any]:
    return {
        "source": number,
        "name": "debug",
        "title": "ReDoS",
        "url": f"https://github.com/advisories/{ghsa}",
        "severity": "high",
        "cwe": ["CWE-400"],
        "cvss": {"score": 0, "vectorString": None},
        "range": "<2.6.9",
    }


def test_a_package_has_a_finding_for_each_advisory_and_only_information_on_what_it_depends_on() -> None:
    debug = {
        "name": "debug",
        "via": [via(1, "GHSA-aaaa-bbbb-cccc"), via(2, "GHSA-aaaa-bbbb-dddd"), "ms"],
        "nodes": ["node_modules/debug", "node_modules/x/node_modules/debug"],
        "fixAvailable": {"name": "express", "version": "4.18.3"},
    }
    express = {"name": "express", "via": ["debug"], "nodes": ["node_modules/express"], "fixAvailable": True}
    report = read(READER, npm_7(debug=debug, express=express))
    first, second, through = report.findings
    assert (through.kind, through.title) == (ScanKind.INFORMATION, "depends on vulnerable versions of debug")
    assert (first.ids, second.ids) == (("GHSA-aaaa-bbbb-cccc", "npm:1"), ("GHSA-aaaa-bbbb-dddd", "npm:2"))
    assert (first.package.name, first.package.version) == ("debug", "")  # npm 7 does not say which is installed
    assert first.package.path == "node_modules/debug"
    assert first.location == "node_modules/x/node_modules/debug"
    assert first.score is None  # 0 with no vector is no rating
    assert first.fixed_in == ()  # the mend is another package's version


def test_the_package_itself_can_be_mended() -> None:
    fix = {"name": "debug", "version": "2.6.9"}
    entry = {"name": "debug", "via": [via(1, "GHSA-aaaa-bbbb-cccc")], "fixAvailable": fix}
    assert read(READER, npm_7(debug=entry)).finding.fixed_in == ("2.6.9",)


def test_yarn() -> None:
    event = {"type": "auditAdvisory", "data": {"resolution": {"id": 1, "path": "a>b"}, "advisory": advisory()}}
    report = read(READER, lines(event, event, {"type": "auditSummary", "data": {}}))
    assert len(report.findings) == 2  # two versions; the second line repeats the first
    children = {"ID": 1, "Issue": "ReDoS", "URL": "https://github.com/advisories/GHSA-aaaa-bbbb-cccc"}
    children |= {"Severity": "high", "Vulnerable Versions": "<2", "Tree Versions": ["1.0.0"], "Dependents": ["x@1"]}
    finding = read(READER, lines({"value": "debug", "children": children}, {"value": "debug", "children": 7}))
    assert finding.finding.package.purl == "pkg:npm/debug@1.0.0"
    assert finding.refusals[0].reason == "an advisory without an id"


def test_a_clean_report_is_of_a_place() -> None:
    report = read(READER, npm_7(), asset="shop")
    assert (report.findings, report.head.places) == ([], ["shop"])


@pytest.mark.parametrize(
    ("value", "told"),
    [(b'{"error": {"code": "ENOLOCK", "summary": "no lock file"}}', "no lock file"), (b"[]", "not a report")],
)
def test_what_is_no_report_is_told(value: bytes, told: str) -> None:
    with pytest.raises(ScanError, match=told):
        list(READER.read(HeldContent("x", "", len(value), value), ScanHead(), ScanContext()))


def test_broken_records_are_refused() -> None:
    report = read(READER, npm_7(a=7, b={"via": [{}]}, c={"via": 7}))
    assert [refusal.pointer for refusal in report.refusals] == ["/vulnerabilities/a", "/vulnerabilities/b/via/0"]
