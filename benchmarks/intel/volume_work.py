"""What the volume benchmark works on and with: documents out of the shared data, and the driver that it kills.

Run as a program, it is that driver: ``python -m benchmarks.intel.volume_work WORK ENGINE INPUT OUTPUT SHARD_ROWS``.
"""

from __future__ import annotations

import gzip
import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
CVES = SHARED / "vulnrichment" / "cves-full.jsonl.gz"
TRAM = (SHARED / "tram" / "bootstrap_sentences.jsonl.gz", SHARED / "tram" / "documents.jsonl.gz")


def documents() -> Iterator[tuple[str, str]]:
    """Yield ids and texts: descriptions of CVEs, then reports and sentences of tram."""
    with gzip.open(CVES, "rt", encoding="utf-8") as read:
        for line in read:
            row = json.loads(line)
            if row.get("description"):
                yield row["cve"], row["description"]
    for path in TRAM:
        with gzip.open(path, "rt", encoding="utf-8") as read:
            for number, line in enumerate(read):
                row = json.loads(line)
                text = row.get("text") or row.get("sentence")
                if isinstance(text, str):
                    yield f"{path.name.partition('.')[0]}-{number}", text


def write_input(path: Path, n: int) -> int:
    """Write so many documents as Parquet, again from the first where they do not reach; return how many differ."""
    known = list(documents())
    rows = [(known[at % len(known)], at // len(known)) for at in range(n)]
    table = pa.table(
        {
            "id": [f"{name}-{turn}" if turn else name for (name, _), turn in rows],
            "text": [f"{text}\n\nRead {turn} times." if turn else text for (_, text), turn in rows],
        }
    )
    pq.write_table(table, path, row_group_size=5_000)
    return min(n, len(known))


def observables(rows: pa.Table) -> dict[str, pa.Table]:
    """Return the observables of each text, with their places."""
    from vedette.intel.observables.finding import find

    columns: dict[str, list[object]] = {"id": [], "kind": [], "value": [], "start": [], "end": [], "defanged": []}
    for row in rows.to_pylist():
        for seen in find(row["text"]):
            told = (row["id"], str(seen.kind), seen.value, seen.start, seen.end, seen.defanged)
            for column, value in zip(columns.values(), told, strict=True):
                column.append(value)
    kinds = {"start": pa.int64(), "end": pa.int64(), "defanged": pa.bool_()}
    return {"observables": pa.table({n: pa.array(v, kinds.get(n, pa.string())) for n, v in columns.items()})}


def main(work: str, engine: str, given: str, out: str, shard_rows: str) -> None:
    """Run one job, and say how long it took in JSON."""
    from vedette.bulk import engine_named
    from vedette.bulk.job import run_job
    from vedette.bulk.sources import open_texts
    from vedette.intel import volume

    started = time.monotonic()
    source = open_texts([given])
    chosen = engine_named(engine)
    rows = int(shard_rows)
    if work == "observables":
        from benchmarks.intel import volume_work

        report = run_job(volume_work.observables, source, out, engine=chosen, shard_rows=rows)
    else:
        print_ = volume.fingerprint(None)
        report = run_job(
            volume.read_rows,
            source,
            out,
            engine=chosen,
            shard_rows=rows,
            version=print_,
            initializer=volume.prepare,
            initargs=(None, (), print_),
        )
    told = {
        "seconds": time.monotonic() - started,
        "n_rows": report.n_rows,
        "n_errors": report.n_errors,
        "n_shards": report.n_shards,
        "n_kept": report.n_kept,
        "tables": dict(report.tables),
        "driver_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
