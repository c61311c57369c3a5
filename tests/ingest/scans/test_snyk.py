from __future__ import annotations

from typing import Any

import pytest
from json_scan_support import read, sample_of

from vedette.ingest.scans.snyk import READER
from vedette.schema import AssetKind, ScanKind, Severity, VexStatus

V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
V40 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"


def flaw(**more: Any) -> dict[str, Any]:
    return {
        "id": "SNYK-JS-LODASH-590103",
        "title": "Prototype Pollution",
        "CVSSv3": V31,
        "cvssScore": 9.8,
        "severity": "high",
        "severityWithCritical": "critical",
        "description": "## Overview",
        "identifiers": {"CVE": ["CVE-2024-10001"], "CWE": ["CWE-1321"], "GHSA": ["GHSA-aaaa-bbbb-cccc"]},
        "alternativeIds": ["SNYK-JS-LODASH-10001"],
        "fixedIn": ["4.17.20"],
        "packageManager": "npm",
        "packageName": "lodash",
        "references": [{"title": "x", "url": "https://example.org/a"}],
        "from": ["shop@1.0.0", "express@4.0.0", "lodash@4.17.19"],
        "name": "lodash",
        "version": "4.17.19",
        **more,
    }


def project(*flaws: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "vulnerabilities": list(flaws),
        "ok": not flaws,
        "dependencyCount": 65,
        "packageManager": "npm",
        "projectName": "shop",
        "displayTargetFile": "package-lock.json",
        "path": "/builds/shop",
        **more,
    }


def test_an_open_source_vulnerability() -> None:
    report = read(READER, project(flaw(epssDetails={"probability": "0.00046", "percentile": "0.14"})))
    finding = report.finding
    assert finding.ids == (
        "SNYK-JS-LODASH-590103",
        "CVE-2024-10001",
        "GHSA-aaaa-bbbb-cccc",
        "SNYK-JS-LODASH-10001",
    )
    assert finding.severity is Severity.CRITICAL
    assert (finding.cvss, finding.score, finding.epss) == ((V31,), 9.8, 0.00046)
    assert finding.location == "shop@1.0.0 > express@4.0.0 > lodash@4.17.19"
    assert (finding.package.purl, finding.package.path) == ("pkg:npm/lodash@4.17.19", "package-lock.json")
    assert (finding.place.name, finding.place.kind) == ("shop", AssetKind.REPOSITORY)
    place = read(READER, project(flaw()), asset="shop-backend").finding.place
    assert (place.name, place.aliases) == ("shop-backend", ("shop",))


def test_an_issue_that_names_several_cves_is_none_of_them() -> None:
    identifiers = {"CVE": ["CVE-2024-10001", "CVE-2024-10002"]}
    finding = read(READER, project(flaw(identifiers=identifiers, alternativeIds=[]))).finding
    assert finding.ids == ("SNYK-JS-LODASH-590103",)
    assert finding.related == ("CVE-2024-10001", "CVE-2024-10002")


def test_ratings_of_newer_reports() -> None:
    sources = [
        {"assigner": "Snyk", "vector": V31, "baseScore": 9.8},
        {"assigner": "Snyk", "vector": V40, "baseScore": 9.3},
    ]
    finding = read(READER, project(flaw(CVSSv3=None, cvssSources=sources))).finding
    assert (finding.cvss, finding.score) == ((V40, V31), 9.3)


def test_a_report_whose_first_issue_fills_the_head_is_still_snyk_s_and_others_are_not() -> None:
    long = {**flaw(), "description": "x" * 70_000}
    first = {"id": long["id"], "title": "t", "description": long["description"], **long}
    value = {"vulnerabilities": [first], "packageManager": "npm", "projectName": "shop"}
    assert len(read(READER, value).findings) == 1
    other = {"version": "15.0.0", "vulnerabilities": [{"id": "SNYK-JS-LODASH-590103"}], "scan": {}}
    assert READER.sniff(sample_of(other)) == 0.0


def test_several_projects_each_have_their_place() -> None:
    report = read(READER, [project(flaw()), project(projectName="admin")])
    assert report.head.places == ["shop", "admin"]
    assert report.finding.pointer == "/0/vulnerabilities/0"
    assert report.finding.place.aliases == ()


def test_licence_issues() -> None:
    finding = read(READER, project(flaw(id="snyk:lic:npm:x:GPL-3.0", type="license", identifiers={}))).finding
    assert finding.kind is ScanKind.LICENCE


def image(*flaws: dict[str, Any], **more: Any) -> dict[str, Any]:
    return project(
        *flaws,
        packageManager="deb",
        projectName="docker-image|example/shop",
        path="example/shop:1.4/shop",
        docker={"imageId": "sha256:" + "1" * 64},
        displayTargetFile=None,
        **more,
    )


def test_an_image_and_the_applications_in_it() -> None:
    system = flaw(packageManager="debian:12", name="gcc-12/libgcc-s1", version="12.2.0-14", **{"from": ["x"]})
    application = project(flaw(), targetFile="/app/package.json", displayTargetFile="/app/package.json")
    report = read(READER, image(system, applications=[application]))
    first, second = report.findings
    assert (first.place.name, first.place.kind) == ("example/shop:1.4", AssetKind.IMAGE)
    assert first.place.aliases == ("sha256:" + "1" * 64,)
    assert first.package.purl == "pkg:deb/debian/libgcc-s1@12.2.0-14"
    assert second.place == first.place
    assert second.package.path == "/app/package.json"
    assert second.pointer == "/applications/0/vulnerabilities/0"


def test_issues_of_infrastructure_as_code() -> None:
    issue = {
        "id": "SNYK-CC-K8S-13",
        "publicId": "SNYK-CC-K8S-13",
        "title": "Container is running with shared IPC",
        "severity": "medium",
        "isIgnored": False,
        "lineNumber": 12,
        "iacDescription": {"issue": "shares IPC", "impact": "bad", "resolve": "do not"},
        "path": ["[DocId:0]", "spec"],
    }
    value = {
        "infrastructureAsCodeIssues": [issue, {**issue, "isIgnored": True, "lineNumber": -1}],
        "projectName": "infra",
        "targetFile": "k8s/pod.yaml",
        "ok": False,
    }
    first, second = read(READER, [value]).findings
    assert (first.kind, first.ids, first.location) == (
        ScanKind.MISCONFIGURATION,
        ("SNYK-CC-K8S-13",),
        "k8s/pod.yaml:12",
    )
    assert (first.status, second.status) == (None, VexStatus.AFFECTED)
    assert first.description == "shares IPC\nbad\ndo not"


@pytest.mark.parametrize(
    ("key", "status", "by"),
    [
        ("ignore", VexStatus.AFFECTED, "Snyk's ignore policy: used by tests only"),
        ("patch", VexStatus.FIXED, "Snyk's patch"),
    ],
)
def test_what_policy_took_out_is_kept_with_the_reason(key: str, status: VexStatus, by: str) -> None:
    entry = flaw(filtered={"ignored": [{"reason": "used by tests only", "expires": "2027-01-01T00:00:00Z"}]})
    finding = read(READER, project(filtered={key: [entry]})).finding
    assert (finding.status, finding.status_by) == (status, by)


@pytest.mark.parametrize(
    ("said", "reachable"), [("reachable", True), ("not-reachable", False), ("no-path-found", None), (None, None)]
)
def test_reachability(said: str | None, reachable: bool | None) -> None:
    assert read(READER, project(flaw(reachability=said))).finding.reachable is reachable


def test_a_project_that_could_not_be_tested_is_told() -> None:
    failed = project(projectName="admin", ok=False, error="could not find the lock file")
    report = read(READER, [project(flaw()), failed, 7, project({"title": "x"})])
    assert [refusal.pointer for refusal in report.refusals] == ["/1/error", "/2", "/3/vulnerabilities/0"]
