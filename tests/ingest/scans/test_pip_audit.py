from __future__ import annotations

from typing import Any

from json_scan_support import read

from vedette.ingest.scans.pip_audit import READER

FLAW = {
    "id": "PYSEC-2024-1",
    "fix_versions": ["2.11.3"],
    "aliases": ["CVE-2024-10001", "GHSA-aaaa-bbbb-cccc"],
    "description": "Slow.",
}


def dependency(*flaws: Any, **more: Any) -> dict[str, Any]:
    return {"name": "Jinja2", "version": "2.11.2", "vulns": list(flaws), **more}


def test_dependencies_and_their_vulnerabilities() -> None:
    clean = dependency(name="six", version="1.16.0")
    report = read(READER, {"dependencies": [dependency(FLAW), clean], "fixes": []}, asset="shop")
    finding = report.finding
    assert finding.ids == ("PYSEC-2024-1", "CVE-2024-10001", "GHSA-aaaa-bbbb-cccc")
    assert finding.package.purl == "pkg:pypi/jinja2@2.11.2"
    assert finding.fixed_in == ("2.11.3",)
    assert finding.severity is None  # pip-audit gives none
    assert finding.place.name == "shop"
    assert [component.package.name for component in report.components] == ["Jinja2", "six"]


def test_the_bare_array_of_version_1() -> None:
    assert read(READER, [dependency(FLAW)]).finding.pointer == "/0/vulns/0"


def test_what_was_not_audited_is_told() -> None:
    skipped = {"name": "internal", "skip_reason": "Dependency not found on the index"}
    report = read(READER, {"dependencies": [dependency(), skipped, 7, {}, dependency({})], "fixes": []})
    assert report.findings == []
    assert report.refusals[0].reason.startswith("pip-audit did not audit internal")
    assert len(report.refusals) == 4
