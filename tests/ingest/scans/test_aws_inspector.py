from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from json_scan_support import lines, read

from vedette.ingest.scans.aws_inspector import READER
from vedette.ingest.scans.aws_inspector_csv import READER as CSV_READER
from vedette.schema import AssetKind, ScanKind, Severity, VexStatus

V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
DIGEST = "sha256:" + "d" * 64
INSTANCE = {
    "type": "AWS_EC2_INSTANCE",
    "id": "i-0123456789abcdef0",
    "region": "eu-central-1",
    "tags": {"Name": "web"},
    "details": {"awsEc2Instance": {"ipV4Addresses": ["10.0.0.4", "192.0.2.7"], "platform": "AMAZON_LINUX_2"}},
}
IMAGE = {
    "type": "AWS_ECR_CONTAINER_IMAGE",
    "id": "arn:aws:ecr:eu-central-1:123456789012:repository/shop/" + DIGEST,
    "region": "eu-central-1",
    "details": {
        "awsEcrContainerImage": {
            "registry": "123456789012",
            "repositoryName": "shop",
            "imageTags": ["1.4", "latest"],
            "imageHash": DIGEST,
            "platform": "DEBIAN_12",
        }
    },
}


def package(**more: Any) -> dict[str, Any]:
    return {
        "name": "openssl",
        "epoch": 1,
        "version": "1.0.2k",
        "release": "24.amzn2",
        "packageManager": "OS",
        "fixedInVersion": "1:1.0.2k-25.amzn2",
        **more,
    }


def finding(*packages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "findingArn": "arn:aws:inspector2:eu-central-1:123456789012:finding/1",
        "awsAccountId": "123456789012",
        "type": "PACKAGE_VULNERABILITY",
        "title": "CVE-2024-10001 - openssl",
        "description": "An overflow.",
        "severity": "HIGH",
        "status": "ACTIVE",
        "firstObservedAt": "2026-01-02T16:30:33.045000+01:00",
        "lastObservedAt": 1_767_225_600,
        "inspectorScore": 8.1,
        "epss": {"score": 0.02},
        "exploitAvailable": "YES",
        "packageVulnerabilityDetails": {
            "vulnerabilityId": "CVE-2024-10001",
            "cvss": [{"baseScore": 9.8, "scoringVector": V31, "source": "NVD", "version": "3.1"}],
            "relatedVulnerabilities": [],
            "sourceUrl": "https://example.org/a",
            "referenceUrls": ["https://example.org/b"],
            "vulnerablePackages": list(packages),
        },
        "resources": [INSTANCE],
        **more,
    }


def test_each_package_of_a_finding_is_one() -> None:
    report = read(READER, {"findings": [finding(package(), package(name="openssl-libs"))]})
    first, second = report.findings
    assert (first.package.name, second.package.name) == ("openssl", "openssl-libs")
    assert first.package.version == "1:1.0.2k-24.amzn2"
    assert first.package.purl == "pkg:rpm/amazon/openssl@1.0.2k-24.amzn2?epoch=1"
    assert (first.severity, first.score, first.cvss, first.epss) == (Severity.HIGH, 9.8, (V31,), 0.02)
    assert first.known_exploited is None  # an exploit exists; nobody says that it was used
    assert first.fixed_in == ("1:1.0.2k-25.amzn2",)
    assert first.first_seen_at == datetime(2026, 1, 2, 15, 30, 33, 45000, UTC)
    assert first.seen_at == report.head.made_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert (first.place.name, first.place.kind) == ("i-0123456789abcdef0", AssetKind.HOST)
    assert first.place.aliases == ("10.0.0.4", "192.0.2.7")  # a tag is shared by a scaling group: no alias


def test_an_image_is_named_as_it_is_pulled() -> None:
    place = read(READER, {"findings": [finding(package(), resources=[IMAGE])]}).finding.place
    registry = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop"
    assert (place.name, place.kind) == (f"{registry}:1.4", AssetKind.IMAGE)
    assert place.aliases == (f"{registry}:latest", f"{registry}@{DIGEST}", IMAGE["id"], DIGEST)


def test_an_image_in_china_is_in_its_own_domain() -> None:
    there = {**IMAGE, "id": IMAGE["id"].replace("arn:aws:", "arn:aws-cn:"), "region": "cn-north-1"}
    place = read(READER, {"findings": [finding(package(), resources=[there])]}).finding.place
    assert place.name == "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/shop:1.4"


def test_each_resource_of_a_finding_has_its_own() -> None:
    report = read(READER, [finding(package(), resources=[INSTANCE, {**INSTANCE, "id": "i-2"}])])
    assert [one.place.name for one in report.findings] == ["i-0123456789abcdef0", "i-2"]


@pytest.mark.parametrize(
    ("said", "status"), [("ACTIVE", None), ("SUPPRESSED", VexStatus.AFFECTED), ("CLOSED", VexStatus.FIXED)]
)
def test_status(said: str, status: VexStatus | None) -> None:
    one = read(READER, [finding(package(), status=said)]).finding
    assert one.status is status
    assert bool(one.status_by) == bool(status)


def test_a_patch_that_mends_several_is_none_of_them() -> None:
    details = {"vulnerabilityId": "KB5023697", "relatedVulnerabilities": ["CVE-2024-10001", "CVE-2024-10002"]}
    one = read(
        READER, [finding(packageVulnerabilityDetails=details, severity="UNTRIAGED", inspectorScore=None)]
    ).finding
    assert (one.ids, one.related) == (("KB5023697",), ("CVE-2024-10001", "CVE-2024-10002"))
    assert (one.severity, one.score) == (None, None)


def test_no_mend_is_no_version() -> None:
    assert read(READER, [finding(package(fixedInVersion="NotAvailable"))]).finding.fixed_in == ()


def test_code_and_network_findings() -> None:
    code = finding(
        type="CODE_VULNERABILITY",
        packageVulnerabilityDetails=None,
        codeVulnerabilityDetails={
            "detectorId": "python/log-injection@v1.0",
            "cwes": ["CWE-117"],
            "filePath": {"filePath": "src/api.py", "startLine": 268},
        },
    )
    network = finding(
        type="NETWORK_REACHABILITY",
        packageVulnerabilityDetails=None,
        networkReachabilityDetails={"openPortRange": {"begin": 22, "end": 22}, "protocol": "TCP"},
    )
    del code["packageVulnerabilityDetails"]
    del network["packageVulnerabilityDetails"]
    first, second = read(READER, {"findings": [code, network]}).findings
    assert (first.kind, first.location, first.cwes) == (ScanKind.WEAKNESS, "src/api.py:268", ("CWE-117",))
    assert first.ids == ("aws_inspector:python/log-injection@v1.0",)
    assert (second.kind, second.location) == (ScanKind.MISCONFIGURATION, "22/tcp")


def test_events_one_a_line() -> None:
    event = {"detail-type": "Inspector2 Finding", "source": "aws.inspector2", "detail": finding(package())}
    report = read(READER, lines(event, event))
    assert [one.pointer for one in report.findings] == ["line 1/detail", "line 2/detail"]


def test_inspector_classic() -> None:
    attributes = {"package_name": "kernel", "CVSS3_SCORE": "7.8", "CVSS3_VECTOR": V31, "CVE_ID": "CVE-2024-10001"}
    value = {
        "assetType": "ec2-instance",
        "serviceAttributes": {},
        "assetAttributes": {"agentId": "i-0123", "hostname": "web.example.org", "ipv4Addresses": ["10.0.0.4"]},
        "id": "CVE-2024-10001",
        "severity": "High",
        "numericSeverity": 9.0,
        "attributes": [{"key": key, "value": said} for key, said in attributes.items()],
    }
    one = read(READER, {"findings": [value]}).finding
    assert (one.ids, one.score, one.package.name) == (("CVE-2024-10001",), 7.8, "kernel")
    assert one.place.aliases == ("web.example.org", "10.0.0.4")


def test_records_that_are_none_are_refused() -> None:
    odd = [7, {"x": 1}, finding(resources=[7]), finding(type="NEW", packageVulnerabilityDetails=None)]
    del odd[3]["packageVulnerabilityDetails"]  # type: ignore[index,arg-type,union-attr]
    report = read(READER, {"findings": [*odd, finding(package())]})
    assert len(report.findings) == 1
    assert len(report.refusals) == 4


def table(*rows: dict[str, str]) -> bytes:
    names = ["AWS Account Id", "Severity", "Finding Type", "Title", "Description", "Finding ARN", "First Seen"]
    names += ["Last Seen", "Resource ID", "Region", "Platform", "Affected Packages", "Package Installed Version"]
    names += ["Fixed in Version", "Inspector Score", "Inspector Score Vector", "Status", "Vulnerability Id"]
    names += ["Resource Type", "Resource Private Ipv4", "Epss Score", "Package Manager", "Port Range"]
    out = io.StringIO()
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


ROW = {
    "Severity": "HIGH",
    "Finding Type": "PACKAGE_VULNERABILITY",
    "Title": "CVE-2024-10001 - openssl",
    "Description": "two\nlines",
    "Finding ARN": "arn:aws:inspector2:x",
    "First Seen": "2026-01-01T00:00:00Z",
    "Last Seen": "2026-01-02T00:00:00Z",
    "Resource ID": "i-0123456789abcdef0",
    "Resource Type": "AWS_EC2_INSTANCE",
    "Platform": "UBUNTU_22_04",
    "Affected Packages": "openssl",
    "Package Installed Version": "3.0.2-0ubuntu1.9",
    "Fixed in Version": "3.0.2-0ubuntu1.10",
    "Inspector Score": "7.5",
    "Inspector Score Vector": V31,
    "Status": "ACTIVE",
    "Vulnerability Id": "CVE-2024-10001",
    "Resource Private Ipv4": "10.0.0.4",
    "Epss Score": "0.1",
    "Package Manager": "OS",
}


def test_the_csv_report() -> None:
    port = {
        **ROW,
        "Finding Type": "NETWORK_REACHABILITY",
        "Vulnerability Id": "",
        "Title": "Port 22",
        "Port Range": "22",
    }
    report = read(CSV_READER, table(ROW, port, {**ROW, "Resource ID": ""}), name="findings.csv")
    first, second = report.findings
    assert first.package.purl == "pkg:deb/ubuntu/openssl@3.0.2-0ubuntu1.9"
    assert (first.severity, first.score, first.cvss, first.epss) == (Severity.HIGH, 7.5, (V31,), 0.1)
    assert (first.place.name, first.place.aliases) == ("i-0123456789abcdef0", ("10.0.0.4",))
    assert (second.kind, second.location) == (ScanKind.MISCONFIGURATION, "22")
    assert first.pointer == "line 2"
    assert len(report.refusals) == 1
