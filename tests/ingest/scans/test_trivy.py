from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from json_scan_support import read

from vedette.ingest.scans.base import ScanContext, ScanError, ScanHead
from vedette.ingest.scans.content import HeldContent
from vedette.ingest.scans.trivy import READER
from vedette.schema import AssetKind, ScanKind, Severity, VexStatus

V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
V31_LOW = "CVSS:3.1/AV:L/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N"
V40 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
V2 = "AV:N/AC:L/Au:N/C:P/I:P/A:P"
LAYER = "sha256:" + "a" * 64


def flaw(**more: Any) -> dict[str, Any]:
    return {
        "VulnerabilityID": "CVE-2024-10001",
        "PkgName": "libexample",
        "InstalledVersion": "1.2.3-r0",
        "Severity": "HIGH",
        **more,
    }


def image(*results: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "SchemaVersion": 2,
        "CreatedAt": "2026-01-15T08:58:29.827537442Z",
        "ArtifactName": "registry.example.org/shop:1.4",
        "ArtifactType": "container_image",
        "Metadata": {
            "OS": {"Family": "alpine", "Name": "3.19.1"},
            "ImageID": "sha256:" + "1" * 64,
            "DiffIDs": [LAYER, "sha256:" + "b" * 64],
            "RepoTags": ["registry.example.org/shop:1.4"],
            "RepoDigests": ["registry.example.org/shop@sha256:" + "2" * 64],
        },
        "Results": list(results),
        **more,
    }


def system(*flaws: dict[str, Any], **more: Any) -> dict[str, Any]:
    target = "registry.example.org/shop:1.4 (alpine 3.19.1)"
    return {"Target": target, "Class": "os-pkgs", "Type": "alpine", "Vulnerabilities": list(flaws), **more}


def test_an_image_with_a_vulnerability() -> None:
    found = flaw(
        VendorIDs=["RHSA-2024:1234"],
        PkgIdentifier={"PURL": "pkg:apk/alpine/libexample@1.2.3-r0?arch=x86_64&distro=3.19.1"},
        FixedVersion="1.2.4-r0, 1.3.0-r0",
        Status="fixed",
        Layer={"Digest": "sha256:" + "c" * 64, "DiffID": LAYER},
        SeveritySource="alpine",
        PrimaryURL="https://avd.example/cve-2024-10001",
        Title="libexample: overflow",
        Description="An overflow.",
        CweIDs=["CWE-787"],
        CVSS={
            "redhat": {"V3Vector": V31_LOW, "V3Score": 3.0},
            "nvd": {"V2Vector": V2, "V2Score": 7.5, "V3Vector": V31, "V3Score": 9.8, "V40Vector": V40, "V40Score": 9.3},
        },
        References=["https://example.org/a", "https://example.org/a", 7],
    )
    report = read(READER, image(system(found)))
    finding = report.finding
    assert report.head.scanner == "Trivy"
    assert report.head.made_at == datetime(2026, 1, 15, 8, 58, 29, 827537, UTC)
    assert report.head.places == ["registry.example.org/shop:1.4"]
    assert finding.kind is ScanKind.VULNERABILITY
    assert (finding.ids, finding.related) == (("CVE-2024-10001",), ("RHSA-2024:1234",))
    assert finding.severity is Severity.HIGH
    assert finding.cvss == (V40, V31, V31_LOW, V2)
    assert finding.score == 9.3
    assert finding.cwes == ("CWE-787",)
    assert finding.place.kind is AssetKind.IMAGE
    assert finding.place.operating_system == "alpine 3.19.1"
    assert finding.place.base_layers == (LAYER, "sha256:" + "b" * 64)
    assert finding.place.aliases == (
        "registry.example.org/shop@sha256:" + "2" * 64,
        "sha256:" + "1" * 64,
    )
    assert finding.package.purl == "pkg:apk/alpine/libexample@1.2.3-r0?arch=x86_64&distro=3.19.1"
    assert finding.fixed_in == ("1.2.4-r0", "1.3.0-r0")
    assert finding.layer == LAYER
    assert finding.status is None  # that a mended version exists says nothing of this place
    assert finding.references == ("https://avd.example/cve-2024-10001", "https://example.org/a", "7")
    assert finding.pointer == "/Results/0/Vulnerabilities/0"


def test_the_source_of_the_severity_rates_first() -> None:
    ratings = {"nvd": {"V3Vector": V31, "V3Score": 9.8}, "ghsa": {"V3Vector": V31_LOW, "V3Score": 3.0}}
    finding = read(READER, image(system(flaw(SeveritySource="ghsa", CVSS=ratings)))).finding
    assert (finding.cvss, finding.score) == ((V31_LOW, V31), 3.0)


def test_a_purl_is_made_where_the_report_gives_none() -> None:
    assert read(READER, image(system(flaw()))).finding.package.purl == "pkg:apk/alpine/libexample@1.2.3-r0"


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("not_affected", VexStatus.NOT_AFFECTED),
        ("under_investigation", VexStatus.UNDER_INVESTIGATION),
        ("affected", None),
        ("will_not_fix", None),
        ("end_of_life", None),
        ("unknown", None),
    ],
)
def test_what_a_distribution_says_is_a_status_only_where_it_judges(said: str, status: VexStatus | None) -> None:
    found = flaw(Status=said, DataSource={"ID": "debian", "Name": "Debian Security Tracker"})
    finding = read(READER, image(system(found))).finding
    assert finding.status is status
    assert finding.status_by == ("Debian Security Tracker" if status else "")


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("ignored", VexStatus.AFFECTED),
        ("not_affected", VexStatus.NOT_AFFECTED),
        ("fixed", VexStatus.FIXED),
        ("unknown", None),
    ],
)
def test_what_an_ignore_file_or_vex_changed_is_kept_with_its_author(said: str, status: VexStatus | None) -> None:
    modified = {
        "Type": "vulnerability",
        "Status": said,
        "Statement": "Accept until June",
        "Source": ".trivyignore.yaml",
        "Finding": flaw(),
    }
    finding = read(READER, image(system(ExperimentalModifiedFindings=[modified]))).finding
    assert finding.status is status
    assert finding.status_by == (".trivyignore.yaml: Accept until June" if status else "")


def test_misconfigurations_that_failed() -> None:
    check = {
        "Type": "Dockerfile Security Check",
        "ID": "DS002",
        "AVDID": "AVD-DS-0002",
        "Title": "Image user should not be 'root'",
        "Description": "Running as root.",
        "Message": "Specify at least 1 USER command",
        "Severity": "HIGH",
        "PrimaryURL": "https://avd.example/ds002",
        "Status": "FAIL",
        "CauseMetadata": {"StartLine": 3, "EndLine": 3},
    }
    result = {
        "Target": "Dockerfile",
        "Class": "config",
        "Type": "dockerfile",
        "Misconfigurations": [check, {**check, "Status": "PASS"}, {**check, "Status": "EXCEPTION"}],
    }
    report = read(READER, {"SchemaVersion": 2, "ArtifactName": ".", "ArtifactType": "filesystem", "Results": [result]})
    failed, excepted = report.findings
    assert failed.ids == ("trivy:DS002", "trivy:AVD-DS-0002")
    assert failed.kind is ScanKind.MISCONFIGURATION
    assert failed.location == "Dockerfile:3"
    assert failed.status is None
    assert excepted.status is VexStatus.AFFECTED
    assert excepted.status_by
    assert failed.place.name == "report"  # "." names nothing: the file's own name


def test_a_secret_is_found_and_never_repeated() -> None:
    secret = {
        "RuleID": "aws-access-key-id",
        "Category": "AWS",
        "Severity": "CRITICAL",
        "Title": "AWS Access Key ID",
        "StartLine": 7,
        "Match": "key = hunter2hunter2",
    }
    result = {"Target": "app/config.py", "Class": "secret", "Secrets": [secret, {"Match": "hunter2hunter2"}]}
    report = read(READER, image(result))
    assert report.finding.kind is ScanKind.SECRET
    assert report.finding.ids == ("trivy:aws-access-key-id",)
    assert report.finding.location == "app/config.py:7"
    assert "hunter2" not in repr(report.finding)
    assert "hunter2" not in repr(report.refusals)
    assert len(report.refusals) == 1


def test_licences() -> None:
    licence = {"Severity": "HIGH", "Category": "restricted", "PkgName": "busybox", "Name": "GPL-2.0"}
    finding = read(READER, image({"Target": "OS Packages", "Class": "license", "Licenses": [licence]})).finding
    assert finding.kind is ScanKind.LICENCE
    assert finding.package.name == "busybox"
    assert finding.severity is Severity.HIGH


def test_packages_are_components() -> None:
    package = {
        "ID": "openssl@1:3.0.7-1",
        "Name": "openssl",
        "Identifier": {"UID": "42"},
        "Version": "3.0.7",
        "Release": "1.el9",
        "Epoch": 1,
        "Licenses": ["Apache-2.0"],
        "DependsOn": ["glibc@2.34"],
    }
    result = {"Target": "x (redhat 9.2)", "Class": "os-pkgs", "Type": "redhat", "Packages": [package, {"Version": "1"}]}
    report = read(READER, image(result))
    (component,) = report.components
    assert component.package.version == "1:3.0.7-1.el9"
    assert component.package.purl == "pkg:rpm/redhat/openssl@3.0.7-1.el9?epoch=1"
    assert (component.ref, component.licences, component.depends_on) == ("42", ("Apache-2.0",), ("glibc@2.34",))
    assert len(report.refusals) == 1


def test_a_lock_file_is_the_package_s_path_and_the_user_names_the_place() -> None:
    result = {
        "Target": "web/package-lock.json",
        "Class": "lang-pkgs",
        "Type": "npm",
        "Vulnerabilities": [flaw(PkgName="@scope/thing", InstalledVersion="1.0.0")],
    }
    value = {"SchemaVersion": 2, "ArtifactName": "/builds/shop", "ArtifactType": "repository", "Results": [result]}
    finding = read(READER, value, asset="shop").finding
    assert finding.place.name == "shop"
    assert finding.place.kind is AssetKind.REPOSITORY
    assert finding.package.path == "web/package-lock.json"
    assert finding.package.purl == "pkg:npm/%40scope/thing@1.0.0"
    assert read(READER, value).finding.place.name == "/builds/shop"


def test_a_clean_image_is_still_looked_at() -> None:
    report = read(READER, image({"Target": "x", "Class": "os-pkgs"}))
    assert report.findings == []
    assert report.head.places == ["registry.example.org/shop:1.4"]


def test_reports_before_schema_2() -> None:
    value = [
        {"Target": "shop:1 (debian 10.8)", "Type": "debian", "Vulnerabilities": [flaw()]},
        {"Target": "app/Gemfile.lock", "Type": "bundler", "Vulnerabilities": None},
    ]
    report = read(READER, value)
    assert report.finding.place.name == "shop:1"
    assert report.finding.place.operating_system == "debian 10.8"
    assert report.finding.package.purl == "pkg:deb/debian/libexample@1.2.3-r0"
    assert report.finding.pointer == "/0/Vulnerabilities/0"


def cluster(resource: dict[str, Any]) -> dict[str, Any]:
    return {
        "ClusterName": "prod",
        "Resources": [{"Namespace": "web", "Kind": "Deployment", "Name": "shop", **resource}],
    }


def test_a_cluster_s_vulnerabilities_are_the_image_s_and_its_checks_the_workload_s() -> None:
    check = {"ID": "KSV014", "Status": "FAIL", "Severity": "LOW", "Title": "Root file system is not read-only"}
    report = read(
        READER,
        cluster(
            {
                "Results": [
                    {**system(flaw()), "Target": "nginx:1.25 (debian 12.4)", "Type": "debian"},
                    {"Target": "Deployment/shop", "Class": "config", "Misconfigurations": [check]},
                ]
            }
        ),
    )
    flawed, checked = report.findings
    assert (flawed.place.name, flawed.place.kind) == ("nginx:1.25", AssetKind.IMAGE)
    assert flawed.location == "prod/web/Deployment/shop"
    assert (checked.place.name, checked.place.kind) == ("prod/web/Deployment/shop", AssetKind.CLOUD_RESOURCE)
    assert report.head.places == ["prod/web/Deployment/shop", "nginx:1.25"]


def test_a_resource_that_could_not_be_scanned_is_told() -> None:
    report = read(READER, cluster({"Error": "unable to pull the image"}))
    assert report.findings == []
    assert "unable to pull" in report.refusals[0].reason


def test_clusters_of_earlier_versions() -> None:
    resource = {"Namespace": "web", "Kind": "Deployment", "Name": "shop", "Results": [system(flaw())]}
    assert len(read(READER, {"ClusterName": "prod", "Vulnerabilities": [resource]}).findings) == 1
    assert len(read(READER, {"ClusterName": "prod", "Findings": [resource]}).findings) == 1


def test_compliance_reports() -> None:
    check = {"ID": "KSV012", "Status": "FAIL", "Severity": "MEDIUM"}
    results = [{"Target": "Deployment/shop", "Misconfigurations": [check]}]
    full = {"ID": "k8s-nsa", "Title": "NSA", "Results": [{"ID": "1.0", "Name": "Non-root", "Results": results}]}
    assert read(READER, full, asset="prod").finding.place.name == "prod"
    controls = [{"ID": "1.0", "Name": "Non-root", "Severity": "HIGH", "TotalFail": 4}, {"ID": "1.1", "TotalFail": 0}]
    summary = read(READER, {"ID": "k8s-nsa", "Title": "NSA", "SummaryControls": controls})
    assert summary.finding.ids == ("trivy:1.0",)
    assert summary.finding.description == "NSA: 4 checks failed"


def test_an_account_s_results_are_each_a_resource() -> None:
    arn = "arn:aws:s3:::logs"
    result = {"Target": arn, "Misconfigurations": [{"ID": "AVD-AWS-0086", "Status": "FAIL"}]}
    value = {"SchemaVersion": 2, "ArtifactName": "123", "ArtifactType": "aws_account", "Results": [result]}
    assert read(READER, value).finding.place.name == arn


def test_the_version_of_trivy_where_the_report_gives_it() -> None:
    assert read(READER, image(Trivy={"Version": "0.68.1"})).head.scanner == "Trivy 0.68.1"


def test_records_that_are_none_are_refused_and_the_rest_goes_on() -> None:
    report = read(READER, image(system(flaw(), {}, flaw(VulnerabilityID=7)), Results="x"))
    assert report.findings == []
    assert report.refusals[0].pointer == "/Results"
    report = read(READER, image(system({"PkgName": "x"}, flaw())))
    assert report.ids() == ["CVE-2024-10001"]
    assert report.refusals[0].reason == "no VulnerabilityID"


@pytest.mark.parametrize("data", [b"7", b'{"a": 1}', b"", b'{"SchemaVersion": 2, "Results": ['])
def test_what_is_no_report_is_told(data: bytes) -> None:
    with pytest.raises(ScanError):
        list(READER.read(HeldContent("x", "", len(data), data), ScanHead(), ScanContext()))
