from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from json_scan_support import read

from vedette.ingest.scans.grype import READER
from vedette.schema import AssetKind, Severity, VexStatus

V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
V31_LOW = "CVSS:3.1/AV:L/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N"
V2 = "AV:N/AC:L/Au:N/C:P/I:P/A:P"
LAYER = "sha256:" + "a" * 64


def cvss(vector: str, score: float, kind: str = "Primary") -> dict[str, Any]:
    return {"source": "nvd@nist.gov", "type": kind, "vector": vector, "metrics": {"baseScore": score}}


def match(**more: Any) -> dict[str, Any]:
    return {
        "vulnerability": {
            "id": "GHSA-aaaa-bbbb-cccc",
            "dataSource": "https://example.org/advisory",
            "namespace": "github:language:javascript",
            "severity": "High",
            "urls": ["https://example.org/a"],
            "description": "An overflow.",
            "cvss": [cvss(V31_LOW, 3.0, "Secondary"), cvss(V31, 9.8)],
            "fix": {"versions": ["4.17.21"], "state": "fixed"},
            "advisories": [],
            **more.pop("vulnerability", {}),
        },
        "relatedVulnerabilities": [
            {"id": "CVE-2024-10001", "severity": "Critical", "cvss": [cvss(V2, 7.5)], "urls": ["https://example.org/b"]}
        ],
        "matchDetails": [{"type": "exact-direct-match", "matcher": "javascript-matcher"}],
        "artifact": {
            "name": "lodash",
            "version": "4.17.19",
            "type": "npm",
            "locations": [{"path": "/app/node_modules/lodash/package.json", "layerID": LAYER}],
            "purl": "pkg:npm/lodash@4.17.19",
            "cpes": ["cpe:2.3:a:guess:guess:1:*:*:*:*:*:*:*"],
        },
        **more,
    }


def document(*matches: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "matches": list(matches),
        "source": {
            "type": "image",
            "target": {
                "userInput": "shop:1.4",
                "imageID": "sha256:" + "1" * 64,
                "manifestDigest": "sha256:" + "2" * 64,
                "tags": ["shop:1.4"],
                "repoDigests": ["shop@sha256:" + "3" * 64],
                "layers": [{"digest": LAYER}, {"digest": "sha256:" + "b" * 64}],
            },
        },
        "distro": {"name": "debian", "version": "12"},
        "descriptor": {"name": "grype", "version": "0.92.0", "timestamp": "2026-01-10T11:05:22.636338786+01:00"},
        **more,
    }


def test_a_match_with_its_aliases_and_ratings() -> None:
    report = read(READER, document(match()))
    finding = report.finding
    assert report.head.scanner == "Grype 0.92.0"
    assert report.head.made_at == datetime(2026, 1, 10, 10, 5, 22, 636338, UTC)
    assert finding.ids == ("GHSA-aaaa-bbbb-cccc", "CVE-2024-10001")
    assert finding.severity is Severity.HIGH
    assert (finding.cvss, finding.score) == ((V31, V31_LOW, V2), 9.8)
    assert (finding.place.name, finding.place.kind) == ("shop:1.4", AssetKind.IMAGE)
    assert finding.place.base_layers == (LAYER, "sha256:" + "b" * 64)
    assert finding.place.operating_system == "debian 12"
    assert {"sha256:" + "1" * 64, "sha256:" + "2" * 64} <= set(finding.place.aliases)
    assert finding.package.purl == "pkg:npm/lodash@4.17.19"
    assert finding.package.cpe == ""  # a guess that was not what matched
    assert finding.package.path == "/app/node_modules/lodash/package.json"
    assert (finding.layer, finding.fixed_in) == (LAYER, ("4.17.21",))
    assert (finding.status, finding.epss, finding.known_exploited) == (None, None, None)
    assert finding.references == ("https://example.org/advisory", "https://example.org/a", "https://example.org/b")


def test_an_advisory_that_covers_several_cves_is_not_the_same_as_any() -> None:
    related = [{"id": "CVE-2024-10001", "cvss": [cvss(V31, 9.8)]}, {"id": "CVE-2024-10002"}]
    vulnerability = {"id": "ELSA-2024-1", "cvss": [], "advisories": [{"id": "ELSA-2024-1", "link": "x"}]}
    finding = read(READER, document(match(vulnerability=vulnerability, relatedVulnerabilities=related))).finding
    assert finding.ids == ("ELSA-2024-1",)
    assert finding.related == ("CVE-2024-10001", "CVE-2024-10002", "ELSA-2024-1")
    assert finding.score is None


def test_epss_kev_and_cwes_where_grype_gives_them() -> None:
    vulnerability = {
        "epss": [{"cve": "CVE-2024-10001", "epss": 0.42, "percentile": 0.97, "date": "2026-01-01"}],
        "knownExploited": [{"cve": "CVE-2024-10001", "dateAdded": "2025-12-01"}],
        "cwes": [{"cve": "CVE-2024-10001", "cwe": "CWE-79"}],
    }
    finding = read(READER, document(match(vulnerability=vulnerability))).finding
    assert (finding.epss, finding.known_exploited, finding.cwes) == (0.42, True, ("CWE-79",))


def test_the_cpe_that_matched_is_kept() -> None:
    details = [{"type": "cpe-match", "searchedBy": {"cpes": ["cpe:2.3:a:oracle:openjdk:17:*:*:*:*:*:*:*"]}}]
    finding = read(READER, document(match(matchDetails=details))).finding
    assert finding.package.cpe == "cpe:2.3:a:oracle:openjdk:17:*:*:*:*:*:*:*"


@pytest.mark.parametrize(
    ("rule", "status", "by"),
    [
        (
            {"vulnerability": "CVE-2024-10001", "reason": "not built in"},
            VexStatus.AFFECTED,
            "Grype's ignore rule: CVE-2024-10001 not built in",
        ),
        ({"package": {"name": "lodash"}}, VexStatus.AFFECTED, "Grype's ignore rule: lodash"),
        (
            {"vex-status": "not_affected", "vex-justification": "vulnerable_code_not_present"},
            VexStatus.NOT_AFFECTED,
            "VEX document given to Grype: vulnerable_code_not_present",
        ),
        ({"vex-status": "fixed"}, VexStatus.FIXED, "VEX document given to Grype"),
        ({"fix-state": "unknown"}, None, ""),  # --only-fixed hides it, and judges nothing
    ],
)
def test_ignored_matches(rule: dict[str, Any], status: VexStatus | None, by: str) -> None:
    ignored = [{**match(), "appliedIgnoreRules": [rule]}]
    finding = read(READER, document(ignoredMatches=ignored)).finding
    assert (finding.status, finding.status_by) == (status, by)
    assert finding.pointer == "/ignoredMatches/0"


@pytest.mark.parametrize(
    ("source", "name", "kind"),
    [
        ({"type": "directory", "target": "/src/shop"}, "/src/shop", AssetKind.UNKNOWN),
        ({"type": "sbom-file", "target": "shop.cdx.json"}, "shop.cdx.json", AssetKind.APPLICATION),
        ({"type": "unknown", "target": "unknown"}, "report", AssetKind.UNKNOWN),
        ({"type": "directory", "target": "."}, "report", AssetKind.UNKNOWN),
    ],
)
def test_sources_that_are_no_image(source: dict[str, Any], name: str, kind: AssetKind) -> None:
    place = read(READER, document(match(), source=source)).finding.place
    assert (place.name, place.kind) == (name, kind)
    assert read(READER, document(match(), source=source), asset="shop").finding.place.name == "shop"


def test_versions_before_0_10() -> None:
    old = match(vulnerability={"cvss": None, "cvssV3": {"baseScore": 9.8, "vector": V31}, "fix": None})
    old["vulnerability"]["fixedInVersion"] = "4.17.20"
    finding = read(READER, document(old)).finding
    assert (finding.score, finding.fixed_in) == (9.8, ("4.17.20",))


def test_records_that_are_none_are_refused() -> None:
    report = read(READER, document(match(), {"artifact": {}}, {"vulnerability": 7, "artifact": 7}))
    assert len(report.findings) == 1
    assert [refusal.pointer for refusal in report.refusals] == ["/matches/1", "/matches/2"]
    assert read(READER, document()).head.places == ["shop:1.4"]
