"""Logs made for tests, and what of a lake is compared."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from vedette.ingest import IngestOptions, IngestSummary, ReadContext, ingest
from vedette.store import Lake


def sysmon(number: int, host: str = "PC-1", day: int = 2, **more: Any) -> dict[str, Any]:
    """Return one Sysmon process creation in NXLog's shape; it identifies itself by its record number."""
    hour, rest = divmod(number // 10 % 86_400, 3600)
    return {
        "EventID": 1,
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Hostname": host,
        "RecordNumber": number,
        "UtcTime": f"2026-01-{day:02d} {hour:02d}:{rest // 60:02d}:{rest % 60:02d}.{number % 1000:03d}",
        "User": "EXAMPLE\\jo",
        "Image": "C:\\Windows\\System32\\cmd.exe",
        "CommandLine": f"cmd.exe /c echo {number}",
        **more,
    }


def as_lines(records: Iterable[object]) -> bytes:
    """Return records as JSON lines."""
    return b"".join(json.dumps(r).encode() + b"\n" for r in records)


def web(number: int, host: str = "10.0.0.1") -> str:
    """Return a line of a web access log: it has no id of its own."""
    return (
        f'{host} - - [02/Jan/2026:03:{number // 60 % 60:02d}:{number % 60:02d} +0000] "GET /{number} HTTP/1.1" 200 512'
    )


def web_lines(numbers: Iterable[int], host: str = "10.0.0.1") -> bytes:
    """Return a web access log."""
    return "".join(web(n, host) + "\n" for n in numbers).encode()


def take(lake: Lake, *paths: Path | str, **more: Any) -> IngestSummary:
    """Ingest and return the summary; keywords are those of the options or of the context."""
    context = {k: more.pop(k) for k in ("timezone", "year", "host") if k in more}
    return ingest(lake, list(paths), IngestOptions(context=ReadContext(**context), **more))


def events(lake: Lake, columns: str = "*") -> list[tuple[Any, ...]]:
    """Return the events, sorted."""
    with lake.connection() as connection:
        return sorted(connection.execute(f"SELECT {columns} FROM events").fetchall(), key=repr)


def count(lake: Lake) -> int:
    """Return how many events the lake has, having checked that none is there twice."""
    with lake.connection() as connection:
        n, n_ids = connection.execute("SELECT count(*), count(DISTINCT event_id) FROM events").fetchone() or (0, 0)
    assert n == n_ids
    return int(n)
