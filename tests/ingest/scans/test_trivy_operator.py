from __future__ import annotations

from typing import Any

import pytest
from json_scan_support import read

from vedette.ingest.scans.trivy_operator import READER
from vedette.schema import AssetKind, ScanKind, Severity

V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"


def resource(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "apiVersion": "aquasecurity.github.io/v1alpha1",
        "kind": kind,
        "metadata": {
            "name": "replicaset-shop-1",
            "namespace": "web",
            "labels": {
                "trivy-operator.resource.kind": "ReplicaSet",
                "trivy-operator.resource.name": "shop-1",
                "trivy-operator.resource.namespace": "web",
                "trivy-operator.container.name": "nginx",
            },
        },
        **more,
    }


def report_of(**more: Any) -> dict[str, Any]:
    return {
        "updateTimestamp": "2026-01-23T13:43:55Z",
        "scanner": {"name": "Trivy", "vendor": "Aqua Security", "version": "0.48.3"},
        "registry": {"server": "index.docker.io"},
        "artifact": {"repository": "library/nginx", "tag": "1.25", "digest": "sha256:" + "a" * 64},
        "os": {"family": "debian", "name": "12.4"},
        **more,
    }


FLAW = {
    "vulnerabilityID": "CVE-2024-10001",
    "resource": "libexample",
    "installedVersion": "1.2.3",
    "fixedVersion": "1.2.4",
    "severity": "HIGH",
    "title": "libexample: overflow",
    "primaryLink": "https://avd.example/cve",
    "score": 9.8,
    "class": "os-pkgs",
    "packageType": "debian",
    "packagePURL": "pkg:deb/debian/libexample@1.2.3?distro=debian-12.4",
    "cvss": {"nvd": {"V3Vector": V31, "V3Score": 9.8}},
}


def test_vulnerabilities_are_the_image_s_with_the_workload_as_location() -> None:
    report = read(READER, resource("VulnerabilityReport", report=report_of(vulnerabilities=[FLAW, {}])))
    finding = report.finding
    assert report.head.scanner == "Trivy 0.48.3"
    assert report.head.places == ["index.docker.io/library/nginx:1.25"]
    assert finding.place.kind is AssetKind.IMAGE
    assert {"nginx:1.25", "sha256:" + "a" * 64} <= set(finding.place.aliases)
    assert finding.location == "web/ReplicaSet/shop-1/nginx"
    assert (finding.severity, finding.score, finding.cvss) == (Severity.HIGH, 9.8, (V31,))
    assert finding.package.purl == "pkg:deb/debian/libexample@1.2.3?distro=debian-12.4"
    assert len(report.refusals) == 1


def test_a_node_is_a_host() -> None:
    value = resource(
        "NodeVulnerabilityReport", report={**report_of(vulnerabilities=[FLAW]), "artifact": {"nodeName": "node-3"}}
    )
    place = read(READER, value).finding.place
    assert (place.name, place.kind, place.operating_system) == ("node-3", AssetKind.HOST, "debian 12.4")


@pytest.mark.parametrize("kind", ["ConfigAuditReport", "RbacAssessmentReport", "ClusterInfraAssessmentReport"])
def test_failed_checks_are_the_workload_s(kind: str) -> None:
    check = {"checkID": "KSV014", "severity": "LOW", "title": "t", "messages": ["m"], "success": False}
    finding = read(READER, resource(kind, report={"checks": [check, {**check, "success": True}]})).finding
    assert finding.ids == ("trivy:KSV014",)
    assert finding.kind is ScanKind.MISCONFIGURATION
    assert finding.place.name == "web/ReplicaSet/shop-1"


def test_secrets_are_never_repeated() -> None:
    secret = {"target": "/app/.env", "ruleID": "github-pat", "title": "PAT", "severity": "HIGH", "match": "hunter2"}
    report = read(READER, resource("ExposedSecretReport", report=report_of(secrets=[secret])))
    assert report.finding.location == "/app/.env"
    assert "hunter2" not in repr(report)


def test_compliance_summary_and_detail() -> None:
    controls = [{"id": "4.2.9", "name": "n", "severity": "HIGH", "totalFail": 2}, {"id": "4.2.10", "totalFail": 0}]
    summary = resource("ClusterComplianceReport", status={"summaryReport": {"title": "CIS", "controlCheck": controls}})
    assert read(READER, summary).ids() == ["trivy:4.2.9"]
    checks = [{"checkID": "KSV012", "success": False, "target": "Pod/x"}, {"success": True}]
    detail = resource("ClusterComplianceReport", status={"detailReport": {"results": [{"id": "1", "checks": checks}]}})
    assert read(READER, detail, asset="prod").finding.place.name == "prod"


def test_lists_of_both_kinds_hold_several_reports() -> None:
    one = resource("VulnerabilityReport", report=report_of(vulnerabilities=[FLAW]))
    assert len(read(READER, [one, one]).findings) == 2
    assert len(read(READER, {"apiVersion": "v1", "kind": "List", "items": [one, one, 7]}).findings) == 2


def test_what_is_no_report_of_findings_is_refused_by_name() -> None:
    report = read(READER, [resource("SbomReport", report={"components": {}}), resource("Other")])
    assert [refusal.reason.split(":")[0] for refusal in report.refusals] == ["SbomReport", "Other"]


def test_lists_by_kind_in_one_object() -> None:
    one = resource("VulnerabilityReport", report=report_of(vulnerabilities=[FLAW]))
    check = resource("ConfigAuditReport", report={"checks": [{"checkID": "KSV014", "success": False}]})
    report = read(READER, {"vulnerabilityreports": [one], "configauditreports": [check], "other": []})
    assert [finding.pointer for finding in report.findings] == [
        "/vulnerabilityreports/0/report/vulnerabilities/0",
        "/configauditreports/0/report/checks/0",
    ]
