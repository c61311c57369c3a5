from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from json_scan_support import lines, read

from vedette.ingest.scans.nuclei import READER
from vedette.schema import AssetKind, ScanKind, Severity

V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"


def result(info: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "template-id": "CVE-2024-10001",
        "info": {
            "name": "Example traversal",
            "severity": "critical",
            "description": "Reads files.",
            "reference": ["https://example.org/a"],
            "tags": ["cve", "lfi"],
            "classification": {
                "cve-id": ["cve-2024-10001"],
                "cwe-id": ["cwe-22"],
                "cvss-metrics": V31,
                "cvss-score": 9.8,
                "epss-score": 0.9,
                "cpe": "cpe:2.3:a:example:shop:*:*:*:*:*:*:*:*",
            },
            "metadata": {"product": "shop", "vendor": "example"},
            **(info or {}),
        },
        "type": "http",
        "host": "https://shop.example.org:8443",
        "matched-at": "https://shop.example.org:8443/../etc/passwd",
        "ip": "192.0.2.7",
        "timestamp": "2026-01-20T22:43:31.231312071-03:00",
        "matcher-status": True,
        **more,
    }


def test_a_template_of_a_cve() -> None:
    report = read(READER, lines(result(), result()))
    finding = report.findings[0]
    assert report.head.made_at == finding.seen_at == datetime(2026, 1, 21, 1, 43, 31, 231312, UTC)
    assert finding.kind is ScanKind.VULNERABILITY
    assert finding.ids == ("CVE-2024-10001",)
    assert (finding.severity, finding.score, finding.cvss, finding.epss) == (Severity.CRITICAL, 9.8, (V31,), 0.9)
    assert finding.cwes == ("CWE-22",)
    assert (finding.place.name, finding.place.kind) == ("shop.example.org", AssetKind.WEBSITE)
    assert finding.place.aliases == ("192.0.2.7",)
    assert finding.location == "https://shop.example.org:8443/../etc/passwd"
    assert finding.package.cpe == "cpe:2.3:a:example:shop:*:*:*:*:*:*:*:*"
    assert [finding.pointer for finding in report.findings] == ["line 1", "line 2"]


def test_the_array_and_one_by_itself() -> None:
    assert read(READER, [result(), 7]).finding.pointer == "/0"
    assert read(READER, result()).finding.pointer == "/"


def test_old_keys() -> None:
    old = {
        "templateID": "openssh-detect",
        "info": {"name": "OpenSSH", "severity": "info", "reference": "- https://a.example\n- https://b.example"},
        "type": "network",
        "host": "ssh.example.org:22",
        "matched": "ssh.example.org:22",
        "matcher_name": "version",
        "ip": "127.0.0.1",
        "timestamp": "2021-05-20T11:11:01.667748+03:00",
    }
    finding = read(READER, lines(old, old)).findings[0]
    assert finding.ids == ("nuclei:openssh-detect",)
    assert finding.kind is ScanKind.INFORMATION
    assert finding.title == "OpenSSH (version)"
    assert (finding.place.name, finding.place.kind, finding.place.aliases) == ("ssh.example.org", AssetKind.HOST, ())
    assert finding.references == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(
    ("template", "info", "kind"),
    [
        ("prometheus-metrics", {"tags": "exposure,config", "severity": "low"}, ScanKind.MISCONFIGURATION),
        ("tech-detect", {"tags": ["tech"], "severity": "info"}, ScanKind.INFORMATION),
        ("generic-sqli", {"tags": ["sqli"], "severity": "high"}, ScanKind.VULNERABILITY),
    ],
)
def test_kinds(template: str, info: dict[str, Any], kind: ScanKind) -> None:
    assert read(READER, [result({**info, "classification": None}, **{"template-id": template})]).finding.kind is kind


def test_a_template_that_names_several_cves_is_none_of_them() -> None:
    info = {"classification": {"cve-id": ["CVE-2024-10001", "CVE-2024-10002", "CVE-nonsense"]}}
    finding = read(READER, [result(info, **{"template-id": "shop-rce"})]).finding
    assert finding.ids == ("nuclei:shop-rce",)
    assert finding.related == ("CVE-2024-10001", "CVE-2024-10002")


def test_a_template_that_did_not_match_says_only_what_was_looked_at() -> None:
    report = read(READER, [result(**{"matcher-status": False})])
    assert (report.findings, report.head.places) == ([], ["shop.example.org"])


@pytest.mark.parametrize("host", ["https://[::1", "http://[", "://", "\u0000", "[2001:db8::7]:443", ""])
def test_hosts_that_are_none(host: str) -> None:
    assert read(READER, [result(host=host, url="", **{"matched-at": ""})]).finding.place.name
