"""Make ``data/vulnrichment.parquet`` from CISA's decisions: ``python -m vedette.knowledge._build_vulnrichment FOLDER``.

FOLDER holds ``cves-full.jsonl.gz`` and ``cves.jsonl.gz``, one record a line. Kept is what does not change with the
day: whether exploiting it can be automated, and what it gives; that it was exploited is kept, that it was not is left
out. Same input, same rows.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from vedette.knowledge._pinning import pin, run
from vedette.knowledge.columns import arrow_schema

_POINTS = {"automatable": ("yes", "no"), "technical_impact": ("partial", "total"), "exploitation": ("active",)}


def rows(lines: Iterable[bytes]) -> list[dict[str, Any]]:
    """Return one row for each record that says something that lasts, in order of its id."""
    found: dict[str, dict[str, Any]] = {}
    for line in lines:
        record = orjson.loads(line)
        said = {str(k).lower().replace(" ", "_"): str(v).lower() for k, v in (record.get("ssvc") or {}).items()}
        kept = {name: said[name] for name, values in _POINTS.items() if said.get(name) in values}
        if kept:
            found[record["cve"]] = {"cve": record["cve"], "cvss": [], "cwes": [], **kept}
    return [found[cve] for cve in sorted(found)]


def lines_of(folder: Path) -> Iterator[bytes]:
    """Yield the records of both files."""
    for name in ("cves-full.jsonl.gz", "cves.jsonl.gz"):
        with gzip.open(folder / name) as lines:
            yield from lines


def build(folder: Path, out: Path, version: str, revision: str, source_date: str) -> None:
    """Write ``vulnrichment.parquet`` and its entry in ``manifest.json``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = pa.Table.from_pylist(rows(lines_of(folder)), schema=arrow_schema("vulnrichment"))
    stream = io.BytesIO()
    pq.write_table(made, stream, compression="zstd", compression_level=19, write_statistics=False, store_schema=False)
    pin(
        out,
        stream.getvalue(),
        name="vulnrichment",
        title="CISA Vulnrichment (SSVC)",
        version=version,
        source="cisagov/vulnrichment",
        revision=revision,
        source_date=source_date,
        n_records=made.num_rows,
        file="vulnrichment.parquet",
        notice="VULNRICHMENT-NOTICE.txt",
    )


if __name__ == "__main__":
    run(build, __doc__)
