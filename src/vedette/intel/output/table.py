"""Everything read as one table: a line a thing, with its place, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from vedette.intel.output.base import Told
from vedette.schema import Reading

COLUMNS = (
    "document_id", "source", "what", "kind", "value", "text", "start", "end", "ref", "standing", "defanged",
    "confidence", "more",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def table(readings: Sequence[Reading], told: Told) -> bytes:
    """Return CSV, UTF-8 with a header line; a cell that a spreadsheet would run is given a leading apostrophe."""
    del told
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for reading in readings:
        document = reading.document
        for row in _rows(reading):
            writer.writerow([_inert(cell) for cell in (document.document_id, document.source, *row)])
    return out.getvalue().encode("utf-8", "backslashreplace")


def _inert(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _rows(reading: Reading) -> Iterator[tuple[object, ...]]:
    text = reading.document.text
    for o in reading.observables:
        yield ("observable", o.kind.value, o.value, o.text, o.start, o.end, "", o.standing.value, int(o.defanged),
               round(o.confidence, 3), o.sort)  # fmt: skip
    for e in reading.entities:
        yield ("entity", e.kind.value, e.name or e.text, e.text, e.start, e.end, e.ref or "", "", "",
               round(e.confidence, 3), e.how)  # fmt: skip
    for t in reading.techniques:
        yield ("technique", "sentence", t.technique, text[t.start : t.end], t.start, t.end, t.technique, "", "",
               round(t.confidence, 3), t.name)  # fmt: skip
    for r in reading.relations:
        yield ("relation", r.kind.value, r.source, text[r.start : r.end], r.start, r.end, r.target, "", "",
               round(r.confidence, 3), "")  # fmt: skip
    for h in reading.events:
        yield ("event", "", h.at, text[h.start : h.end], h.start, h.end, "", "", "", "", " ".join(h.keys))
    for v in reading.vulnerabilities:
        told = "; ".join(f"{a.vendor} {a.product} {', '.join(a.versions)}".strip() for a in v.affected)
        weakness = v.weakness.value if v.weakness and not v.weakness.abstained else ""
        yield ("vulnerability", v.exploit.value, v.cve, told, v.start, v.end, weakness, "", "",
               "" if v.score is None else v.score, v.cvss.value if v.cvss and not v.cvss.abstained else "")  # fmt: skip
