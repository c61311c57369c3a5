from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from json_scan_support import lines, read

from vedette.ingest.scans.defender import READER
from vedette.schema import AssetKind, Severity, VexStatus


def row(**more: Any) -> dict[str, Any]:
    return {
        "id": "dev1_microsoft_edge_77.0.235.25_CVE-2024-10001",
        "deviceId": "1c994f6a",
        "deviceName": "pc-7.corp.example.org",
        "osPlatform": "Windows10",
        "osVersion": "10.0.19044",
        "softwareVendor": "microsoft",
        "softwareName": "edge",
        "softwareVersion": "77.0.235.25",
        "cveId": "CVE-2024-10001",
        "vulnerabilitySeverityLevel": "High",
        "cvssScore": 8.8,
        "recommendedSecurityUpdate": "January 2026 updates",
        "recommendedSecurityUpdateId": "5071234",
        "recommendedSecurityUpdateUrl": "https://example.org/kb",
        "diskPaths": ["C:\\Program Files\\Edge\\msedge.exe"],
        "lastSeenTimestamp": "2026-01-03 10:13:34.8476880",
        "firstSeenTimestamp": "2025-12-01 10:13:34",
        "exploitabilityLevel": "ExploitIsInKit",
        **more,
    }


def test_the_api_s_rows() -> None:
    report = read(READER, {"@odata.context": "x", "value": [row(), row(cveId="CVE-2024-10002")]})
    one = report.findings[0]
    assert report.ids() == ["CVE-2024-10001", "CVE-2024-10002"]
    assert (one.place.name, one.place.kind, one.place.aliases) == (
        "pc-7.corp.example.org",
        AssetKind.HOST,
        ("1c994f6a",),
    )
    assert one.place.operating_system == "Windows10 10.0.19044"
    assert (one.severity, one.score) == (Severity.HIGH, 8.8)
    assert (one.package.name, one.package.version) == ("microsoft:edge", "77.0.235.25")
    assert one.package.path == "C:\\Program Files\\Edge\\msedge.exe"
    assert one.fixed_in == ("KB5071234",)
    assert one.seen_at == datetime(2026, 1, 3, 10, 13, 34, 847688, UTC)
    assert one.first_seen_at == datetime(2025, 12, 1, 10, 13, 34, tzinfo=UTC)
    assert one.known_exploited is None


def test_export_files_write_the_names_in_large_letters_one_a_line() -> None:
    large = {key[0].upper() + key[1:]: value for key, value in row().items()}
    report = read(READER, lines(large, large, {"DeviceId": "x", "CveId": ""}))
    assert len(report.findings) == 2
    assert report.findings[0].place.name == "pc-7.corp.example.org"
    assert report.refusals[0].pointer == "line 3"


def test_machines_vulnerabilities() -> None:
    value = {
        "id": "5afa3afc-_-CVE-2024-10001-_-microsoft-_-edge-_-77-_-",
        "cveId": "CVE-2024-10001",
        "machineId": "5afa3afc",
        "fixingKbId": None,
        "productName": "edge",
        "productVendor": "microsoft",
        "productVersion": "77",
        "severity": "Medium",
    }
    one = read(READER, {"value": [value]}).finding
    assert (one.place.name, one.package.name, one.severity) == ("5afa3afc", "microsoft:edge", Severity.MEDIUM)
    assert one.fixed_in == ()


def test_a_device_s_own_vulnerabilities_need_the_user_to_name_it() -> None:
    value = {"id": "CVE-2024-10001", "name": "CVE-2024-10001", "severity": "High", "cvssV3": 8.8, "exposedMachines": 3}
    one = read(READER, {"value": [{**value, "publicExploit": True, "epss": 0.4}]}, asset="pc-7").finding
    assert (one.ids, one.place.name, one.score, one.epss) == (("CVE-2024-10001",), "pc-7", 8.8, 0.4)


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_advanced_hunting_as_csv(delimiter: str) -> None:
    names = ["DeviceId", "DeviceName", "OSPlatform", "SoftwareVendor", "SoftwareName", "SoftwareVersion", "CveId"]
    names += ["VulnerabilitySeverityLevel", "RecommendedSecurityUpdateId"]
    cells = ["1c99", "pc-7", "Windows10", "microsoft", "edge", "77.0", "CVE-2024-10001", "Critical", "5071234"]
    text = delimiter.join(names) + "\r\n" + delimiter.join(cells) + "\r\n" + delimiter.join(["1c99"] * 6 + [""] * 3)
    report = read(READER, text, name="export.csv")
    one = report.finding
    assert (one.place.name, one.severity, one.pointer) == ("pc-7", Severity.CRITICAL, "line 2")
    assert len(report.refusals) == 1


def test_hunting_through_the_api() -> None:
    assert read(READER, {"Schema": [], "Results": [{"DeviceName": "pc-7", "CveId": "CVE-2024-10001"}]}).finding


@pytest.mark.parametrize(("said", "status"), [("Fixed", VexStatus.FIXED), ("New", None), (None, None)])
def test_the_delta_export_says_what_was_mended(said: str | None, status: VexStatus | None) -> None:
    assert read(READER, {"value": [row(status=said)]}).finding.status is status
