"""Files, folders, archives and streams in; events in the lake out, bad records in quarantine."""

from vedette.ingest.base import (
    Framing,
    Mapping,
    Native,
    Pick,
    ReadContext,
    Reader,
    RecordError,
    Sample,
    Session,
    StatelessSession,
    pick,
)
from vedette.ingest.pipeline import FileSummary, IngestOptions, IngestSummary, ingest, quarantined, replay
from vedette.ingest.registry import load_readers, reader_named, recognise

__all__ = [
    "FileSummary",
    "Framing",
    "IngestOptions",
    "IngestSummary",
    "Mapping",
    "Native",
    "Pick",
    "ReadContext",
    "Reader",
    "RecordError",
    "Sample",
    "Session",
    "StatelessSession",
    "ingest",
    "load_readers",
    "pick",
    "quarantined",
    "reader_named",
    "recognise",
    "replay",
]
