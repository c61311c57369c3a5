"""Reads the demo's files back with parsers of their own, which know nothing of the writers."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from vedette.demo import LogFile, World


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that names a key twice."""
    found = dict(pairs)
    assert len(found) == len(pairs), [k for k, _ in pairs]
    return found


def parse(line: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(line, object_pairs_hook=unique)
    return record


def lines(world: World, file: LogFile) -> list[str]:
    return (world.folder / file.path).read_text(encoding="utf-8").split("\n")[:-1]


def of(world: World, kind: str) -> list[LogFile]:
    found = [f for f in world.files if f.format == kind]
    assert found, kind
    return found


def records(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        document = json.load(stream, object_pairs_hook=unique)
    found: list[dict[str, Any]] = document["Records"]
    return found


def windows(world: World) -> Iterator[tuple[str, datetime, dict[str, Any]]]:
    """Yield (host, time, event data with EventID and Channel) of every Windows event, in all three shapes."""
    for file in of(world, "nxlog"):
        for line in lines(world, file):
            r = parse(line)
            yield r["Hostname"], datetime.fromisoformat(r["EventTime"]), r
    for file in of(world, "winlogbeat"):
        for line in lines(world, file):
            r = parse(line)
            log = r["winlog"]
            data = log.get("event_data") or log["user_data"]
            yield (
                log["computer_name"],
                datetime.fromisoformat(r["@timestamp"]),
                {
                    **data,
                    "EventID": int(log["event_id"]),
                    "Channel": log["channel"],
                    "RecordNumber": log["record_id"],
                },
            )
    for file in of(world, "evtx_dump"):
        for line in lines(world, file):
            e = parse(line)["Event"]
            s = e["System"]
            data = e.get("EventData") or next(iter(e["UserData"].values()))
            moment = datetime.fromisoformat(s["TimeCreated"]["#attributes"]["SystemTime"])
            yield (
                s["Computer"],
                moment,
                {
                    **data,
                    "EventID": s["EventID"],
                    "Channel": s["Channel"],
                    "RecordNumber": s["EventRecordID"],
                },
            )


def zeek(world: World, name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a Zeek log."""
    for file in of(world, "zeek"):
        if not file.path.endswith(f"/{name}.log"):
            continue
        fields: list[str] = []
        for line in lines(world, file):
            if line.startswith("#fields\t"):
                fields = line.split("\t")[1:]
            elif not line.startswith("#"):
                values = line.split("\t")
                assert len(values) == len(fields), (file.path, line)
                yield dict(zip(fields, values, strict=True))
