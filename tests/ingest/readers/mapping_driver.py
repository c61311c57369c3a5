"""Run a reader by hand: parse, kind, mapping, columns. For golden tests of one reader."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from vedette.ingest.base import Framing, Native, ReadContext, Reader, RecordError, Sample
from vedette.ingest.convert import to_int, to_text
from vedette.ingest.times import parse_time
from vedette.schema.event import CORE_COLUMNS

INTEGERS = frozenset({"process_pid", "parent_pid", "target_pid", "src_port", "dst_port", "bytes_in", "bytes_out"})
GOLDEN = Path(__file__).resolve().parents[2] / "golden"


def sample_of(data: bytes, name: str = "log.json") -> Sample:
    lines = tuple(line.removesuffix(b"\r") for line in data[:65536].split(b"\n"))[:50]
    first = None
    for text in (data, *lines):
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError:
            continue
        first = inner(value)
        if first is not None:
            break
    return Sample(name=name, head=data[:65536], lines=lines, first=first)


def inner(value: Any) -> dict[str, Any] | None:
    if isinstance(value, list):
        return next((item for item in value if isinstance(item, dict)), None)
    if isinstance(value, dict):
        lists = [item for item in value.values() if isinstance(item, list) and item and isinstance(item[0], dict)]
        return lists[0][0] if len(lists) == 1 and len(value) <= 3 else value
    return None


def records_of(data: bytes, framing: Framing) -> list[bytes]:
    if framing is Framing.LINES:
        return [line.removesuffix(b"\r") for line in data.split(b"\n") if line]
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return [line for line in data.split(b"\n") if line.strip()]
    if isinstance(value, list):
        return [orjson.dumps(item) for item in value]
    lists = [item for item in value.values() if isinstance(item, list) and item and isinstance(item[0], dict)]
    if len(lists) == 1 and len(value) <= 3:
        return [orjson.dumps(item) for item in lists[0]]
    return [data]


def said(value: Any) -> bool:
    return value is not None and value != "" and value != "-"


def columns(reader: Reader, native: Native, context: ReadContext) -> dict[str, Any]:
    """Return the event's core columns that say something; raises RecordError."""
    mapping = reader.mapping(reader.kind(native))
    out: dict[str, Any] = {"class_name": str(mapping.class_name)}
    for key, how in mapping.time:
        if said(native.get(key)):
            us = parse_time(native[key], how, context)
            out["time"] = datetime.fromtimestamp(us / 1e6, UTC).isoformat(timespec="milliseconds")
            break
    else:
        raise RecordError("no time")
    out.update(mapping.const)
    for column, source in mapping.fields.items():
        for key in source.keys:
            value = native.get(key)
            if said(value):
                value = source.convert(value) if source.convert else value
                if said(value):
                    out[column] = value
                break
    if mapping.row:
        out.update({k: v for k, v in mapping.row(native).items() if v is not None})
    unknown = set(out) - set(CORE_COLUMNS)
    assert not unknown, unknown
    typed = {k: to_int(v) if k in INTEGERS else str(v) if k == "class_name" else to_text(v) for k, v in out.items()}
    return {key: value for key, value in typed.items() if said(value)}


def run(reader: Reader, data: bytes, context: ReadContext | None = None) -> list[dict[str, Any]]:
    """Return one dict a record: columns and native, or the error; None for what is skipped."""
    context = context or ReadContext()
    out: list[dict[str, Any]] = []
    for native in reader.open(context).parse(records_of(data, reader.framing)):
        if native is None:
            out.append({"skipped": True})
        elif isinstance(native, RecordError):
            out.append({"error": native.reason})
        else:
            try:
                out.append({**columns(reader, native, context), "native": native})
            except RecordError as error:
                out.append({"error": error.reason})
    return out


def check_golden(reader: Reader, case: Path, context: ReadContext | None = None) -> None:
    """Compare with ``<case>.expected.json``; VEDETTE_REGOLDEN=1 writes it anew."""
    got = json.loads(json.dumps(run(reader, case.read_bytes(), context), default=str))
    expected = case.with_name(case.name + ".expected.json")
    if os.environ.get("VEDETTE_REGOLDEN"):
        expected.write_text(json.dumps(got, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    assert got == json.loads(expected.read_text())


def golden_cases(name: str) -> list[Path]:
    return sorted(p for p in (GOLDEN / name).iterdir() if not p.name.endswith(".expected.json"))
