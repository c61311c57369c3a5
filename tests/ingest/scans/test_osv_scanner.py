from __future__ import annotations

from typing import Any

import pytest
from json_scan_support import read

from vedette.ingest.scans.osv_scanner import READER
from vedette.schema import AssetKind, ScanKind, Severity

V31 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
V40 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"


def osv(**more: Any) -> dict[str, Any]:
    return {
        "id": "GHSA-aaaa-bbbb-cccc",
        "aliases": ["CVE-2024-10001"],
        "summary": "Prototype pollution",
        "details": "Long words.",
        "severity": [{"type": "CVSS_V3", "score": V31}, {"type": "CVSS_V4", "score": V40}],
        "affected": [
            {
                "package": {"ecosystem": "npm", "name": "lodash", "purl": "pkg:npm/lodash"},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "4.17.21"}]}],
            },
            {
                "package": {"ecosystem": "npm", "name": "lodash-es"},
                "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "9.9.9"}]}],
            },
        ],
        "references": [{"type": "WEB", "url": "https://example.org/a"}],
        "database_specific": {"severity": "MODERATE", "cwe_ids": ["CWE-1321"]},
        **more,
    }


def package(*flaws: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "package": {"name": "lodash", "version": "4.17.19", "ecosystem": "npm"},
        "vulnerabilities": list(flaws),
        "groups": [{"ids": [flaw["id"] for flaw in flaws], "aliases": [], "max_severity": "7.4"}],
        **more,
    }


def results(*packages: dict[str, Any], source: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    source = source or {"path": "/src/web/package-lock.json", "type": "lockfile"}
    return {"results": [{"source": source, "packages": list(packages)}], **more}


def test_a_vulnerability_of_a_lock_file() -> None:
    report = read(READER, results(package(osv())))
    finding = report.finding
    assert finding.ids == ("GHSA-aaaa-bbbb-cccc", "CVE-2024-10001")
    assert finding.severity is Severity.MEDIUM
    assert (finding.cvss, finding.score) == ((V40, V31), 7.4)
    assert finding.fixed_in == ("4.17.21",)
    assert finding.cwes == ("CWE-1321",)
    assert (finding.place.name, finding.place.kind) == ("/src/web/package-lock.json", AssetKind.REPOSITORY)
    assert finding.package.purl == "pkg:npm/lodash@4.17.19"
    assert finding.reachable is None
    assert [component.package.name for component in report.components] == ["lodash"]
    assert read(READER, results(package(osv())), asset="shop").finding.place.name == "shop"


def test_records_of_one_group_are_the_same_flaw() -> None:
    group = {"ids": ["PYSEC-2024-1", "GHSA-aaaa-bbbb-cccc"], "aliases": ["CVE-2024-10001"]}
    flaws = [osv(), {"id": "PYSEC-2024-1"}, {"id": "PYSEC-2024-2"}]
    report = read(READER, results(package(*flaws, groups=[group])))
    assert [set(finding.ids) for finding in report.findings] == [
        {"GHSA-aaaa-bbbb-cccc", "PYSEC-2024-1", "CVE-2024-10001"},
        {"GHSA-aaaa-bbbb-cccc", "PYSEC-2024-1", "CVE-2024-10001"},
        {"PYSEC-2024-2"},
    ]


@pytest.mark.parametrize(
    ("record", "ids", "related"),
    [
        ({"id": "DEBIAN-CVE-2024-10001"}, {"DEBIAN-CVE-2024-10001", "CVE-2024-10001"}, ()),
        ({"id": "DSA-1-1", "upstream": ["CVE-2024-10001", "CVE-2024-10002"]}, {"DSA-1-1"}, 2),
        ({"id": "DSA-1-1", "upstream": ["CVE-2024-10001"]}, {"DSA-1-1", "CVE-2024-10001"}, ()),
        ({"id": "RLSA-1", "related": ["CVE-2024-10001"]}, {"RLSA-1"}, ("CVE-2024-10001",)),
    ],
)
def test_advisories_of_distributions(record: dict[str, Any], ids: set[str], related: Any) -> None:
    finding = read(READER, results(package(record, groups=[]))).finding
    assert set(finding.ids) == ids
    assert finding.related == related or len(finding.related) == related


@pytest.mark.parametrize(
    ("analysis", "reachable"),
    [
        ({"GO-2024-1": {"called": True, "unimportant": False}}, True),
        ({"GO-2024-1": {"called": False}}, False),
        ({"GO-2024-1": {"called": True, "unimportant": True}}, None),
        (None, None),
    ],
)
def test_call_analysis(analysis: Any, reachable: bool | None) -> None:
    for name in ("experimentalAnalysis", "experimental_analysis"):  # version 1, version 2
        group = {"ids": ["GO-2024-1"], name: analysis}
        assert read(READER, results(package({"id": "GO-2024-1"}, groups=[group]))).finding.reachable is reachable


def test_an_image_of_version_2_has_layers_and_the_users_name() -> None:
    layers = [{"diff_id": "sha256:" + "a" * 64, "command": "ADD"}, {"diff_id": "sha256:" + "b" * 64}]
    entry = package(osv())
    entry["package"] |= {"image_origin_details": {"index": 1}}
    value = results(
        entry,
        source={"path": "/lib/apk/db/installed", "type": "os"},
        image_metadata={"os": "Alpine Linux v3.19", "layer_metadata": layers, "base_images": [[]]},
    )
    finding = read(READER, value, asset="shop:1.4").finding
    assert (finding.place.name, finding.place.kind) == ("shop:1.4", AssetKind.IMAGE)
    assert finding.place.base_layers == ("sha256:" + "a" * 64, "sha256:" + "b" * 64)
    assert finding.layer == "sha256:" + "b" * 64
    assert finding.package.path == "/lib/apk/db/installed"
    assert read(READER, value, name="shop.json").head.places == ["shop"]


def test_what_is_installed_of_a_source_package_is_named() -> None:
    affected = {"package": {"ecosystem": "Debian:12", "name": "openssl"}}
    affected |= {"ranges": [{"type": "ECOSYSTEM", "events": [{"fixed": "3.0.14-1"}]}]}
    entry = package({"id": "DEBIAN-CVE-2024-10001", "affected": [affected]})
    entry["package"] = {
        "name": "openssl",
        "os_package_name": "libssl3",
        "version": "3.0.13-1",
        "ecosystem": "Debian:12",
    }
    finding = read(READER, results(entry)).finding
    assert finding.package.purl == "pkg:deb/debian/libssl3@3.0.13-1"
    assert finding.fixed_in == ("3.0.14-1",)


def test_an_image_of_version_1_is_named() -> None:
    place = read(READER, results(package(osv()), source={"path": "alpine:3.19", "type": "docker"})).finding.place
    assert (place.name, place.kind) == ("alpine:3.19", AssetKind.IMAGE)


def test_licence_violations_and_packages_without_flaws() -> None:
    clean = {"package": {"name": "left-pad", "version": "1.0.0", "ecosystem": "npm"}, "licenses": ["GPL-3.0"]}
    report = read(READER, results({**clean, "license_violations": ["GPL-3.0"]}, source={"path": "a", "type": "sbom"}))
    assert report.finding.kind is ScanKind.LICENCE
    assert report.components[0].licences == ("GPL-3.0",)


def test_a_clean_scan_and_broken_records() -> None:
    clean = {"results": [], "experimental_config": {"licenses": {}}}
    assert read(READER, clean).findings == []
    report = read(READER, results(package(osv(), {"id": ""})))
    assert len(report.findings) == 1
    assert report.refusals[0].pointer == "/results/0/packages/0/vulnerabilities/1"
