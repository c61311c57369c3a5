from __future__ import annotations

from typing import Any

import pytest
from json_scan_support import read

from vedette.ingest.scans.security_hub import READER
from vedette.schema import AssetKind, ScanKind, Severity, VexStatus

V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
BUCKET = {"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::logs", "Region": "eu-central-1"}
INSTANCE = {
    "Type": "AwsEc2Instance",
    "Id": "arn:aws:ec2:eu-central-1:123456789012:instance/i-0123456789abcdef0",
    "Details": {"AwsEc2Instance": {"IpV4Addresses": ["10.0.0.4"]}},
}


def control(**more: Any) -> dict[str, Any]:
    return {
        "SchemaVersion": "2018-10-08",
        "Id": "arn:aws:securityhub:eu-central-1:123456789012:finding/1",
        "ProductArn": "arn:aws:securityhub:eu-central-1::product/aws/securityhub",
        "ProductName": "Security Hub",
        "GeneratorId": "aws-foundational-security-best-practices/v/1.0.0/S3.8",
        "AwsAccountId": "123456789012",
        "Types": ["Software and Configuration Checks/Industry and Regulatory Standards/AWS"],
        "FirstObservedAt": "2026-01-02T10:15:00.000Z",
        "LastObservedAt": "2026-01-09T10:15:00.000Z",
        "Severity": {"Label": "HIGH", "Normalized": 70},
        "Title": "S3.8 S3 Block Public Access should be enabled",
        "Description": "d",
        "Remediation": {"Recommendation": {"Url": "https://example.org/fix"}},
        "Resources": [BUCKET],
        "Compliance": {"Status": "FAILED"},
        "Workflow": {"Status": "NEW"},
        "RecordState": "ACTIVE",
        **more,
    }


def inspector(*flaws: dict[str, Any], **more: Any) -> dict[str, Any]:
    return control(
        ProductName="Inspector",
        Types=["Software and Configuration Checks/Vulnerabilities/CVE"],
        Title="CVE-2024-10001 - kernel",
        ProductFields={"aws/inspector/resources/1/resourceDetails/awsEc2InstanceDetails/platform": "AMAZON_LINUX_2"},
        Resources=[INSTANCE],
        Compliance=None,
        Vulnerabilities=list(flaws),
        **more,
    )


FLAW = {
    "Id": "CVE-2024-10001",
    "Cvss": [{"Version": "3.1", "BaseScore": 9.8, "BaseVector": V31, "Source": "NVD"}],
    "EpssScore": 0.3,
    "VulnerablePackages": [
        {"Name": "kernel", "Version": "4.14.301", "Release": "224.amzn2", "Epoch": "0", "PackageManager": "OS"}
    ],
    "ReferenceUrls": ["https://example.org/a"],
}


def test_a_control_fails_on_each_of_its_resources() -> None:
    report = read(READER, {"Findings": [control(Resources=[BUCKET, {**BUCKET, "Id": "arn:aws:s3:::images"}])]})
    first, second = report.findings
    assert (first.place.name, second.place.name) == ("arn:aws:s3:::logs", "arn:aws:s3:::images")
    assert first.ids == ("security_hub:S3.8",)
    assert (first.kind, first.severity) == (ScanKind.MISCONFIGURATION, Severity.HIGH)
    assert first.references == ("https://example.org/fix",)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("PASSED", VexStatus.FIXED),
        ("NOT_AVAILABLE", VexStatus.UNDER_INVESTIGATION),
        ("WARNING", None),
        ("FAILED", None),
    ],
)
def test_a_check_that_passes_is_mended_and_one_that_could_not_be_made_is_open(
    said: str, status: VexStatus | None
) -> None:
    assert read(READER, [control(Compliance={"Status": said})]).finding.status is status


def test_findings_of_inspector() -> None:
    one = read(READER, {"findings": [inspector(FLAW)]}).finding
    assert one.ids == ("CVE-2024-10001",)
    assert (one.kind, one.score, one.cvss, one.epss) == (ScanKind.VULNERABILITY, 9.8, (V31,), 0.3)
    assert (one.place.name, one.place.kind) == ("i-0123456789abcdef0", AssetKind.HOST)
    assert one.place.aliases == (INSTANCE["Id"], "10.0.0.4")
    assert one.package.purl == "pkg:rpm/amazon/kernel@4.14.301-224.amzn2"


def test_each_vulnerability_and_package_is_one() -> None:
    two = [{"Name": "a", "Version": "1"}, {"Name": "b", "Version": "1"}]
    report = read(
        READER, {"findings": [inspector({**FLAW, "VulnerablePackages": two}, {**FLAW, "Id": "CVE-2024-10002"})]}
    )
    assert [(one.ids[0], one.package.name) for one in report.findings] == [
        ("CVE-2024-10001", "a"),
        ("CVE-2024-10001", "b"),
        ("CVE-2024-10002", "kernel"),
    ]


def test_a_vulnerability_that_only_its_title_names() -> None:
    assert read(READER, [inspector()]).finding.ids == ("CVE-2024-10001",)


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({}, None),
        ({"Workflow": {"Status": "NOTIFIED"}}, None),
        ({"Workflow": {"Status": "SUPPRESSED"}}, VexStatus.AFFECTED),
        ({"Workflow": {"Status": "RESOLVED"}}, VexStatus.FIXED),
        ({"RecordState": "ARCHIVED"}, VexStatus.FIXED),
    ],
)
def test_status(more: dict[str, Any], status: VexStatus | None) -> None:
    assert read(READER, [control(**more)]).finding.status is status


@pytest.mark.parametrize(
    ("said", "severity"),
    [
        ({"Normalized": 90}, Severity.CRITICAL),
        ({"Normalized": 39}, Severity.LOW),
        ({"Normalized": 0}, Severity.INFORMATIONAL),
        ({"Label": "INFORMATIONAL", "Normalized": 90}, Severity.INFORMATIONAL),
        ({}, None),
    ],
)
def test_severity(said: dict[str, Any], severity: Severity | None) -> None:
    assert read(READER, [control(Severity=said)]).finding.severity is severity


def test_a_detection_of_another_product_is_only_information() -> None:
    detection = control(
        ProductName="GuardDuty", Types=["TTPs/Command and Control"], Compliance=None, Vulnerabilities=None
    )
    one = read(READER, [detection]).finding
    assert (one.kind, one.ids) == (ScanKind.INFORMATION, ("guardduty:S3.8",))


def test_events_and_records_that_are_none() -> None:
    event = {"detail-type": "Security Hub Findings - Imported", "source": "aws.securityhub"}
    assert read(READER, {**event, "detail": {"findings": [control()]}}).finding.pointer == "/detail/findings/0"
    report = read(READER, {"Findings": [control(), 7, {"a": 1}, control(Resources=7), inspector({"Cvss": 7})]})
    assert len(report.findings) == 1
    assert len(report.refusals) == 4
