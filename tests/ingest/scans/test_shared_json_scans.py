"""The shared results of scanners that write JSON: each recognised, read without refusal, and counted like its index."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContext, ScanHead, ScanRefusal
from vedette.ingest.scans.content import HeldContent
from vedette.ingest.scans.registry import recognise_scan
from vedette.schema import ScanFinding

READERS = {
    "anchore_grype": "grype",
    "aws_inspector2": "aws_inspector",
    "awssecurityhub": "security_hub",
    "dependency_check": "dependency_check",
    "npm_audit": "npm_audit",
    "npm_audit_7_plus": "npm_audit",
    "nuclei": "nuclei",
    "osv_scanner": "osv_scanner",
    "sarif": "sarif",
    "snyk": "snyk",
    "trivy": "trivy",
    "trivy_operator": "trivy_operator",
}
OURS = {
    "nuclei/many_findings": 18,  # the peer folds one template's matches on two ports of a host
    "snyk/snykcontainer_issue_epss": 13,  # the peer leaves out the applications in the image
    "npm_audit/multiple_cwes2": 7,  # one advisory concerns two installed versions
    "npm_audit_7_plus/one_vuln": 2,  # two advisories concern one package
    "aws_inspector2/aws_inspector2_many_vul": 10,  # two findings concern two packages each
    "aws_inspector2/aws_inspector2_package_vuln_metadata": 31,  # three do
    "awssecurityhub/config_multiple_resources": 5,  # two controls fail on three and two resources
}
"""Where ours differs from the peer's count, and why."""


def read(path: Path) -> tuple[str, list[ScanFinding], list[ScanRefusal], ScanHead]:
    data = gzip.decompress(path.read_bytes())
    name = path.name.removesuffix(".gz").lower()
    head = data[: 1 << 16]
    reader = recognise_scan(Sample(name, head, tuple(head.split(b"\n", 50)[:50]), None))
    assert reader is not None, path
    scan_head = ScanHead()
    records = list(reader.read(HeldContent(name, "", len(data), data), scan_head, ScanContext()))
    findings = [record for record in records if isinstance(record, ScanFinding)]
    return reader.name, findings, [record for record in records if isinstance(record, ScanRefusal)], scan_head


@pytest.mark.parametrize("tool", sorted(READERS))
def test_shared_results(tool: str, shared_data: Path) -> None:
    folder = shared_data / "scanner-outputs"
    rows = [json.loads(line) for line in (folder / "index.jsonl").read_text().splitlines()]
    files = [row for row in rows if row["tool"] == tool]
    assert files
    for row in files:
        reader, findings, refusals, head = read(folder / row["file"])
        assert reader == READERS[tool]
        assert refusals == [], row["file"]
        key = row["file"].removeprefix("files/").split(".")[0]
        assert len(findings) == OURS.get(key, row["defectdojo_expected_findings"]), row["file"]
        assert head.places, row["file"]
        pointers = [finding.pointer for finding in findings]
        assert len(set(pointers)) == len(pointers)
