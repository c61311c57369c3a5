"""Run a reader through the real framing and normaliser, without a lake. For tests of line formats."""

from __future__ import annotations

import io
import json
import os
from datetime import UTC
from pathlib import Path
from typing import Any

from vedette.ingest.base import Framing, Native, ReadContext, Reader, RecordError, Sample
from vedette.ingest.framing import frame_json, frame_lines
from vedette.ingest.normalise import Normaliser
from vedette.ingest.registry import sample_of as sample_of_stream
from vedette.streams import Stream

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
UTC_2024 = ReadContext(timezone=UTC, year=2024)
HIDDEN = frozenset({"event_id", "source", "reader", "raw"})


def stream_of(data: bytes, name: str = "log") -> Stream:
    return Stream(name, name, io.BytesIO(data))


def sample_of(data: bytes, name: str = "log") -> Sample:
    return sample_of_stream(stream_of(data, name))


def records_of(reader: Reader, data: bytes) -> list[bytes]:
    frame = frame_lines if reader.framing is Framing.LINES else frame_json
    return [record for batch in frame(stream_of(data)) for record in batch.records]


def events(reader: Reader, natives: list[Native], context: ReadContext = UTC_2024) -> list[dict[str, Any]]:
    """Return the columns of each native record that say something, or its error, in order."""
    ids = [f"{number:032x}" for number in range(len(natives))]
    table, errors = Normaliser(reader, context).table([b"raw"] * len(natives), natives, ids, "test")
    out: list[dict[str, Any]] = [{} for _ in natives]
    for row in table.to_pylist():
        event = {key: value for key, value in row.items() if value is not None and key not in HIDDEN}
        event["time"] = event["time"].isoformat()
        event["native"] = json.loads(row["native"]) if row["native"] else {}
        out[int(row["event_id"], 16)] = event
    for number, error in errors.items():
        out[number] = {"error": error.reason}
    return out


def read(reader: Reader, data: bytes, context: ReadContext = UTC_2024) -> list[dict[str, Any]]:
    """Return one dict a record: an event, ``{"error": …}`` or ``{"skipped": True}``."""
    parsed = reader.open(context).parse(records_of(reader, data))
    made = iter(events(reader, [native for native in parsed if isinstance(native, dict)], context))
    out: list[dict[str, Any]] = []
    for native in parsed:
        if native is None:
            out.append({"skipped": True})
        elif isinstance(native, RecordError):
            out.append({"error": native.reason})
        else:
            out.append(next(made))
    return out


def one(reader: Reader, text: str, context: ReadContext = UTC_2024) -> dict[str, Any]:
    """Return the only record of ``text``."""
    (event,) = read(reader, text.encode(), context)
    return event


def check_golden(reader: Reader, case: Path, context: ReadContext = UTC_2024) -> None:
    """Compare with ``<case>.expected.json``; VEDETTE_REGOLDEN=1 writes it anew."""
    got = json.loads(json.dumps(read(reader, case.read_bytes(), context)))
    expected = case.with_name(case.name + ".expected.json")
    if os.environ.get("VEDETTE_REGOLDEN"):
        expected.write_text(json.dumps(got, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    assert got == json.loads(expected.read_text())


def cases(folder: str, *suffixes: str) -> list[Path]:
    """Return the golden inputs of a folder with one of ``suffixes``."""
    found = sorted((GOLDEN / folder).iterdir())
    return [path for path in found if path.suffix in suffixes and not path.name.endswith(".expected.json")]
