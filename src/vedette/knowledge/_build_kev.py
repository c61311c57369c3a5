"""Make ``data/kev.parquet`` from CISA's catalogue: ``python -m vedette.knowledge._build_kev FOLDER``.

FOLDER holds ``kev.jsonl.gz``, one entry a line, or the catalogue as published. Rows are in order of their ids; notes
are left out. Same input, same rows.
"""

from __future__ import annotations

import gzip
import io
from pathlib import Path
from typing import Any

from vedette.knowledge._pinning import pin, run
from vedette.knowledge.columns import arrow_schema
from vedette.knowledge.sources import kev
from vedette.knowledge.sources.base import Head


def table(data: bytes) -> Any:
    """Return the catalogue as an Arrow table."""
    import pyarrow as pa

    return pa.Table.from_pylist(sorted(kev.rows(data, Head()), key=lambda row: row["cve"]), schema=arrow_schema("kev"))


def build(folder: Path, out: Path, version: str, revision: str, source_date: str) -> None:
    """Write ``kev.parquet`` and its entry in ``manifest.json``."""
    import pyarrow.parquet as pq

    (path,) = [p for p in sorted(folder.iterdir()) if p.name.startswith(("kev.json", "known_exploited"))]
    raw = path.read_bytes()
    made = table(gzip.decompress(raw) if path.suffix == ".gz" else raw)
    stream = io.BytesIO()
    pq.write_table(made, stream, compression="zstd", compression_level=19)
    pin(
        out,
        stream.getvalue(),
        name="kev",
        title="Known exploited vulnerabilities (CISA KEV)",
        version=version,
        source="cisagov/kev-data",
        revision=revision,
        source_date=source_date,
        n_records=made.num_rows,
        file="kev.parquet",
        notice="KEV-NOTICE.txt",
    )


if __name__ == "__main__":
    run(build, __doc__)
