"""Reading scans in tests without a lake: bytes in, records out."""

from __future__ import annotations

import io
from pathlib import Path

from vedette.ingest.base import Sample
from vedette.ingest.registry import sample_of
from vedette.ingest.scans.base import ScanContext, ScanHead, ScanReader, ScanRefusal
from vedette.ingest.scans.content import content_of
from vedette.ingest.scans.pipeline import NOTHING_SAID
from vedette.schema import ScanFinding, ScanRecord
from vedette.streams import Stream


def stream_of(data: bytes, name: str = "report") -> Stream:
    return Stream(name, name, io.BytesIO(data))


def sample(data: bytes, name: str = "report") -> Sample:
    return sample_of(stream_of(data, name))


def read(
    reader: ScanReader, data: bytes, folder: Path, context: ScanContext = NOTHING_SAID, name: str = "report"
) -> tuple[list[ScanRecord | ScanRefusal], ScanHead]:
    """Return what a reader yields of some bytes, and the head that it fills in."""
    head = ScanHead()
    with content_of(stream_of(data, name), folder) as content:
        return list(reader.read(content, head, context)), head


def findings(reader: ScanReader, data: bytes, folder: Path, context: ScanContext = NOTHING_SAID) -> list[ScanFinding]:
    """Return the findings of some bytes; refusals fail."""
    records, _ = read(reader, data, folder, context)
    assert all(isinstance(record, ScanFinding) for record in records), records
    return [record for record in records if isinstance(record, ScanFinding)]
