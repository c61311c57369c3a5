"""Reading a report made for a test."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from vedette.ingest.base import Sample
from vedette.ingest.scans.base import ScanContext, ScanHead, ScanReader, ScanRefusal
from vedette.ingest.scans.content import HeldContent
from vedette.schema import Component, ScanFinding


@dataclass
class Report:
    """What came out of a report."""

    head: ScanHead
    findings: list[ScanFinding] = field(default_factory=list)
    components: list[Component] = field(default_factory=list)
    refusals: list[ScanRefusal] = field(default_factory=list)

    @property
    def finding(self) -> ScanFinding:
        """The only finding."""
        assert len(self.findings) == 1, self.findings
        return self.findings[0]

    def ids(self) -> list[str]:
        """The main id of each finding."""
        return [finding.ids[0] for finding in self.findings]


def as_bytes(value: object) -> bytes:
    """Return a report's bytes: JSON of anything that is no text."""
    if isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


def sample_of(value: object, name: str = "report.json") -> Sample:
    """Return the sample that readers recognise a report by."""
    head = as_bytes(value)[: 1 << 16]
    return Sample(name, head, tuple(head.split(b"\n", 50)[:50]), None)


def read(
    reader: ScanReader,
    value: object,
    *,
    name: str = "report.json",
    asset: str | None = None,
    timezone: tzinfo | None = None,
) -> Report:
    """Return what a reader makes of a report; pointers must be unique, and the reader must recognise it."""
    data = as_bytes(value)
    assert reader.sniff(sample_of(value, name)) >= 0.8
    report = Report(ScanHead())
    content = HeldContent(name, "", len(data), data)
    for record in reader.read(content, report.head, ScanContext(asset=asset, timezone=timezone)):
        if isinstance(record, ScanFinding):
            report.findings.append(record)
        elif isinstance(record, Component):
            report.components.append(record)
        elif isinstance(record, ScanRefusal):
            report.refusals.append(record)
        else:
            raise AssertionError(record)
    pointers = [finding.pointer for finding in report.findings]
    assert len(set(pointers)) == len(pointers)
    assert {finding.place.name for finding in report.findings} <= set(report.head.places)
    return report


def lines(*values: Any) -> bytes:
    """Return JSON lines."""
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)
